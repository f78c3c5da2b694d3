//! PayPal's events. Whether one is PayPal's own, `PayPal::notice` asks.

use kiosk_ids::{OrderId, PaymentId};
use serde::Deserialize;

use super::{Dispute, DisputeStatus, Notice, NoticeError, NoticeKind, WEBHOOK_BYTES_MAX};
use crate::Moment;
use crate::paypal::Amount;

#[derive(Deserialize)]
struct Event {
    id: String,
    event_type: String,
    create_time: String,
    resource: Resource,
}

/// The fields that are used of all the kinds of resources.
#[derive(Deserialize)]
struct Resource {
    id: Option<String>,
    custom_id: Option<String>,
    invoice_id: Option<String>,
    #[serde(default)]
    purchase_units: Vec<PurchaseUnit>,
    #[serde(default)]
    supplementary_data: Supplement,
    dispute_id: Option<String>,
    dispute_amount: Option<Amount>,
    dispute_life_cycle_stage: Option<String>,
    status: Option<String>,
    dispute_outcome: Option<Outcome>,
    #[serde(default)]
    disputed_transactions: Vec<Transaction>,
}

#[derive(Deserialize)]
struct PurchaseUnit {
    custom_id: Option<String>,
    invoice_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Supplement {
    #[serde(default)]
    related_ids: Related,
}

#[derive(Default, Deserialize)]
struct Related {
    order_id: Option<String>,
    authorization_id: Option<String>,
    capture_id: Option<String>,
}

#[derive(Deserialize)]
struct Outcome {
    outcome_code: Option<String>,
}

#[derive(Deserialize)]
struct Transaction {
    seller_transaction_id: Option<String>,
    custom: Option<String>,
    invoice_number: Option<String>,
}

/// Reads an event, without believing it yet.
pub(crate) fn read_paypal(body: &[u8]) -> Result<Notice, NoticeError> {
    if body.len() > WEBHOOK_BYTES_MAX {
        return Err(NoticeError::Malformed);
    }
    let event: Event = serde_json::from_slice(body).map_err(|_| NoticeError::Malformed)?;
    notice(event).ok_or(NoticeError::Malformed)
}

/// None when an event lacks what its kind has.
fn notice(event: Event) -> Option<Notice> {
    let Event { id, event_type, create_time, resource } = event;
    let unit = resource.purchase_units.first();
    let disputed = resource.disputed_transactions.first();
    let payment = resource
        .custom_id
        .as_deref()
        .or_else(|| unit?.custom_id.as_deref())
        .or_else(|| disputed?.custom.as_deref());
    let order = resource
        .invoice_id
        .as_deref()
        .or_else(|| unit?.invoice_id.as_deref())
        .or_else(|| disputed?.invoice_number.as_deref());
    let related = &resource.supplementary_data.related_ids;
    let mut notice = Notice {
        id,
        created_ms: unix_ms(&create_time)?,
        kind: NoticeKind::Payment,
        payment: payment.and_then(|id| PaymentId::parse(id).ok()),
        order: order.and_then(|id| OrderId::parse(id).ok()),
        reference: related.order_id.clone(),
        authorisation: related.authorization_id.clone(),
        capture: related.capture_id.clone(),
    };
    match event_type.as_str() {
        kind if kind.starts_with("CHECKOUT.") => notice.reference = resource.id,
        kind if kind.starts_with("PAYMENT.AUTHORIZATION.") => notice.authorisation = resource.id,
        // Their resource is the refund; the capture is among the related.
        "PAYMENT.CAPTURE.REFUNDED" | "PAYMENT.CAPTURE.REVERSED" => notice.kind = NoticeKind::Refund,
        kind if kind.starts_with("PAYMENT.REFUND.") => notice.kind = NoticeKind::Refund,
        kind if kind.starts_with("PAYMENT.CAPTURE.") => notice.capture = resource.id,
        kind if kind.starts_with("CUSTOMER.DISPUTE.") => {
            notice.capture = disputed.and_then(|disputed| disputed.seller_transaction_id.clone());
            notice.kind = NoticeKind::Dispute(dispute(resource)?);
        }
        _ => notice.kind = NoticeKind::Other,
    }
    Some(notice)
}

fn dispute(resource: Resource) -> Option<Dispute> {
    let outcome = resource.dispute_outcome.and_then(|outcome| outcome.outcome_code);
    let inquiry = resource.dispute_life_cycle_stage.as_deref() == Some("INQUIRY");
    let status = match (resource.status.as_deref()?, outcome.as_deref()) {
        ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR" | "ACCEPTED")) => DisputeStatus::Lost,
        // Withdrawn by the buyer, for the seller, or paid by PayPal itself: the money is the shop's.
        ("RESOLVED", _) => DisputeStatus::Won,
        _ if inquiry => DisputeStatus::Inquiry,
        _ => DisputeStatus::Open,
    };
    Some(Dispute {
        reference: resource.dispute_id?,
        amount: resource.dispute_amount?.money().ok()?,
        fee: None,
        status,
    })
}

/// Reads `2018-06-21T13:36:33.000Z`: PayPal writes UTC alone.
fn unix_ms(text: &str) -> Option<Moment> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let number = |text: &str, digits: usize| -> Option<i64> {
        let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
        if plain { text.parse().ok() } else { None }
    };
    let mut date = date.split('-');
    let (year, month, day) = (number(date.next()?, 4)?, number(date.next()?, 2)?, number(date.next()?, 2)?);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "000"));
    let mut time = time.split(':');
    let (hour, minute, second) =
        (number(time.next()?, 2)?, number(time.next()?, 2)?, number(time.next()?, 2)?);
    let milli = number(fraction.get(..3)?, 3)?;
    let fits = date.next().is_none() && time.next().is_none();
    if !fits
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    // Days since 1970 of the Gregorian calendar, with years that begin in March.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_money::{Currency, Money};
    use serde_json::{Value, json};

    use super::*;

    fn read(kind: &str, resource: Value) -> Result<Notice, NoticeError> {
        let event = json!({ "id": "WH-1", "event_version": "1.0", "event_type": kind, "resource": resource,
            "create_time": "2018-06-21T13:36:33.000Z" });
        read_paypal(event.to_string().as_bytes())
    }

    #[test]
    fn times_are_read() {
        assert_eq!(unix_ms("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_ms("2018-06-21T13:36:33.000Z"), Some(1_529_588_193_000));
        assert_eq!(unix_ms("2024-02-29T23:59:59.123Z"), Some(1_709_251_199_123));
        for bad in ["", "2018-06-21", "2018-06-21T13:36:33", "2018-13-21T13:36:33Z", "2018-6-21T13:36:33Z"] {
            assert_eq!(unix_ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn events_say_what_to_look_at() {
        let order = json!({ "id": "8HD6", "status": "APPROVED",
            "purchase_units": [{ "custom_id": "pay_1", "invoice_id": "ord_1" }] });
        let order = read("CHECKOUT.ORDER.APPROVED", order).unwrap();
        assert_eq!((order.kind, order.reference.as_deref()), (NoticeKind::Payment, Some("8HD6")));
        assert_eq!(
            (order.payment, order.order),
            (PaymentId::parse("pay_1").ok(), OrderId::parse("ord_1").ok())
        );
        let related = json!({ "related_ids": { "order_id": "8HD6", "authorization_id": "3KM3" } });
        let capture = json!({ "id": "29Y2", "custom_id": "pay_1", "supplementary_data": related });
        let capture = read("PAYMENT.CAPTURE.COMPLETED", capture).unwrap();
        assert_eq!(capture.capture.as_deref(), Some("29Y2"));
        assert_eq!(capture.authorisation.as_deref(), Some("3KM3"));
        assert_eq!(read("CATALOG.PRODUCT.CREATED", json!({})).unwrap().kind, NoticeKind::Other);
        assert_eq!(read_paypal(b"{}"), Err(NoticeError::Malformed));
    }

    #[test]
    fn disputes_tell_amount_and_status() {
        let dispute = |stage: &str, status: &str, outcome: Value| {
            let resource = json!({ "dispute_id": "PP-1", "status": status, "dispute_life_cycle_stage": stage,
                "dispute_amount": { "currency_code": "USD", "value": "3.00" }, "dispute_outcome": outcome,
                "disputed_transactions": [{ "seller_transaction_id": "00D1", "custom": "pay_1" }] });
            let notice = read("CUSTOMER.DISPUTE.CREATED", resource).unwrap();
            assert_eq!((notice.capture.as_deref(), notice.payment.is_some()), (Some("00D1"), true));
            let NoticeKind::Dispute(dispute) = notice.kind else { panic!("{:?}", notice.kind) };
            assert_eq!(dispute.amount, Money::new(300, Currency::USD));
            dispute.status
        };
        let outcome = |code: &str| json!({ "outcome_code": code });
        assert_eq!(dispute("INQUIRY", "OPEN", Value::Null), DisputeStatus::Inquiry);
        assert_eq!(dispute("CHARGEBACK", "UNDER_REVIEW", Value::Null), DisputeStatus::Open);
        let lost = outcome("RESOLVED_BUYER_FAVOUR");
        assert_eq!(dispute("CHARGEBACK", "RESOLVED", lost), DisputeStatus::Lost);
        let won = outcome("RESOLVED_SELLER_FAVOUR");
        assert_eq!(dispute("CHARGEBACK", "RESOLVED", won), DisputeStatus::Won);
    }
}
