//! Tables of rates, each good from a day on until before another.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::PPM;
use crate::day::Day;

/// Why a table is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// A line does not read as jurisdiction, first day, end, rate.
    #[error("line {0} does not read as jurisdiction, first day, end, parts per million")]
    Line(usize),
    /// Days of a jurisdiction have no rate.
    #[error("{jurisdiction} has no rate from {from} on")]
    Gap {
        /// Whose.
        jurisdiction: String,
        /// The first day without a rate.
        from: Day,
    },
    /// Days of a jurisdiction have two rates.
    #[error("{jurisdiction} has two rates on {on}")]
    Overlap {
        /// Whose.
        jurisdiction: String,
        /// The first day with two.
        on: Day,
    },
}

#[derive(Clone, Copy, Debug)]
struct Period {
    from: Day,
    until: Option<Day>,
    ppm: i64,
}

/// Rates by jurisdiction and day, without a gap and without an overlap.
#[derive(Clone, Debug, Default)]
pub struct RateTable(BTreeMap<String, Vec<Period>>);

impl RateTable {
    /// Reads lines of `jurisdiction,first day,day it ends before,parts per million`; the last period of each jurisdiction
    /// is open. Lines that begin with `#` are comments.
    ///
    /// # Errors
    /// [`TableError`] for the first thing that does not fit.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut found: BTreeMap<String, Vec<Period>> = BTreeMap::new();
        for (number, line) in data_lines(text) {
            let (jurisdiction, period) = read(line).ok_or(TableError::Line(number))?;
            found.entry(jurisdiction.to_owned()).or_default().push(period);
        }
        for (jurisdiction, periods) in &mut found {
            periods.sort_by_key(|period| period.from);
            whole(jurisdiction, periods)?;
        }
        Ok(Self(found))
    }

    /// The rate of a jurisdiction on a day, in parts per million; none when the table does not know it.
    #[must_use]
    pub fn rate(&self, jurisdiction: &str, day: Day) -> Option<i64> {
        let periods = self.0.get(jurisdiction)?;
        let period = periods.iter().rev().find(|period| period.from <= day)?;
        Some(period.ppm)
    }

    /// The jurisdictions it knows.
    pub fn jurisdictions(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

fn read(line: &str) -> Option<(&str, Period)> {
    let mut fields = line.split(',').map(str::trim);
    let jurisdiction = fields.next().filter(|name| !name.is_empty())?;
    let from = fields.next()?.parse().ok()?;
    let until = match fields.next()? {
        "" => None,
        day => Some(day.parse().ok().filter(|until| *until > from)?),
    };
    let ppm = fields.next()?.parse().ok().filter(|ppm| (0..PPM).contains(ppm))?;
    fields.next().is_none().then_some((jurisdiction, Period { from, until, ppm }))
}

/// Checks that each period ends where the next begins, and that the last one is open.
fn whole(jurisdiction: &str, periods: &[Period]) -> Result<(), TableError> {
    let next = periods.iter().skip(1).map(|period| Some(period.from)).chain([None]);
    for (period, next) in periods.iter().zip(next) {
        let jurisdiction = jurisdiction.to_owned();
        match (period.until, next) {
            (Some(until), None) => return Err(TableError::Gap { jurisdiction, from: until }),
            (Some(until), Some(next)) if until < next => {
                return Err(TableError::Gap { jurisdiction, from: until });
            }
            (None, Some(next)) => return Err(TableError::Overlap { jurisdiction, on: next }),
            (Some(until), Some(next)) if next < until => {
                return Err(TableError::Overlap { jurisdiction, on: next });
            }
            _ => {}
        }
    }
    Ok(())
}

fn data_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// All tables.
#[derive(Clone, Debug)]
pub struct Tables {
    /// Standard VAT by country.
    pub vat: RateTable,
    /// Sales tax by `US-` and state.
    pub us: RateTable,
    /// First and last three digits of ZIP codes, and their state.
    zips: Vec<(u16, u16, String)>,
}

impl Tables {
    /// Reads tables of VAT, of US sales tax, and of ZIP codes (`first three digits,last three digits,state`).
    ///
    /// # Errors
    /// [`TableError`] for the first thing that does not fit.
    pub fn parse(vat: &str, us: &str, zips: &str) -> Result<Self, TableError> {
        let mut found: Vec<(u16, u16, String)> = Vec::new();
        for (number, line) in data_lines(zips) {
            let mut fields = line.split(',');
            let mut zip = || fields.next().filter(|zip| zip.len() == 3)?.parse::<u16>().ok();
            let (first, last) = (zip(), zip());
            let (Some(first), Some(last), Some(state)) = (first, last, fields.next()) else {
                return Err(TableError::Line(number));
            };
            if last < first || found.last().is_some_and(|(_, before, _)| *before >= first) {
                return Err(TableError::Line(number));
            }
            found.push((first, last, state.to_owned()));
        }
        Ok(Self { vat: RateTable::parse(vat)?, us: RateTable::parse(us)?, zips: found })
    }

    /// The tables of this version.
    ///
    /// # Panics
    /// Never: a test reads them.
    #[must_use]
    pub fn bundled() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(|| {
            let (vat, us) = (include_str!("../data/vat.csv"), include_str!("../data/us.csv"));
            let tables = Self::parse(vat, us, include_str!("../data/zip3.csv"));
            tables.unwrap_or_else(|error| unreachable!("the tables are tested: {error}"))
        })
    }

    /// The state that ZIP codes with these first digits are in; none when they are in several, or in none.
    #[must_use]
    pub fn state_of(&self, area: &str) -> Option<&str> {
        let digits: String = area.chars().take(3).collect();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let lowest: u16 = format!("{digits:0<3}").parse().ok()?;
        let highest: u16 = format!("{digits:9<3}").parse().ok()?;
        let touched = self.zips.iter().filter(|(first, last, _)| *first <= highest && *last >= lowest);
        let mut states = touched.map(|(.., state)| state.as_str());
        let state = states.next()?;
        states.all(|other| other == state).then_some(state)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn the_bundled_tables_are_whole() {
        let tables = Tables::bundled();
        assert_eq!(tables.vat.jurisdictions().count(), 28, "the EU and the United Kingdom");
        assert_eq!(tables.us.jurisdictions().count(), 51, "the states and the capital");
        for (first, last, state) in &tables.zips {
            let name = format!("US-{state}");
            assert!(tables.us.rate(&name, day("2026-01-01")).is_some(), "{first}-{last} {state}");
        }
    }

    #[test]
    fn rates_change_on_their_day() {
        let vat = &Tables::bundled().vat;
        for (country, last, before, first, after) in [
            ("EE", "2025-06-30", 220_000, "2025-07-01", 240_000),
            ("SK", "2024-12-31", 200_000, "2025-01-01", 230_000),
            ("RO", "2025-07-31", 190_000, "2025-08-01", 210_000),
            ("FI", "2024-08-31", 240_000, "2024-09-01", 255_000),
            ("DE", "2020-12-31", 160_000, "2021-01-01", 190_000),
        ] {
            assert_eq!(vat.rate(country, day(last)), Some(before), "{country}");
            assert_eq!(vat.rate(country, day(first)), Some(after), "{country}");
        }
        assert_eq!(vat.rate("DE", day("2019-12-31")), None, "before the table begins");
        assert_eq!(vat.rate("CH", day("2025-01-01")), None);
    }

    #[test]
    fn a_gap_or_an_overlap_is_refused() {
        let parse = |text: &str| RateTable::parse(text).map(|_| ());
        let (of, on) = ("XX".to_owned(), day("2024-01-01"));
        let first = "XX,2020-01-01,2024-01-01,200000\n";
        assert_eq!(parse(&format!("{first}XX,2024-01-01,,210000")), Ok(()));
        assert_eq!(
            parse(&format!("{first}XX,2024-01-02,,210000")),
            Err(TableError::Gap { jurisdiction: of.clone(), from: on })
        );
        assert_eq!(parse(first), Err(TableError::Gap { jurisdiction: of.clone(), from: on }), "it just ends");
        assert_eq!(
            parse(&format!("{first}XX,2023-12-31,,210000")),
            Err(TableError::Overlap { jurisdiction: of.clone(), on: day("2023-12-31") })
        );
        assert_eq!(
            parse("XX,2020-01-01,,1\nXX,2024-01-01,,2"),
            Err(TableError::Overlap { jurisdiction: of, on })
        );
        for bad in [
            "XX,2020-01-01,,1000000",
            "XX,2020-01-01,,-1",
            "XX,2020-01-01,,0.2",
            "XX,2020-01-01,2019-01-01,1",
            ",2020-01-01,,1",
            "XX,2020-01-01,,1,2",
            "XX,2020-02-30,,1",
            "XX",
        ] {
            assert_eq!(parse(bad), Err(TableError::Line(1)), "{bad}");
        }
    }

    #[test]
    fn the_first_digits_of_a_zip_code_name_its_state() {
        let tables = Tables::bundled();
        for (area, state) in
            [("100", "NY"), ("902", "CA"), ("90", "CA"), ("733", "TX"), ("200", "DC"), ("971", "OR")]
        {
            assert_eq!(tables.state_of(area), Some(state), "{area}");
        }
        for area in ["", "20", "09", "962", "ABC", "8"] {
            assert_eq!(tables.state_of(area), None, "{area}");
        }
    }
}
