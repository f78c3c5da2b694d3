//! `POST /v1/orders/{id}/payment`, `POST /v1/orders/{id}/cancel-payment`, `POST /v1/payments/webhooks/{provider}`.

use axum::body::Body;
use http::{HeaderMap, StatusCode};
use kiosk_payments::webhook::WEBHOOK_BYTES_MAX;
use kiosk_problem::{Json, Path, read_body};

use super::{service, webhook};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;
use crate::orders::view::OwnOrder;
use crate::sync;

/// Asks the provider how far the payment of an order is: one that was paid is placed. For whoever comes back from the
/// provider's page; may be asked as often as one likes.
#[utoipa::path(post, path = "/v1/orders/{id}/payment", tag = "payments", params(
    ("id" = String, Path, description = "`ord_…`"),
), responses(
    (status = 200, description = "The order as it is now", body = OwnOrder),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 402, description = "`payment_declined`"),
    (status = 404, description = "`order_not_found`, also for somebody else's"),
    (status = 503, description = "`payment_unavailable`, `busy`, `accounts_unavailable`"),
), security(("order_token" = []), ("session" = [])))]
pub async fn settle_payment(
    pop: Pop,
    headers: HeaderMap,
    token: Option<Token>,
    Path(id): Path<String>,
) -> Result<Json<OwnOrder>> {
    let order = service::settle_payment(&pop, &id, token.as_ref(), &headers).await?;
    deliver_soon(&pop);
    Ok(Json(order))
}

/// Gives up an order that is not paid yet: its cart is open again. One that was paid meanwhile is placed.
#[utoipa::path(post, path = "/v1/orders/{id}/cancel-payment", tag = "payments", params(
    ("id" = String, Path, description = "`ord_…`"),
), responses(
    (status = 200, description = "The order as it is now", body = OwnOrder),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`order_not_found`, also for somebody else's"),
    (status = 503, description = "`busy`, `accounts_unavailable`"),
), security(("order_token" = []), ("session" = [])))]
pub async fn cancel_payment(
    pop: Pop,
    headers: HeaderMap,
    token: Option<Token>,
    Path(id): Path<String>,
) -> Result<Json<OwnOrder>> {
    let order = service::cancel_payment(&pop, &id, token.as_ref(), &headers).await?;
    deliver_soon(&pop);
    Ok(Json(order))
}

/// Takes what a provider tells by itself, signed by it.
#[utoipa::path(post, path = "/v1/payments/webhooks/{provider}", tag = "payments", params(
    ("provider" = String, Path, description = "`stripe` or `paypal`"),
), request_body(content = serde_json::Value, description = "As the provider sends it, with its signature in its headers"),
responses(
    (status = 204, description = "Taken, also when it is of no interest here"),
    (status = 400, description = "`webhook_refused`: not signed, forged, too old or not readable"),
    (status = 404, description = "`provider_not_found`"),
    (status = 413, description = "`body_too_large`"),
    (status = 503, description = "`payment_unavailable`, `busy`: to be sent again"),
))]
pub async fn take_webhook(
    pop: Pop,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode> {
    let body = read_body(body, WEBHOOK_BYTES_MAX).await?;
    webhook::notice(&pop, &provider, &headers, &body).await?;
    deliver_soon(&pop);
    Ok(StatusCode::NO_CONTENT)
}

/// The tick would do it too; this tells the core at once, and keeps nobody waiting.
fn deliver_soon(pop: &Pop) {
    pop.edge.after.run(Box::pin(sync::deliver_soon(pop.clone())));
}
