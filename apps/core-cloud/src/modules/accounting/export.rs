//! The journal of a period as files that accountants import: CSV, and beancount's plain text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kiosk_money::Money;

use super::account::Account;
use super::journal::{Entry, Side};
use super::journal_store as store;
use super::plans::day_ms;
use super::service::Service;
use crate::error::Error;

/// Most entries of one file.
pub const ENTRIES_MAX: usize = 20_000;
/// Entries that are read at once.
const READ_AT_ONCE: i64 = 500;
/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// From the first moment to before the last, Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Midnight UTC of its first day.
    pub from_ms: i64,
    /// Midnight UTC after its last day.
    pub until_ms: i64,
}

impl Period {
    /// From a day to another, both in it.
    ///
    /// # Errors
    /// 422 that names the day that does not fit.
    pub fn parse(from: &str, to: &str) -> Result<Self, Error> {
        let day = |param: &str, text: &str| {
            day_ms(text).ok_or_else(|| Error::invalid(param, "not a date such as 2027-01-31"))
        };
        let (from_ms, until_ms) = (day("from", from)?, day("to", to)? + DAY_MS);
        if until_ms <= from_ms {
            return Err(Error::invalid("to", "is before the first day"));
        }
        Ok(Self { from_ms, until_ms })
    }
}

impl Service {
    /// The journal of a period as CSV: a line for each account that an entry changes.
    ///
    /// # Errors
    /// 422 when there are more than [`ENTRIES_MAX`] entries.
    pub async fn export_csv(&self, period: Period) -> Result<String, Error> {
        let mut text = String::from(
            "entry,date,kind,source,subject,note,account,account name,party,currency,debit,credit,hash\r\n",
        );
        for entry in self.list_period(period).await? {
            for (Side { account, party }, sum) in entry.legs() {
                let amount = decimal(Money::new(sum.amount.abs(), sum.currency));
                let (debit, credit) =
                    if sum.amount > 0 { (amount, String::new()) } else { (String::new(), amount) };
                let fields = [
                    entry.seq.to_string(),
                    date(entry.at_ms),
                    entry.kind.clone(),
                    entry.source.clone(),
                    entry.subject.clone(),
                    entry.note.clone(),
                    account.number().to_string(),
                    account.title().to_owned(),
                    party,
                    sum.currency.code().to_owned(),
                    debit,
                    credit,
                    entry.hash.clone(),
                ];
                text.push_str(&fields.map(|field| quoted(&field)).join(","));
                text.push_str("\r\n");
            }
        }
        Ok(text)
    }

    /// The journal of a period in beancount's language, with what was before it as one transaction, and with assertions
    /// of what every account has at its end.
    ///
    /// # Errors
    /// 422 when there are more than [`ENTRIES_MAX`] entries.
    pub async fn export_beancount(&self, period: Period) -> Result<String, Error> {
        let entries = self.list_period(period).await?;
        let conn = &mut *self.db.read().await?;
        let opening = by_account(store::sum_before(conn, period.from_ms).await?);
        let closing = by_account(store::sum_before(conn, period.until_ms).await?);
        let moved = entries.iter().flat_map(Entry::legs).map(|(side, _)| beancount_account(&side));
        let known = opening.iter().chain(&closing).map(|((account, _), _)| account.clone());
        let accounts: BTreeSet<String> = moved.chain(known).collect();
        let (first, end) = (date(period.from_ms), date(period.until_ms));
        let mut text = String::from("option \"title\" \"Kiosk\"\n\n");
        for account in accounts {
            let _ = writeln!(text, "{first} open {account}");
        }
        if !opening.is_empty() {
            let _ = writeln!(text, "\n{first} * \"Brought forward\"");
            for ((account, _), sum) in &opening {
                let _ = writeln!(text, "  {account}  {} {}", decimal(*sum), sum.currency.code());
            }
        }
        for entry in &entries {
            write_transaction(&mut text, entry);
        }
        text.push('\n');
        for ((account, _), sum) in &closing {
            let _ = writeln!(text, "{end} balance {account}  {} {}", decimal(*sum), sum.currency.code());
        }
        Ok(text)
    }

    async fn list_period(&self, period: Period) -> Result<Vec<Entry>, Error> {
        let conn = &mut *self.db.read().await?;
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let after = entries.last().map_or(0, |entry| entry.seq);
            let page =
                store::list_period(conn, after, (period.from_ms, period.until_ms), READ_AT_ONCE).await?;
            if page.is_empty() {
                return Ok(entries);
            }
            entries.extend(page);
            if entries.len() > ENTRIES_MAX {
                return Err(Error::invalid(
                    "from",
                    format!("more than {ENTRIES_MAX} entries: choose a shorter period"),
                ));
            }
        }
    }
}

fn write_transaction(text: &mut String, entry: &Entry) {
    let Entry { seq, source, kind, subject, note, .. } = entry;
    let narration = escaped(&format!("{subject} {note}"));
    let _ = writeln!(text, "\n{} * \"{}\" \"{narration}\"", date(entry.at_ms), escaped(kind));
    let _ = writeln!(text, "  entry: \"{seq}\"\n  source: \"{}\"", escaped(source));
    for (side, sum) in entry.legs() {
        let _ = writeln!(text, "  {}  {} {}", beancount_account(&side), decimal(sum), sum.currency.code());
        if !side.party.is_empty() {
            let _ = writeln!(text, "    party: \"{}\"", escaped(&side.party));
        }
    }
}

fn by_account(sums: Vec<(Side, Money)>) -> BTreeMap<(String, &'static str), Money> {
    let mut found: BTreeMap<(String, &'static str), Money> = BTreeMap::new();
    for (side, sum) in sums {
        let key = (beancount_account(&side), sum.currency.code());
        found.entry(key).or_insert(Money::zero(sum.currency)).amount += sum.amount;
    }
    found
}

/// `Liabilities:TaxPayable:OSS-FR`. Orders are too many to be accounts of their own; they are told as metadata.
fn beancount_account(side: &Side) -> String {
    let words = side.account.name().split('_').map(capitalised);
    let name = format!("{}:{}", side.account.class().name(), words.collect::<String>());
    if side.party.is_empty() || side.account == Account::Receivable {
        return name;
    }
    let plain = |char: char| if char.is_ascii_alphanumeric() { char } else { '-' };
    format!("{name}:{}", capitalised(&side.party.chars().map(plain).collect::<String>()))
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// An amount without its currency, `-12.30`.
#[must_use]
pub fn decimal(money: Money) -> String {
    let exponent = usize::from(money.currency.exponent().unwrap_or(0));
    let unit = 10_u64.pow(u32::try_from(exponent).unwrap_or(0));
    let magnitude = money.amount.unsigned_abs();
    let sign = if money.amount < 0 { "-" } else { "" };
    match exponent {
        0 => format!("{sign}{magnitude}"),
        _ => format!("{sign}{}.{:0exponent$}", magnitude / unit, magnitude % unit),
    }
}

/// The day of a moment, UTC.
#[must_use]
pub fn date(ms: i64) -> String {
    let moment = Timestamp::from_millisecond(ms).unwrap_or_default();
    moment.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_money::Currency;

    use super::*;

    #[test]
    fn accounts_are_named_as_beancount_wants_them() {
        let name = |account, party: &str| beancount_account(&Side { account, party: party.to_owned() });
        assert_eq!(name(Account::Clearing, "stripe"), "Assets:Clearing:Stripe");
        assert_eq!(name(Account::TaxPayable, "OSS-FR"), "Liabilities:TaxPayable:OSS-FR");
        assert_eq!(name(Account::VendorPayable, "ven_a-1"), "Liabilities:VendorPayable:Ven-a-1");
        assert_eq!(name(Account::Receivable, "ord_1"), "Assets:Receivable");
        assert_eq!(name(Account::Commission, ""), "Income:Commission");
    }

    #[test]
    fn amounts_and_days_are_written_exactly() {
        assert_eq!(decimal(Money::new(-1_205, Currency::EUR)), "-12.05");
        assert_eq!(decimal(Money::new(7, Currency::JPY)), "7");
        assert_eq!(decimal(Money::new(1, Currency::KWD)), "0.001");
        assert_eq!(date(1_795_000_000_000), "2026-11-18");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        let period = Period::parse("2026-11-01", "2026-11-30").unwrap();
        assert_eq!(
            (date(period.from_ms), date(period.until_ms)),
            ("2026-11-01".to_owned(), "2026-12-01".to_owned())
        );
        assert!(
            Period::parse("2026-11-02", "2026-11-01").is_err() && Period::parse("x", "2026-11-01").is_err()
        );
    }
}
