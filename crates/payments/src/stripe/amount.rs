//! Amounts as Stripe writes them: the smallest unit of a currency, which for a few is not the one of ISO 4217.

use kiosk_money::{Currency, Money};

use crate::PayError;
use crate::http_client::refused;

/// Decimals of `currency` at Stripe.
fn exponent(currency: Currency) -> u32 {
    match currency {
        // Without decimals at Stripe, with two in ISO 4217.
        Currency::MGA => 0,
        // Without decimals in ISO 4217; Stripe keeps the two that they once had, and takes whole ones only.
        Currency::ISK | Currency::UGX => 2,
        _ => u32::from(currency.exponent().unwrap_or(0)),
    }
}

/// The least that a payment by card can be, in minor units (Stripe, "Minimum and maximum charge amounts"); 1 where the
/// provider names none.
#[must_use]
pub const fn stripe_least(currency: Currency) -> i64 {
    match currency {
        Currency::EUR | Currency::USD | Currency::CHF | Currency::CAD | Currency::AUD | Currency::NZD => 50,
        Currency::SGD | Currency::BRL | Currency::INR | Currency::JPY => 50,
        Currency::GBP => 30,
        Currency::BGN => 100,
        Currency::AED | Currency::MYR | Currency::PLN | Currency::RON => 200,
        Currency::DKK => 250,
        Currency::NOK | Currency::SEK => 300,
        Currency::HKD => 400,
        Currency::MXN | Currency::THB => 1_000,
        Currency::CZK => 1_500,
        Currency::HUF => 17_500,
        _ => 1,
    }
}

/// `money` for a request.
///
/// # Errors
/// [`PayError::Refused`] when it is below zero or the provider cannot express it.
pub(super) fn to_stripe(money: Money) -> Result<i64, PayError> {
    let own = u32::from(money.currency.exponent().unwrap_or(0));
    let theirs = exponent(money.currency);
    let not_payable = || refused(0, "amount_not_payable");
    // Three decimals are written, two are paid.
    if money.amount < 0 || (theirs == 3 && money.amount % 10 != 0) {
        return Err(not_payable());
    }
    if theirs >= own {
        return money.amount.checked_mul(10_i64.pow(theirs - own)).ok_or_else(not_payable);
    }
    let unit = 10_i64.pow(own - theirs);
    if money.amount % unit == 0 { Ok(money.amount / unit) } else { Err(not_payable()) }
}

/// The amount of an answer; `code` in lower case.
///
/// # Errors
/// [`PayError::Mismatch`] when it is none.
pub fn from_stripe(amount: i64, code: &str) -> Result<Money, PayError> {
    let mismatch = || PayError::Mismatch("currency");
    let currency = Currency::from_code(&code.to_ascii_uppercase()).ok_or_else(mismatch)?;
    let own = u32::from(currency.exponent().unwrap_or(0));
    let theirs = exponent(currency);
    let amount = if theirs >= own {
        let unit = 10_i64.pow(theirs - own);
        (amount % unit == 0).then(|| amount / unit)
    } else {
        amount.checked_mul(10_i64.pow(own - theirs))
    };
    Ok(Money::new(amount.ok_or(PayError::Mismatch("amount"))?, currency))
}

/// The code of a currency for a request.
pub(super) fn currency_code(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_stripes() {
        let to = |amount, currency| to_stripe(Money::new(amount, currency)).ok();
        assert_eq!(to(1999, Currency::EUR), Some(1999));
        assert_eq!(to(1200, Currency::JPY), Some(1200));
        assert_eq!(to(5, Currency::ISK), Some(500));
        assert_eq!(to(1000, Currency::KWD), Some(1000));
        assert_eq!(to(1001, Currency::KWD), None, "the third decimal cannot be paid");
        assert_eq!(to(500, Currency::MGA), Some(5));
        assert_eq!(to(501, Currency::MGA), None);
        assert_eq!(to(-1, Currency::EUR), None);
        assert!(from_stripe(501, "isk").is_err());
        assert!(from_stripe(1, "xyz").is_err());
    }

    proptest! {
        #[test]
        fn what_can_be_written_reads_back(amount in 0..=i64::MAX / 100, pick in 0_usize..7) {
            let currency = [
                Currency::EUR, Currency::USD, Currency::GBP, Currency::JPY, Currency::KWD, Currency::ISK,
                Currency::MGA,
            ][pick];
            let money = Money::new(amount, currency);
            if let Ok(written) = to_stripe(money) {
                prop_assert_eq!(from_stripe(written, &currency_code(currency)).unwrap(), money);
            }
        }
    }
}
