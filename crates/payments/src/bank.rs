//! What a payer writes into a bank transfer: a creditor reference (ISO 11649), `RF` and two check digits before up to 21
//! characters. Banks and their forms check the digits, so a slip of the pen is noticed before money moves.

use std::fmt;

use kiosk_ids::OrderId;
use sha2::{Digest as _, Sha256};

/// The longest reference.
pub const REFERENCE_CHARS_MAX: usize = 25;
/// The longest text that is tried: a reference with spaces as it is printed, and some more.
const TEXT_CHARS_MAX: usize = 64;
/// Characters of an order's own part: 80 bits, written as five groups of four with what stands before it.
const BODY_CHARS: usize = 16;
/// Letters that are not taken for digits (Crockford's).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A creditor reference: upper case, without spaces. `Display` prints it in groups of four.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditorReference(Box<str>);

/// The text is not a creditor reference, or has a slip in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a creditor reference")]
pub struct InvalidReference;

impl CreditorReference {
    /// The reference of an order: always the same, and another for another order. It is a hash, so it is looked up, not
    /// read back.
    #[must_use]
    pub fn of_order(order: &OrderId) -> Self {
        let hash = Sha256::digest(order.as_str().as_bytes());
        let bits = hash.iter().take(10).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let letter = |place: usize| char::from(ALPHABET[(bits >> (5 * place)) as usize & 31]);
        let body: String = (0..BODY_CHARS).rev().map(letter).collect();
        let check = 98 - remainder(body.bytes().chain(*b"RF00"));
        Self(format!("RF{check:02}{body}").into())
    }

    /// Reads what a payer or a bank wrote: spaces and lower case are taken.
    ///
    /// # Errors
    /// [`InvalidReference`].
    pub fn parse(text: &str) -> Result<Self, InvalidReference> {
        if text.len() > TEXT_CHARS_MAX {
            return Err(InvalidReference);
        }
        let plain: String =
            text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let body = plain.strip_prefix("RF").ok_or(InvalidReference)?;
        let digits = body.bytes().take(2).all(|b| b.is_ascii_digit());
        let short = (3..=REFERENCE_CHARS_MAX - 2).contains(&body.len());
        if !short || !digits || !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(InvalidReference);
        }
        let (check, body) = body.split_at(2);
        // 00, 01 and 99 leave the same remainder as good ones do.
        if !(2..=98).contains(&check.parse().unwrap_or(0_u32))
            || remainder(body.bytes().chain(*b"RF").chain(check.bytes())) != 1
        {
            return Err(InvalidReference);
        }
        Ok(Self(plain.into()))
    }

    /// As banks send it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CreditorReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, character) in self.0.chars().enumerate() {
            if number > 0 && number % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

/// ISO 7064 mod 97: letters count as two digits, A as 10 to Z as 35.
fn remainder(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        _ => (sum * 100 + u32::from(byte.to_ascii_uppercase()) - 55) % 97,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples_of_the_standard_are_read() {
        for good in ["RF18 5390 0754 7034", "rf18539007547034", "RF45 G72U UR"] {
            assert!(CreditorReference::parse(good).is_ok(), "{good}");
        }
        assert_eq!(CreditorReference::parse("rf18539007547034").unwrap().as_str(), "RF18539007547034");
        for bad in [
            "",
            "RF",
            "RF18",
            "RF19 5390 0754 7034",
            "18539007547034",
            "RF1853900754703é",
            "RFAA539007547034",
            "RF18 5390-0754-7034",
            "RF18539007547034539007547034",
        ] {
            assert_eq!(CreditorReference::parse(bad), Err(InvalidReference), "{bad}");
        }
        assert!(CreditorReference::parse(&"RF18 ".repeat(100)).is_err());
    }

    #[test]
    fn an_order_has_one_reference() {
        let order = OrderId::fresh(1_700_000_000_000, &[7; 10]);
        let reference = CreditorReference::of_order(&order);
        assert_eq!(reference, CreditorReference::of_order(&order));
        assert_ne!(reference, CreditorReference::of_order(&OrderId::fresh(1_700_000_000_000, &[8; 10])));
        assert_eq!(reference.as_str().len(), 20);
        assert_eq!(reference.to_string().len(), 24);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_a_slip_is_noticed(
            now_ms in 0..4_000_000_000_000_i64, random: [u8; 10], place in 4_usize..20, slip in 0_usize..32,
        ) {
            let reference = CreditorReference::of_order(&OrderId::fresh(now_ms, &random));
            prop_assert!(reference.as_str().len() <= REFERENCE_CHARS_MAX);
            prop_assert_eq!(CreditorReference::parse(&reference.to_string().to_lowercase()), Ok(reference.clone()));
            let mut text = reference.as_str().as_bytes().to_vec();
            let before = text[place];
            // A letter for a digit shifts all that follows, which the check finds in 96 of 97 cases only.
            prop_assume!(before.is_ascii_digit() == ALPHABET[slip].is_ascii_digit());
            text[place] = ALPHABET[slip];
            let after = CreditorReference::parse(std::str::from_utf8(&text).unwrap());
            prop_assert_eq!(after.is_ok(), before == ALPHABET[slip]);
        }
    }
}
