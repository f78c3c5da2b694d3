//! Stripe. The shopper pays on a page of Stripe Checkout; the card is authorised and captured later, in parts.
//!
//! A payment's reference is its Checkout Session (`cs_…`), its authorisation the PaymentIntent (`pi_…`). All captures of
//! one authorisation are one charge (`ch_…`), so several captures have the same reference.

mod amount;
mod client;
mod wire;

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Method;
use kiosk_ids::PaymentId;
use kiosk_money::Money;

use crate::gateway::{
    CAPTURE_ONCE_ONLY, Capture, Captured, Gateway, NewPayment, PayError, Refund, Refunded, Snapshot, Started,
    State, Transfer, Transferred, Transport,
};
use crate::http_client::{code, in_path, refused};
use amount::{currency_code, to_stripe};
pub use amount::{from_stripe, stripe_least};
use wire::{Charge, Intent, RefundObject, Session, TransferObject};

/// The version of the API that is asked for, whatever the account's own is.
pub const STRIPE_VERSION: &str = "2025-03-31.basil";
/// A page of Stripe Checkout stays open at least so long after it was made.
pub const STRIPE_PAGE_MINUTES_MIN: i64 = 30;
/// And at most so long.
pub const STRIPE_PAGE_MINUTES_MAX: i64 = 24 * 60;

/// Stripe, or who speaks its API.
#[derive(Clone)]
pub struct Stripe {
    /// `https://api.stripe.com`, without a slash at its end.
    pub base_url: String,
    /// `sk_…` or a restricted key.
    pub secret_key: String,
    /// Sends the requests.
    pub transport: Arc<dyn Transport>,
}

impl Stripe {
    async fn begin(&self, payment: &NewPayment) -> Result<Started, PayError> {
        let amount = to_stripe(payment.amount)?;
        let (id, purpose) = (payment.id.as_str(), payment.purpose.as_str());
        let kind = payment.purpose.kind();
        let (on_intent, on_page) =
            (format!("payment_intent_data[metadata][{kind}]"), format!("metadata[{kind}]"));
        let mut fields = vec![
            ("mode", "payment".to_owned()),
            ("payment_method_types[0]", "card".to_owned()),
            ("line_items[0][quantity]", "1".to_owned()),
            ("line_items[0][price_data][currency]", currency_code(payment.amount.currency)),
            ("line_items[0][price_data][unit_amount]", amount.to_string()),
            ("line_items[0][price_data][product_data][name]", payment.purpose.title()),
            ("payment_intent_data[capture_method]", "manual".to_owned()),
            ("payment_intent_data[transfer_group]", purpose.to_owned()),
            // On the intent too, whose events and charges carry it on.
            ("payment_intent_data[metadata][payment]", id.to_owned()),
            (on_intent.as_str(), purpose.to_owned()),
            ("payment_method_options[card][request_multicapture]", "if_available".to_owned()),
            ("client_reference_id", purpose.to_owned()),
            ("metadata[payment]", id.to_owned()),
            (on_page.as_str(), purpose.to_owned()),
            ("success_url", payment.return_url.clone()),
            ("cancel_url", payment.cancel_url.clone()),
            ("expires_at", payment.expires_ms.div_euclid(1000).to_string()),
        ];
        if payment.challenge {
            fields.push(("payment_method_options[card][request_three_d_secure]", "challenge".to_owned()));
        }
        let session: Session = self.post("/v1/checkout/sessions", &fields, Some(id)).await?;
        check_payment(&session, &payment.id)?;
        check_amount(session.amount_total, session.currency.as_deref(), payment.amount)?;
        let url = session.url.filter(|url| url.starts_with("http")).ok_or(PayError::Mismatch("page"))?;
        Ok(Started { reference: session.id, url })
    }

    async fn session(&self, payment: &PaymentId, reference: &str) -> Result<Session, PayError> {
        let path = format!("/v1/checkout/sessions/{}?expand%5B%5D=payment_intent", in_path(reference)?);
        let session: Session = self.call(Method::GET, &path, &[], None).await?;
        check_payment(&session, payment)?;
        Ok(session)
    }

    async fn close(&self, payment: &PaymentId, reference: &str) -> Result<Snapshot, PayError> {
        let session = self.session(payment, reference).await?;
        let before = snapshot(&session)?;
        let done: Result<serde::de::IgnoredAny, PayError> = match before.state {
            State::Captured | State::Closed => return Ok(before),
            State::Open => {
                let path = format!("/v1/checkout/sessions/{}/expire", in_path(reference)?);
                self.post(&path, &[], None).await
            }
            State::Authorised => match session.payment_intent.as_ref().and_then(|intent| intent.object()) {
                // A part was captured: what is left is released, and the intent has succeeded.
                Some(intent) if intent.amount_received > 0 => {
                    let path = format!("/v1/payment_intents/{}/capture", in_path(&intent.id)?);
                    let rest = [("amount_to_capture", "0".to_owned()), ("final_capture", "true".to_owned())];
                    self.post(&path, &rest, None).await
                }
                Some(intent) => {
                    let path = format!("/v1/payment_intents/{}/cancel", in_path(&intent.id)?);
                    let reason = [("cancellation_reason", "abandoned".to_owned())];
                    self.post(&path, &reason, None).await
                }
                None => return Err(PayError::Mismatch("payment_intent")),
            },
        };
        // A refusal means that the shopper or another request was quicker: what became of it counts.
        if let Err(error @ (PayError::Away(_) | PayError::Mismatch(_))) = done {
            return Err(error);
        }
        let after = snapshot(&self.session(payment, reference).await?)?;
        match (after.state, done) {
            (State::Open | State::Authorised, Err(error)) if after == before => Err(error),
            // It moved on in between: the next try closes it.
            (State::Open | State::Authorised, _) => Err(PayError::Away("still being paid".to_owned())),
            _ => Ok(after),
        }
    }

    /// Whether the card's bank takes captures in parts, which most do not; unknown is tried.
    async fn takes_parts(&self, authorisation: &str) -> Result<bool, PayError> {
        let path = format!("/v1/payment_intents/{}?expand%5B%5D=latest_charge", in_path(authorisation)?);
        let intent: Intent = self.call(Method::GET, &path, &[], None).await?;
        let charge = intent.latest_charge.as_ref().and_then(|charge| charge.object());
        Ok(charge.and_then(Charge::multicapture) != Some("unavailable"))
    }

    async fn take(&self, capture: &Capture) -> Result<Captured, PayError> {
        if !capture.last && !self.takes_parts(&capture.authorisation).await? {
            return Err(refused(0, CAPTURE_ONCE_ONLY));
        }
        let path = format!("/v1/payment_intents/{}/capture", in_path(&capture.authorisation)?);
        let mut fields = vec![
            ("amount_to_capture", to_stripe(capture.amount)?.to_string()),
            ("expand[0]", "latest_charge.balance_transaction".to_owned()),
        ];
        // A last capture says nothing: the default is final, also where multicapture is not available.
        if !capture.last {
            fields.push(("final_capture", "false".to_owned()));
        }
        let intent: Intent = self.post(&path, &fields, Some(&capture.key)).await?;
        let received = from_stripe(intent.amount_received, &intent.currency)?;
        if intent.id != capture.authorisation {
            return Err(PayError::Mismatch("payment_intent"));
        }
        if received.currency != capture.amount.currency || received.amount < capture.amount.amount {
            return Err(PayError::Mismatch("amount"));
        }
        let charge = intent.latest_charge.as_ref().and_then(|charge| charge.object());
        let charge = charge.ok_or(PayError::Mismatch("charge"))?;
        let movement = charge.balance_transaction.as_ref().and_then(|movement| movement.object());
        // The fee is this capture's only where the movement is: it can be the sum of several, or come later.
        let fee = movement.and_then(|movement| {
            let moved = from_stripe(movement.amount, &movement.currency).ok()?;
            (moved == capture.amount).then(|| from_stripe(movement.fee, &movement.currency).ok())?
        });
        Ok(Captured { reference: charge.id.clone(), amount: capture.amount, fee })
    }

    async fn give_back(&self, refund: &Refund) -> Result<Refunded, PayError> {
        let fields = [
            ("charge", in_path(&refund.capture)?.to_owned()),
            ("amount", to_stripe(refund.amount)?.to_string()),
        ];
        let done: RefundObject = self.post("/v1/refunds", &fields, Some(&refund.key)).await?;
        check_amount(Some(done.amount), Some(&done.currency), refund.amount)?;
        match done.status.as_deref() {
            Some("failed" | "canceled") => Err(PayError::Declined(code(done.failure_reason.as_deref()))),
            _ => Ok(Refunded { reference: done.id, amount: refund.amount }),
        }
    }

    async fn pay_out(&self, transfer: &Transfer) -> Result<Transferred, PayError> {
        let fields = [
            ("amount", to_stripe(transfer.amount)?.to_string()),
            ("currency", currency_code(transfer.amount.currency)),
            ("destination", transfer.destination.clone()),
            ("description", transfer.description.clone()),
        ];
        let done: TransferObject = self.post("/v1/transfers", &fields, Some(&transfer.key)).await?;
        check_amount(Some(done.amount), Some(&done.currency), transfer.amount)?;
        if done.destination.as_deref() != Some(&transfer.destination) {
            return Err(PayError::Mismatch("destination"));
        }
        Ok(Transferred { reference: done.id })
    }
}

impl Gateway for Stripe {
    fn start<'a>(&'a self, payment: &'a NewPayment) -> BoxFuture<'a, Result<Started, PayError>> {
        self.begin(payment).boxed()
    }

    fn look<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>> {
        async move { snapshot(&self.session(payment, reference).await?) }.boxed()
    }

    fn cancel<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>> {
        self.close(payment, reference).boxed()
    }

    fn capture<'a>(&'a self, capture: &'a Capture) -> BoxFuture<'a, Result<Captured, PayError>> {
        self.take(capture).boxed()
    }

    fn refund<'a>(&'a self, refund: &'a Refund) -> BoxFuture<'a, Result<Refunded, PayError>> {
        self.give_back(refund).boxed()
    }

    fn transfer<'a>(&'a self, transfer: &'a Transfer) -> BoxFuture<'a, Result<Transferred, PayError>> {
        self.pay_out(transfer).boxed()
    }
}

fn check_payment(session: &Session, payment: &PaymentId) -> Result<(), PayError> {
    let named = session.metadata.get("payment").map(String::as_str);
    if named == Some(payment.as_str()) { Ok(()) } else { Err(PayError::Mismatch("payment")) }
}

fn check_amount(amount: Option<i64>, currency: Option<&str>, expected: Money) -> Result<(), PayError> {
    let amount = amount.ok_or(PayError::Mismatch("amount"))?;
    let found = from_stripe(amount, currency.ok_or(PayError::Mismatch("currency"))?)?;
    if found == expected { Ok(()) } else { Err(PayError::Mismatch("amount")) }
}

fn snapshot(session: &Session) -> Result<Snapshot, PayError> {
    let none = |state| Ok(Snapshot { state, authorisation: None, amount: None });
    let intent = match session.status.as_deref() {
        Some("open") => return none(State::Open),
        Some("expired") => return none(State::Closed),
        Some("complete") => session.payment_intent.as_ref().and_then(|intent| intent.object()),
        _ => return Err(PayError::Mismatch("status of the session")),
    };
    let intent = intent.ok_or(PayError::Mismatch("payment_intent"))?;
    let (state, amount) = match intent.status.as_str() {
        "requires_capture" => (State::Authorised, intent.amount),
        "succeeded" => (State::Captured, intent.amount_received),
        "canceled" if intent.amount_received > 0 => (State::Captured, intent.amount_received),
        "canceled" => return none(State::Closed),
        "processing" | "requires_action" | "requires_confirmation" | "requires_payment_method" => {
            return none(State::Open);
        }
        _ => return Err(PayError::Mismatch("status of the payment_intent")),
    };
    let amount = from_stripe(amount, &intent.currency)?;
    Ok(Snapshot { state, authorisation: Some(intent.id.clone()), amount: Some(amount) })
}
