//! After the faults have ended: everything has to arrive, and everybody has to agree.

use std::collections::BTreeMap;

use kiosk_edge_platform::Statement;
use rusqlite::Connection;

use super::Auditor;
use crate::executor::lock;
use crate::pop::{Pop, id_of};
use crate::world::World;

type Checked = Result<(), String>;

fn number(pop: &Pop, sql: &'static str) -> i64 {
    let rows = pop.disk.read(Statement::new(sql)).unwrap_or_default();
    rows.first().and_then(|row| row.get(0).ok()).unwrap_or(0)
}

/// What still has to arrive; `None` when nothing has.
pub fn waits(world: &World) -> Option<String> {
    let latest: i64 = world
        .core
        .read(|db| db.query_row("SELECT seq FROM catalog_feed_counter", [], |row| row.get(0)).unwrap_or(0))?;
    for pop in world.pops() {
        let outbox = number(pop, "SELECT COUNT(*) FROM outbox");
        if outbox > 0 {
            return Some(format!("{} has {outbox} events to deliver", id_of(pop.index)));
        }
        let cursor = pop.meta("feed_cursor").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        if cursor != latest {
            return Some(format!("{} is at {cursor} of the feed, which is at {latest}", id_of(pop.index)));
        }
        let contact = pop.meta("contact_ms").and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        if world.now_ms() - contact > 60_000 {
            return Some(format!("{} has not heard of its leases", id_of(pop.index)));
        }
    }
    None
}

/// Checks what must hold of a drained shop.
pub fn check(world: &World) {
    super::stock::check_all(world);
    let auditor = lock(&world.auditor);
    let core = world.core.read(|db| auditor.everything_arrived(db));
    let checked = core.unwrap_or_else(|| Err("the core is down after the faults".to_owned()));
    let money = {
        drop(auditor);
        super::payments::check(world)
    };
    let auditor = lock(&world.auditor);
    let pops: Vec<Checked> = world.pops().iter().map(|pop| auditor.pop_agrees(world, pop)).collect();
    drop(auditor);
    world.check(checked);
    world.check(money);
    pops.into_iter().for_each(|checked| world.check(checked));
}

impl Auditor {
    fn everything_arrived(&self, db: &Connection) -> Checked {
        if let Some((id, order)) = self.orders.iter().find(|(_, order)| order.has_to_arrive()) {
            return Err(format!("order {id} of {} never reached the core", id_of(order.pop)));
        }
        let mut events = db.prepare("SELECT event FROM orders_blocked").map_err(|error| error.to_string())?;
        let events =
            events.query_map([], |row| row.get::<_, String>(0)).map_err(|error| error.to_string())?;
        let events: std::collections::BTreeSet<String> = events.filter_map(Result::ok).collect();
        if let Some(event) = events.iter().find(|event| !self.blocked.contains_key(*event)) {
            return Err(format!("the core has a refusal {event} that no POP told"));
        }
        let missing = self.blocked.iter().find(|(event, (_, lost))| !lost && !events.contains(*event));
        missing.map_or(Ok(()), |(event, _)| Err(format!("the refusal {event} never reached the core")))
    }

    fn pop_agrees(&self, world: &World, pop: &Pop) -> Checked {
        let incarnation = pop.meta("incarnation").unwrap_or_default();
        self.orders_are_kept(pop, &incarnation)?;
        let unpaid = number(
            pop,
            "SELECT COUNT(*) FROM payment p JOIN orders o ON o.id = p.order_id
             WHERE (p.state = 'paid') <> (o.status IN ('placed', 'in_review'))",
        );
        if unpaid > 0 {
            return Err(format!("{}: {unpaid} orders do not agree with their payments", id_of(pop.index)));
        }
        let checked = world.core.read(|db| {
            // One that was set back and has told nothing since cannot be noticed: its counters are not the core's.
            if !self.restored.contains(&(pop.index, incarnation.clone())) {
                self.accounts_agree(db, pop, &incarnation)?;
            }
            catalogues_agree(db, pop)
        });
        checked.unwrap_or(Ok(()))
    }

    /// The POP has exactly the orders that it committed.
    fn orders_are_kept(&self, pop: &Pop, incarnation: &str) -> Checked {
        let rows =
            pop.disk.read(Statement::new("SELECT id FROM orders")).map_err(|error| error.to_string())?;
        let here: std::collections::BTreeSet<String> =
            rows.iter().filter_map(|row| row.get(0).ok()).collect();
        let committed = |id: &String| self.orders.get(id).is_some_and(|order| order.pop == pop.index);
        if let Some(id) = here.iter().find(|id| !committed(id)) {
            return Err(format!("{} has order {id} that it never committed", id_of(pop.index)));
        }
        let of_pop = self.orders.iter().filter(|(_, order)| order.pop == pop.index);
        let mut of_database = of_pop.filter(|(_, order)| order.incarnation == incarnation && order.is_kept());
        match of_database.find(|(id, _)| !here.contains(*id)) {
            Some((id, _)) => Err(format!("{} forgot order {id}", id_of(pop.index))),
            None => Ok(()),
        }
    }

    /// What the POP counted is what the core counted, and what was given back is what the truth says.
    fn accounts_agree(&self, db: &Connection, pop: &Pop, incarnation: &str) -> Checked {
        let text = |error: rusqlite::Error| error.to_string();
        let sql = "SELECT item, epoch, granted, sold, returned FROM inventory_accounts WHERE pop = ?1 AND incarnation = ?2";
        let mut accounts = db.prepare(sql).map_err(text)?;
        let accounts = accounts
            .query_map((id_of(pop.index), incarnation), |row| {
                let number = |column| row.get::<_, i64>(column);
                Ok((row.get::<_, String>(0)?, [number(1)?, number(2)?, number(3)?, number(4)?]))
            })
            .map_err(text)?;
        let select = Statement::new("SELECT item, epoch, granted, taken, returned FROM lease");
        let rows = pop.disk.read(select).map_err(|error| error.to_string())?;
        let lease = |row: &kiosk_edge_platform::Row| {
            let number = |column| row.get::<i64>(column).unwrap_or(0);
            (row.get::<String>(0).unwrap_or_default(), [number(1), number(2), number(3), number(4)])
        };
        let leases: BTreeMap<_, _> = rows.iter().map(lease).collect();
        for account in accounts {
            let (item, [epoch, granted, sold, returned]) = account.map_err(text)?;
            let [known, here, taken, given_back] = leases.get(&item).copied().unwrap_or_default();
            let truth = self.returned.get(&(pop.index, incarnation.to_owned(), item.clone(), epoch));
            let truth = i64::try_from(truth.copied().unwrap_or(0)).unwrap_or(i64::MAX);
            let agrees = known == epoch && here <= granted && taken == sold && given_back == returned;
            if epoch > 0 && known > 0 && (!agrees || truth != returned) {
                return Err(format!(
                    "{} and the core disagree on {item}: epoch {known} granted {here} taken {taken} returned {given_back}, \
                     core epoch {epoch} granted {granted} sold {sold} returned {returned}, truly returned {truth}",
                    id_of(pop.index)
                ));
            }
        }
        Ok(())
    }
}

/// The POP's catalogue is the core's.
fn catalogues_agree(db: &Connection, pop: &Pop) -> Checked {
    let text = |error: rusqlite::Error| error.to_string();
    let mut listed =
        db.prepare("SELECT id, body FROM catalog_products WHERE state = 'listed'").map_err(text)?;
    let listed = listed.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(text)?;
    let core: BTreeMap<String, String> = listed.filter_map(Result::ok).collect();
    let rows =
        pop.disk.read(Statement::new("SELECT id, doc FROM product")).map_err(|error| error.to_string())?;
    let product =
        |row: &kiosk_edge_platform::Row| Some((row.get::<String>(0).ok()?, row.get::<String>(1).ok()?));
    let here: BTreeMap<String, String> = rows.iter().filter_map(product).collect();
    if core == here {
        return Ok(());
    }
    let other = core.iter().find(|(id, body)| here.get(*id) != Some(body)).map(|(id, _)| id);
    let extra = here.keys().find(|id| !core.contains_key(*id));
    Err(format!("{}: the catalogue copy differs at {:?}", id_of(pop.index), other.or(extra)))
}
