//! Keyed pseudonyms.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Shortest key, in bytes.
pub const KEY_BYTES_MIN: usize = 16;

/// What a pseudonym stands for; the same text gives unlinkable pseudonyms for different kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A customer, by e-mail address.
    Customer,
    /// A customer's account, by its id.
    Account,
    /// A delivery address.
    Address,
    /// A device.
    Device,
    /// A payment card, by the provider's token.
    Card,
    /// What an account says of a product, by both ids: once, the same at every POP of the region.
    Review,
    /// A request, to tell it from another one under the same idempotency key.
    Request,
}

impl Kind {
    const fn label(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Account => "account",
            Self::Address => "address",
            Self::Device => "device",
            Self::Card => "card",
            Self::Review => "review",
            Self::Request => "request",
        }
    }
}

/// The region's secret. Who does not have it cannot tell which person a pseudonym is, nor make one by guessing.
#[derive(Clone)]
pub struct PseudonymKey(Vec<u8>);

/// The key is shorter than [`KEY_BYTES_MIN`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pseudonym key needs at least {KEY_BYTES_MIN} bytes")]
pub struct KeyTooShort;

impl PseudonymKey {
    /// Takes the secret's bytes.
    ///
    /// # Errors
    /// [`KeyTooShort`].
    pub fn new(secret: &[u8]) -> Result<Self, KeyTooShort> {
        if secret.len() < KEY_BYTES_MIN { Err(KeyTooShort) } else { Ok(Self(secret.to_vec())) }
    }

    /// 128 bits of HMAC-SHA256 in hex: the same person has the same one, in this region only.
    #[must_use]
    pub fn pseudonym(&self, kind: Kind, value: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(kind.label().as_bytes());
        mac.update(&[0]);
        mac.update(value.trim().as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..16])
    }
}

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pseudonyms_hold_within_a_region_and_kind_only() {
        let eu = PseudonymKey::new(b"0123456789abcdef").unwrap();
        let us = PseudonymKey::new(b"fedcba9876543210").unwrap();
        let of = |key: &PseudonymKey, kind| key.pseudonym(kind, "ada@example.org");
        assert_eq!(of(&eu, Kind::Customer), of(&eu, Kind::Customer));
        assert_ne!(of(&eu, Kind::Customer), of(&us, Kind::Customer));
        assert_ne!(of(&eu, Kind::Customer), of(&eu, Kind::Address));
        assert_eq!(PseudonymKey::new(b"short").unwrap_err(), KeyTooShort);
    }
}
