//! What of an order goes back, as edge-orders tells and takes it.

use serde::{Deserialize, Serialize};

use super::model::VendorRef;

/// Pieces that can be sent back.
#[derive(Clone, Debug, Deserialize)]
pub struct Returnable {
    /// What was bought.
    pub sku: String,
    /// What it was called.
    pub title: String,
    /// Pieces.
    pub quantity: u32,
}

/// What goes back to one vendor.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderReturn {
    /// To whom.
    pub vendor: VendorRef,
    /// How far it is.
    pub status: ReturnStatus,
    /// `refund` or `exchange`.
    pub wish: String,
    /// What to write on the parcel, once it is expected.
    #[serde(default)]
    pub label: Option<String>,
    /// Why it was refused.
    #[serde(default)]
    pub reason: Option<String>,
    /// Which pieces.
    pub lines: Vec<ReturnLine>,
}

/// Pieces of a return.
#[derive(Clone, Debug, Deserialize)]
pub struct ReturnLine {
    /// What they are called.
    pub title: String,
    /// Pieces.
    pub quantity: u32,
    /// Of those, paid back or exchanged.
    #[serde(default)]
    pub accepted: u32,
}

/// How far a return is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// The vendor has not heard of it yet.
    Asked,
    /// It may be sent.
    Expected,
    /// The vendor has it.
    Received,
    /// It was inspected and answered.
    Inspected,
    /// Nothing will be sent.
    Cancelled,
    /// It cannot be sent back.
    Refused,
}

/// What a customer wants to send back.
#[derive(Clone, Debug, Serialize)]
pub struct AskReturn {
    /// Which pieces.
    pub lines: Vec<AskLine>,
    /// Why.
    pub reason: &'static str,
    /// What for.
    pub wish: &'static str,
    /// In the customer's words.
    pub note: String,
}

/// Pieces of one article.
#[derive(Clone, Debug, Serialize)]
pub struct AskLine {
    /// What was bought.
    pub sku: String,
    /// Pieces.
    pub quantity: u32,
}
