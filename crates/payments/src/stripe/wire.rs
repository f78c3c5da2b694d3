//! What is read of Stripe's answers. Fields that are not named here are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An object, or its id where it was not expanded.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expandable<T> {
    /// Its id, which the objects that are used have too.
    Id(#[allow(dead_code)] String),
    /// All of it.
    Object(Box<T>),
}

impl<T> Expandable<T> {
    pub fn object(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Object(object) => Some(object),
        }
    }
}

/// A Checkout Session.
#[derive(Debug, Deserialize)]
pub(crate) struct Session {
    pub id: String,
    pub status: Option<String>,
    pub url: Option<String>,
    pub amount_total: Option<i64>,
    pub currency: Option<String>,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    pub payment_intent: Option<Expandable<Intent>>,
}

/// A PaymentIntent.
#[derive(Debug, Deserialize)]
pub(crate) struct Intent {
    pub id: String,
    pub status: String,
    pub amount: i64,
    #[serde(default)]
    pub amount_received: i64,
    pub currency: String,
    pub latest_charge: Option<Expandable<Charge>>,
}

/// A charge.
#[derive(Debug, Deserialize)]
pub(crate) struct Charge {
    pub id: String,
    pub balance_transaction: Option<Expandable<BalanceTransaction>>,
    pub payment_method_details: Option<MethodDetails>,
}

impl Charge {
    /// Whether several captures are `available` or `unavailable`.
    pub fn multicapture(&self) -> Option<&str> {
        Some(&*self.payment_method_details.as_ref()?.card.as_ref()?.multicapture.as_ref()?.status)
    }
}

/// How it was paid.
#[derive(Debug, Deserialize)]
pub(crate) struct MethodDetails {
    pub card: Option<CardDetails>,
}

/// Of a card.
#[derive(Debug, Deserialize)]
pub(crate) struct CardDetails {
    pub multicapture: Option<Multicapture>,
}

/// Whether several captures can be made.
#[derive(Debug, Deserialize)]
pub(crate) struct Multicapture {
    pub status: String,
}

/// A movement of our balance at Stripe.
#[derive(Debug, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub amount: i64,
    pub currency: String,
    pub fee: i64,
}

/// A refund.
#[derive(Debug, Deserialize)]
pub(crate) struct RefundObject {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub status: Option<String>,
    pub failure_reason: Option<String>,
}

/// A transfer to a connected account.
#[derive(Debug, Deserialize)]
pub(crate) struct TransferObject {
    pub id: String,
    pub amount: i64,
    pub currency: String,
    pub destination: Option<String>,
}

/// The body of an answer that is an error.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub error: ErrorObject,
}

/// What went wrong.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorObject {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub code: Option<String>,
    pub decline_code: Option<String>,
}
