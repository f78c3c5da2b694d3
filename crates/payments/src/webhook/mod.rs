//! Webhooks: what a provider tells by itself. A notice says what to look at; how far a payment is, [`Gateway::look`]
//! tells. Only a dispute is told here alone.
//!
//! Providers send a notice at least once, late, and in any order: keep [`Notice::id`] and pass over those that were seen.
//!
//! [`Gateway::look`]: crate::Gateway::look

mod paypal;
mod signature;
mod stripe;

use kiosk_ids::{OrderId, PaymentId};
use kiosk_money::Money;

use crate::Moment;
pub(crate) use paypal::read_paypal;
pub use signature::{SIGNATURE_TOLERANCE_MS, STRIPE_SIGNATURE, sign_stripe};
pub use stripe::read_stripe;

/// The longest webhook that is read.
pub const WEBHOOK_BYTES_MAX: usize = 256 * 1024;

/// A webhook that is not believed, or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// A header of the signature is missing or not of its form.
    #[error("the webhook is not signed")]
    Unsigned,
    /// It was signed too long ago, or ahead of our time.
    #[error("the webhook's signature is not of this time")]
    Stale,
    /// The signature is of another key or another body.
    #[error("the webhook's signature does not fit")]
    Forged,
    /// It is signed, and not an event as the provider documents it.
    #[error("the webhook cannot be read")]
    Malformed,
    /// The provider could not be asked whether it is its own.
    #[error("the webhook could not be checked: {0}")]
    Away(String),
}

/// A webhook that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The provider's id of the event, the same however often it is sent.
    pub id: String,
    /// When it happened at the provider.
    pub created_ms: Moment,
    /// What to look at.
    pub kind: NoticeKind,
    /// The payment, where the event names it.
    pub payment: Option<PaymentId>,
    /// Its order, where the event names it.
    pub order: Option<OrderId>,
    /// What `Started::reference` is of it, where the event names it.
    pub reference: Option<String>,
    /// What `Snapshot::authorisation` is of it, where the event names it.
    pub authorisation: Option<String>,
    /// What `Captured::reference` is of it, where the event names it.
    pub capture: Option<String>,
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A payment may have got on: paid, failed, expired, captured, voided.
    Payment,
    /// Money went back to the payer, or a refund has failed after all.
    Refund,
    /// A dispute was opened, has changed or is closed.
    Dispute(Dispute),
    /// Nothing that is looked at here.
    Other,
}

/// A payer disputes a payment with the bank or with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// What the provider calls it.
    pub reference: String,
    /// What is disputed.
    pub amount: Money,
    /// What the provider takes for it; none where it does not say.
    pub fee: Option<Money>,
    /// How far it is.
    pub status: DisputeStatus,
}

/// How far a dispute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    /// A question alone: no money has moved.
    Inquiry,
    /// The money was taken back until it is decided.
    Open,
    /// Decided for the shop: the money comes back.
    Won,
    /// Decided for the payer.
    Lost,
}
