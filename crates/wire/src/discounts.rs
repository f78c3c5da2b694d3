//! Discounts and gift cards as POPs hold them. What they may spend is leased like stock, under `item` of the lease
//! messages: a POP that is cut off gives away only what it holds.

use kiosk_ids::{DiscountId, GiftCardId, ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A discount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Identifier.
    pub id: DiscountId,
    /// What shoppers type: `A-Z`, `0-9` and dashes. One without a code applies of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// For people, plain text.
    pub name: String,
    /// Whose goods it is for, who then bears it; one without a vendor is for all goods, and the marketplace bears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<VendorId>,
    /// Slugs of the categories it is for, those below them included; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// The products it is for; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// How much it takes off.
    pub rate: DiscountRate,
    /// The goods it is for must come to this much at their listed prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_min: Option<Money>,
    /// From when, Unix milliseconds.
    pub from_ms: i64,
    /// Until before when, Unix milliseconds.
    pub until_ms: i64,
    /// What it may spend in all; none for no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<DiscountBudget>,
}

/// How much a discount takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DiscountRate {
    /// A share of each price, parts per million.
    Share {
        /// 1 to 1,000,000.
        ppm: u32,
    },
    /// An amount off the goods it is for, never more than they cost, for carts in its currency.
    Amount {
        /// How much.
        amount: Money,
    },
    /// The price of delivery.
    Delivery,
}

/// The lease that a discount spends from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountBudget {
    /// The lease's item.
    pub item: Sku,
    /// Its units are minor units of this currency, for carts in it; without one a unit is one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// A gift card. Its balance is leased: units are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCard {
    /// Identifier.
    pub id: GiftCardId,
    /// SHA-256 of its code, hex: the code itself is known to its owner only.
    pub code_hash: String,
    /// The lease's item.
    pub item: Sku,
    /// Of its balance.
    pub currency: Currency,
    /// Until when it can be used, Unix milliseconds.
    pub until_ms: i64,
    /// Whether it can be used.
    pub active: bool,
}

impl GiftCard {
    /// The `code_hash` of a code. However people write it, with lower case letters, spaces or dashes between its groups,
    /// it is the same. A fast hash is enough: codes are random and long.
    #[must_use]
    pub fn hash_of(code: &str) -> String {
        let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        hex::encode(Sha256::digest(plain.to_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_known_however_it_is_written() {
        let hash = GiftCard::hash_of("ABCD-EFGH-JKLM-NPQR");
        assert_eq!(hash, GiftCard::hash_of(" abcd efgh-jklmnpqr "));
        assert_ne!(hash, GiftCard::hash_of("ABCD-EFGH-JKLM-NPQS"));
    }
}
