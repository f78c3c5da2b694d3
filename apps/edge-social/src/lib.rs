//! edge-social: what customers write, to vendors and about products.
//!
//! ```text
//! GET  /v1/chats                              one's rooms; there is one for each vendor of an order
//! GET  /v1/chats/{order}/{vendor}             a room's messages
//! POST /v1/chats/{order}/{vendor}/messages    writes; personal data is masked first
//! PUT  /v1/chats/{order}/{vendor}/read        has read
//! PUT  /v1/chats/{order}/{vendor}/block       closes the room, or opens it again
//! POST /v1/chats/{order}/{vendor}/report      calls a moderator
//! GET  /v1/chats/{order}/{vendor}/events      what comes, as server-sent events
//! POST /v1/pictures, GET /v1/pictures/{id}    pictures for messages and reviews, without what cameras tell
//! GET  /v1/reviews/mine?product=              one's own review
//! PUT, DELETE /v1/reviews/{product}           writes it, takes it back
//! GET  /v1/social/export                      all that one wrote, in parts
//! GET  /v1/social/openapi.json
//! ```
//!
//! Transport reads HTTP, service decides, the store (`kiosk-pop-store`, on the POP's database) keeps; the same verb at
//! each layer. What is written waits in the outbox, which edge-orders delivers; the feed brings back what the core has.

mod app;
mod chats;
mod config;
mod entry;
mod error;
mod export;
mod openapi;
mod pictures;
mod reviews;
mod session;
mod text;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use kiosk_edge_platform::Edge;
use kiosk_problem::{method_not_allowed, route_not_found, with_request_ids, with_usual_headers};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The app's only router (invariant I5).
pub fn router(edge: Edge) -> Router {
    let (router, api) = OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(chats::transport::list_rooms))
        .routes(routes!(chats::transport::get_room))
        .routes(routes!(chats::transport::send_message))
        .routes(routes!(chats::transport::mark_read))
        .routes(routes!(chats::transport::block_room))
        .routes(routes!(chats::transport::report_room))
        .routes(routes!(chats::transport::stream_events))
        .routes(routes!(pictures::transport::put_picture))
        .routes(routes!(pictures::transport::get_picture))
        .routes(routes!(reviews::transport::get_own_review))
        .routes(routes!(reviews::transport::put_review, reviews::transport::withdraw_review))
        .routes(routes!(export::transport::export_social))
        .routes(routes!(openapi::get_openapi))
        .split_for_parts();
    router
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state("Kiosk-Session", with_usual_headers))
        .layer(from_fn(with_request_ids))
        .with_state(App::new(edge, api))
}
