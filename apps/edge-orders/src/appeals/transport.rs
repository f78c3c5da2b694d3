//! `GET /v1/standing`, `POST /v1/appeals`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use kiosk_problem::{Json, parse_json};
use serde_json::Value;

use super::service::{self, MakeAppeal, StandingBody};
use crate::app::Pop;
use crate::error::Result;
use crate::sync;

/// Whether the account that is logged in may buy; for one that is blocked, how far its appeal is.
#[utoipa::path(get, path = "/v1/standing", tag = "orders", responses(
    (status = 200, description = "The standing", body = StandingBody),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 503, description = "`accounts_unavailable`"),
), security(("session" = [])))]
pub async fn get_standing(pop: Pop, headers: HeaderMap) -> Result<Json<StandingBody>> {
    let who = kiosk_session::require(&pop.edge, &headers).await?;
    Ok(Json(service::get_standing(&pop, &who).await?))
}

/// Appeals against the block of the account that is logged in, once for each block. Somebody looks at it, and the
/// standing says what becomes of it.
#[utoipa::path(post, path = "/v1/appeals", tag = "orders", request_body = MakeAppeal, responses(
    (status = 202, description = "Somebody will look at it", body = StandingBody),
    (status = 400, description = "`malformed_json`"),
    (status = 401, description = "`session_required`, `session_ended`"),
    (status = 409, description = "`appeal_not_possible`: the account is not blocked, or has made one"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value` with `param`"),
    (status = 503, description = "`accounts_unavailable`, `busy`"),
), security(("session" = [])))]
pub async fn make_appeal(pop: Pop, headers: HeaderMap, Json(body): Json<Value>) -> Result<Response> {
    let who = kiosk_session::require(&pop.edge, &headers).await?;
    let appeal: MakeAppeal = parse_json(&serde_json::to_vec(&body)?)?;
    let standing = service::make_appeal(&pop, &who, &appeal).await?;
    pop.edge.after.run(Box::pin(sync::deliver_soon(pop.clone())));
    Ok((StatusCode::ACCEPTED, Json(standing)).into_response())
}
