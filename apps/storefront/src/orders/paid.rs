//! What is taken off, and how the rest is paid, as edge-orders says it.

use kiosk_money::Money;
use serde::Deserialize;

/// What a discount takes off.
#[derive(Clone, Debug, Deserialize)]
pub struct Discount {
    /// For people.
    pub name: String,
    /// The code it was asked for with.
    #[serde(default)]
    pub code: Option<String>,
    /// How much.
    pub amount: Money,
}

/// The code of a cart.
#[derive(Clone, Debug, Deserialize)]
pub struct CartCode {
    /// As it was typed.
    pub code: String,
    /// What it is the code of.
    #[serde(default)]
    pub name: Option<String>,
    /// Why it takes nothing; none when it does take something.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A gift card of a cart.
#[derive(Clone, Debug, Deserialize)]
pub struct CartGiftCard {
    /// Identifier, which is not its code.
    pub id: String,
    /// What it has left.
    pub balance: Money,
}

/// What a gift card pays of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct GiftCardUse {
    /// How much.
    pub amount: Money,
}

/// The payment of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderPayment {
    /// `starting`, `open`, `authorised`, `cancelled` or `expected`.
    pub state: String,
    /// The provider's page, while the shopper has to go there.
    #[serde(default)]
    pub redirect_url: Option<String>,
    /// Until when, Unix milliseconds.
    #[serde(default)]
    pub expires_ms: Option<i64>,
    /// Why nothing came of it.
    #[serde(default)]
    pub reason: Option<String>,
    /// What to write into a bank transfer.
    #[serde(default)]
    pub transfer: Option<Transfer>,
}

/// A bank transfer.
#[derive(Clone, Debug, Deserialize)]
pub struct Transfer {
    /// Without spaces.
    pub iban: String,
    /// Whom to pay.
    pub holder: String,
    /// How much.
    pub amount: Money,
    /// By which the order is found.
    pub reference: String,
    /// Until when it is waited for, Unix milliseconds.
    pub until_ms: i64,
}
