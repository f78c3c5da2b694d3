//! The one router (invariant I5).

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use kiosk_edge_platform::Edge;

use crate::http::{assets, csrf, headers, media};
use crate::pages::{self, cart, category, checkout, errors, home, machines, order, product, search, vendor};
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
        .route("/checkout", get(checkout::show).post(checkout::place))
        .route("/orders/{id}", get(order::show))
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
