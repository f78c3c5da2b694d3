//! The port: what is asked of a provider, in its order.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use kiosk_ids::{OrderId, PaymentId, PromotionId};
use kiosk_money::Money;

/// Unix milliseconds.
pub type Moment = i64;

/// No answer came: whether the provider acted is not known, and the same request again finds out.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the provider did not answer: {0}")]
pub struct NoAnswer(pub String);

/// Sends requests to a provider: POPs with their host's outbound HTTP, the core with its own client.
pub trait Transport: Send + Sync {
    /// Sends and reads the whole answer, whatever its status, within the sender's timeout.
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>>;
}

/// The code of a capture of a part that is refused, since the payer's bank takes one capture only: all that is still
/// owed has to be captured at once. The provider was not asked for the capture, so that its key is free.
pub const CAPTURE_ONCE_ONLY: &str = "capture_once_only";

/// A provider did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PayError {
    /// It says no to this payment; the shopper may choose another way. The code is the provider's.
    #[error("declined: {0}")]
    Declined(String),
    /// It does not take the request; another try is of no use. The code is the provider's.
    #[error("refused with {status}: {code}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The provider's code.
        code: String,
    },
    /// It is away, busy or did not answer; the same request again is safe.
    #[error("the provider is away: {0}")]
    Away(String),
    /// It answers something else than was asked for: another amount, another currency, another payment.
    #[error("the provider's answer does not fit: {0}")]
    Mismatch(&'static str),
}

impl From<NoAnswer> for PayError {
    fn from(error: NoAnswer) -> Self {
        Self::Away(error.0)
    }
}

/// What a payment is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An order of a shopper.
    Order(OrderId),
    /// The fee of a vendor's promotion.
    Promotion(PromotionId),
}

impl Purpose {
    /// The name that the provider's metadata has it by.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Promotion(_) => "promotion",
        }
    }

    /// Its identifier.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Order(id) => id.as_str(),
            Self::Promotion(id) => id.as_str(),
        }
    }

    /// What the payer reads on the provider's page.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Order(id) => format!("Order {id}"),
            Self::Promotion(id) => format!("Promotion {id}"),
        }
    }
}

/// A payment to begin. Its id is the idempotency key: begun twice it is one payment.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Names the payment; kept in the provider's metadata.
    pub id: PaymentId,
    /// What it is for; kept in the provider's metadata, and the group of its transfers.
    pub purpose: Purpose,
    /// What to reserve.
    pub amount: Money,
    /// Where the provider sends the shopper when it is done.
    pub return_url: String,
    /// Where it sends a shopper who would rather pay another way.
    pub cancel_url: String,
    /// When the provider's page closes.
    pub expires_ms: Moment,
    /// The payer has to prove who they are, whatever the bank thinks: 3-D Secure with a challenge. For cards alone.
    pub challenge: bool,
}

/// A payment that waits for the shopper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// What the provider calls it.
    pub reference: String,
    /// The provider's page.
    pub url: String,
}

/// How far a payment is at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The shopper has not finished.
    Open,
    /// The money is reserved.
    Authorised,
    /// All of it, or as much as ever will be, is captured.
    Captured,
    /// It was cancelled, voided, has failed for good or has expired: no money will come of it.
    Closed,
}

/// A payment as the provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// How far it is.
    pub state: State,
    /// What captures name, as soon as it is authorised.
    pub authorisation: Option<String>,
    /// What is reserved or was captured.
    pub amount: Option<Money>,
}

/// Takes reserved money, or a part of it.
#[derive(Clone, Debug)]
pub struct Capture {
    /// Idempotency key.
    pub key: String,
    /// The authorisation.
    pub authorisation: String,
    /// How much.
    pub amount: Money,
    /// Nothing more will be captured: what is left is given back to the payer.
    pub last: bool,
}

/// Money that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// What refunds and transfers name.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What the provider keeps of it; none when it tells later.
    pub fee: Option<Money>,
}

/// Gives captured money back, or a part of it.
#[derive(Clone, Debug)]
pub struct Refund {
    /// Idempotency key.
    pub key: String,
    /// The capture.
    pub capture: String,
    /// How much.
    pub amount: Money,
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// What the provider calls it.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// Pays a vendor out.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// Idempotency key.
    pub key: String,
    /// The vendor's account at the provider.
    pub destination: String,
    /// How much.
    pub amount: Money,
    /// The payout, for the vendor's statement.
    pub description: String,
}

/// A vendor that was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transferred {
    /// What the provider calls it.
    pub reference: String,
}

/// A payment provider. Every call can be repeated: keys make it act once.
pub trait Gateway: Send + Sync {
    /// Begins a payment.
    fn start<'a>(&'a self, payment: &'a NewPayment) -> BoxFuture<'a, Result<Started, PayError>>;

    /// How far a payment is. One that the shopper approved and that the provider wants to be asked for once more
    /// (PayPal) is authorised by this.
    fn look<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>>;

    /// How far a payment is, without doing anything to it: one that was only approved is open.
    fn peek<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>> {
        self.look(payment, reference)
    }

    /// Closes a payment: its page, and what is reserved. One that was captured stays as it is, which the answer tells.
    fn cancel<'a>(
        &'a self,
        payment: &'a PaymentId,
        reference: &'a str,
    ) -> BoxFuture<'a, Result<Snapshot, PayError>>;

    /// Takes reserved money.
    fn capture<'a>(&'a self, capture: &'a Capture) -> BoxFuture<'a, Result<Captured, PayError>>;

    /// Gives captured money back.
    fn refund<'a>(&'a self, refund: &'a Refund) -> BoxFuture<'a, Result<Refunded, PayError>>;

    /// Pays a vendor out.
    fn transfer<'a>(&'a self, transfer: &'a Transfer) -> BoxFuture<'a, Result<Transferred, PayError>>;
}
