//! The question: facts of an order without any personal value, and keyed pseudonyms to count by.

use serde::{Deserialize, Serialize};

use crate::KeyKind;

/// Longest accepted identity key; a keyed HMAC in hexadecimal or base64 is far below.
pub const IDENTITY_KEY_BYTES_MAX: usize = 128;

/// What edge-orders sends to edge-fraud.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRequest {
    /// The order as it stands at checkout.
    pub order: OrderFacts,
    /// Whom to count by.
    pub keys: IdentityKeys,
    /// Time of the checkout, milliseconds since 1970 (UTC), from the caller's clock port.
    pub now_ms: i64,
}

/// An order in facts. Every field is a number, a flag or a closed category, so that no personal value fits in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFacts {
    /// Total to pay, minor units of `currency`.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Dearest single piece, minor units of `currency`.
    pub unit_price_minor_max: i64,
    /// Pieces over all lines.
    pub item_count: u32,
    /// Distinct SKUs.
    pub sku_count: u32,
    /// Largest quantity of one line.
    pub line_quantity_max: u32,
    /// Any bulky article in the order.
    pub bulky: bool,
    /// How it is to be delivered.
    pub delivery: DeliveryKind,
    /// How it is to be paid.
    pub payment: PaymentKind,
    /// Hour of the day at the POP, 0 to 23.
    pub hour_of_day: u8,
    /// Age of the buyer's account in whole days; `None` for a guest.
    pub account_age_days: Option<u32>,
    /// Time from the creation of the cart to the checkout, seconds.
    pub cart_age_s: u32,
    /// Billing and shipping address are the same.
    pub billing_is_shipping: bool,
    /// The e-mail's domain is a known throw-away one.
    pub disposable_email: bool,
    /// What discounts take off the listed price, in whole percent.
    #[serde(default)]
    pub discount_percent: u8,
    /// The greatest share of fraud among the latest orders of one of its vendors, smoothed ([`crate::vendor_risk_ppm`]),
    /// millionths.
    #[serde(default = "unknown_vendor")]
    pub vendor_risk_ppm: u32,
}

const fn unknown_vendor() -> u32 {
    crate::VENDOR_RISK_PPM_PRIOR
}

/// How an order is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// Parcel, ordinary speed.
    Standard,
    /// Parcel, express.
    Express,
    /// Collected at a pick-up point.
    Pickup,
    /// A kind this version does not know: scored as implausible, hence reviewed.
    #[serde(other)]
    Unknown,
}

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentKind {
    /// On invoice, after delivery.
    Invoice,
    /// Credit or debit card.
    Card,
    /// A wallet such as those of phones.
    Wallet,
    /// Bank transfer ahead of delivery.
    BankTransfer,
    /// A kind this version does not know: scored as implausible, hence reviewed.
    #[serde(other)]
    Unknown,
}

/// Keyed pseudonyms (HMAC; the key stays in the region) of whom and what an order comes from. Opaque here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityKeys {
    /// The account, or for a guest the normalised e-mail address.
    #[serde(default)]
    pub customer: Option<String>,
    /// The browser's device cookie or the app's installation.
    #[serde(default)]
    pub device: Option<String>,
    /// The normalised shipping address.
    #[serde(default)]
    pub address: Option<String>,
    /// The payment provider's card token.
    #[serde(default)]
    pub card: Option<String>,
}

impl IdentityKeys {
    /// The key of one kind, if the order has one.
    #[must_use]
    pub fn get(&self, kind: KeyKind) -> Option<&str> {
        match kind {
            KeyKind::Customer => self.customer.as_deref(),
            KeyKind::Device => self.device.as_deref(),
            KeyKind::Address => self.address.as_deref(),
            KeyKind::Card => self.card.as_deref(),
        }
    }

    /// The keys that are there, with their kinds, in the order of [`KeyKind::ALL`].
    pub fn present(&self) -> impl Iterator<Item = (KeyKind, &str)> {
        KeyKind::ALL.into_iter().filter_map(|kind| self.get(kind).map(|key| (kind, key)))
    }

    /// Checks that every key is an opaque token: 1 to [`IDENTITY_KEY_BYTES_MAX`] bytes of ASCII letters, digits,
    /// `_`, `-`, `=`, `+`, `/`, `.` or `:`. A raw e-mail address or a street does not pass.
    ///
    /// # Errors
    /// [`KeyError`] names the first kind whose key does not fit.
    pub fn check(&self) -> Result<(), KeyError> {
        let opaque = |byte: u8| byte.is_ascii_alphanumeric() || b"_-=+/.:".contains(&byte);
        match self
            .present()
            .find(|(_, key)| key.is_empty() || key.len() > IDENTITY_KEY_BYTES_MAX || !key.bytes().all(opaque))
        {
            Some((kind, _)) => Err(KeyError { kind }),
            None => Ok(()),
        }
    }
}

/// An identity key that is not an opaque pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {} key is not an opaque pseudonym of 1 to {IDENTITY_KEY_BYTES_MAX} bytes", kind.as_str())]
pub struct KeyError {
    /// Which of the four keys.
    pub kind: KeyKind,
}
