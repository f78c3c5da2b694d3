//! Leased stock: what to ask the core for, what it answered, and what to give back. Budgets of discounts and balances of
//! gift cards are leased in the same way, in orders or minor units.
//!
//! The POP may sell `granted - taken - returned` of an item. `target` is how much it would like to hold: it doubles
//! when the item runs out under demand and halves while nobody buys it, down to `target_min`. That is 0 for what is
//! asked for only while a shopper waits: gift cards, and budgets of discounts that are over.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::{EventId, Sku};
use kiosk_wire::{EventBody, LEASE_UNITS_MAX, LeaseAsk, LeaseReply, StockTake};
use serde::Serialize;

use crate::{StoreError, meta};

/// Units of an item that a POP holds before it knows the demand.
pub const TARGET_UNITS_FIRST: u32 = 8;
/// An ask that was not met in full is repeated after this long, in milliseconds.
pub const ASK_AGAIN_MS: i64 = 5_000;
/// An item that ran out this shortly after a sale is in demand, in milliseconds.
pub const DEMAND_MS: i64 = 60_000;
/// An item that did not sell for this long is idle, in milliseconds.
pub const IDLE_MS: i64 = 10 * 60_000;
/// Most items whose idle stock is given back at once.
pub const RETURNS_MAX: u32 = 100;

/// Items that hold less than half of their target: few, however many there are, and each tick asks for them. Its 8 is
/// [`TARGET_UNITS_FIRST`]: SQLite uses the index only for the very same words.
pub(crate) const INDEX_LOW: &str = "CREATE INDEX lease_low ON lease (asked_ms, item)
    WHERE target_min > 0 AND (granted - taken - returned) * 2 < CASE target WHEN 0 THEN 8 ELSE target END";
const _: () = assert!(TARGET_UNITS_FIRST == 8);

/// An ask, and the target that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// What to send.
    pub ask: LeaseAsk,
    /// The target from now on.
    pub target: u32,
}

/// Items that hold less than half of their target, and how much is missing; those asked longest ago first.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &dyn Database, now_ms: i64, limit: u32) -> Result<Vec<Want>, StoreError> {
    let select = Statement::new(
        "SELECT item, epoch, granted, granted - taken - returned, target, sold_ms FROM lease INDEXED BY lease_low
         WHERE target_min > 0 AND (granted - taken - returned) * 2 < CASE target WHEN 0 THEN 8 ELSE target END
           AND asked_ms <= ?1 AND (EXISTS (SELECT 1 FROM variant WHERE stock_item = lease.item)
             OR EXISTS (SELECT 1 FROM discount WHERE discount.item = lease.item AND until_ms > ?3))
         ORDER BY asked_ms, item LIMIT ?2",
    );
    let select = select.bind(now_ms - ASK_AGAIN_MS).bind(limit).bind(now_ms);
    db.query(select).await?.iter().map(|row| want(row, now_ms)).collect()
}

fn want(row: &Row, now_ms: i64) -> Result<Want, StoreError> {
    let (here, target, sold_ms) = (row.get::<u32>(3)?, row.get::<u32>(4)?, row.get::<i64>(5)?);
    let in_demand = here == 0 && sold_ms > (now_ms - DEMAND_MS).max(0);
    let target = if in_demand { doubled(target) } else { first_or(target) };
    let ask = LeaseAsk {
        item: Sku::parse(row.get(0)?)?,
        epoch: row.get(1)?,
        granted_seen: row.get(2)?,
        units: target.saturating_sub(here).clamp(1, LEASE_UNITS_MAX),
        whole: false,
    };
    Ok(Want { ask, target })
}

const fn first_or(target: u32) -> u32 {
    if target == 0 { TARGET_UNITS_FIRST } else { target }
}

/// The target of an item that ran out.
#[must_use]
pub fn doubled(target: u32) -> u32 {
    first_or(target).saturating_mul(2).min(LEASE_UNITS_MAX)
}

/// What the POP knows of one lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The stock item.
    pub item: Sku,
    /// Epoch.
    pub epoch: u64,
    /// Units ever granted in it.
    pub granted: u64,
    /// Units that can be sold.
    pub here: u32,
    /// Units the POP would like to hold.
    pub target: u32,
    /// Units the core had left when it last said so.
    pub core_available: u64,
}

/// The accounts of `items`, in one statement; an item without one is left out.
///
/// # Errors
/// When the database fails.
pub async fn accounts(db: &dyn Database, items: &[&str]) -> Result<Vec<Account>, StoreError> {
    let select = Statement::new(
        "SELECT item, epoch, granted, granted - taken - returned, target, core_available
         FROM json_each(?1) j JOIN lease ON item = j.value",
    );
    let rows = db.query(select.bind(serde_json::to_string(items)?)).await?;
    rows.iter()
        .map(|row| {
            Ok(Account {
                item: Sku::parse(row.get(0)?)?,
                epoch: row.get(1)?,
                granted: row.get(2)?,
                here: row.get(3)?,
                target: row.get(4)?,
                core_available: row.get(5)?,
            })
        })
        .collect()
}

#[derive(Serialize)]
struct State<'a> {
    item: &'a str,
    epoch: u64,
    granted: u64,
    available: u64,
    asked_ms: i64,
    target: u32,
}

/// Takes over what the core answered to `wants`, asked at `asked_ms` of the POP's clock as `incarnation`. An answer that
/// is late or comes twice changes nothing: counters only grow within an epoch, an older epoch is not looked at, and an
/// answer to another incarnation not at all.
///
/// Returns the units that are new.
///
/// # Errors
/// When the database fails; then nothing of it is taken over.
pub async fn apply(
    db: &dyn Database,
    wants: &[Want],
    reply: &LeaseReply,
    asked_ms: i64,
    incarnation: &str,
) -> Result<u64, StoreError> {
    let mut granted = 0;
    let mut states = Vec::with_capacity(reply.leases.len() + reply.fenced.len());
    let fenced =
        reply.fenced.iter().filter(|state| !reply.leases.iter().any(|known| known.item == state.item));
    for state in reply.leases.iter().chain(fenced) {
        let want = wants.iter().find(|want| want.ask.item == state.item);
        let seen = want.filter(|want| want.ask.epoch == state.epoch).map_or(0, |want| want.ask.granted_seen);
        let got = state.granted.saturating_sub(seen);
        let met = want.is_none_or(|want| got >= u64::from(want.ask.units));
        granted += if want.is_some() { got } else { 0 };
        states.push(State {
            item: state.item.as_str(),
            epoch: state.epoch,
            granted: state.granted,
            available: state.available,
            asked_ms: if met { 0 } else { asked_ms },
            target: want.map_or(0, |want| want.target),
        });
    }
    // The lapse is told by the core's clock; counted from when we asked it is never later than the core means.
    let expires_ms = asked_ms.saturating_add(reply.expires_ms.saturating_sub(reply.now_ms));
    let mut batch = vec![
        meta::set_for(incarnation, meta::LEASES_EXPIRE_MS, expires_ms.to_string()),
        meta::set_for(incarnation, meta::CONTACT_MS, asked_ms.to_string()),
        // A late answer does not take back what an earlier one told.
        Statement::new(RAISE_FENCE).bind(i64::try_from(reply.fence).unwrap_or(i64::MAX)).bind(incarnation),
    ];
    if !states.is_empty() {
        batch.push(Statement::new(APPLY).bind(serde_json::to_string(&states)?).bind(incarnation));
    }
    db.batch(batch).await?;
    Ok(granted)
}

const RAISE_FENCE: &str = "INSERT INTO meta (key, value)
    SELECT 'lease_fence', CAST(?1 AS TEXT)
    WHERE ?1 > 0 AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value
      WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)";

const APPLY: &str = "INSERT INTO lease (item, epoch, granted, core_available, asked_ms, target)
    SELECT j.value ->> 'item', j.value ->> 'epoch', j.value ->> 'granted', j.value ->> 'available',
      j.value ->> 'asked_ms', j.value ->> 'target' FROM json_each(?1) j
    WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?2)
    ON CONFLICT (item) DO UPDATE SET
      epoch = MAX(epoch, excluded.epoch),
      granted = CASE WHEN excluded.epoch > epoch THEN excluded.granted
        WHEN excluded.epoch = epoch THEN MAX(granted, excluded.granted) ELSE granted END,
      taken = CASE WHEN excluded.epoch > epoch THEN 0 ELSE taken END,
      returned = CASE WHEN excluded.epoch > epoch THEN 0 ELSE returned END,
      core_available = excluded.core_available, asked_ms = excluded.asked_ms,
      target = CASE excluded.target WHEN 0 THEN target ELSE excluded.target END";

/// Stock that nobody bought for [`IDLE_MS`] and that is more than twice the target; all of what is not leased ahead.
///
/// # Errors
/// When the database fails.
pub async fn idle(db: &dyn Database, now_ms: i64) -> Result<Vec<StockTake>, StoreError> {
    let select = Statement::new(
        "SELECT item, epoch, here - kept FROM
           (SELECT item, epoch, sold_ms, granted - taken - returned AS here,
              CASE WHEN target_min = 0 THEN 0 WHEN target = 0 THEN ?1 ELSE target END AS kept FROM lease)
         WHERE sold_ms < ?2 AND here > 2 * kept ORDER BY item LIMIT ?3",
    );
    let rows = db.query(select.bind(TARGET_UNITS_FIRST).bind(now_ms - IDLE_MS).bind(RETURNS_MAX)).await?;
    rows.iter()
        .map(|row| Ok(StockTake { item: Sku::parse(row.get(0)?)?, epoch: row.get(1)?, units: row.get(2)? }))
        .collect()
}

/// Gives stock back: it cannot be sold here from the moment that the core is told, both in one batch.
///
/// # Errors
/// A constraint when some of it was sold or fenced meanwhile; then nothing is given back.
pub async fn give_back(
    db: &dyn Database,
    returns: Vec<(EventId, StockTake)>,
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(returns.len());
    for (event, take) in returns {
        let body = serde_json::to_string(&EventBody::StockReturned { take: take.clone() })?;
        rows.push(Return { item: take.item, epoch: take.epoch, units: take.units, event, body });
    }
    let rows = serde_json::to_string(&rows)?;
    db.batch(vec![
        Statement::new(RETURN_GUARD).bind(rows.as_str()),
        Statement::new(RETURN_UNITS).bind(rows.as_str()),
        Statement::new(RETURN_EVENTS).bind(rows).bind(now_ms),
    ])
    .await?;
    Ok(())
}

/// Units that go back, and the event that tells.
#[derive(Serialize)]
struct Return {
    item: Sku,
    epoch: u64,
    units: u32,
    event: EventId,
    body: String,
}

const RETURN_GUARD: &str = "INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
    (SELECT 1 FROM json_each(?1) t WHERE NOT EXISTS
      (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'))";

const RETURN_UNITS: &str = "UPDATE lease SET returned = returned + t.units
    FROM (SELECT value ->> 'item' AS item, value ->> 'units' AS units FROM json_each(?1)) t WHERE lease.item = t.item";

const RETURN_EVENTS: &str = "INSERT INTO outbox (id, occurred_ms, body)
    SELECT value ->> 'event', ?2, value ->> 'body' FROM json_each(?1) ORDER BY key";

/// Halves the targets of idle items, down to their least, so that every POP keeps something to sell without the core.
#[must_use]
pub fn decay(now_ms: i64) -> [Statement; 2] {
    [
        Statement::new(
            "UPDATE lease SET target = MAX(target_min, CASE target WHEN 0 THEN ?1 ELSE target END / 2)
             WHERE sold_ms < ?2 AND target <> target_min",
        )
        .bind(TARGET_UNITS_FIRST)
        .bind(now_ms - IDLE_MS),
        meta::set(meta::IDLE_STOCK_MS, now_ms.to_string()),
    ]
}

/// The ask of a shopper who waits for `missing` more units of an item.
///
/// When `generous` and while the core has plenty, more is asked for, so that the next shoppers do not wait; else it is
/// exactly what this shopper needs or nothing, so that no unit of a scarce item is stranded here.
#[must_use]
pub fn shoppers_want(account: &Account, missing: u32, generous: bool) -> Want {
    // A POP that takes no more than this part of what is left gets it: the core shares fairly.
    const PART: u64 = 4;
    let target = doubled(account.target);
    let share = u32::try_from(account.core_available / PART).unwrap_or(u32::MAX);
    let extra = if generous { target.min(share.saturating_sub(missing)) } else { 0 };
    let ask = LeaseAsk {
        item: account.item.clone(),
        epoch: account.epoch,
        granted_seen: account.granted,
        units: missing.saturating_add(extra).min(LEASE_UNITS_MAX),
        whole: extra == 0,
    };
    Want { ask, target }
}
