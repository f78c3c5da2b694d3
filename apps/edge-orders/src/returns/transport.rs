//! `POST /v1/orders/{id}/returns`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use kiosk_problem::{IDEMPOTENT_REPLAYED, Json, Path, idempotency_key};
use serde_json::Value;

use super::request::AskReturn;
use super::service::{self, Ask};
use super::view::AskedReturns;
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;
use crate::sync;

/// Asks to send pieces of an order back, for whoever may read the order. The vendors hear of it, also when the platform
/// is away just now; the order and a mail say what becomes of it. The same `Idempotency-Key` never asks twice.
#[utoipa::path(post, path = "/v1/orders/{id}/returns", tag = "orders", request_body = AskReturn, params(
    ("id" = String, Path, description = "`ord_…`"),
    ("Idempotency-Key" = String, Header, description = "1 to 64 printable characters, new for each request"),
), responses(
    (status = 202, description = "Asked, one return for each vendor", body = AskedReturns),
    (status = 400, description = "`malformed_json`, `idempotency_key_required`"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`order_not_found`, also for somebody else's"),
    (status = 409, description = "`not_returnable` with `returnable`, `too_many_returns`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value` with `param`, `idempotency_key_reused`"),
    (status = 503, description = "`accounts_unavailable`, `busy`"),
), security(("order_token" = []), ("session" = [])))]
pub async fn ask_return(
    pop: Pop,
    headers: HeaderMap,
    token: Option<Token>,
    Path(id): Path<String>,
    Json(body): Json<Value>,
) -> Result<Response> {
    // Written again, so that white space and the order of members do not make another request.
    let body = serde_json::to_vec(&body)?;
    let key = idempotency_key(&headers)?;
    let ask = Ask { order: &id, token: token.as_ref(), headers: &headers, key, body: &body };
    let (asked, replayed) = service::ask_return(&pop, ask).await?;
    let mut response = (StatusCode::ACCEPTED, Json(asked)).into_response();
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    } else {
        pop.edge.after.run(Box::pin(sync::deliver_soon(pop.clone())));
    }
    Ok(response)
}
