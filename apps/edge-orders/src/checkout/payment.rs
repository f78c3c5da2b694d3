//! Payments: the port that providers implement, and paying on invoice.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use http::StatusCode;
use kiosk_edge_platform::Database;
use kiosk_ids::{OrderId, PaymentId};
use kiosk_money::Money;
use kiosk_pop_store::{StoreError, payments};
use kiosk_problem::Problem;
use kiosk_risk::reference_minor_or_par;

use super::request::PaymentMethod;

/// The dearest order that is sent on invoice, in reference units (about a euro cent each).
pub const INVOICE_REFERENCE_MINOR_MAX: i64 = 1_000_000;

/// A payment to authorise.
#[derive(Clone, Debug)]
pub struct PaymentRequest {
    /// Names the payment.
    pub id: PaymentId,
    /// The order it is for.
    pub order: OrderId,
    /// How it is paid.
    pub method: PaymentMethod,
    /// What is to be paid.
    pub amount: Money,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Money that will come, until it is voided.
#[derive(Clone, Debug)]
pub struct Authorisation(pub PaymentRequest);

/// A payment was not authorised or not voided.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// The provider says no; the shopper may choose another way.
    #[error("declined: {0}")]
    Declined(&'static str),
    /// It could not be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A payment provider.
pub trait PaymentPort: Send + Sync {
    /// Reserves the money. Nothing is owed before the order is committed.
    fn authorise(&self, request: PaymentRequest) -> BoxFuture<'_, Result<Authorisation, PaymentError>>;

    /// Gives a reservation up, because its order did not come about. Doing so twice changes nothing.
    fn void(&self, authorisation: Authorisation, now_ms: i64) -> BoxFuture<'_, Result<(), PaymentError>>;
}

/// Paying on invoice: the shop gives credit up to a limit.
pub struct InvoicePayment {
    db: Arc<dyn Database>,
}

impl InvoicePayment {
    /// Records its voids in `db`.
    pub fn new(db: Arc<dyn Database>) -> Self {
        Self { db }
    }
}

impl PaymentPort for InvoicePayment {
    fn authorise(&self, request: PaymentRequest) -> BoxFuture<'_, Result<Authorisation, PaymentError>> {
        let PaymentMethod::Invoice = request.method;
        let credit = reference_minor_or_par(request.amount.amount, request.amount.currency.code());
        let answer = if credit > INVOICE_REFERENCE_MINOR_MAX {
            Err(PaymentError::Declined("the order is too dear to be paid on invoice"))
        } else {
            Ok(Authorisation(request))
        };
        std::future::ready(answer).boxed()
    }

    fn void(&self, authorisation: Authorisation, now_ms: i64) -> BoxFuture<'_, Result<(), PaymentError>> {
        let PaymentRequest { id, order, method, amount, .. } = authorisation.0;
        async move {
            let void = payments::void(&id, &order, method.as_str(), amount, now_ms);
            self.db.batch(vec![void]).await.map_err(StoreError::from)?;
            Ok(())
        }
        .boxed()
    }
}

/// 402 for a payment that was declined.
pub fn declined(reason: &str) -> Problem {
    Problem::new(StatusCode::PAYMENT_REQUIRED, "payment_declined", "The payment was declined")
        .param("payment.method")
        .detail(reason)
}
