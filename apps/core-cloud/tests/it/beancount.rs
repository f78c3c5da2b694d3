//! The rules that `bean-check` holds a file to, as far as exports use its language: accounts are opened before they are
//! used, transactions balance in each currency, and assertions hold.

use std::collections::{BTreeMap, BTreeSet};

type Sums = BTreeMap<(String, String), i128>;

#[derive(Default)]
struct Checker {
    opened: BTreeSet<String>,
    balances: Sums,
    /// The transaction that is read: what is left of each currency.
    open: Option<BTreeMap<String, i128>>,
    transactions: usize,
}

/// How many transactions the file has.
pub fn check(text: &str) -> Result<usize, String> {
    let mut checker = Checker::default();
    for (number, line) in text.lines().enumerate() {
        checker.read(line).map_err(|why| format!("line {}: {why}: {line}", number + 1))?;
    }
    checker.end()?;
    Ok(checker.transactions)
}

impl Checker {
    fn read(&mut self, line: &str) -> Result<(), String> {
        if line.starts_with("  ") {
            return self.read_posting(line.trim());
        }
        self.end()?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] | ["option", ..] => Ok(()),
            [day, "open", account] if is_day(day) && is_account(account) => {
                if self.opened.insert((*account).to_owned()) {
                    Ok(())
                } else {
                    Err("opened twice".to_owned())
                }
            }
            [day, "balance", account, amount, currency] if is_day(day) => {
                let key = ((*account).to_owned(), (*currency).to_owned());
                let is = self.balances.get(&key).copied().unwrap_or(0);
                if is == minor(amount)? { Ok(()) } else { Err(format!("it is {is}")) }
            }
            [day, "*", ..] if is_day(day) && line.matches('"').count().is_multiple_of(2) => {
                self.open = Some(BTreeMap::new());
                self.transactions += 1;
                Ok(())
            }
            _ => Err("is no directive".to_owned()),
        }
    }

    fn read_posting(&mut self, line: &str) -> Result<(), String> {
        let open = self.open.as_mut().ok_or("belongs to no transaction")?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [key, ..] if key.ends_with(':') && key.starts_with(|char: char| char.is_ascii_lowercase()) => {
                Ok(())
            }
            [account, amount, currency] if self.opened.contains(*account) => {
                let amount = minor(amount)?;
                *open.entry((*currency).to_owned()).or_default() += amount;
                *self.balances.entry(((*account).to_owned(), (*currency).to_owned())).or_default() += amount;
                Ok(())
            }
            _ => Err("is no posting to an open account".to_owned()),
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let left = self.open.take().unwrap_or_default();
        if left.values().all(|sum| *sum == 0) { Ok(()) } else { Err(format!("does not balance: {left:?}")) }
    }
}

fn is_day(text: &str) -> bool {
    text.parse::<kiosk_tax::Day>().is_ok()
}

fn is_account(text: &str) -> bool {
    let mut parts = text.split(':');
    let roots = ["Assets", "Liabilities", "Equity", "Income", "Expenses"];
    let plain = |part: &str| {
        part.starts_with(|char: char| char.is_ascii_uppercase() || char.is_ascii_digit())
            && part.chars().all(|char| char.is_ascii_alphanumeric() || char == '-')
    };
    parts.next().is_some_and(|root| roots.contains(&root)) && parts.all(plain) && text.contains(':')
}

/// In ten-thousandths, so that currencies of any exponent fit.
fn minor(text: &str) -> Result<i128, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<4}").parse().map_err(|_| "no amount".to_owned())
}
