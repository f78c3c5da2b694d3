//! edge-orders: carts, checkout and orders of a POP, and its sync with the core.
//!
//! ```text
//! GET  /v1/products[/{id}[/reviews]]    the catalogue copy
//! POST /v1/carts, GET /v1/carts/{id}    carts with versions
//! PUT, DELETE /v1/carts/{id}/lines/{sku}
//! PUT, DELETE /v1/carts/{id}/code       the code of a discount
//! PUT  /v1/carts/{id}/gift-cards        gift cards that pay for it
//! DELETE /v1/carts/{id}/gift-cards/{card}
//! POST /v1/carts/claim                  the cart of an account, a guest's merged into it
//! POST /v1/orders                       checkout: a saga that ends in one local commit (invariant I1)
//! GET  /v1/orders[/{id}]                for who placed them
//! POST /v1/orders/{id}/payment          settles the payment of an order that waits for it
//! POST /v1/orders/{id}/cancel-payment   gives it up, and the order with it
//! POST /v1/orders/{id}/returns           asks to send pieces back
//! GET  /v1/loyalty                      the tier of an account
//! GET  /v1/standing                     whether an account may buy
//! POST /v1/appeals                      what a blocked account says for itself
//! POST /v1/payments/webhooks/{provider} what providers tell
//! GET  /v1/openapi.json
//! POST /internal/tick                   payments, mails, outbox, leases, feed and pictures; called by the host, not routed from outside
//! POST /v1/tick                         the same for a host that does not tick, with the tick key
//! ```
//!
//! Transport reads HTTP, service decides, the store (`kiosk-pop-store`) keeps; the same verb at each layer. The only
//! personal values that leave a request are in the region's database: what the core gets is made by
//! `kiosk_privacy::anonymise`.

mod app;
mod appeals;
mod auth;
mod carts;
mod checkout;
mod config;
mod entry;
mod error;
mod loyalty;
mod mail;
mod openapi;
mod orders;
mod paging;
mod payments;
mod products;
mod returns;
mod sync;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::post;
use kiosk_edge_platform::Edge;
use kiosk_problem::{method_not_allowed, route_not_found, with_request_ids, with_usual_headers};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The app's only router (invariant I5).
pub fn router(edge: Edge) -> Router {
    let (router, api) = OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(products::transport::list_products))
        .routes(routes!(products::transport::get_product))
        .routes(routes!(products::transport::list_reviews))
        .routes(routes!(carts::transport::create_cart))
        .routes(routes!(carts::transport::claim_cart))
        .routes(routes!(carts::transport::get_cart))
        .routes(routes!(carts::transport::quote_cart))
        .routes(routes!(carts::transport::put_line, carts::transport::remove_line))
        .routes(routes!(carts::codes::transport::put_code, carts::codes::transport::remove_code))
        .routes(routes!(carts::codes::transport::put_gift_card))
        .routes(routes!(carts::codes::transport::remove_gift_card))
        .routes(routes!(checkout::transport::place_order, orders::transport::list_orders))
        .routes(routes!(orders::transport::get_order))
        .routes(routes!(returns::transport::ask_return))
        .routes(routes!(loyalty::transport::get_loyalty))
        .routes(routes!(appeals::transport::get_standing))
        .routes(routes!(appeals::transport::make_appeal))
        .routes(routes!(payments::transport::settle_payment))
        .routes(routes!(payments::transport::cancel_payment))
        .routes(routes!(payments::transport::take_webhook))
        .routes(routes!(openapi::get_openapi))
        .split_for_parts();
    router
        .route("/internal/tick", post(sync::transport::tick))
        .route("/v1/tick", post(sync::transport::tick_from_outside))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state("Bearer", with_usual_headers))
        .layer(from_fn(with_request_ids))
        .with_state(App::new(edge, api))
}
