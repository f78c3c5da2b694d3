//! PayPal's events and what confirms them. Shops ask PayPal whether a webhook is its own and never look at the signature
//! themselves, so here it is an HMAC instead of RSA with a certificate.

use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::answer::{read, see};
use super::shapes::{authorisation, capture, dispute, order, refund, time};
use crate::Sandbox;
use crate::world::events::What;
use crate::world::payment::{Payment, Provider};

/// Signs webhooks; whoever knows it can only pretend to a shop that plays.
const SIGNING_KEY: &[u8] = b"PayPal's own key of this sandbox";

/// The events that tell of `what`: type, and resource.
pub(crate) fn of(payment: &Payment, what: What) -> Vec<(&'static str, Value)> {
    let whole = || order(payment, "");
    match what {
        What::Expired => vec![("CHECKOUT.PAYMENT-APPROVAL.REVERSED", whole())],
        What::AttemptFailed => Vec::new(),
        What::Completed => vec![("CHECKOUT.ORDER.APPROVED", whole())],
        What::Authorised => vec![("PAYMENT.AUTHORIZATION.CREATED", authorisation(payment, ""))],
        What::Voided | What::Released => vec![("PAYMENT.AUTHORIZATION.VOIDED", authorisation(payment, ""))],
        What::Captured(place) => {
            let made = payment.captures.get(place);
            made.map(|made| ("PAYMENT.CAPTURE.COMPLETED", capture(payment, made, ""))).into_iter().collect()
        }
        What::Refunded(place) => {
            let made = payment.refunds.get(place);
            made.map(|made| ("PAYMENT.CAPTURE.REFUNDED", refund(payment, made, ""))).into_iter().collect()
        }
        What::RefundFailed(place) => {
            let made = payment.refunds.get(place);
            made.map(|made| ("PAYMENT.REFUND.FAILED", refund(payment, made, ""))).into_iter().collect()
        }
        What::DisputeOpened(place) => disputed(payment, place, "CUSTOMER.DISPUTE.CREATED"),
        What::DisputeClosed(place) => disputed(payment, place, "CUSTOMER.DISPUTE.RESOLVED"),
    }
}

fn disputed(payment: &Payment, place: usize, kind: &'static str) -> Vec<(&'static str, Value)> {
    payment.disputes.get(place).map(|made| (kind, dispute(payment, made))).into_iter().collect()
}

/// The body of an event.
pub(crate) fn write(id: &str, kind: &str, resource: Value, now_ms: i64) -> String {
    let family = match kind.split('.').nth(1) {
        Some("ORDER" | "PAYMENT-APPROVAL") => "checkout-order",
        Some("AUTHORIZATION") => "authorization",
        Some("CAPTURE") if kind.ends_with("REFUNDED") => "refund",
        Some("REFUND") => "refund",
        Some("CAPTURE") => "capture",
        _ => "dispute",
    };
    json!({
        "id": id,
        "event_version": "1.0",
        "create_time": time(now_ms),
        "resource_type": family,
        "resource_version": "2.0",
        "event_type": kind,
        "summary": format!("{kind} of the sandbox"),
        "resource": resource,
        "links": [],
    })
    .to_string()
}

fn signature(webhook: &str, transmission: &str, at: &str, event: &Value) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING_KEY)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(format!("{transmission}|{at}|{webhook}|{event}").as_bytes());
    BASE64.encode(mac.finalize().into_bytes())
}

/// The headers of a webhook.
pub(crate) fn headers(webhook: &str, number: u64, body: &str, now_ms: i64) -> Vec<(&'static str, String)> {
    let event: Value = serde_json::from_str(body).unwrap_or_default();
    let (transmission, at) = (format!("kiosk-{number}-{now_ms}"), time(now_ms));
    let signature = signature(webhook, &transmission, &at, &event);
    vec![
        ("paypal-auth-algo", "SHA256withRSA".to_owned()),
        ("paypal-cert-url", "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-kiosk".to_owned()),
        ("paypal-transmission-id", transmission),
        ("paypal-transmission-sig", signature),
        ("paypal-transmission-time", at),
    ]
}

#[derive(Deserialize)]
struct Question {
    transmission_id: String,
    transmission_time: String,
    transmission_sig: String,
    #[allow(dead_code)] // PayPal's documentation requires both.
    auth_algo: String,
    #[allow(dead_code)]
    cert_url: String,
    webhook_id: String,
    webhook_event: Value,
}

pub(super) async fn verify(State(sandbox): State<Sandbox>, headers: HeaderMap, body: String) -> Response {
    see(&sandbox, &headers, |world, _| {
        let asked: Question = read(&body)?;
        let ours = world
            .hooks
            .iter()
            .any(|hook| hook.provider == Provider::Paypal && hook.secret == asked.webhook_id);
        let expected = signature(
            &asked.webhook_id,
            &asked.transmission_id,
            &asked.transmission_time,
            &asked.webhook_event,
        );
        let fits = bool::from(asked.transmission_sig.as_bytes().ct_eq(expected.as_bytes()));
        Ok(json!({ "verification_status": if ours && fits { "SUCCESS" } else { "FAILURE" } }))
    })
}
