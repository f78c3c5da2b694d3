//! Looking at customers, and blocking them.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::Change;
use kiosk_wire::people::{AppealState, Standing};

use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::members::service::Member;
use crate::page::List;

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 500;

/// A customer: the pseudonym of an e-mail address or of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The pseudonym.
    pub pseudonym: String,
    /// Its region; empty when several know it.
    pub region: String,
    /// Whether it is an account's.
    pub is_account: bool,
    /// Orders.
    pub orders: i64,
    /// When the first order was placed, Unix milliseconds.
    pub first_ms: i64,
    /// When the last one was, Unix milliseconds.
    pub last_ms: i64,
    /// The last one.
    pub last_order: String,
    /// While it is blocked.
    pub block: Option<Block>,
    /// What it kept of all of them, in the currency of reports.
    pub value: Money,
    /// What it kept of those of the last twelve months, in the currency of reports.
    pub recent_value: Money,
    /// Orders of the last twelve months of which it kept something.
    pub recent_orders: i64,
    /// Its tier; empty for none.
    pub tier: String,
    /// Codes of why support should look twice.
    pub watched: Vec<String>,
    /// What its orders cost and what it kept, by currency.
    pub sums: Vec<Spent>,
}

impl Customer {
    /// `blocked`, `watched` or `good`.
    #[must_use]
    pub const fn standing(&self) -> &'static str {
        match (&self.block, self.watched.is_empty()) {
            (Some(_), _) => "blocked",
            (None, false) => "watched",
            (None, true) => "good",
        }
    }
}

/// What a customer bought in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// What its orders cost.
    pub bought: Money,
    /// What was neither cancelled nor returned nor disputed of it.
    pub kept: Money,
}

/// Why a customer may not buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// Who blocked it: `mem_…`.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The pseudonym that was blocked, when this one is for its sake.
    pub via: Option<String>,
}

/// Blocks what blocked accounts buy with: pairs of account and address.
pub(super) async fn block_new_addresses(
    tx: &mut Tx,
    links: &[(&str, &str)],
    now_ms: i64,
) -> Result<(), Error> {
    let accounts: BTreeSet<&str> = links.iter().map(|(account, _)| *account).collect();
    let blocked = store::list_blocked(tx, &accounts.into_iter().collect::<Vec<_>>()).await?;
    let addresses: BTreeSet<&str> =
        links.iter().filter(|(account, _)| blocked.contains(*account)).map(|(_, address)| *address).collect();
    let told = store::block_linked(tx, &addresses.into_iter().collect::<Vec<_>>(), now_ms).await?;
    tell(tx, told, true).await
}

/// Whether a pseudonym is blocked.
///
/// # Errors
/// When the database fails.
pub async fn is_blocked(tx: &mut Tx, pseudonym: &str) -> Result<bool, Error> {
    Ok(!store::list_blocked(tx, &[pseudonym]).await?.is_empty())
}

/// Tells its region how far the appeal of a blocked account is. The feed's writers are locked out by then.
///
/// # Errors
/// When the database fails.
pub async fn tell_appeal(tx: &mut Tx, pseudonym: &str, appeal: AppealState) -> Result<(), Error> {
    let Some(customer) = store::get_customer(tx, pseudonym).await? else { return Ok(()) };
    let region = Some(customer.region.as_str()).filter(|region| !region.is_empty());
    let standing = Standing { customer: pseudonym.to_owned(), blocked: true, appeal: Some(appeal) };
    feed::publish(tx, region, &[Change::Standing(standing)]).await
}

/// Tells the regions of pseudonyms: pseudonym and region.
async fn tell(tx: &mut Tx, pseudonyms: Vec<(String, String)>, blocked: bool) -> Result<(), Error> {
    let mut regions: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for (customer, region) in pseudonyms {
        regions.entry(region).or_default().push(Change::Standing(Standing {
            customer,
            blocked,
            appeal: None,
        }));
    }
    for (region, changes) in regions {
        // What several regions know is told to all.
        feed::publish(tx, Some(region.as_str()).filter(|region| !region.is_empty()), &changes).await?;
    }
    Ok(())
}

/// Customers as admins see them.
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

    /// Customers of a list, and whether there are more. The search is part of a pseudonym; states are `blocked`,
    /// `watched`, `account` and `guest`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_customers(&self, list: &List) -> Result<(Vec<Customer>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut customers = store::list_customers(conn, list).await?;
        let more = list.cut(&mut customers);
        store::read_sums(conn, &mut customers).await?;
        Ok((customers, more))
    }

    /// A customer, and the pseudonyms that orders link it to.
    ///
    /// # Errors
    /// [`Error::NotFound`] when no order shows it.
    pub async fn get_customer(&self, pseudonym: &str) -> Result<(Customer, Vec<String>), Error> {
        let conn = &mut *self.db.read().await?;
        let mut found = store::get_customer(conn, pseudonym).await?;
        store::read_sums(conn, found.as_mut_slice()).await?;
        let customer = found.ok_or(Error::NotFound("customer"))?;
        Ok((customer, store::list_linked(conn, pseudonym).await?))
    }

    /// Knows a pseudonym that no order shows, such as of somebody whose checkout was refused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn know(&self, pseudonym: &str, region: &str, is_account: bool) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        store::insert_unless_known(&mut tx, pseudonym, region, is_account, self.clock.now_ms()).await?;
        Ok(tx.commit().await?)
    }

    /// Blocks a customer and the pseudonyms that orders link it to.
    ///
    /// # Errors
    /// 422 without a reason, 409 `blocked_already`, [`Error::NotFound`] when no order shows it.
    pub async fn block(&self, by: &Member, pseudonym: &str, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let linked = lock_linked(&mut tx, pseudonym).await?;
        let known = store::get_customer(&mut tx, pseudonym).await?.ok_or(Error::NotFound("customer"))?;
        if known.block.is_some_and(|block| block.via.is_none()) {
            let title = "This customer is blocked already";
            return Err(Problem::new(StatusCode::CONFLICT, "blocked_already", title).into());
        }
        let block = Block { since_ms: now_ms, by: by.id.clone(), reason: reason.to_owned(), via: None };
        store::set_block(&mut tx, pseudonym, &block).await?;
        let linked: Vec<&str> = linked.iter().map(String::as_str).collect();
        let block = Block { via: Some(pseudonym.to_owned()), ..block };
        let mut told = store::block_others(&mut tx, &linked, &block).await?;
        told.push((known.pseudonym, known.region));
        let detail = format!("{reason} ({} pseudonyms)", told.len());
        tell(&mut tx, told, true).await?;
        let act = Act { action: "customer.block", subject: pseudonym, detail };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Lets a customer buy again, and those that were blocked for its sake.
    ///
    /// # Errors
    /// 422 without a reason, 409 `not_blocked`, [`Error::NotFound`] when no order shows it.
    pub async fn unblock(&self, by: &Member, pseudonym: &str, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        lock_linked(&mut tx, pseudonym).await?;
        let known = store::get_customer(&mut tx, pseudonym).await?.ok_or(Error::NotFound("customer"))?;
        if known.block.is_none() {
            let title = "This customer is not blocked";
            return Err(Problem::new(StatusCode::CONFLICT, "not_blocked", title).into());
        }
        let told = store::unblock(&mut tx, pseudonym).await?;
        let detail = format!("{reason} ({} pseudonyms)", told.len());
        tell(&mut tx, told, false).await?;
        let act = Act { action: "customer.unblock", subject: pseudonym, detail };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// Locks the feed, and a customer with those that orders link it to: in the order that batches of orders take them.
/// Returns those that are linked.
async fn lock_linked(tx: &mut Tx, pseudonym: &str) -> Result<Vec<String>, Error> {
    catalog::lock_writers(tx).await?;
    let linked = store::list_linked(tx, pseudonym).await?;
    let all: BTreeSet<&str> = linked.iter().map(String::as_str).chain([pseudonym]).collect();
    store::lock_customers(tx, &all.into_iter().collect::<Vec<_>>()).await?;
    Ok(linked)
}

/// A reason that somebody has to give.
///
/// # Errors
/// 422 when it is empty or too long.
pub fn checked_reason(reason: &str) -> Result<&str, Error> {
    let reason = reason.trim();
    if reason.is_empty() || reason.contains('\0') {
        return Err(Error::invalid("reason", "say why"));
    }
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::invalid("reason", format!("at most {REASON_CHARS_MAX} characters")));
    }
    Ok(reason)
}
