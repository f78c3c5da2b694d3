//! `POST /sync/v1/events`, `POST /sync/v1/leases`.

use axum::Extension;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use http::Method;
use kiosk_problem::{Json, Problem, parse_json};
use kiosk_wire::{EventAck, LeaseReply};

use super::auth::Caller;
use super::service::Service;
use crate::http::{Access, Route};

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/sync/v1/events", Access::Pop, post(apply_events), service.clone()),
        Route::new(Method::POST, "/sync/v1/leases", Access::Pop, post(grant_leases), service.clone()),
    ]
}

// The bodies are larger than the `Json` of other APIs takes; `require_pop` has read and measured them.

async fn apply_events(
    State(service): State<Service>,
    Extension(Caller { pop, .. }): Extension<Caller>,
    body: Bytes,
) -> Result<Json<EventAck>, Problem> {
    Ok(Json(service.apply_events(&pop, &parse_json(&body)?).await?))
}

async fn grant_leases(
    State(service): State<Service>,
    Extension(Caller { pop, .. }): Extension<Caller>,
    body: Bytes,
) -> Result<Json<LeaseReply>, Problem> {
    Ok(Json(service.grant_leases(&pop, &parse_json(&body)?).await?))
}
