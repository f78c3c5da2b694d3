//! What a webhook that was believed says of a refund: which, of which capture, how much.

use kiosk_money::{Currency, Money};
use kiosk_payments::from_stripe;
use serde::Deserialize;

use super::state::Provider;

/// A refund at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotice {
    /// The provider's name of it.
    pub reference: String,
    /// Of what it was taken from, where it says.
    pub capture: Option<String>,
    /// How much.
    pub amount: Money,
    /// Whether it failed: the money is with the shop again.
    pub failed: bool,
}

#[derive(Deserialize)]
struct StripeEvent {
    data: StripeData,
}

#[derive(Deserialize)]
struct StripeData {
    object: StripeRefund,
}

#[derive(Deserialize)]
struct StripeRefund {
    object: String,
    id: String,
    amount: i64,
    currency: String,
    charge: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct PaypalEvent {
    event_type: String,
    resource: PaypalRefund,
}

#[derive(Deserialize)]
struct PaypalRefund {
    id: String,
    amount: PaypalAmount,
    status: Option<String>,
    #[serde(default)]
    links: Vec<PaypalLink>,
}

#[derive(Deserialize)]
struct PaypalAmount {
    currency_code: String,
    value: String,
}

#[derive(Deserialize)]
struct PaypalLink {
    href: String,
    rel: String,
}

/// Reads it; none for an event of refunds that moves no money: of the charge as a whole, or of a refund that waits for
/// the payer.
pub fn read_refund(provider: Provider, body: &[u8]) -> Option<RefundNotice> {
    match provider {
        Provider::Stripe => read_stripe(body),
        Provider::Paypal => read_paypal(body),
        Provider::Bank => None,
    }
}

fn read_stripe(body: &[u8]) -> Option<RefundNotice> {
    let refund = serde_json::from_slice::<StripeEvent>(body).ok()?.data.object;
    let failed = matches!(refund.status.as_deref(), Some("failed" | "canceled"));
    let moves = failed || matches!(refund.status.as_deref(), Some("succeeded" | "pending") | None);
    if refund.object != "refund" || !moves || refund.amount <= 0 {
        return None;
    }
    let amount = from_stripe(refund.amount, &refund.currency).ok()?;
    Some(RefundNotice { reference: refund.id, capture: refund.charge, amount, failed })
}

fn read_paypal(body: &[u8]) -> Option<RefundNotice> {
    let event = serde_json::from_slice::<PaypalEvent>(body).ok()?;
    let refund = event.resource;
    let failed = event.event_type.ends_with(".FAILED")
        || event.event_type.ends_with(".DENIED")
        || matches!(refund.status.as_deref(), Some("FAILED" | "CANCELLED" | "DENIED"));
    let currency = Currency::from_code(&refund.amount.currency_code)?;
    let amount = Money::parse_decimal(&refund.amount.value, currency).ok()?;
    // The capture is the resource above the refund: …/v2/payments/captures/<id>.
    let up = refund.links.iter().find(|link| link.rel == "up");
    let capture = up.and_then(|link| link.href.rsplit('/').next()).map(str::to_owned);
    (amount.amount > 0).then_some(RefundNotice { reference: refund.id, capture, amount, failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refunds_are_read_and_other_events_are_not() {
        let stripe = |object: &str, status: &str| {
            let body = format!(
                r#"{{"data":{{"object":{{"object":"{object}","id":"re_1","amount":250,"currency":"eur","charge":"ch_1","status":"{status}"}}}}}}"#
            );
            read_refund(Provider::Stripe, body.as_bytes())
        };
        let amount = Money::new(250, Currency::EUR);
        let refund = |failed| {
            let (reference, capture) = ("re_1".to_owned(), Some("ch_1".to_owned()));
            Some(RefundNotice { reference, capture, amount, failed })
        };
        assert_eq!(
            (stripe("refund", "succeeded"), stripe("refund", "failed")),
            (refund(false), refund(true))
        );
        assert_eq!((stripe("refund", "requires_action"), stripe("charge", "succeeded")), (None, None));
        let paypal = |event: &str, value: &str| {
            let body = format!(
                r#"{{"event_type":"{event}","resource":{{"id":"R1","amount":{{"currency_code":"EUR","value":"{value}"}},"status":"COMPLETED","links":[{{"rel":"up","href":"https://x/v2/payments/captures/C1"}}]}}}}"#
            );
            read_refund(Provider::Paypal, body.as_bytes())
        };
        let refund = |failed| {
            let (reference, capture) = ("R1".to_owned(), Some("C1".to_owned()));
            Some(RefundNotice { reference, capture, amount, failed })
        };
        assert_eq!(paypal("PAYMENT.CAPTURE.REFUNDED", "2.50"), refund(false));
        assert_eq!(paypal("PAYMENT.REFUND.FAILED", "2.50"), refund(true));
        assert_eq!(paypal("PAYMENT.CAPTURE.REFUNDED", "2.501"), None);
        assert_eq!(read_refund(Provider::Stripe, b"{}"), None);
    }
}
