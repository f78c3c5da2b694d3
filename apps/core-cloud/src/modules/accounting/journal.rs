//! The journal. [`Books`] is the only way in: it checks every posting, numbers the entries and chains their hashes.

use std::collections::BTreeMap;

use kiosk_money::{Currency, Money};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::account::Account;
use super::journal_store as store;
use crate::db::{Conn, Tx};
use crate::error::Error;

/// Longest source, subject or party, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// Entries that are read at once when the chain is checked.
const CHECKED_AT_ONCE: i64 = 500;

/// One side of a posting: an account, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// The account.
    pub account: Account,
    /// As [`Account::party`] says; empty where all is one.
    pub party: String,
}

impl Side {
    /// Of an account that is kept by party.
    #[must_use]
    pub fn of(account: Account, party: &str) -> Self {
        Self { account, party: party.to_owned() }
    }

    /// Of an account where all is one.
    #[must_use]
    pub const fn all(account: Account) -> Self {
        Self { account, party: String::new() }
    }
}

/// An amount that moves from the account of its credit to the account of its debit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where it goes.
    pub debit: Side,
    /// Where it comes from.
    pub credit: Side,
    /// How much; above zero.
    pub amount: Money,
}

/// What is to be booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// What it is booked for; never booked twice.
    pub source: String,
    /// `shipment`, `capture`, …
    pub kind: &'static str,
    /// The order, vendor or promotion that it is about.
    pub subject: String,
    /// For people; nothing personal.
    pub note: String,
    /// The amounts.
    pub postings: Vec<Posting>,
}

impl Draft {
    /// Adds an amount; one below zero goes the other way, nothing is left out.
    pub fn post(&mut self, debit: Side, credit: Side, amount: Money) {
        let magnitude = Money::new(amount.amount.saturating_abs(), amount.currency);
        match amount.amount {
            0 => {}
            1.. => self.postings.push(Posting { debit, credit, amount: magnitude }),
            _ => self.postings.push(Posting { debit: credit, credit: debit, amount: magnitude }),
        }
    }
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1 without a gap.
    pub seq: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// What it was booked for.
    pub source: String,
    /// What it is.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// For people.
    pub note: String,
    /// The amounts, in order.
    pub postings: Vec<Posting>,
    /// SHA-256, hex, of the hash before and all of the above.
    pub hash: String,
}

impl Entry {
    /// The hash that this entry has after one with the hash `before`. JSON keeps the fields apart.
    fn chained(&self, before: &str) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Hashed<'a>(i64, i64, &'a str, &'a str, &'a str, &'a str, Vec<[&'a str; 5]>, Vec<i64>);
        let sides = self.postings.iter().map(|posting| {
            let Posting { debit, credit, amount } = posting;
            let (from, to) = (credit.account.name(), debit.account.name());
            [to, &debit.party, from, &credit.party, amount.currency.code()]
        });
        let amounts = self.postings.iter().map(|posting| posting.amount.amount);
        let hashed = Hashed(
            self.seq,
            self.at_ms,
            &self.source,
            &self.kind,
            &self.subject,
            &self.note,
            sides.collect(),
            amounts.collect(),
        );
        let mut hash = Sha256::new();
        hash.update(before.as_bytes());
        hash.update(serde_json::to_vec(&hashed)?);
        Ok(hex::encode(hash.finalize()))
    }

    /// What it changes of each account: debits above zero, credits below, by currency.
    #[must_use]
    pub fn legs(&self) -> Vec<(Side, Money)> {
        let mut legs: BTreeMap<(Side, &'static str), Money> = BTreeMap::new();
        for posting in &self.postings {
            let currency = posting.amount.currency;
            for (side, sign) in [(&posting.debit, 1), (&posting.credit, -1)] {
                let leg = legs.entry((side.clone(), currency.code())).or_insert(Money::zero(currency));
                leg.amount += sign * posting.amount.amount;
            }
        }
        let moved = legs.into_iter().filter(|(_, leg)| leg.amount != 0);
        moved.map(|((side, _), leg)| (side, leg)).collect()
    }
}

/// Debits and credits of an account, a party and a currency.
pub type Moved = BTreeMap<(Side, &'static str), (i64, i64)>;

/// The journal, open to be written to within a transaction.
#[derive(Debug)]
pub struct Books {
    seq: i64,
    hash: String,
    entries: Vec<Entry>,
    moved: Moved,
}

impl Books {
    /// Opens the journal; other writers wait until the transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(tx: &mut Tx) -> Result<Self, Error> {
        let (seq, hash) = store::lock_head(tx).await?;
        Ok(Self { seq, hash, entries: Vec::new(), moved: Moved::new() })
    }

    /// Books an entry. One without postings is none.
    ///
    /// # Errors
    /// For an amount that is not above zero, two sides that are one, or a party that is missing or too much.
    pub fn enter(&mut self, draft: Draft) -> Result<(), Error> {
        if draft.postings.is_empty() {
            return Ok(());
        }
        for name in [&draft.source, &draft.subject] {
            if name.is_empty() || name.len() > NAME_BYTES_MAX {
                return Err(Error::invalid("source", "an entry names what it is booked for"));
            }
        }
        for posting in &draft.postings {
            check(posting)?;
            let Posting { debit, credit, amount } = posting;
            let sum = |(side, credit): (&Side, bool), moved: &mut Moved| {
                let sums = moved.entry((side.clone(), amount.currency.code())).or_default();
                let sum = if credit { &mut sums.1 } else { &mut sums.0 };
                *sum = sum.checked_add(amount.amount)?;
                Some(())
            };
            let summed =
                sum((debit, false), &mut self.moved).and_then(|()| sum((credit, true), &mut self.moved));
            summed.ok_or_else(|| Error::invalid("amount", "is out of range"))?;
        }
        let Draft { at_ms, source, kind, subject, note, postings } = draft;
        let kind = kind.to_owned();
        let seq = self.seq + 1;
        let mut entry = Entry { seq, at_ms, source, kind, subject, note, postings, hash: String::new() };
        entry.hash = entry.chained(&self.hash)?;
        self.seq = seq;
        self.hash.clone_from(&entry.hash);
        self.entries.push(entry);
        Ok(())
    }

    /// Writes what was entered; the number of the last entry.
    ///
    /// # Errors
    /// When the database fails, and when something is booked a second time.
    pub async fn close(self, tx: &mut Tx) -> Result<i64, Error> {
        if !self.entries.is_empty() {
            store::insert(tx, &self.entries).await?;
            store::add_balances(tx, &self.moved).await?;
            store::set_head(tx, self.seq, &self.hash).await?;
        }
        Ok(self.seq)
    }
}

fn check(posting: &Posting) -> Result<(), Error> {
    let Posting { debit, credit, amount } = posting;
    if amount.amount <= 0 {
        return Err(Error::invalid("amount", "must be above zero"));
    }
    if debit == credit {
        return Err(Error::invalid("debit", "both sides are the same"));
    }
    for side in [debit, credit] {
        let named = !side.party.is_empty() && side.party.len() <= NAME_BYTES_MAX;
        if side.account.party().is_some() != named {
            return Err(Error::invalid("party", format!("does not fit {}", side.account.name())));
        }
    }
    Ok(())
}

/// The number of the first entry that is not what was booked, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn find_break(conn: &mut Conn) -> Result<Option<i64>, Error> {
    let (last, end) = store::get_head(conn).await?;
    let (mut seq, mut hash) = (0, String::new());
    loop {
        let entries = store::list_after(conn, seq, CHECKED_AT_ONCE).await?;
        if entries.is_empty() {
            return Ok((seq != last || hash != end).then_some(seq + 1));
        }
        for entry in entries {
            if entry.seq > last {
                return Ok(None);
            }
            if entry.seq != seq + 1 || entry.chained(&hash)? != entry.hash {
                return Ok(Some(seq + 1));
            }
            (seq, hash) = (entry.seq, entry.hash);
        }
    }
}

/// Reads a currency that was stored.
pub(super) fn currency(code: &str) -> Result<Currency, sqlx::Error> {
    Currency::from_code(code).ok_or_else(|| sqlx::Error::Decode("no currency".into()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn books() -> Books {
        Books { seq: 0, hash: String::new(), entries: Vec::new(), moved: Moved::new() }
    }

    fn draft(postings: Vec<Posting>) -> Draft {
        let (source, subject) = ("evt_1".to_owned(), "ord_1".to_owned());
        Draft { at_ms: 1, source, kind: "test", subject, note: String::new(), postings }
    }

    fn posting(amount: i64) -> Posting {
        let (debit, credit) = (Side::of(Account::Clearing, "stripe"), Side::of(Account::Receivable, "ord_1"));
        Posting { debit, credit, amount: Money::new(amount, Currency::EUR) }
    }

    #[test]
    fn what_is_no_posting_is_refused() {
        let refused = |posting| books().enter(draft(vec![posting])).is_err();
        assert!(!refused(posting(1)));
        assert!(refused(posting(0)) && refused(posting(-1)), "amounts are above zero");
        assert!(refused(Posting { credit: posting(1).debit, ..posting(1) }), "two sides");
        assert!(refused(Posting { credit: Side::all(Account::Receivable), ..posting(1) }), "of whom?");
        assert!(refused(Posting { credit: Side::of(Account::Commission, "x"), ..posting(1) }), "of nobody");
        assert!(books().enter(draft(vec![posting(i64::MAX), posting(1)])).is_err(), "sums stay numbers");
    }

    #[test]
    fn amounts_below_zero_go_the_other_way() {
        let mut draft = draft(Vec::new());
        for amount in [5, 0, -7] {
            draft.post(posting(1).debit, posting(1).credit, Money::new(amount, Currency::EUR));
        }
        assert_eq!(draft.postings.len(), 2);
        let mut books = books();
        books.enter(draft).unwrap();
        let legs = books.entries[0].legs();
        assert_eq!(
            legs.iter().map(|(_, leg)| leg.amount).collect::<Vec<_>>(),
            [2, -2],
            "receivable, clearing"
        );
    }

    #[test]
    fn every_change_of_an_entry_changes_its_hash() {
        let mut books = books();
        books.enter(draft(vec![posting(1)])).unwrap();
        let entry = books.entries.remove(0);
        let changed = [
            Entry { at_ms: 2, ..entry.clone() },
            Entry { source: "evt_2".to_owned(), ..entry.clone() },
            Entry { note: "x".to_owned(), ..entry.clone() },
            Entry { postings: vec![posting(2)], ..entry.clone() },
            Entry { postings: vec![posting(1), posting(1)], ..entry.clone() },
        ];
        for changed in changed {
            assert_ne!(changed.chained("").unwrap(), entry.hash);
        }
        assert_ne!(entry.chained("before").unwrap(), entry.hash);
    }
}
