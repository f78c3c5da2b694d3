//! Amounts of different currencies on one scale, coarse on purpose: the model reads logarithms of amounts, so a
//! rate that is ten per cent off moves nothing. Never used for money that anybody pays.

/// ISO 4217 code, and the value of one minor unit in hundredths of a euro (reference rates rounded to two figures).
const EURO_CENTS_PER_MINOR: [(&str, f64); 30] = [
    ("EUR", 1.0),
    ("USD", 0.90),
    ("GBP", 1.2),
    ("CHF", 1.1),
    ("JPY", 0.60),
    ("CAD", 0.65),
    ("AUD", 0.60),
    ("NZD", 0.55),
    ("SEK", 0.090),
    ("NOK", 0.085),
    ("DKK", 0.13),
    ("PLN", 0.23),
    ("CZK", 0.040),
    ("HUF", 0.0025),
    ("RON", 0.20),
    ("BGN", 0.51),
    ("ISK", 0.70),
    ("TRY", 0.025),
    ("UAH", 0.022),
    ("ILS", 0.25),
    ("AED", 0.25),
    ("INR", 0.0105),
    ("CNY", 0.13),
    ("HKD", 0.12),
    ("SGD", 0.68),
    ("KRW", 0.065),
    ("TWD", 0.028),
    ("MXN", 0.050),
    ("BRL", 0.16),
    ("ZAR", 0.050),
];

/// `amount_minor` of `currency` in reference units (about a euro cent each), or `None` for a currency the table
/// does not hold. Saturates at the limits of `i64`.
#[must_use]
pub fn reference_minor(amount_minor: i64, currency: &str) -> Option<i64> {
    let (_, cents) = EURO_CENTS_PER_MINOR.iter().find(|(code, _)| *code == currency)?;
    Some((amount_minor as f64 * cents).round() as i64)
}

/// As [`reference_minor`], taking an unknown currency at par with the euro: for counters, where a rough amount is
/// better than none. Scoring itself treats an unknown currency as implausible.
#[must_use]
pub fn reference_minor_or_par(amount_minor: i64, currency: &str) -> i64 {
    reference_minor(amount_minor, currency).unwrap_or(amount_minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_currencies_are_scaled_and_unknown_ones_are_named() {
        assert_eq!(reference_minor(1999, "EUR"), Some(1999));
        assert_eq!(reference_minor(10_000, "USD"), Some(9_000));
        assert_eq!(reference_minor(10_000, "XXX"), None);
        assert_eq!(reference_minor_or_par(10_000, "XXX"), 10_000);
        assert_eq!(reference_minor(i64::MAX, "GBP"), Some(i64::MAX), "saturates");
    }

    #[test]
    fn no_currency_is_listed_twice() {
        let mut codes: Vec<_> = EURO_CENTS_PER_MINOR.iter().map(|(code, _)| code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), EURO_CENTS_PER_MINOR.len());
    }
}
