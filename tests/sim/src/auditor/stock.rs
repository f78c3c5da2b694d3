//! Stock and orders in the core, compared with the truth after each request.

use std::collections::BTreeMap;
use std::sync::Arc;

use kiosk_edge_platform::Statement;
use kiosk_wire::CLOCK_SKEW_MS_MAX;
use rusqlite::Connection;

use super::payments::Stage;
use super::{Account, Auditor};
use crate::executor::lock;
use crate::pop::{Pop, id_of};
use crate::world::World;

/// Every so many requests everything is checked, not only what is cheap.
const FULL_EVERY: u64 = 32;

type Sql<T> = rusqlite::Result<T>;

fn rows<T>(db: &Connection, sql: &str, read: impl Fn(&rusqlite::Row<'_>) -> Sql<T>) -> Sql<Vec<T>> {
    db.prepare_cached(sql)?.query_map([], |row| read(row))?.collect()
}

fn index_of(pop: &str) -> usize {
    pop.rsplit('-').next().and_then(|index| index.parse().ok()).unwrap_or(usize::MAX)
}

/// The core answered a request.
pub fn after_request(world: &World) {
    let mut auditor = lock(&world.auditor);
    auditor.requests += 1;
    let full = auditor.requests.is_multiple_of(FULL_EVERY);
    let checked = world.core.read(|db| auditor.check_core(db, full));
    drop(auditor);
    if let Some(checked) = checked {
        world.check(
            checked.unwrap_or_else(|error| Err(format!("the core's database cannot be read: {error}"))),
        );
    }
}

/// Everything is checked.
pub fn check_all(world: &World) {
    lock(&world.auditor).requests = FULL_EVERY - 1;
    after_request(world);
}

/// An import may have changed what is on hand.
pub fn after_import(world: &World) {
    let mut auditor = lock(&world.auditor);
    let read = |db: &Connection| {
        rows(db, "SELECT item, on_hand FROM inventory_items", |row| Ok((row.get(0)?, row.get(1)?)))
    };
    auditor.look_at_moved(world);
    if let Some(Ok(on_hand)) = world.core.read(read) {
        auditor.on_hand = on_hand.into_iter().collect();
        for (item, units) in auditor.sent.clone() {
            *auditor.on_hand.entry(item).or_insert(0) += units;
        }
    }
    drop(auditor);
    check_all(world);
}

/// Goods were sent, or orders cancelled.
pub fn goods_moved(world: &World) {
    lock(&world.auditor).look_at_moved(world);
    check_all(world);
}

/// The core runs again: whatever it had acknowledged must still be there.
pub fn core_restarted(world: &World) {
    let mut auditor = lock(&world.auditor);
    auditor.core_seen = 0;
    auditor.look_at_moved(world);
    let read = |db: &Connection| rows(db, "SELECT id FROM orders_orders", |row| row.get::<_, String>(0));
    let there = world.core.read(read).and_then(Result::ok).unwrap_or_default();
    let there: std::collections::BTreeSet<_> = there.into_iter().collect();
    let forgotten = auditor.orders.iter().find(|(id, order)| order.in_core && !there.contains(*id));
    let checked = forgotten.map_or(Ok(()), |(id, _)| Err(format!("the core forgot order {id} in a crash")));
    drop(auditor);
    world.check(checked);
    check_all(world);
}

impl Auditor {
    /// Reads what was sent, and what was cancelled.
    fn look_at_moved(&mut self, world: &World) {
        let read = |db: &Connection| {
            // Orders are sent or cancelled as a whole; what was short was never on the books.
            let sent = "SELECT h.item, SUM(h.moved) FROM orders_holds h JOIN orders_vendor_orders v
                        ON v.order_id = h.order_id WHERE h.moved > 0 AND v.stage <> 'cancelled' GROUP BY h.item";
            let sent = rows(db, sent, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let cancelled = "SELECT order_id FROM orders_vendor_orders WHERE stage = 'cancelled'";
            Ok::<_, rusqlite::Error>((sent, rows(db, cancelled, |row| row.get(0))?))
        };
        if let Some(Ok((sent, cancelled))) = world.core.read(read) {
            self.sent = sent.into_iter().collect();
            self.cancelled = cancelled.into_iter().collect();
        }
    }

    fn check_core(&mut self, db: &Connection, full: bool) -> Sql<Result<(), String>> {
        let new: Sql<Vec<_>> = db
            .prepare_cached("SELECT rowid, id FROM orders_orders WHERE rowid > ?1")?
            .query_map([self.core_seen], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
            .collect();
        let new = new?;
        for (rowid, id) in new {
            self.core_seen = self.core_seen.max(rowid);
            match self.orders.get_mut(&id) {
                None => return Ok(Err(format!("the core has order {id} that no POP committed"))),
                Some(order) if order.stage != Stage::Placed && !order.is_excused() => {
                    return Ok(Err(format!("the core has order {id}, which is {:?}", order.stage)));
                }
                Some(order) => {
                    order.in_core = true;
                    order.lost = false;
                }
            }
        }
        if let Err(what) = self.check_items(db)? {
            return Ok(Err(what));
        }
        if full { self.check_sums(db) } else { Ok(Ok(())) }
    }

    /// I2, and that nothing but an import changes what is on hand.
    fn check_items(&self, db: &Connection) -> Sql<Result<(), String>> {
        let items = rows(db, "SELECT item, on_hand, available, leased, sold FROM inventory_items", |row| {
            Ok((row.get::<_, String>(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, i64>(4)?]))
        })?;
        for (item, [on_hand, available, leased, sold]) in items {
            if on_hand != available + leased + sold {
                return Ok(Err(format!("I2: {item} has {on_hand} on hand, {available} + {leased} + {sold}")));
            }
            let sent = self.sent.get(&item).copied().unwrap_or(0);
            let known = self.on_hand.get(&item).copied().unwrap_or(0) - sent;
            if on_hand != known {
                return Ok(Err(format!("{item} has {on_hand} on hand without an import, {known} before")));
            }
        }
        Ok(Ok(()))
    }

    /// Sums over accounts and orders.
    fn check_sums(&self, db: &Connection) -> Sql<Result<(), String>> {
        let leased = rows(
            db,
            "SELECT i.item, i.leased, COALESCE((SELECT SUM(granted - sold - returned) FROM inventory_accounts a
               WHERE a.item = i.item), 0), i.sold,
               COALESCE((SELECT SUM(units - short) FROM orders_takes t WHERE t.item = i.item), 0)
               - COALESCE((SELECT SUM(moved) FROM orders_holds h WHERE h.item = i.item), 0),
               COALESCE((SELECT SUM(short) FROM orders_takes t WHERE t.item = i.item), 0) FROM inventory_items i",
            |row| {
                let number = |column| row.get::<_, i64>(column);
                Ok((row.get::<_, String>(0)?, [number(1)?, number(2)?, number(3)?, number(4)?, number(5)?]))
            },
        )?;
        let mut committed: BTreeMap<&str, u64> = BTreeMap::new();
        let counts = |(id, order): &(&String, &super::Order)| {
            order.stage == Stage::Placed && !order.lost && !self.cancelled.contains(*id)
        };
        for (_, order) in self.orders.iter().filter(counts) {
            for (item, units) in &order.units {
                *committed.entry(item).or_insert(0) += units;
            }
        }
        for (item, [leased, accounts, sold, taken, short]) in leased {
            let exposed = self.exposed.get(&item).copied().unwrap_or(0);
            let on_hand = self.on_hand.get(&item).copied().unwrap_or(0).unsigned_abs();
            let committed = committed.get(item.as_str()).copied().unwrap_or(0);
            if leased != accounts {
                return Ok(Err(format!("{item}: {leased} leased, and accounts hold {accounts}")));
            }
            if sold != taken {
                return Ok(Err(format!("{item}: {sold} sold, and orders took {taken}")));
            }
            if committed > on_hand + exposed {
                return Ok(Err(format!("oversold {item}: {committed} sold of {on_hand}, {exposed} excused")));
            }
            if short.unsigned_abs() > exposed {
                return Ok(Err(format!("{item}: {short} short, only {exposed} excused by write-offs")));
            }
        }
        self.check_orders(db)
    }

    /// The core's orders are the POPs', taken as they took them.
    fn check_orders(&self, db: &Connection) -> Sql<Result<(), String>> {
        let takes = rows(db, "SELECT order_id, item, units FROM orders_takes", |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?.unsigned_abs()))
        })?;
        for (id, item, units) in takes {
            let truth = self.orders.get(&id).and_then(|order| order.units.get(&item)).copied().unwrap_or(0);
            if truth != units {
                return Ok(Err(format!("order {id} took {truth} of {item}, the core has {units}")));
            }
        }
        let twice = rows(db, "SELECT cart FROM orders_orders GROUP BY cart HAVING COUNT(*) > 1", |row| {
            row.get::<_, String>(0)
        })?;
        let twice: Vec<_> = twice.iter().filter(|cart| !self.reopened.contains(*cart)).collect();
        Ok(twice.first().map_or(Ok(()), |cart| Err(format!("the core has cart {cart} as two orders"))))
    }
}

/// A POP never holds more of an epoch than the core granted in it.
pub fn leases_are_covered(world: &World, pop: usize, takes: &[(String, i64, u64)]) -> Result<(), String> {
    let pop = &world.pops()[pop];
    let incarnation = pop.meta("incarnation").unwrap_or_default();
    for (item, epoch, _) in takes {
        let select = Statement::new("SELECT epoch, granted, taken, returned FROM lease WHERE item = ?1");
        let Ok(lease) = pop.disk.read(select.bind(item.as_str())) else { continue };
        let number = |column| lease.first().and_then(|row| row.get::<i64>(column).ok()).unwrap_or(0);
        let (known, granted, used) = (number(0), number(1), number(2) + number(3));
        if known != *epoch {
            return Err(format!("{} sold {item} of epoch {epoch} while it knew {known}", id_of(pop.index)));
        }
        if used > granted {
            return Err(format!("{} used {used} units of {item}, {granted} were granted", id_of(pop.index)));
        }
        let account = world.core.read(|db| {
            let sql = "SELECT epoch, granted FROM inventory_accounts WHERE pop = ?1 AND incarnation = ?2 AND item = ?3";
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
            db.prepare_cached(sql)?.query_row((id_of(pop.index), &incarnation, item), read)
        });
        // While the core is down there is nothing to compare with.
        let Some(Ok((core_epoch, core_granted))) = account else { continue };
        if core_epoch == known && granted > core_granted {
            return Err(format!("{} holds {granted} of {item}, granted {core_granted}", id_of(pop.index)));
        }
    }
    Ok(())
}

/// A POP's database is about to be lost, with what it had not delivered.
pub fn pop_lost(world: &World, pop: &Pop) {
    let incarnation = pop.meta("incarnation").unwrap_or_default();
    let mut auditor = lock(&world.auditor);
    let of_pop = |order: &&mut super::Order| order.pop == pop.index && order.incarnation == incarnation;
    let mut orders = 0;
    for order in auditor.orders.values_mut().filter(of_pop).filter(|order| !order.in_core) {
        order.lost = true;
        orders += 1;
    }
    let blocked = auditor.blocked.values_mut().filter(|(owner, _)| *owner == pop.index);
    blocked.for_each(|(_, lost)| *lost = true);
    auditor.lost.insert((pop.index, incarnation));
    drop(auditor);
    (0..orders).for_each(|_| world.count("order lost with its POP"));
}

/// Databases that the operator would write off at `now_ms`: those that are gone, and where the plan has it those that
/// were not heard of for as long as their leases run.
pub fn lapsed(world: &Arc<World>, now_ms: i64) -> Vec<(usize, String)> {
    let sql = format!(
        "SELECT pop, incarnation FROM sync_incarnations
         WHERE lease_expires_ms > 0 AND written_off_ms IS NULL AND lease_expires_ms + {CLOCK_SKEW_MS_MAX} < {now_ms}
         ORDER BY pop, incarnation"
    );
    let read =
        |db: &Connection| rows(db, &sql, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)));
    let known = world.core.read(read).and_then(Result::ok).unwrap_or_default();
    let auditor = lock(&world.auditor);
    let holders = known.into_iter().map(|(pop, incarnation)| (index_of(&pop), incarnation));
    let written_off = holders.filter(|holder| {
        let cut_off = world.plan.faults.lapse.is_some()
            && holder.0 < world.plan.pops
            && !world.network.passes(holder.0, crate::network::Direction::Up);
        auditor.lost.contains(holder) || cut_off
    });
    written_off.collect()
}

/// The accounts that a write-off takes back.
pub fn before_write_off(world: &World, pop: usize, incarnation: &str) -> Vec<Account> {
    let read = |db: &Connection| {
        let sql = format!(
            "SELECT item, epoch FROM inventory_accounts WHERE granted > sold + returned AND pop = '{}'
             AND incarnation = '{incarnation}' ORDER BY item",
            id_of(pop)
        );
        rows(db, &sql, |row| Ok((pop, incarnation.to_owned(), row.get(0)?, row.get(1)?)))
    };
    world.core.read(read).and_then(Result::ok).unwrap_or_default()
}

/// Accounts were written off. What their POP sold and had not delivered yet may be sold again now.
pub fn written_off(world: &World, pop: usize, incarnation: &str, accounts: &[Account]) {
    let mut auditor = lock(&world.auditor);
    for account in accounts {
        let (_, _, item, epoch) = account;
        let undelivered = auditor.orders.values().filter(|order| {
            order.pop == pop
                && order.incarnation == incarnation
                && order.stage == Stage::Placed
                && !order.in_core
                && order.epochs.get(item) == Some(epoch)
        });
        let units: u64 = undelivered.filter_map(|order| order.units.get(item)).sum();
        *auditor.exposed.entry(item.clone()).or_insert(0) += units;
        auditor.written_off.insert(account.clone());
    }
    drop(auditor);
    check_all(world);
}
