//! PayPal's objects.

use serde_json::{Value, json};

use super::answer::amount;
use crate::world::payment::{Capture, Dispute, DisputeStatus, Payment, Refund, Status};

/// Unix milliseconds as PayPal writes times.
pub(super) fn time(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn link(public_url: &str, path: &str, rel: &str, method: &str) -> Value {
    json!({ "href": format!("{public_url}{path}"), "rel": rel, "method": method })
}

/// An order.
pub(super) fn order(payment: &Payment, public_url: &str) -> Value {
    let id = &payment.reference;
    let path = format!("/v2/checkout/orders/{id}");
    let mut links = vec![link(public_url, &path, "self", "GET")];
    let status = match payment.status {
        Status::Open | Status::Challenge | Status::Expired => {
            links.push(link(public_url, &format!("/checkoutnow?token={id}"), "payer-action", "GET"));
            "PAYER_ACTION_REQUIRED"
        }
        Status::Approved => {
            links.push(link(public_url, &path, "update", "PATCH"));
            links.push(link(public_url, &format!("{path}/authorize"), "authorize", "POST"));
            "APPROVED"
        }
        Status::Authorised | Status::Captured | Status::Voided => "COMPLETED",
    };
    let mut unit = json!({
        "reference_id": payment.metadata.get("reference_id"),
        "amount": amount(payment.amount),
        "payee": { "email_address": "shop@kiosk.example", "merchant_id": "KIOSKMERCHANT" },
    });
    for name in ["custom_id", "invoice_id"] {
        if let Some(value) = payment.metadata.get(name) {
            unit[name] = json!(value);
        }
    }
    if payment.authorisation.is_some() {
        let captures = payment.captures.iter().map(|made| capture(payment, made, public_url));
        let refunds = payment.refunds.iter().map(|made| refund(payment, made, public_url));
        let mut payments = json!({ "authorizations": [authorisation(payment, public_url)] });
        if !payment.captures.is_empty() {
            payments["captures"] = captures.collect();
        }
        if !payment.refunds.is_empty() {
            payments["refunds"] = refunds.collect();
        }
        unit["payments"] = payments;
    }
    json!({
        "id": id,
        "intent": "AUTHORIZE",
        "status": status,
        "payment_source": { "paypal": {} },
        "purchase_units": [unit],
        "create_time": time(payment.created_ms),
        "links": links,
    })
}

fn related(payment: &Payment) -> Value {
    json!({ "related_ids": {
        "order_id": payment.reference,
        "authorization_id": payment.authorisation,
    } })
}

/// An authorisation.
pub(super) fn authorisation(payment: &Payment, public_url: &str) -> Value {
    let sums = payment.sums();
    let status = match payment.status {
        Status::Authorised if sums.captured > 0 => "PARTIALLY_CAPTURED",
        Status::Authorised => "CREATED",
        Status::Captured if payment.captures.last().is_some_and(|made| made.last) => "CAPTURED",
        _ => "VOIDED",
    };
    let id = payment.authorisation.as_deref().unwrap_or_default();
    let path = format!("/v2/payments/authorizations/{id}");
    json!({
        "id": id,
        "status": status,
        "amount": amount(payment.amount),
        "custom_id": payment.metadata.get("custom_id"),
        "invoice_id": payment.metadata.get("invoice_id"),
        "seller_protection": { "status": "NOT_ELIGIBLE" },
        "supplementary_data": { "related_ids": { "order_id": payment.reference } },
        "create_time": payment.authorised_ms.map(time),
        "expiration_time": payment.authorised_ms.map(|at_ms| time(at_ms + crate::world::PAYPAL_AUTHORISATION_MS)),
        "links": [
            link(public_url, &path, "self", "GET"),
            link(public_url, &format!("{path}/capture"), "capture", "POST"),
            link(public_url, &format!("{path}/void"), "void", "POST"),
            link(public_url, &format!("/v2/checkout/orders/{}", payment.reference), "up", "GET"),
        ],
    })
}

/// A capture.
pub(super) fn capture(payment: &Payment, made: &Capture, public_url: &str) -> Value {
    let status = match payment.refunded_of(&made.reference) {
        0 => "COMPLETED",
        refunded if refunded < made.amount.amount => "PARTIALLY_REFUNDED",
        _ => "REFUNDED",
    };
    let path = format!("/v2/payments/captures/{}", made.reference);
    json!({
        "id": made.reference,
        "status": status,
        "amount": amount(made.amount),
        "final_capture": made.last,
        "custom_id": payment.metadata.get("custom_id"),
        "invoice_id": payment.metadata.get("invoice_id"),
        "disbursement_mode": "INSTANT",
        "seller_protection": { "status": "NOT_ELIGIBLE" },
        "seller_receivable_breakdown": {
            "gross_amount": amount(made.amount),
            "paypal_fee": amount(made.fee),
            "net_amount": amount(payment.of(made.amount.amount - made.fee.amount)),
        },
        "supplementary_data": related(payment),
        "create_time": time(made.at_ms),
        "update_time": time(made.at_ms),
        "links": [
            link(public_url, &path, "self", "GET"),
            link(public_url, &format!("{path}/refund"), "refund", "POST"),
        ],
    })
}

/// A refund.
pub(super) fn refund(payment: &Payment, made: &Refund, public_url: &str) -> Value {
    let mut supplement = related(payment);
    supplement["related_ids"]["capture_id"] = json!(made.capture);
    json!({
        "id": made.id,
        "status": if made.failed { "FAILED" } else { "COMPLETED" },
        "amount": amount(made.amount),
        "custom_id": payment.metadata.get("custom_id"),
        "invoice_id": payment.metadata.get("invoice_id"),
        "seller_payable_breakdown": { "gross_amount": amount(made.amount), "total_refunded_amount": amount(made.amount) },
        "supplementary_data": supplement,
        "create_time": time(made.at_ms),
        "update_time": time(made.at_ms),
        "links": [
            link(public_url, &format!("/v2/payments/refunds/{}", made.id), "self", "GET"),
            link(public_url, &format!("/v2/payments/captures/{}", made.capture), "up", "GET"),
        ],
    })
}

/// A dispute.
pub(super) fn dispute(payment: &Payment, made: &Dispute) -> Value {
    let (status, outcome) = match made.status {
        DisputeStatus::Open => ("UNDER_REVIEW", None),
        DisputeStatus::Won => ("RESOLVED", Some("RESOLVED_SELLER_FAVOUR")),
        DisputeStatus::Lost => ("RESOLVED", Some("RESOLVED_BUYER_FAVOUR")),
    };
    json!({
        "dispute_id": made.id,
        "create_time": time(made.at_ms),
        "update_time": time(made.at_ms),
        "disputed_transactions": [{
            "seller_transaction_id": made.capture,
            "custom": payment.metadata.get("custom_id"),
            "invoice_number": payment.metadata.get("invoice_id"),
            "seller": { "merchant_id": "KIOSKMERCHANT", "name": "Kiosk" },
        }],
        "reason": "UNAUTHORISED",
        "status": status,
        "dispute_amount": amount(made.amount),
        "dispute_outcome": outcome.map(|code| json!({ "outcome_code": code, "amount_refunded": amount(made.amount) })),
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL",
    })
}
