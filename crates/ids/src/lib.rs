//! Typed, prefixed identifiers (`ord_…`, `prd_…`). Fresh ones are UUIDv7 underneath, so they sort by time.
//!
//! Time and randomness come in from the caller (invariant I9).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Longest identifier, prefix included.
pub const ID_BYTES_MAX: usize = 96;
/// Longest SKU.
pub const SKU_BYTES_MAX: usize = 64;

/// The text is not an identifier of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}")]
pub struct InvalidId {
    /// The kind that was expected, e.g. `ord_ id`.
    pub kind: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The prefix of this kind, underscore included.
            pub const PREFIX: &'static str = concat!($prefix, "_");

            /// A fresh identifier: UUIDv7 of `now_ms` (Unix milliseconds) and ten random bytes.
            #[must_use]
            pub fn fresh(now_ms: i64, random: &[u8; 10]) -> Self {
                let millis = u64::try_from(now_ms).unwrap_or(0);
                let uuid = uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid();
                Self(format!("{}{}", Self::PREFIX, uuid.simple()).into())
            }

            /// An identifier with a stable name, for records that come from elsewhere.
            ///
            /// # Errors
            /// When `name` has other characters than `a-z`, `0-9`, `-`, is empty or too long.
            pub fn named(name: &str) -> Result<Self, InvalidId> {
                Self::parse(&format!("{}{name}", Self::PREFIX))
            }

            /// Checks the prefix, the characters and the length.
            ///
            /// # Errors
            /// [`InvalidId`] when one of them is wrong.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let name = text.strip_prefix(Self::PREFIX).unwrap_or("");
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if name.is_empty() || text.len() > ID_BYTES_MAX || !name.bytes().all(plain) {
                    return Err(InvalidId { kind: concat!($prefix, "_ id") });
                }
                Ok(Self(text.into()))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        text_traits!($name);
    };
}

macro_rules! text_traits {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }
    };
}

typed_id!(
    /// An order placed at a POP.
    OrderId, "ord"
);
typed_id!(
    /// A shopper's cart at a POP.
    CartId, "crt"
);
typed_id!(
    /// A product of the catalogue.
    ProductId, "prd"
);
typed_id!(
    /// A vendor of the marketplace.
    VendorId, "ven"
);
typed_id!(
    /// An event of a POP's outbox.
    EventId, "evt"
);
typed_id!(
    /// An authorised payment.
    PaymentId, "pay"
);
typed_id!(
    /// One run of a catalogue import.
    ImportId, "imp"
);

typed_id!(
    /// A customer's account in a region.
    CustomerId, "cus"
);
typed_id!(
    /// A delivery address of an account.
    AddressId, "adr"
);

typed_id!(
    /// A promotion that a vendor booked.
    PromotionId, "prm"
);
typed_id!(
    /// A customer's review of a product.
    ReviewId, "rev"
);
typed_id!(
    /// A message between a customer and a vendor.
    MessageId, "msg"
);
typed_id!(
    /// Somebody who works with the core: an admin or a vendor's person.
    MemberId, "mem"
);
typed_id!(
    /// A document that a vendor hands in.
    DocumentId, "doc"
);

typed_id!(
    /// A parcel of a vendor's order.
    ParcelId, "par"
);
typed_id!(
    /// A return of goods.
    ReturnId, "ret"
);
typed_id!(
    /// A warehouse of a vendor.
    WarehouseId, "whs"
);
typed_id!(
    /// Money that a customer is owed back.
    RefundId, "rfd"
);
typed_id!(
    /// What a vendor is paid at once.
    PayoutId, "pyt"
);
typed_id!(
    /// A discount, with a code or without.
    DiscountId, "dsc"
);
typed_id!(
    /// A gift card.
    GiftCardId, "gft"
);

/// A point of presence, e.g. `eu-1`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PopId(Box<str>);

impl PopId {
    /// Lower case letters, digits and dashes, 2 to 32 bytes.
    ///
    /// # Errors
    /// [`InvalidId`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(2..=32).contains(&text.len()) || !text.bytes().all(plain) {
            return Err(InvalidId { kind: "POP id" });
        }
        Ok(Self(text.into()))
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_traits!(PopId);

/// A stock keeping unit: what a cart line and a lease are counted in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sku(Box<str>);

impl Sku {
    /// Letters, digits, `-`, `_` and `.`, 1 to [`SKU_BYTES_MAX`] bytes, so that it fits a URL path as it is.
    ///
    /// # Errors
    /// [`InvalidId`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        // A name of dots alone would be a relative path segment.
        if text.is_empty()
            || text.len() > SKU_BYTES_MAX
            || !text.bytes().all(plain)
            || text.bytes().all(|b| b == b'.')
        {
            return Err(InvalidId { kind: "SKU" });
        }
        Ok(Self(text.into()))
    }

    /// The SKU as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_traits!(Sku);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fresh_ids_sort_by_time_and_read_back() {
        let early = OrderId::fresh(1_000, &[255; 10]);
        let late = OrderId::fresh(2_000, &[0; 10]);
        assert!(early < late);
        assert_eq!(OrderId::parse(early.as_str()), Ok(early));
    }

    #[test]
    fn other_kinds_and_odd_characters_are_refused() {
        for bad in ["", "ord_", "crt_1", "ord_A", "ord_a/b", "ord_a b", "ord_\u{e9}"] {
            assert!(OrderId::parse(bad).is_err(), "{bad}");
        }
        for bad in ["", "..", "a b", "a/b", "é"] {
            assert!(Sku::parse(bad).is_err(), "{bad}");
        }
        assert!(Sku::parse(&"x".repeat(SKU_BYTES_MAX + 1)).is_err());
        assert!(serde_json::from_str::<OrderId>("\"crt_1\"").is_err());
    }
}
