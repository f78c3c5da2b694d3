//! On which terms a vendor is paid out.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use kiosk_money::{Currency, Money};

use super::pain::checked_iban;
use crate::error::Error;
use crate::modules::accounting::plans::percent_ppm;

/// Longest time that a reserve is held, in days.
pub const RESERVE_DAYS_MAX: i64 = 180;
/// Longest account at a provider, in bytes.
const DESTINATION_BYTES_MAX: usize = 128;
/// Providers that vendors are paid through. What goes by bank is sent by hand.
pub const PROVIDERS: [&str; 3] = ["bank", "stripe", "paypal"];

/// When a vendor is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Each Monday, for what was before.
    Weekly,
    /// On the first of each month.
    Monthly,
}

impl Schedule {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Weekly, Self::Monthly];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|schedule| schedule.name() == name)
    }

    /// When the last period ended, Unix milliseconds: midnight UTC of a Monday or of the first of a month.
    #[must_use]
    pub fn period_end_ms(self, now_ms: i64) -> i64 {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
        let today = now.to_zoned(TimeZone::UTC).date();
        let end = match self {
            Self::Weekly => {
                let days = today.weekday().since(Weekday::Monday);
                today.checked_sub(i64::from(days).days()).unwrap_or(today)
            }
            Self::Monthly => today.first_of_month(),
        };
        midnight_ms(end)
    }
}

fn midnight_ms(date: Date) -> i64 {
    date.to_zoned(TimeZone::UTC).map_or(0, |start| start.timestamp().as_millisecond())
}

/// On which terms a vendor is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// When.
    pub schedule: Schedule,
    /// Less than this is carried over; in the currency that the vendor is paid in.
    pub minimum: Money,
    /// What is held back of what was earned, parts per million.
    pub reserve_ppm: i64,
    /// For so many days.
    pub reserve_days: i64,
    /// One of [`PROVIDERS`].
    pub provider: String,
    /// The vendor's account there.
    pub destination: String,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            schedule: Schedule::Weekly,
            minimum: Money::new(1_000, Currency::EUR),
            reserve_ppm: 0,
            reserve_days: 30,
            provider: "bank".to_owned(),
            destination: String::new(),
        }
    }
}

/// Terms as a form tells them.
#[derive(Clone, Copy, Debug)]
pub struct TermsDraft<'a> {
    /// `weekly` or `monthly`.
    pub schedule: &'a str,
    /// ISO 4217 code.
    pub currency: &'a str,
    /// A decimal amount.
    pub minimum: &'a str,
    /// A percentage.
    pub reserve: &'a str,
    /// Days.
    pub reserve_days: &'a str,
    /// A provider.
    pub provider: &'a str,
    /// The account there.
    pub destination: &'a str,
}

impl TermsDraft<'_> {
    /// Checks every field.
    ///
    /// # Errors
    /// 422 that names the first field that does not fit.
    pub fn checked(&self) -> Result<Terms, Error> {
        let schedule =
            Schedule::parse(self.schedule).ok_or_else(|| Error::invalid("schedule", "choose one"))?;
        let currency = Currency::from_code(self.currency);
        let currency = currency.ok_or_else(|| Error::invalid("currency", "a currency such as EUR"))?;
        let minimum = Money::parse_decimal(self.minimum, currency).ok().filter(|minimum| minimum.amount >= 0);
        let minimum = minimum.ok_or_else(|| Error::invalid("minimum", "an amount such as 10.00"))?;
        let reserve_ppm = percent_ppm(self.reserve).filter(|ppm| *ppm <= kiosk_tax::PPM);
        let reserve_ppm = reserve_ppm.ok_or_else(|| Error::invalid("reserve", "0 to 100"))?;
        let days = self.reserve_days.parse().ok().filter(|days| (0..=RESERVE_DAYS_MAX).contains(days));
        let reserve_days =
            days.ok_or_else(|| Error::invalid("reserve_days", format!("0 to {RESERVE_DAYS_MAX}")))?;
        if !PROVIDERS.contains(&self.provider) {
            return Err(Error::invalid("provider", "choose one"));
        }
        let plain = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        if self.destination.len() > DESTINATION_BYTES_MAX || !self.destination.bytes().all(plain) {
            return Err(Error::invalid("destination", "the account's number at the provider"));
        }
        if self.provider != "bank" && self.destination.is_empty() {
            return Err(Error::invalid("destination", "is needed to pay through this provider"));
        }
        if self.provider == "bank" && !self.destination.is_empty() && checked_iban(self.destination).is_none()
        {
            return Err(Error::invalid("destination", "an IBAN, or nothing until it is known"));
        }
        let (provider, destination) = (self.provider.to_owned(), self.destination.to_owned());
        Ok(Terms { schedule, minimum, reserve_ppm, reserve_days, provider, destination })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_end_on_mondays_and_firsts() {
        // 2026-11-18T11:06:40Z, a Wednesday.
        let now_ms = 1_795_000_000_000;
        let monday = 1_794_787_200_000;
        assert_eq!(Schedule::Weekly.period_end_ms(now_ms), monday);
        assert_eq!(Schedule::Weekly.period_end_ms(monday), monday);
        assert_eq!(Schedule::Weekly.period_end_ms(monday - 1), monday - 7 * 86_400_000);
        assert_eq!(Schedule::Monthly.period_end_ms(now_ms), 1_793_491_200_000);
    }

    #[test]
    fn terms_are_checked_field_by_field() {
        let draft = TermsDraft {
            schedule: "weekly",
            currency: "EUR",
            minimum: "10.00",
            reserve: "12.5",
            reserve_days: "30",
            provider: "stripe",
            destination: "acct_1",
        };
        let checked = draft.checked().map(|terms| (terms.minimum.amount, terms.reserve_ppm));
        assert_eq!(checked.ok(), Some((1_000, 125_000)));
        for bad in [
            TermsDraft { schedule: "daily", ..draft },
            TermsDraft { currency: "XXY", ..draft },
            TermsDraft { minimum: "-1", ..draft },
            TermsDraft { reserve: "101", ..draft },
            TermsDraft { reserve_days: "181", ..draft },
            TermsDraft { provider: "cash", ..draft },
            TermsDraft { destination: "", ..draft },
            TermsDraft { provider: "bank", destination: "DE88 3704 0044 0532 0130 00", ..draft },
        ] {
            assert!(bad.checked().is_err(), "{bad:?}");
        }
        for destination in ["", "DE89 3704 0044 0532 0130 00"] {
            assert!(TermsDraft { provider: "bank", destination, ..draft }.checked().is_ok(), "{destination}");
        }
    }
}
