//! Days of the calendar.

use std::fmt;
use std::str::FromStr;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// A day of the Gregorian calendar, UTC. Tax authorities go by the day at the place of supply; a shop that trades in
/// several zones needs one rule for all, and this is it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: i32,
    month: u8,
    day: u8,
}

impl Day {
    /// The day of a moment, Unix milliseconds.
    #[must_use]
    pub fn of_ms(ms: i64) -> Self {
        // Days since 1 March of year 0: leap days come last in such years (Howard Hinnant, `civil_from_days`).
        let days = ms.div_euclid(DAY_MS) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year: i32::try_from(year).unwrap_or(i32::MAX),
            month: u8::try_from(month).unwrap_or(1),
            day: u8::try_from(day).unwrap_or(1),
        }
    }

    /// Its year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.year
    }
}

/// The text is no day such as `2025-07-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day such as 2025-07-01")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let mut parts = text.splitn(3, '-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits);
            part.filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).ok_or(NotADay)
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let year: i32 = year.parse().map_err(|_| NotADay)?;
        let month: u8 = month.parse().map_err(|_| NotADay)?;
        let day: u8 = day.parse().map_err(|_| NotADay)?;
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(NotADay),
        };
        if (1..=days).contains(&day) { Ok(Self { year, month, day }) } else { Err(NotADay) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn moments_have_days() {
        for (ms, day) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (951_782_400_000, "2000-02-29"),
            (1_735_689_599_999, "2024-12-31"),
            (1_735_689_600_000, "2025-01-01"),
            (1_795_000_000_000, "2026-11-18"),
        ] {
            assert_eq!(Day::of_ms(ms).to_string(), day);
            assert_eq!(day.parse(), Ok(Day::of_ms(ms)));
        }
    }

    #[test]
    fn only_days_of_the_calendar_are_read() {
        for bad in [
            "",
            "2025-13-01",
            "2025-02-29",
            "2025-1-1",
            "2025-00-10",
            "25-01-01",
            "2025-01-01x",
            "+025-01-01",
        ] {
            assert_eq!(bad.parse::<Day>(), Err(NotADay), "{bad}");
        }
    }
}
