//! Stripe's objects.

use serde_json::{Value, json};

use super::answer::intent_status;
use crate::world::Transfer;
use crate::world::payment::{Capture, Dispute, DisputeStatus, Payment, Refund, Status};

/// The code of a payment's currency.
fn currency(payment: &Payment) -> String {
    payment.amount.currency.code().to_ascii_lowercase()
}

/// A Checkout Session; its intent whole when `expanded`.
pub(super) fn session(payment: &Payment, public_url: &str, expanded: bool) -> Value {
    let status = match payment.status {
        Status::Open | Status::Challenge | Status::Approved => "open",
        Status::Expired => "expired",
        Status::Authorised | Status::Captured | Status::Voided => "complete",
    };
    let intent_of = |id: &String| if expanded { intent(payment, false, false) } else { json!(id) };
    let url = (status == "open").then(|| format!("{public_url}/c/pay/{}", payment.reference));
    json!({
        "id": payment.reference,
        "object": "checkout.session",
        "amount_subtotal": payment.amount.amount,
        "amount_total": payment.amount.amount,
        "cancel_url": payment.cancel_url,
        "client_reference_id": payment.metadata.get("order"),
        "created": payment.created_ms / 1000,
        "currency": currency(payment),
        "customer": null,
        "expires_at": payment.expires_ms / 1000,
        "livemode": false,
        "locale": null,
        "metadata": payment.metadata,
        "mode": "payment",
        "payment_intent": payment.authorisation.as_ref().map(intent_of),
        "payment_method_options": {
            "card": {
                "request_multicapture": payment.multicapture_asked.then_some("if_available"),
                "request_three_d_secure": if payment.challenge_asked { "challenge" } else { "automatic" },
            },
        },
        "payment_method_types": ["card"],
        "payment_status": if payment.status == Status::Captured { "paid" } else { "unpaid" },
        "status": status,
        "success_url": payment.return_url,
        "ui_mode": "hosted",
        "url": url,
    })
}

/// A PaymentIntent; its charge whole when `charged`, with the movement of the balance when `moved`.
pub(super) fn intent(payment: &Payment, charged: bool, moved: bool) -> Value {
    let sums = payment.sums();
    let failure = payment.failure.map(|decline| {
        let (code, decline_code) = decline.codes();
        json!({ "type": "card_error", "code": code, "decline_code": decline_code, "message": decline.message() })
    });
    let charge_of = |id: &String| if charged { charge(payment, moved) } else { json!(id) };
    let canceled = matches!(payment.status, Status::Voided | Status::Expired);
    json!({
        "id": payment.authorisation,
        "object": "payment_intent",
        "amount": payment.amount.amount,
        "amount_capturable": sums.capturable,
        "amount_received": sums.captured,
        "canceled_at": null,
        "cancellation_reason": canceled.then_some("abandoned"),
        "capture_method": "manual",
        "confirmation_method": "automatic",
        "created": payment.created_ms / 1000,
        "currency": currency(payment),
        "last_payment_error": failure,
        "latest_charge": payment.charge.as_ref().map(charge_of),
        "livemode": false,
        "metadata": payment.intent_metadata,
        "next_action": null,
        "payment_method_types": ["card"],
        "status": intent_status(payment.status, payment.failure.is_some()),
        "transfer_group": payment.transfer_group,
    })
}

/// A charge; the latest movement of the balance whole when `moved`.
pub(super) fn charge(payment: &Payment, moved: bool) -> Value {
    let sums = payment.sums();
    let movement_of = |capture: &Capture| {
        if moved { movement(payment, capture) } else { json!(capture.transaction) }
    };
    let done = matches!(payment.status, Status::Captured);
    let card = payment.card.as_ref();
    json!({
        "id": payment.charge,
        "object": "charge",
        "amount": payment.amount.amount,
        "amount_captured": sums.captured,
        "amount_refunded": sums.refunded,
        "balance_transaction": payment.captures.last().map(movement_of),
        "captured": done,
        "created": payment.authorised_ms.map(|at_ms| at_ms / 1000),
        "currency": currency(payment),
        "disputed": !payment.disputes.is_empty(),
        "failure_code": null,
        "livemode": false,
        "metadata": payment.intent_metadata,
        "outcome": { "network_status": "approved_by_network", "type": "authorized" },
        "paid": true,
        "payment_intent": payment.authorisation,
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": card.map(|card| &card.brand),
                "last4": card.map(|card| &card.last4),
                "multicapture": { "status": if payment.multicapture { "available" } else { "unavailable" } },
            },
        },
        "refunded": done && sums.captured > 0 && sums.refunded == sums.captured,
        "status": "succeeded",
        "transfer_group": payment.transfer_group,
    })
}

fn movement(payment: &Payment, capture: &Capture) -> Value {
    json!({
        "id": capture.transaction,
        "object": "balance_transaction",
        "amount": capture.amount.amount,
        "available_on": capture.at_ms / 1000,
        "created": capture.at_ms / 1000,
        "currency": currency(payment),
        "exchange_rate": null,
        "fee": capture.fee.amount,
        "fee_details": [{
            "amount": capture.fee.amount, "currency": currency(payment), "type": "stripe_fee",
            "description": "Stripe processing fees",
        }],
        "net": capture.amount.amount - capture.fee.amount,
        "reporting_category": "charge",
        "source": capture.reference,
        "status": "available",
        "type": "charge",
    })
}

/// A refund.
pub(super) fn refund(payment: &Payment, refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount.amount,
        "balance_transaction": null,
        "charge": refund.capture,
        "created": refund.at_ms / 1000,
        "currency": currency(payment),
        "failure_reason": refund.failed.then_some("lost_or_stolen_card"),
        "metadata": {},
        "payment_intent": payment.authorisation,
        "reason": null,
        "status": if refund.failed { "failed" } else { "succeeded" },
    })
}

/// A dispute with its movements of the balance.
pub(super) fn dispute(payment: &Payment, dispute: &Dispute) -> Value {
    let status = match dispute.status {
        DisputeStatus::Open => "needs_response",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    };
    let line = |amount: i64, fee: i64, about: &str| {
        json!({
            "object": "balance_transaction", "amount": amount, "currency": currency(payment), "fee": fee,
            "net": amount - fee, "reporting_category": about, "type": "adjustment",
        })
    };
    let mut movements = vec![line(-dispute.amount.amount, dispute.fee.amount, "dispute")];
    if dispute.status == DisputeStatus::Won {
        movements.push(line(dispute.amount.amount, 0, "dispute_reversal"));
    }
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount.amount,
        "balance_transactions": movements,
        "charge": dispute.capture,
        "created": dispute.at_ms / 1000,
        "currency": currency(payment),
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": payment.authorisation,
        "reason": "fraudulent",
        "status": status,
    })
}

/// A transfer.
pub(super) fn transfer(transfer: &Transfer) -> Value {
    json!({
        "id": transfer.id,
        "object": "transfer",
        "amount": transfer.amount.amount,
        "amount_reversed": 0,
        "created": transfer.at_ms / 1000,
        "currency": transfer.amount.currency.code().to_ascii_lowercase(),
        "description": transfer.description,
        "destination": transfer.destination,
        "livemode": false,
        "metadata": {},
        "reversed": false,
        "source_type": "card",
        "transfer_group": transfer.group,
    })
}
