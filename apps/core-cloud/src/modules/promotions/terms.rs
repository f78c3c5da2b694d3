//! What a promotion costs, and on which terms.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kiosk_money::{Currency, Money};

use crate::error::Error;

/// Fewest days of a promotion.
pub const DAYS_MIN: u32 = 1;
/// Most days of a promotion.
pub const DAYS_MAX: u32 = 60;
/// How far ahead a promotion can begin, in days.
pub const AHEAD_DAYS_MAX: i64 = 365;
/// How long after its beginning the fee is due, in days.
pub const DUE_DAYS: i64 = 14;
/// A day, in milliseconds.
pub const DAY_MS: i64 = 86_400_000;

/// Fee of a day in minor units, by the currency of the product's prices.
const FEES_PER_DAY: [(Currency, i64); 4] =
    [(Currency::EUR, 200), (Currency::USD, 220), (Currency::GBP, 180), (Currency::CHF, 200)];

/// Fees of a day, as a vendor is told before it books.
pub fn fees_per_day() -> impl Iterator<Item = Money> {
    FEES_PER_DAY.into_iter().map(|(currency, amount)| Money::new(amount, currency))
}

/// The fee for so many days.
///
/// # Errors
/// 422 when no fee is known for the currency.
pub fn fee(days: u32, currency: Currency) -> Result<Money, Error> {
    let per_day = fees_per_day().find(|fee| fee.currency == currency);
    let per_day = per_day
        .ok_or_else(|| Error::invalid("product", format!("there is no fee in {}", currency.code())))?;
    per_day.times(days).map_err(|error| Error::invalid("days", error.to_string()))
}

/// The terms, as they are recorded with what is owed.
#[must_use]
pub fn terms(days: u32, fee: Money) -> String {
    format!(
        "{fee} for {days} days, due {DUE_DAYS} days after the promotion begins. Free to cancel before it begins; \
         afterwards the whole fee is owed, also when the product leaves the shop."
    )
}

/// When a promotion of so many days from a date begins and ends, Unix milliseconds. Days are those of UTC.
///
/// # Errors
/// 422 for a date that is none, past or too far ahead, or a number of days out of range.
pub fn period(from: &str, days: &str, now_ms: i64) -> Result<(i64, i64, u32), Error> {
    let days: Option<u32> = days.trim().parse().ok().filter(|days| (DAYS_MIN..=DAYS_MAX).contains(days));
    let days = days.ok_or_else(|| Error::invalid("days", format!("{DAYS_MIN} to {DAYS_MAX}")))?;
    let date: Date =
        from.trim().parse().map_err(|_| Error::invalid("from", "not a date such as 2027-01-31"))?;
    let start = date.to_zoned(TimeZone::UTC).map_err(|_| Error::invalid("from", "not a date"))?;
    let from_ms = start.timestamp().as_millisecond();
    let today_ms = now_ms - now_ms.rem_euclid(DAY_MS);
    if from_ms < today_ms {
        return Err(Error::invalid("from", "today or later"));
    }
    if from_ms > today_ms + AHEAD_DAYS_MAX * DAY_MS {
        return Err(Error::invalid("from", format!("at most {AHEAD_DAYS_MAX} days ahead")));
    }
    Ok((from_ms, from_ms + i64::from(days) * DAY_MS, days))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 2026-11-18T10:26:40Z.
    const NOW_MS: i64 = 1_794_997_600_000;

    #[test]
    fn a_period_begins_today_or_later_and_has_whole_days() {
        let (from_ms, until_ms, days) = period("2026-11-18", "7", NOW_MS).unwrap();
        assert_eq!((from_ms % DAY_MS, until_ms - from_ms, days), (0, 7 * DAY_MS, 7));
        assert!(from_ms <= NOW_MS && NOW_MS < until_ms);
        for (from, days) in [
            ("2026-11-17", "7"),
            ("2028-01-01", "7"),
            ("2026-11-19", "0"),
            ("2026-11-19", "61"),
            ("2026-11-19", "-1"),
            ("2026-02-30", "1"),
            ("tomorrow", "1"),
        ] {
            assert!(period(from, days, NOW_MS).is_err(), "{from} {days}");
        }
    }

    #[test]
    fn the_fee_is_days_times_the_fee_of_a_day() {
        assert_eq!(fee(7, Currency::EUR).unwrap(), Money::new(1_400, Currency::EUR));
        assert!(fee(1, Currency::JPY).is_err());
        assert!(terms(7, Money::new(1_400, Currency::EUR)).starts_with("€14.00 for 7 days"));
    }
}
