//! The books as admins and the other services read them.

use kiosk_money::Money;

use super::account::Account;
use super::journal::{self, Entry, currency};
use super::journal_store as store;
use crate::clock::Clock;
use crate::db::{Conn, Db};
use crate::error::Error;

/// Most parties that are listed at once.
pub const PARTIES_MAX: i64 = 500;

/// A line of the trial balance: an account in a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// Sum of its debits.
    pub debit: Money,
    /// Sum of its credits.
    pub credit: Money,
}

/// The books.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// The trial balance: every account that was booked on, by currency. Debits and credits of a currency are equal.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trial_balance(&self) -> Result<Vec<Balance>, Error> {
        let rows = store::sum_accounts(&mut *self.db.read().await?).await?;
        let read = |(name, code, debit, credit): (String, String, i64, i64)| {
            let (account, currency) = (Account::parse(&name)?, currency(&code).ok()?);
            Some(Balance {
                account,
                debit: Money::new(debit, currency),
                credit: Money::new(credit, currency),
            })
        };
        let mut balances: Vec<Balance> = rows.into_iter().filter_map(read).collect();
        balances.sort_by_key(|balance| (balance.debit.currency.code(), balance.account.number()));
        Ok(balances)
    }

    /// What parties have on an account, debits less credits, from a party on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_parties(&self, account: Account, after: &str) -> Result<Vec<(String, Money)>, Error> {
        Ok(store::list_balances(&mut *self.db.read().await?, account, ("", after), PARTIES_MAX).await?)
    }

    /// Entries before a number, newest first; only those of this source, kind or subject.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_entries(&self, before: i64, search: &str, limit: u32) -> Result<Vec<Entry>, Error> {
        Ok(store::list(&mut *self.db.read().await?, before, search, i64::from(limit)).await?)
    }

    /// An entry.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_entry(&self, seq: i64) -> Result<Entry, Error> {
        let found = store::list_after(&mut *self.db.read().await?, seq.saturating_sub(1), 1).await?.pop();
        found.filter(|entry| entry.seq == seq).ok_or(Error::NotFound("entry"))
    }

    /// The number of the first entry that is not what was booked, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_break(&self) -> Result<Option<i64>, Error> {
        journal::find_break(&mut *self.db.read().await?).await
    }
}

/// What a party has on an account, debits less credits, by currency.
///
/// # Errors
/// When the database fails.
pub async fn balances_of(conn: &mut Conn, account: Account, party: &str) -> Result<Vec<Money>, Error> {
    let rows = store::list_balances(conn, account, (party, ""), PARTIES_MAX).await?;
    Ok(rows.into_iter().map(|(_, sum)| sum).collect())
}

/// What entries after a number changed of a party's account, by kind and currency: debits less credits.
///
/// # Errors
/// When the database fails.
pub async fn changes_of(
    conn: &mut Conn,
    account: Account,
    party: &str,
    after: i64,
) -> Result<Vec<(String, Money)>, Error> {
    Ok(store::sum_kinds(conn, account, party, after).await?)
}

/// The entry that was booked for a source.
///
/// # Errors
/// When the database fails.
pub async fn get_of_source(conn: &mut Conn, source: &str) -> Result<Option<Entry>, Error> {
    Ok(store::get_of_source(conn, source).await?)
}

/// Parties that have something on an account, after one; empty when there are no more.
///
/// # Errors
/// When the database fails.
pub async fn list_parties(conn: &mut Conn, account: Account, after: &str) -> Result<Vec<String>, Error> {
    let rows = store::list_balances(conn, account, ("", after), PARTIES_MAX).await?;
    Ok(rows.into_iter().map(|(party, _)| party).collect())
}
