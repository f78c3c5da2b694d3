//! The cart at a login: the guest's goes into the account's, and what did not fit is told.

use kiosk_pop_store::catalog;

use super::PageError;
use super::home::pieces;
use crate::http::Visit;
use crate::http::forms::Pairs;
use crate::orders::{ClaimedCart, Key, OrdersApi};
use crate::shop::Shop;

/// Most lines that the cart page names as left out.
const LEFT_OUT_MAX: usize = 10;

/// The cart of the account that has just logged in with `session`: the visitor's own goes into it. The login stands
/// whatever becomes of the cart.
pub async fn claim(shop: &Shop, visit: &Visit, session: &str) -> Option<(Key, ClaimedCart)> {
    let api = OrdersApi { edge: &shop.edge, session: Some(session) };
    let claimed = match api.claim_cart(visit.cart.as_ref()).await {
        // A cart that was ordered, pruned, or is of another account that was logged in here before.
        Err(error) if visit.cart.is_some() && error.problem().is_some() => api.claim_cart(None).await,
        claimed => claimed,
    };
    match claimed {
        Ok(claimed) => Some(claimed),
        Err(error) => {
            tracing::warn!(%error, "a cart was not claimed at login");
            None
        }
    }
}

/// Where a login leads: to the account, or to the cart when something of the guest's did not fit.
pub fn after_claim(claimed: &ClaimedCart) -> String {
    let left: Vec<(&str, String)> = claimed
        .left_out
        .iter()
        .take(LEFT_OUT_MAX)
        .map(|left| ("left", format!("{}~{}", left.sku, left.quantity)))
        .collect();
    match serde_urlencoded::to_string(&left) {
        Ok(query) if !query.is_empty() => format!("/cart?{query}"),
        _ => "/account".to_owned(),
    }
}

/// What did not fit, for people; titles are the catalogue's.
pub async fn left_out(shop: &Shop, pairs: &Pairs) -> Result<Option<String>, PageError> {
    let left: Vec<(&str, u32)> = pairs
        .0
        .iter()
        .filter(|(name, _)| name == "left")
        .filter_map(|(_, value)| {
            let (sku, quantity) = value.split_once('~')?;
            Some((sku, quantity.parse().ok()?))
        })
        .take(LEFT_OUT_MAX)
        .collect();
    if left.is_empty() {
        return Ok(None);
    }
    let skus: Vec<&str> = left.iter().map(|(sku, _)| *sku).collect();
    let sold = catalog::skus(&*shop.edge.db, &skus).await?;
    let named = left.iter().filter_map(|(sku, quantity)| {
        let title = &sold.iter().find(|sold| sold.sku == *sku)?.title;
        Some(format!("{title} ({})", pieces(*quantity)))
    });
    let names = named.collect::<Vec<_>>().join(", ");
    let what = if names.is_empty() { "Some pieces" } else { &names };
    Ok(Some(format!("You are logged in, and this is the cart of your account. It had no room for: {what}.")))
}
