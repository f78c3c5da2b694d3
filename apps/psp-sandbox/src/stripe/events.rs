//! Stripe's events and the signature of a webhook.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::API_VERSION;
use super::shapes::{charge, dispute, intent, refund, session};
use crate::world::events::What;
use crate::world::payment::Payment;

/// The events that tell of `what`: type, and `data`.
pub(crate) fn of(payment: &Payment, what: What) -> Vec<(&'static str, Value)> {
    let object = |object: Value| json!({ "object": object });
    let changed = |object: Value, before: Value| json!({ "object": object, "previous_attributes": before });
    let page = || object(session(payment, "", false));
    match what {
        What::Expired => vec![("checkout.session.expired", page())],
        What::AttemptFailed => vec![("payment_intent.payment_failed", object(intent(payment, false, false)))],
        What::Authorised => vec![
            ("payment_intent.amount_capturable_updated", object(intent(payment, false, false))),
            ("charge.succeeded", object(charge(payment, false))),
        ],
        What::Completed => vec![("checkout.session.completed", page())],
        What::Voided => vec![("payment_intent.canceled", object(intent(payment, false, false)))],
        What::Released => vec![
            ("charge.captured", changed(charge(payment, false), json!({ "captured": false }))),
            ("payment_intent.succeeded", object(intent(payment, false, false))),
        ],
        What::Captured(place) => {
            let before = payment.captures.iter().take(place);
            let before: i64 = before.map(|capture| capture.amount.amount).sum();
            let capturable = payment.amount.amount - before;
            let mut told = vec![
                ("charge.updated", changed(charge(payment, false), json!({ "amount_captured": before }))),
                (
                    "payment_intent.amount_capturable_updated",
                    changed(intent(payment, false, false), json!({ "amount_capturable": capturable })),
                ),
            ];
            if payment.captures.get(place).is_some_and(|capture| capture.last) {
                told.push(("charge.captured", changed(charge(payment, false), json!({ "captured": false }))));
                told.push(("payment_intent.succeeded", object(intent(payment, false, false))));
            }
            told
        }
        What::Refunded(place) => {
            let made = payment.refunds.get(place).map(|made| object(refund(payment, made)));
            let mut told = vec![("charge.refunded", object(charge(payment, false)))];
            told.extend(made.map(|made| ("refund.created", made)));
            told
        }
        What::RefundFailed(place) => {
            let made = payment.refunds.get(place).map(|made| object(refund(payment, made)));
            let kinds = ["refund.updated", "refund.failed"];
            made.into_iter().flat_map(|made| kinds.map(|kind| (kind, made.clone()))).collect()
        }
        What::DisputeOpened(place) => {
            disputes(payment, place, &["charge.dispute.created", "charge.dispute.funds_withdrawn"])
        }
        What::DisputeClosed(place) => {
            let won = payment.disputes.get(place);
            let won = won.is_some_and(|found| found.status == crate::world::payment::DisputeStatus::Won);
            let all = ["charge.dispute.funds_reinstated", "charge.dispute.closed"];
            disputes(payment, place, if won { &all } else { &all[1..] })
        }
    }
}

fn disputes(payment: &Payment, place: usize, kinds: &[&'static str]) -> Vec<(&'static str, Value)> {
    let Some(found) = payment.disputes.get(place) else { return Vec::new() };
    let object = dispute(payment, found);
    kinds.iter().map(|kind| (*kind, json!({ "object": object }))).collect()
}

/// The body of an event.
pub(crate) fn write(id: &str, kind: &str, data: Value, now_ms: i64) -> String {
    json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": now_ms / 1000,
        "data": data,
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": kind,
    })
    .to_string()
}

/// The headers of a webhook.
pub(crate) fn headers(secret: &str, body: &str, now_ms: i64) -> Vec<(&'static str, String)> {
    let seconds = now_ms / 1000;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(format!("{seconds}.{body}").as_bytes());
    let tag = hex::encode(mac.finalize().into_bytes());
    vec![("stripe-signature", format!("t={seconds},v1={tag}")), ("user-agent", "Stripe/1.0".to_owned())]
}
