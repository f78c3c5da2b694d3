//! The payment of an order as the API shows it.

use http::StatusCode;
use kiosk_ids::OrderId;
use kiosk_money::Money;
use kiosk_payments::bank::CreditorReference;
use kiosk_pop_store::payments::{self as store, Payment, State};
use kiosk_problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Pop;
use crate::error::Result;
use crate::openapi::MoneySchema;

/// After how many seconds a provider that is away is worth another try.
const UNAVAILABLE_RETRY_S: u32 = 10;
/// How long a bank transfer may take, in milliseconds.
pub const TRANSFER_WITHIN_MS: i64 = 10 * 24 * 3_600_000;

/// The payment of an order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PaymentBody {
    pub state: PaymentState,
    /// The provider's page, while the shopper has to go there.
    pub redirect_url: Option<String>,
    /// Until when, Unix milliseconds.
    pub expires_ms: Option<i64>,
    /// Why nothing came of it: `given_up`, `expired`, `not_paid`, `declined`, `mismatch` or `stock_gone`.
    pub reason: Option<String>,
    /// What to write into a bank transfer.
    pub transfer: Option<TransferBody>,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// The provider is asked to begin.
    Starting,
    /// The shopper has to pay on the provider's page.
    Open,
    /// The money is reserved.
    Authorised,
    /// Nothing came of it; what was reserved is let go.
    Cancelled,
    /// The shop waits for a bank transfer.
    Expected,
}

/// A bank transfer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TransferBody {
    /// Without spaces.
    iban: String,
    /// Whom to pay.
    holder: String,
    /// How much.
    #[schema(value_type = MoneySchema)]
    amount: Money,
    /// Creditor reference (ISO 11649) by which the order is found.
    reference: String,
    /// Until when it is waited for, Unix milliseconds.
    until_ms: i64,
}

impl PaymentBody {
    /// Of a payment at a provider.
    pub fn of(payment: &Payment) -> Self {
        let waits = payment.state.waits();
        Self {
            state: match payment.state {
                State::Starting => PaymentState::Starting,
                State::Open => PaymentState::Open,
                State::Paid => PaymentState::Authorised,
                State::Voiding | State::Closed => PaymentState::Cancelled,
            },
            redirect_url: payment.url.clone().filter(|_| waits),
            expires_ms: waits.then_some(payment.expires_ms),
            reason: payment.reason.clone(),
            transfer: None,
        }
    }

    /// Of an order, however what is `due` is paid; nothing for one on invoice, and when gift cards paid all of it.
    pub async fn of_order(
        pop: &Pop,
        order: &OrderId,
        method: &str,
        due: Money,
        placed_ms: i64,
    ) -> Result<Option<Self>> {
        if method == "bank_transfer" && due.amount > 0 {
            return Ok(Self::transfer(pop, order, due, placed_ms));
        }
        if method == "invoice" || due.amount == 0 {
            return Ok(None);
        }
        Ok(store::of_order(&*pop.edge.db, order).await?.as_ref().map(Self::of))
    }

    fn transfer(pop: &Pop, order: &OrderId, amount: Money, placed_ms: i64) -> Option<Self> {
        let bank = pop.config.payments.bank.as_ref()?;
        let transfer = TransferBody {
            iban: bank.iban.clone(),
            holder: bank.holder.clone(),
            amount,
            reference: CreditorReference::of_order(order).as_str().to_owned(),
            until_ms: placed_ms + TRANSFER_WITHIN_MS,
        };
        Some(Self {
            state: PaymentState::Expected,
            redirect_url: None,
            expires_ms: None,
            reason: None,
            transfer: Some(transfer),
        })
    }
}

/// The status of the order of a payment.
pub fn status(payment: &Payment) -> &'static str {
    match (payment.state, payment.record.fraud.outcome.as_str()) {
        (State::Starting | State::Open, _) => "awaiting_payment",
        (State::Paid, "allow") => "placed",
        (State::Paid, _) => "in_review",
        (State::Voiding | State::Closed, _) => "cancelled",
    }
}

/// 402 for a payment that was declined.
pub fn declined(reason: &str) -> Problem {
    Problem::new(StatusCode::PAYMENT_REQUIRED, "payment_declined", "The payment was declined")
        .param("payment.method")
        .detail(reason)
}

/// 503 for a provider that cannot be reached.
pub fn unavailable() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "payment_unavailable",
        "This way to pay is not available now",
    )
    .param("payment.method")
    .detail("Nothing was charged. Choose another way to pay, or try again in a moment.")
    .retry_after_s(UNAVAILABLE_RETRY_S)
}
