//! What is read of PayPal's answers, and amounts as PayPal writes them. Fields that are not named here are passed over.

use kiosk_money::{Currency, Money};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::PayError;
use crate::http_client::refused;

/// The currencies that PayPal takes.
pub const PAYPAL_CURRENCIES: [Currency; 24] = [
    Currency::AUD,
    Currency::BRL,
    Currency::CAD,
    Currency::CHF,
    Currency::CNY,
    Currency::CZK,
    Currency::DKK,
    Currency::EUR,
    Currency::GBP,
    Currency::HKD,
    Currency::HUF,
    Currency::ILS,
    Currency::JPY,
    Currency::MXN,
    Currency::MYR,
    Currency::NOK,
    Currency::NZD,
    Currency::PHP,
    Currency::PLN,
    Currency::SEK,
    Currency::SGD,
    Currency::THB,
    Currency::TWD,
    Currency::USD,
];

/// An amount: `{"currency_code": "EUR", "value": "19.99"}`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Amount {
    pub currency_code: String,
    pub value: String,
}

impl Amount {
    /// The amount.
    ///
    /// # Errors
    /// [`PayError::Mismatch`] when it is none.
    pub fn money(&self) -> Result<Money, PayError> {
        let currency = Currency::from_code(&self.currency_code).ok_or(PayError::Mismatch("currency"))?;
        Money::parse_decimal(&self.value, currency).map_err(|_| PayError::Mismatch("amount"))
    }
}

/// `money` as the text of a request.
///
/// # Errors
/// [`PayError::Refused`] with PayPal's own codes, when it would say no.
pub(super) fn decimal(money: Money) -> Result<String, PayError> {
    if !PAYPAL_CURRENCIES.contains(&money.currency) {
        return Err(refused(0, "CURRENCY_NOT_SUPPORTED"));
    }
    if money.amount <= 0 {
        return Err(refused(0, "CANNOT_BE_ZERO_OR_NEGATIVE"));
    }
    let text = money.to_decimal();
    // Whole ones only, although ISO 4217 gives them two decimals.
    if matches!(money.currency, Currency::HUF | Currency::TWD) {
        let whole = text.strip_suffix(".00").ok_or_else(|| refused(0, "DECIMALS_NOT_SUPPORTED"))?;
        return Ok(whole.to_owned());
    }
    Ok(text)
}

/// `money` as a value of a request.
pub(super) fn amount(money: Money) -> Result<Value, PayError> {
    Ok(json!({ "currency_code": money.currency.code(), "value": decimal(money)? }))
}

/// An access token.
#[derive(Deserialize)]
pub(super) struct Token {
    pub access_token: String,
}

/// A link of an answer.
#[derive(Debug, Deserialize)]
pub(super) struct Link {
    pub href: String,
    pub rel: String,
}

/// An order.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub id: String,
    pub status: String,
    #[serde(default)]
    pub purchase_units: Vec<PurchaseUnit>,
    #[serde(default)]
    pub links: Vec<Link>,
}

/// What is paid; an order of Kiosk has one.
#[derive(Debug, Deserialize)]
pub(super) struct PurchaseUnit {
    pub reference_id: Option<String>,
    pub custom_id: Option<String>,
    pub amount: Option<Amount>,
    #[serde(default)]
    pub payments: Payments,
}

/// What was done with it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Payments {
    #[serde(default)]
    pub authorizations: Vec<Movement>,
    #[serde(default)]
    pub captures: Vec<Movement>,
}

/// An authorisation, a capture or a refund.
#[derive(Debug, Deserialize)]
pub(super) struct Movement {
    pub id: String,
    pub status: String,
    pub amount: Option<Amount>,
    pub seller_receivable_breakdown: Option<Breakdown>,
}

/// What the seller gets of a capture.
#[derive(Debug, Deserialize)]
pub(super) struct Breakdown {
    pub paypal_fee: Option<Amount>,
}

/// A payout that was taken on.
#[derive(Debug, Deserialize)]
pub(super) struct Payout {
    pub batch_header: BatchHeader,
}

/// Its head.
#[derive(Debug, Deserialize)]
pub(super) struct BatchHeader {
    pub payout_batch_id: String,
    pub batch_status: Option<String>,
}

/// The body of an answer that is an error; OAuth's has `error` alone.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ErrorBody {
    pub name: Option<String>,
    pub error: Option<String>,
    #[serde(default)]
    pub details: Vec<Detail>,
    #[serde(default)]
    pub links: Vec<Link>,
}

/// One thing that went wrong.
#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    pub issue: Option<String>,
}

impl ErrorBody {
    /// The finest code there is.
    pub fn code(&self) -> Option<&str> {
        let issue = self.details.first().and_then(|detail| detail.issue.as_deref());
        issue.or(self.name.as_deref()).or(self.error.as_deref())
    }
}

/// The answer to a question about a webhook's signature.
#[derive(Deserialize)]
pub(super) struct Verification {
    pub verification_status: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_paypal_takes_is_written() {
        let text = |amount, currency| decimal(Money::new(amount, currency)).ok();
        assert_eq!(text(1999, Currency::EUR).as_deref(), Some("19.99"));
        assert_eq!(text(1200, Currency::JPY).as_deref(), Some("1200"));
        assert_eq!(text(1200, Currency::HUF).as_deref(), Some("12"));
        assert_eq!(text(1201, Currency::HUF), None);
        assert_eq!(text(1, Currency::KWD), None);
        assert_eq!(text(0, Currency::EUR), None);
    }

    proptest! {
        #[test]
        fn what_can_be_written_reads_back(amount in 1..=i64::MAX, pick in 0..PAYPAL_CURRENCIES.len()) {
            let money = Money::new(amount, PAYPAL_CURRENCIES[pick]);
            if let Ok(value) = decimal(money) {
                let read = Amount { currency_code: money.currency.code().to_owned(), value };
                prop_assert_eq!(read.money().unwrap(), money);
            }
        }
    }
}
