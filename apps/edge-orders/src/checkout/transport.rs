//! `POST /v1/orders`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode};
use kiosk_problem::{IDEMPOTENT_REPLAYED, Json, idempotency_key};
use serde_json::Value;

use super::request::PlaceOrder;
use super::service::{self, Answer, Answered};
use super::view::PlacedOrder;
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;
use crate::sync;

/// Turns a cart into an order. The same `Idempotency-Key` never places two: a repeated request gets the same answer
/// and `Idempotent-Replayed: true`.
#[utoipa::path(post, path = "/v1/orders", tag = "orders", request_body = PlaceOrder, params(
    ("Idempotency-Key" = String, Header, description = "1 to 64 printable characters, new for each order"),
    ("Kiosk-Session" = Option<String>, Header, description = "Token of a session, whose account the order is for"),
), responses(
    (status = 201, description = "The order, with the `token` that reads it; one that is `awaiting_payment` is paid at \
        `payment.redirect_url`", body = PlacedOrder),
    (status = 400, description = "`malformed_json`, `idempotency_key_required`"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 402, description = "`payment_declined`"),
    (status = 403, description = "`checkout_blocked`, `customer_blocked`, `verification_required` and \
        `verification_failed`: a code went to the e-mail address, and the order is to be sent again with it"),
    (status = 404, description = "`cart_not_found`, also for somebody else's"),
    (status = 409, description = "`price_changed` with `total` and `lines`, `insufficient_stock` with `lines`, \
        `cart_closed` with `order_id`"),
    (status = 412, description = "`cart_version_stale`, with the current `version`"),
    (status = 413, description = "`body_too_large`"),
    (status = 415, description = "`json_expected`"),
    (status = 422, description = "`invalid_value` with `param`, `cart_empty`, `delivery_not_available`, \
        `payment_method_unsupported` with `supported`, `idempotency_key_reused`, `amount_out_of_range`"),
    (status = 429, description = "`too_many_payments`"),
    (status = 503, description = "`busy`, `accounts_unavailable`, `payment_unavailable`"),
), security(("cart_token" = [])))]
pub async fn place_order(
    pop: Pop,
    token: Token,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response> {
    let key = idempotency_key(&headers)?;
    let who = kiosk_session::who(&pop.edge, &headers).await?;
    // Written again, so that white space and the order of members do not make another request.
    let body = serde_json::to_vec(&body)?;
    let Answered { answer, replayed } = service::place_order(&pop, &token, who.as_ref(), key, &body).await?;
    let mut response = match answer {
        Answer::Placed(order) => (StatusCode::CREATED, Json(order)).into_response(),
        Answer::Blocked(problem) => problem.into_response(),
    };
    if replayed {
        response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    } else {
        // The tick would do it too; this tells the core at once, and keeps no shopper waiting.
        pop.edge.after.run(Box::pin(sync::deliver_soon(pop.clone())));
    }
    Ok(response)
}
