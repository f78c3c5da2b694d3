//! PayPal's API.

mod answer;
pub mod events;
mod orders;
mod payments;
mod payouts;
mod shapes;
mod tokens;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::Sandbox;
use crate::app::guarded;
use crate::faults::Operation;

/// All of its routes.
pub(crate) fn routes(sandbox: &Sandbox) -> Router<Sandbox> {
    let on = |operation, route: MethodRouter<Sandbox>| guarded(sandbox, operation, route);
    Router::new()
        .route("/v1/oauth2/token", on(Operation::Token, post(tokens::log_in)))
        .route("/v2/checkout/orders", on(Operation::Start, post(orders::create)))
        .route(
            "/v2/checkout/orders/{id}",
            on(Operation::Look, get(orders::show))
                .merge(on(Operation::Cancel, axum::routing::patch(orders::change))),
        )
        .route("/v2/checkout/orders/{id}/authorize", on(Operation::Authorise, post(orders::authorise)))
        .route("/v2/payments/authorizations/{id}", on(Operation::Look, get(payments::show_authorisation)))
        .route("/v2/payments/authorizations/{id}/capture", on(Operation::Capture, post(payments::capture)))
        .route("/v2/payments/authorizations/{id}/void", on(Operation::Cancel, post(payments::void)))
        .route("/v2/payments/captures/{id}", on(Operation::Look, get(payments::show_capture)))
        .route("/v2/payments/captures/{id}/refund", on(Operation::Refund, post(payments::refund)))
        .route("/v1/payments/payouts", on(Operation::Transfer, post(payouts::create)))
        .route("/v1/payments/payouts/{id}", on(Operation::Look, get(payouts::show)))
        .route("/v1/notifications/verify-webhook-signature", on(Operation::Verify, post(events::verify)))
}
