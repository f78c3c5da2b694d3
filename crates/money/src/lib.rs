//! Money as integer minor units with a currency (invariant I7). No floating point, no silent overflow.

use std::fmt;

pub use iso_currency::Currency;
use serde::{Deserialize, Serialize};

/// An amount in the currency's minor unit (cents for EUR, yen for JPY), as it goes over the wire:
/// `{"amount": 1999, "currency": "EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units; negative for a debt or a refund.
    pub amount: i64,
    /// ISO 4217 currency.
    pub currency: Currency,
}

/// Why two amounts could not be combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amounts are in different currencies; Kiosk never converts silently.
    #[error("currencies differ: {0} and {1}")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit 64 bits of minor units.
    #[error("amount is out of range")]
    OutOfRange,
    /// The text is not a decimal amount of this currency.
    #[error("not a decimal amount")]
    NotDecimal,
}

impl Money {
    /// `amount` minor units of `currency`.
    #[must_use]
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Sum of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?;
        Ok(Self::new(amount, self.currency))
    }

    /// The price of `quantity` pieces.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(i64::from(quantity)).ok_or(MoneyError::OutOfRange)?;
        Ok(Self::new(amount, self.currency))
    }

    /// Reads a decimal text such as `19.99` or `1200` exactly, digit by digit.
    ///
    /// # Errors
    /// [`MoneyError::NotDecimal`] for anything else, more fraction digits than the currency has included.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let digits_max = usize::from(currency.exponent().unwrap_or(0));
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        // Trailing zeros beyond the exponent carry no value: "9.9900" is 9.99.
        let fraction = if fraction.len() > digits_max {
            let (kept, rest) = fraction.split_at_checked(digits_max).ok_or(MoneyError::NotDecimal)?;
            if rest.bytes().any(|b| b != b'0') {
                return Err(MoneyError::NotDecimal);
            }
            kept
        } else {
            fraction
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(MoneyError::NotDecimal);
        }
        let minor = format!("{whole}{fraction:0<digits_max$}");
        let amount: i64 = minor.parse().map_err(|_| MoneyError::OutOfRange)?;
        Ok(Self::new(if negative { -amount } else { amount }, currency))
    }

    /// The decimal text that [`Money::parse_decimal`] reads back, with all decimals of the currency: `19.99`, `-0.05`,
    /// `1200`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let exponent = self.currency.exponent().unwrap_or(0);
        let unit = 10_u64.pow(u32::from(exponent));
        let magnitude = self.amount.unsigned_abs();
        let sign = if self.amount < 0 { "-" } else { "" };
        let whole = magnitude / unit;
        if exponent == 0 {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{:0width$}", magnitude % unit, width = usize::from(exponent))
    }
}

/// For people: `€19.99`, `-€5.00`, `¥1200`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = self.to_decimal();
        let (sign, unsigned) = match decimal.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", decimal.as_str()),
        };
        write!(f, "{sign}{}{unsigned}", self.currency.symbol())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shows_minor_units_with_symbol() {
        assert_eq!(Money::new(1999, Currency::EUR).to_string(), "€19.99");
        assert_eq!(Money::new(-5, Currency::EUR).to_string(), "-€0.05");
        assert_eq!(Money::new(1200, Currency::JPY).to_string(), "¥1200");
    }

    #[test]
    fn reads_decimals_exactly() {
        let eur = |text| Money::parse_decimal(text, Currency::EUR).map(|m| m.amount);
        assert_eq!(eur("19.99"), Ok(1999));
        assert_eq!(eur("50"), Ok(5000));
        assert_eq!(eur("9.9"), Ok(990));
        assert_eq!(eur("9.9900"), Ok(999));
        for bad in ["", ".5", "1,5", "1.999", "1e3", "NaN", "--1", "1.é"] {
            assert_eq!(eur(bad), Err(MoneyError::NotDecimal), "{bad}");
        }
        assert_eq!(eur("99999999999999999999"), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn decimals_read_back() {
        for amount in [0, 1, 5, 99, 100, 123_456, -5, -100, i64::MAX] {
            for currency in [Currency::EUR, Currency::JPY, Currency::KWD] {
                let money = Money::new(amount, currency);
                assert_eq!(Money::parse_decimal(&money.to_decimal(), currency), Ok(money));
            }
        }
        assert_eq!(Money::new(-5, Currency::EUR).to_decimal(), "-0.05");
    }

    #[test]
    fn refuses_mixed_currencies_and_overflow() {
        let eur = Money::new(1, Currency::EUR);
        assert!(eur.checked_add(Money::new(1, Currency::USD)).is_err());
        assert_eq!(Money::new(i64::MAX, Currency::EUR).checked_add(eur), Err(MoneyError::OutOfRange));
        assert_eq!(Money::new(i64::MAX, Currency::EUR).times(2), Err(MoneyError::OutOfRange));
    }

    #[test]
    fn wire_form_is_amount_and_code() {
        let json = serde_json::to_string(&Money::new(1999, Currency::EUR)).unwrap();
        assert_eq!(json, r#"{"amount":1999,"currency":"EUR"}"#);
        assert!(serde_json::from_str::<Money>(r#"{"amount":1.5,"currency":"EUR"}"#).is_err());
    }
}
