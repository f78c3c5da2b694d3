//! Summing up what is known of customers, and telling their regions. Always from all of their orders, so that the result
//! is the same in whatever order facts came.

use std::collections::BTreeMap;

use kiosk_money::{Currency, Money};
use kiosk_wire::Change;
use kiosk_wire::people::{Loyalty, LoyaltyTier};

use super::service::Service;
use super::tiers::{self, Tier};
use super::{count_store as store, tiers_store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::accounting::rates::convert;
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::orders::service::price;

/// The currency of reports: what customers are worth, and what tiers ask for.
pub const REPORTED: Currency = Currency::EUR;
/// What counts for tiers and for watching, in milliseconds: twelve months.
const RECENT_MS: i64 = 365 * 86_400_000;
/// When a rate that is missing is looked for again, in milliseconds.
const RATE_MS: i64 = 6 * 3_600_000;
/// Customers and orders that one call of the job counts at most.
const COUNTED_AT_ONCE_MAX: i64 = 500;
/// So many disputed orders make a customer watched.
const CHARGEBACKS_MIN: i64 = 1;
/// So many returns of which something was refused.
const REFUSED_RETURNS_MIN: i64 = 2;
/// So many orders of which something came back, when those are at least half of all.
const RETURNED_ORDERS_MIN: i64 = 3;

/// What all orders of a pseudonym sum up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sums {
    pub pseudonym: String,
    pub is_account: bool,
    pub region: String,
    pub orders: i64,
    pub first_ms: i64,
    pub last_ms: i64,
    pub last_order: String,
    pub value: i64,
    pub recent_value: i64,
    /// Of those of which something was kept.
    pub recent_orders: i64,
    pub disputed: i64,
    pub refused: i64,
    pub returned: i64,
    /// The oldest that counts, Unix milliseconds.
    pub oldest_ms: Option<i64>,
}

impl Sums {
    /// Codes of why support should look twice.
    fn watched(&self) -> String {
        let many = self.returned >= RETURNED_ORDERS_MIN && self.returned * 2 >= self.recent_orders;
        let reasons = [
            ("chargeback", self.disputed >= CHARGEBACKS_MIN),
            ("returns_refused", self.refused >= REFUSED_RETURNS_MIN),
            ("returns_many", many),
        ];
        let codes = reasons.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code);
        codes.collect::<Vec<_>>().join(",")
    }

    fn loyalty(&self, rules: &[Tier], tier: &str) -> Loyalty {
        let step = |rule: &Tier| LoyaltyTier {
            name: rule.name.clone(),
            kept: Money::new(rule.value_min, REPORTED),
            orders: u32::try_from(rule.orders_min).unwrap_or(u32::MAX),
        };
        Loyalty {
            account: self.pseudonym.clone(),
            tier: Some(tier.to_owned()).filter(|tier| !tier.is_empty()),
            kept: Money::new(self.recent_value, REPORTED),
            orders: u32::try_from(self.recent_orders).unwrap_or(u32::MAX),
            next: tiers::next(rules, tier).map(step),
        }
    }
}

/// What a customer is known by, as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub sums: Sums,
    pub tier: String,
    pub watched: String,
    pub due_ms: Option<i64>,
}

/// Counts orders anew of which something was told, and their customers.
///
/// # Errors
/// When the database fails.
pub(super) async fn revalue(tx: &mut Tx, orders: &[&str], now_ms: i64) -> Result<(), Error> {
    store::sum_movements(tx, orders, REPORTED.code()).await?;
    for row in store::list_foreign(tx, orders, REPORTED.code()).await? {
        let value = match convert(tx, price(row.kept, &row.currency), REPORTED, row.placed_ms).await {
            Ok(value) => Some(value.amount),
            // A currency that is not known, or a day without a rate: it counts as soon as there is one.
            Err(Error::Refused(_) | Error::Invalid { .. }) => None,
            Err(error) => return Err(error),
        };
        store::set_value(tx, &row.order, value, now_ms + RATE_MS).await?;
    }
    let pseudonyms = store::list_pseudonyms(tx, orders).await?;
    recount(tx, &pseudonyms, now_ms).await
}

/// Sums customers up, gives them the tier of the rules, and tells the regions of accounts. The feed's writers are locked
/// out by then.
///
/// # Errors
/// When the database fails.
pub(super) async fn recount(tx: &mut Tx, pseudonyms: &[String], now_ms: i64) -> Result<(), Error> {
    let rules = tiers_store::list(tx).await?;
    let before = store::list_tiers_of(tx, pseudonyms).await?;
    let sums = store::sum_orders(tx, pseudonyms, now_ms - RECENT_MS).await?;
    let mut regions: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    let mut counted = Vec::with_capacity(sums.len());
    for sums in sums {
        let tier = tiers::reached(&rules, sums.recent_value, sums.recent_orders).to_owned();
        if before.get(&sums.pseudonym).map_or("", String::as_str) != tier {
            tiers_store::insert_change(tx, &sums.pseudonym, &tier, now_ms).await?;
        }
        if sums.is_account {
            let loyalty = Change::Loyalty(sums.loyalty(&rules, &tier));
            regions.entry(sums.region.clone()).or_default().push(loyalty);
        }
        let (watched, due_ms) = (sums.watched(), sums.oldest_ms.map(|oldest_ms| oldest_ms + RECENT_MS));
        counted.push(Counted { sums, tier, watched, due_ms });
    }
    store::put_customers(tx, &counted).await?;
    for (region, changes) in regions {
        // What several regions know is told to all.
        feed::publish(tx, Some(region.as_str()).filter(|region| !region.is_empty()), &changes).await?;
    }
    Ok(())
}

impl Service {
    /// Counts customers anew whose orders of twelve months ago count no longer, or for whom the rules have changed, and
    /// orders that waited for a rate of exchange: a bounded piece. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recount_due(&self) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let conn = &mut *self.db.read().await?;
        let waits = !store::list_without_rate(conn, now_ms, 1).await?.is_empty();
        if !waits && store::list_due(conn, now_ms, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let orders = store::list_without_rate(&mut tx, now_ms, COUNTED_AT_ONCE_MAX).await?;
        revalue(&mut tx, &orders.iter().map(String::as_str).collect::<Vec<_>>(), now_ms).await?;
        let due = store::list_due(&mut tx, now_ms, COUNTED_AT_ONCE_MAX).await?;
        recount(&mut tx, &due, now_ms).await?;
        tx.commit().await?;
        Ok(orders.len() + due.len())
    }
}
