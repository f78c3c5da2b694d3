//! `GET /sync/v1/feed`.

use axum::Extension;
use axum::extract::State;
use axum::routing::get;
use http::Method;
use kiosk_problem::{Json, Problem, Query};
use kiosk_wire::{CHANGES_PER_PAGE_MAX, FeedPage};
use serde::Deserialize;

use super::service::Service;
use crate::http::{Access, Route};
use crate::modules::sync::auth::Caller;

/// The routes of this module.
#[must_use]
pub fn routes(service: &Service) -> Vec<Route> {
    vec![Route::new(Method::GET, "/sync/v1/feed", Access::Pop, get(read_feed), service.clone())]
}

#[derive(Debug, Deserialize)]
struct FeedQuery {
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

async fn read_feed(
    State(service): State<Service>,
    Extension(caller): Extension<Caller>,
    Query(query): Query<FeedQuery>,
) -> Result<Json<FeedPage>, Problem> {
    let limit = query.limit.unwrap_or(CHANGES_PER_PAGE_MAX);
    Ok(Json(service.read_feed(&caller.region, query.after, limit).await?))
}
