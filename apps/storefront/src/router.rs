//! The one router (invariant I5).

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use kiosk_edge_platform::Edge;

use crate::http::{assets, csrf, headers, media};
use crate::pages::{
    self, account, cart, cart_codes, category, checkout, errors, home, machines, order, order_return,
    payment, product, search, vendor,
};
use crate::shop::{Shop, migrated};

/// The storefront on `edge`.
pub fn router(edge: Edge) -> Router {
    let shop = Arc::new(Shop::new(edge));
    Router::new()
        .route("/", get(home::show))
        .route("/c/{slug}", get(category::show))
        .route("/p/{handle}", get(product::show))
        .route("/vendors/{id}", get(vendor::show))
        .route("/search", get(search::show))
        .route("/cart", get(cart::show))
        .route("/cart/lines", post(cart::add))
        .route("/cart/lines/{sku}", post(cart::update))
        .route("/cart/code", post(cart_codes::put_code))
        .route("/cart/gift-cards", post(cart_codes::put_gift_card))
        .route("/checkout", get(checkout::show).post(checkout::place))
        .route("/checkout/return", get(payment::come_back))
        .route("/orders/{id}", get(order::show))
        .route("/orders/{id}/cancel-payment", post(payment::cancel))
        .route("/orders/{id}/return", get(order_return::show).post(order_return::send))
        .route("/account", get(account::overview::show))
        .route("/account/orders", get(account::orders::show))
        .route("/account/appeal", get(account::appeal::show).post(account::appeal::send))
        .route("/account/register", get(account::register::show).post(account::register::send))
        .route("/account/verify", get(account::links::show_verify).post(account::links::verify))
        .route("/account/login", get(account::login::show).post(account::login::send))
        .route("/account/login/passkey", post(account::passkeys::log_in))
        .route("/account/login/passkey/options", post(account::passkeys::login_options))
        .route("/account/passkeys", post(account::passkeys::add))
        .route("/account/passkeys/options", post(account::passkeys::options))
        .route("/account/passkeys/remove", post(account::passkeys::remove))
        .route("/account/logout", post(account::login::log_out))
        .route("/account/reset", get(account::links::show_reset).post(account::links::reset))
        .route("/account/password", get(account::links::show_password).post(account::links::password))
        .route("/account/email", get(account::links::show_email).post(account::links::email))
        .route("/account/addresses", get(account::addresses::list))
        .route("/account/addresses/new", get(account::addresses::show_new).post(account::addresses::add))
        .route("/account/addresses/{id}", get(account::addresses::show).post(account::addresses::change))
        .route("/account/addresses/{id}/remove", post(account::addresses::remove))
        .route("/account/profile", post(account::overview::change_profile))
        .route("/account/sessions", post(account::sessions::end))
        .route("/account/change-password", post(account::overview::change_password))
        .route("/account/change-email", post(account::overview::change_email))
        .route("/account/delete", post(account::overview::delete))
        .route("/account/export", get(account::export::export))
        .route("/account/chats", get(account::chats::show))
        .route("/account/chats/{order}/{vendor}", get(account::chat::show).post(account::chat::send))
        .route("/account/chats/{order}/{vendor}/read", post(account::chat::read))
        .route("/account/chats/{order}/{vendor}/block", post(account::chat::block))
        .route("/account/chats/{order}/{vendor}/report", post(account::chat::report))
        .route("/account/reviews/{product}", get(account::review::show).post(account::review::send))
        .route("/account/reviews/{product}/withdraw", post(account::review::withdraw))
        .route("/media/{file}", get(media::serve))
        .route("/assets/{name}", get(assets::serve))
        .route("/favicon.ico", get(machines::favicon))
        .route("/robots.txt", get(machines::robots))
        .route("/sitemap.xml", get(machines::sitemap))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(from_fn(csrf::same_origin))
        .layer(from_fn_with_state(shop.clone(), migrated))
        .layer(from_fn_with_state(shop.clone(), errors::render))
        .layer(from_fn(headers::security))
        .with_state(shop)
}
