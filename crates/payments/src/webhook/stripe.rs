//! Stripe's events.

use std::collections::BTreeMap;

use kiosk_ids::{OrderId, PaymentId};
use serde::Deserialize;

use super::signature::verify;
use super::{Dispute, DisputeStatus, Notice, NoticeError, NoticeKind, WEBHOOK_BYTES_MAX};
use crate::Moment;
use crate::stripe::from_stripe;

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

/// The fields that are used of all the kinds of objects.
#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    id: String,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
    payment_intent: Option<Named>,
    charge: Option<Named>,
    amount: Option<i64>,
    currency: Option<String>,
    status: Option<String>,
    #[serde(default)]
    balance_transactions: Vec<Movement>,
}

/// An object's id, whether it stands there alone or within the object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { id: String },
}

#[derive(Deserialize)]
struct Movement {
    fee: i64,
    currency: String,
}

/// Reads a webhook that was signed with one of `secrets` (`whsec_…`; several while they are changed), of the raw `body`.
///
/// # Errors
/// [`NoticeError`].
pub fn read_stripe(
    secrets: &[&str],
    signature: &str,
    body: &[u8],
    now_ms: Moment,
) -> Result<Notice, NoticeError> {
    if body.len() > WEBHOOK_BYTES_MAX {
        return Err(NoticeError::Malformed);
    }
    verify(secrets, signature, body, now_ms)?;
    let event: Event = serde_json::from_slice(body).map_err(|_| NoticeError::Malformed)?;
    notice(event).ok_or(NoticeError::Malformed)
}

/// None when an event lacks what its kind has.
fn notice(event: Event) -> Option<Notice> {
    let Event { id, kind, created, data: Data { object } } = event;
    let named = |name: &str| object.metadata.as_ref()?.get(name).map(String::as_str);
    let mut notice = Notice {
        id,
        created_ms: created.checked_mul(1000)?,
        kind: NoticeKind::Payment,
        payment: named("payment").and_then(|id| PaymentId::parse(id).ok()),
        order: named("order").and_then(|id| OrderId::parse(id).ok()),
        reference: None,
        authorisation: object.payment_intent.as_ref().map(Named::id),
        capture: object.charge.as_ref().map(Named::id),
    };
    match kind.as_str() {
        kind if kind.starts_with("checkout.session.") => notice.reference = Some(object.id),
        kind if kind.starts_with("payment_intent.") => notice.authorisation = Some(object.id),
        kind if kind.starts_with("charge.dispute.") => notice.kind = NoticeKind::Dispute(dispute(object)?),
        "charge.refunded" => {
            notice.kind = NoticeKind::Refund;
            notice.capture = Some(object.id);
        }
        kind if kind.starts_with("refund.") || kind.starts_with("charge.refund.") => {
            notice.kind = NoticeKind::Refund;
        }
        kind if kind.starts_with("charge.") => notice.capture = Some(object.id),
        _ => notice.kind = NoticeKind::Other,
    }
    Some(notice)
}

fn dispute(object: Object) -> Option<Dispute> {
    let amount = from_stripe(object.amount?, object.currency.as_deref()?).ok()?;
    let mut fee = None;
    for movement in &object.balance_transactions {
        let part = from_stripe(movement.fee, &movement.currency).ok()?;
        fee = Some(fee.map_or(Ok(part), |sum: kiosk_money::Money| sum.checked_add(part)).ok()?);
    }
    let status = match object.status.as_deref()? {
        "won" => DisputeStatus::Won,
        "lost" => DisputeStatus::Lost,
        // Warnings, and disputes that were prevented before they began, move no money.
        status if status.starts_with("warning_") || status == "prevented" => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open,
    };
    Some(Dispute { reference: object.id, amount, fee, status })
}

impl Named {
    fn id(&self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_money::{Currency, Money};
    use serde_json::{Value, json};

    use super::*;
    use crate::webhook::sign_stripe;

    const SECRET: &str = "whsec_test";

    fn read(kind: &str, object: Value) -> Result<Notice, NoticeError> {
        let event = json!({ "id": "evt_1", "object": "event", "type": kind, "created": 1_700_000_000,
            "livemode": false, "data": { "object": object } });
        let body = event.to_string();
        let signature = sign_stripe(SECRET, body.as_bytes(), 1_700_000_001_000);
        read_stripe(&[SECRET], &signature, body.as_bytes(), 1_700_000_001_000)
    }

    #[test]
    fn events_say_what_to_look_at() {
        let metadata = json!({ "payment": "pay_1", "order": "ord_1" });
        let session = read(
            "checkout.session.completed",
            json!({ "id": "cs_1", "metadata": metadata, "payment_intent": "pi_1" }),
        );
        let session = session.unwrap();
        assert_eq!(session.kind, NoticeKind::Payment);
        assert_eq!(session.reference.as_deref(), Some("cs_1"));
        assert_eq!(session.authorisation.as_deref(), Some("pi_1"));
        assert_eq!(session.payment, PaymentId::parse("pay_1").ok());
        assert_eq!(session.created_ms, 1_700_000_000_000);

        let intent = read("payment_intent.canceled", json!({ "id": "pi_1", "metadata": metadata })).unwrap();
        assert_eq!(intent.authorisation.as_deref(), Some("pi_1"));
        let charge = json!({ "id": "ch_1", "payment_intent": { "id": "pi_1" }, "metadata": {} });
        let charge = read("charge.refunded", charge).unwrap();
        assert_eq!((charge.kind, charge.capture.as_deref()), (NoticeKind::Refund, Some("ch_1")));
        assert_eq!((charge.authorisation.as_deref(), charge.payment), (Some("pi_1"), None));
        assert_eq!(read("customer.created", json!({ "id": "cus_1" })).unwrap().kind, NoticeKind::Other);
    }

    #[test]
    fn disputes_tell_amount_fee_and_status() {
        let dispute = |status: &str, movements: Value| {
            let object = json!({ "id": "dp_1", "amount": 1999, "currency": "eur", "charge": "ch_1",
                "payment_intent": "pi_1", "status": status, "balance_transactions": movements });
            let notice = read("charge.dispute.created", object).unwrap();
            assert_eq!(notice.capture.as_deref(), Some("ch_1"));
            let NoticeKind::Dispute(dispute) = notice.kind else { panic!("{:?}", notice.kind) };
            assert_eq!(dispute.amount, Money::new(1999, Currency::EUR));
            (dispute.status, dispute.fee.map(|fee| fee.amount))
        };
        let fee = json!([{ "fee": 2000, "currency": "eur" }]);
        assert_eq!(dispute("needs_response", fee), (DisputeStatus::Open, Some(2000)));
        assert_eq!(dispute("won", json!([])), (DisputeStatus::Won, None));
        assert_eq!(dispute("lost", json!([])), (DisputeStatus::Lost, None));
        assert_eq!(dispute("warning_needs_response", json!([])), (DisputeStatus::Inquiry, None));
    }

    #[test]
    fn a_signed_event_that_is_none_is_malformed() {
        let body = br#"{"id":"evt_1"}"#;
        let signature = sign_stripe(SECRET, body, 0);
        assert_eq!(read_stripe(&[SECRET], &signature, body, 0), Err(NoticeError::Malformed));
        assert_eq!(read("charge.dispute.created", json!({ "id": "dp_1" })), Err(NoticeError::Malformed));
        let odd = json!({ "id": "dp_1", "amount": 1, "currency": "xyz", "status": "won" });
        assert_eq!(read("charge.dispute.closed", odd), Err(NoticeError::Malformed));
    }
}
