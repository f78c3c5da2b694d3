//! PayPal. The shopper approves an order on PayPal's page; it is authorised when it is looked at next, and captured
//! later, in parts.
//!
//! A payment's reference is its PayPal order. An order that nobody approved cannot be cancelled at PayPal, so one that is
//! given up is marked there (`custom_id`): whoever looks later does not authorise it.

mod client;
mod snapshot;
mod wire;

use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::{HeaderMap, Method};
use kiosk_ids::PaymentId;
use serde_json::json;

use crate::gateway::{
    Capture, Captured, Gateway, NewPayment, PayError, Refund, Refunded, Snapshot, Started, State, Transfer,
    Transferred, Transport,
};
use crate::http_client::{code, in_path, read};
use crate::webhook::{Notice, NoticeError};
use client::{earlier_payout, error};
use snapshot::{check, closed, snapshot, unit};
pub(crate) use wire::Amount;
pub use wire::PAYPAL_CURRENCIES;
use wire::{Link, Movement, Order, Payout, Verification, amount, decimal};

/// Before a payment's id in `custom_id`: it was given up.
const GIVEN_UP: &str = "given-up-";
/// The longest value of a webhook's header.
const HEADER_BYTES_MAX: usize = 2048;

/// PayPal, or who speaks its API.
pub struct PayPal {
    base_url: String,
    client_id: String,
    client_secret: String,
    transport: Arc<dyn Transport>,
    token: Mutex<Option<Arc<str>>>,
}

impl PayPal {
    /// At `base_url` (`https://api-m.paypal.com`), as the app with these credentials.
    pub fn new(
        base_url: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        transport: Arc<dyn Transport>,
    ) -> Self {
        Self {
            base_url: base_url.into(),
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            transport,
            token: Mutex::default(),
        }
    }

    /// Reads a webhook after PayPal has confirmed that it sent it. `webhook_id` is the id of our registration.
    ///
    /// There is no tolerance of time here as there is for Stripe: PayPal's own check holds, and an event that was seen
    /// is known by its id.
    ///
    /// # Errors
    /// [`NoticeError`]; `Away` when PayPal could not be asked: it sends the webhook again.
    pub async fn notice(
        &self,
        webhook_id: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notice, NoticeError> {
        let notice = crate::webhook::read_paypal(body)?;
        let header = |name: &str| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.filter(|value| value.len() <= HEADER_BYTES_MAX).ok_or(NoticeError::Unsigned)
        };
        let question = json!({
            "auth_algo": header("paypal-auth-algo")?,
            "cert_url": header("paypal-cert-url")?,
            "transmission_id": header("paypal-transmission-id")?,
            "transmission_sig": header("paypal-transmission-sig")?,
            "transmission_time": header("paypal-transmission-time")?,
            "webhook_id": webhook_id,
        });
        // The event goes as it came: written anew, its signature would not fit.
        let event = std::str::from_utf8(body).map_err(|_| NoticeError::Malformed)?;
        let question = question.to_string();
        let question = format!("{},\"webhook_event\":{event}}}", question.trim_end_matches('}'));
        let answer: Verification = self
            .post("/v1/notifications/verify-webhook-signature", question, None)
            .await
            .map_err(|error| NoticeError::Away(error.to_string()))?;
        if answer.verification_status == "SUCCESS" { Ok(notice) } else { Err(NoticeError::Forged) }
    }

    async fn begin(&self, payment: &NewPayment) -> Result<Started, PayError> {
        let order = json!({
            "intent": "AUTHORIZE",
            "purchase_units": [{
                "reference_id": payment.id,
                "custom_id": payment.id,
                "invoice_id": payment.purpose.as_str(),
                "amount": amount(payment.amount)?,
            }],
            "payment_source": { "paypal": { "experience_context": {
                "return_url": payment.return_url,
                "cancel_url": payment.cancel_url,
                "user_action": "PAY_NOW",
                "shipping_preference": "NO_SHIPPING",
            } } },
        });
        let order: Order =
            self.post("/v2/checkout/orders", order.to_string(), Some(payment.id.as_str())).await?;
        let unit = unit(&order, &payment.id)?;
        check(unit.amount.as_ref(), payment.amount)?;
        // Who began before and forgot it finds the order as it is by now: then its payer is through.
        let url = if matches!(order.status.as_str(), "APPROVED" | "COMPLETED" | "VOIDED") {
            payment.return_url.clone()
        } else {
            let pages = |link: &&Link| matches!(link.rel.as_str(), "payer-action" | "approve");
            let page = order.links.iter().find(pages).filter(|page| page.href.starts_with("http"));
            page.ok_or(PayError::Mismatch("page"))?.href.clone()
        };
        Ok(Started { url, reference: order.id.clone() })
    }

    async fn order(&self, reference: &str) -> Result<Order, PayError> {
        let order: Order = self.get(&format!("/v2/checkout/orders/{}", in_path(reference)?)).await?;
        if order.id == reference { Ok(order) } else { Err(PayError::Mismatch("order")) }
    }

    async fn see(&self, payment: &PaymentId, reference: &str) -> Result<Snapshot, PayError> {
        let order = self.order(reference).await?;
        let seen = snapshot(&order, payment)?;
        if order.status != "APPROVED" || seen.state == State::Closed {
            return Ok(seen);
        }
        let path = format!("/v2/checkout/orders/{}/authorize", in_path(reference)?);
        let key = format!("{payment}-authorise");
        match self.post::<Order>(&path, String::new(), Some(&key)).await {
            Ok(_) => {}
            // The instrument that the payer chose is not good: this payment has failed, another may be begun.
            Err(PayError::Declined(_)) => return Ok(closed()),
            // Another request was quicker.
            Err(PayError::Refused { code, .. }) if code == "ORDER_ALREADY_AUTHORIZED" => {}
            Err(error) => return Err(error),
        }
        snapshot(&self.order(reference).await?, payment)
    }

    async fn close(&self, payment: &PaymentId, reference: &str) -> Result<Snapshot, PayError> {
        let mut order = self.order(reference).await?;
        if snapshot(&order, payment)?.state == State::Open {
            if self.mark_given_up(payment, &order).await? {
                return Ok(closed());
            }
            // It was authorised in between, or cannot be changed yet because nobody approved it.
            order = self.order(reference).await?;
        }
        let seen = snapshot(&order, payment)?;
        match (seen.state, &seen.authorisation) {
            (State::Open, _) => Ok(closed()),
            (State::Authorised, Some(authorisation)) => {
                let path = format!("/v2/payments/authorizations/{}/void", in_path(authorisation)?);
                let voided = self.done(Method::POST, &path, String::new(), None).await;
                if let Err(error @ (PayError::Away(_) | PayError::Mismatch(_))) = voided {
                    return Err(error);
                }
                let after = snapshot(&self.order(reference).await?, payment)?;
                // Refused, and still there: the refusal is the answer.
                if after.state == State::Authorised { voided.map(|_| after) } else { Ok(after) }
            }
            _ => Ok(seen),
        }
    }

    /// Whether PayPal took the mark.
    async fn mark_given_up(&self, payment: &PaymentId, order: &Order) -> Result<bool, PayError> {
        let unit = unit(order, payment)?;
        let name = unit.reference_id.as_deref().unwrap_or("default");
        let patch = json!([{
            "op": "replace",
            "path": format!("/purchase_units/@reference_id=='{name}'/custom_id"),
            "value": format!("{GIVEN_UP}{payment}"),
        }]);
        let path = format!("/v2/checkout/orders/{}", in_path(&order.id)?);
        match self.done(Method::PATCH, &path, patch.to_string(), None).await {
            Ok(_) => Ok(true),
            Err(PayError::Refused { status: 422, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn take(&self, capture: &Capture) -> Result<Captured, PayError> {
        let path = format!("/v2/payments/authorizations/{}/capture", in_path(&capture.authorisation)?);
        let body = json!({ "amount": amount(capture.amount)?, "final_capture": capture.last });
        let done: Movement = self.post(&path, body.to_string(), Some(&capture.key)).await?;
        check(done.amount.as_ref(), capture.amount)?;
        match done.status.as_str() {
            "COMPLETED" | "PARTIALLY_REFUNDED" | "REFUNDED" => {}
            "DECLINED" | "FAILED" => return Err(PayError::Declined(code(Some(&done.status)))),
            // The same request again tells how it ended.
            _ => return Err(PayError::Away(format!("capture is {}", code(Some(&done.status))))),
        }
        let fee = done.seller_receivable_breakdown.and_then(|breakdown| breakdown.paypal_fee);
        let fee = fee.map(|fee| fee.money()).transpose()?;
        Ok(Captured { reference: done.id, amount: capture.amount, fee })
    }

    async fn give_back(&self, refund: &Refund) -> Result<Refunded, PayError> {
        let path = format!("/v2/payments/captures/{}/refund", in_path(&refund.capture)?);
        let body = json!({ "amount": amount(refund.amount)? });
        let done: Movement = self.post(&path, body.to_string(), Some(&refund.key)).await?;
        check(done.amount.as_ref(), refund.amount)?;
        match done.status.as_str() {
            "COMPLETED" | "PENDING" => Ok(Refunded { reference: done.id, amount: refund.amount }),
            status => Err(PayError::Declined(code(Some(status)))),
        }
    }

    async fn pay_out(&self, transfer: &Transfer) -> Result<Transferred, PayError> {
        let kind = if transfer.destination.contains('@') { "EMAIL" } else { "PAYPAL_ID" };
        let body = json!({
            "sender_batch_header": {
                "sender_batch_id": transfer.key,
                "email_subject": transfer.description,
            },
            "items": [{
                "recipient_type": kind,
                "receiver": transfer.destination,
                "sender_item_id": transfer.key,
                "note": transfer.description,
                "amount": {
                    "currency": transfer.amount.currency.code(),
                    "value": decimal(transfer.amount)?,
                },
            }],
        });
        let path = "/v1/payments/payouts";
        let answer = self.send(Method::POST, path, body.to_string(), Some(&transfer.key)).await?;
        if !answer.status().is_success() {
            let earlier = earlier_payout(&answer).map(|reference| Transferred { reference });
            return earlier.ok_or_else(|| error(&answer));
        }
        let header = read::<Payout>(&answer)?.batch_header;
        match header.batch_status.as_deref() {
            Some("DENIED" | "CANCELED") => Err(PayError::Declined(code(header.batch_status.as_deref()))),
            _ => Ok(Transferred { reference: header.payout_batch_id }),
        }
    }
}

impl Gateway for PayPal {
    fn start<'a>(&'a self, payment: &'a NewPayment) -> BoxFuture<'a, Result<Started, PayError>> {
        self.begin(payment).boxed()
    }

    fn look<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>> {
        self.see(payment, reference).boxed()
    }

    fn peek<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>> {
        async move { snapshot(&self.order(reference).await?, payment) }.boxed()
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
