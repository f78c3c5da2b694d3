//! One's own account: to get one, to get into it, and what is in it. Every step works without script.

pub mod addresses;
pub mod appeal;
pub mod chat;
pub mod chats;
pub mod export;
pub(super) mod form;
pub mod links;
pub mod login;
mod loyalty;
pub mod orders;
pub mod overview;
pub mod passkeys;
pub mod register;
pub mod review;
pub mod sessions;
mod talk;

use axum::http::header;
use axum::response::Response;

use super::cart::{self, see_other};
use super::cart_claim;
use crate::accounts::AccountsApi;
use crate::accounts::is_logged_out;
use crate::http::{Visit, cookies};
use crate::shop::Shop;

/// edge-accounts for this visitor.
pub(in crate::pages) fn api<'a>(shop: &'a Shop, visit: &'a Visit) -> AccountsApi<'a> {
    AccountsApi { edge: &shop.edge, session: visit.session.as_deref(), client: visit.client }
}

/// To another page with another session, or with none: a session never outlives a login.
fn with_session(visit: &Visit, location: &str, token: Option<&str>) -> Response {
    let mut response = see_other(location);
    let age_s = if token.is_some() { cookies::SESSION_AGE_S_MAX } else { 0 };
    if let Some(cookie) = cookies::set(cookies::SESSION, token.unwrap_or(""), visit.secure, age_s) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if token.is_none() && visit.session.is_some() {
        // The cart is the account's and comes back with it.
        for name in [cookies::CART, cookies::CART_COUNT] {
            response
                .headers_mut()
                .extend(cookies::set(name, "", visit.secure, 0).map(|cookie| (header::SET_COOKIE, cookie)));
        }
    }
    response
}

/// To the account, with the session that has just begun and the account's cart. Every way to log in ends here.
async fn logged_in(shop: &Shop, visit: &Visit, token: &str) -> Response {
    let claimed = cart_claim::claim(shop, visit, token).await;
    let location =
        claimed.as_ref().map_or_else(|| "/account".to_owned(), |(_, cart)| cart_claim::after_claim(cart));
    let mut response = with_session(visit, &location, Some(token));
    if let Some((key, claimed)) = &claimed {
        cart::remember(&mut response, visit, Some(key), claimed.cart.quantity);
    }
    response
}
