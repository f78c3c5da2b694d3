//! A POP's database that is set back to an older copy: what it forgot may be sold and ordered again, and no more.

use std::collections::{BTreeMap, BTreeSet};

use kiosk_edge_platform::Statement;

use super::Auditor;
use crate::executor::lock;
use crate::pop::Pop;
use crate::world::World;

/// The units of each item that a database has used of its leases.
pub type Used = BTreeMap<String, i64>;

fn used(pop: &Pop) -> Used {
    let rows = pop.disk.read(Statement::new("SELECT item, taken + returned FROM lease")).unwrap_or_default();
    rows.iter().filter_map(|row| Some((row.get(0).ok()?, row.get(1).ok()?))).collect()
}

/// The database of `pop` is set back by `set_back`.
pub fn set_back(world: &World, pop: &Pop, set_back: impl FnOnce()) {
    let (before, incarnation) = (used(pop), pop.meta("incarnation").unwrap_or_default());
    set_back();
    let after = used(pop);
    let rows = pop.disk.read(Statement::new("SELECT id FROM orders")).unwrap_or_default();
    let kept: BTreeSet<String> = rows.iter().filter_map(|row| row.get(0).ok()).collect();
    let mut auditor = lock(&world.auditor);
    for (item, units) in before {
        let forgotten = (units - after.get(&item).copied().unwrap_or(0)).max(0);
        *auditor.exposed.entry(item).or_insert(0) += forgotten.unsigned_abs();
    }
    auditor.forget_orders(pop.index, &kept);
    super::payments::set_back(&mut auditor, pop);
    auditor.restored.insert((pop.index, incarnation));
    // A copy from before the database had a name: it takes another one.
    if let Some(now) = pop.meta("incarnation") {
        auditor.restored.insert((pop.index, now));
    }
}

/// A database took another name: the operator writes the old one's leases off.
pub fn renamed(world: &World, pop: usize, old: String, new: &str) {
    if world.pops()[pop].meta("incarnation").as_deref() != Some(new) {
        return;
    }
    world.count("set-back database noticed");
    world.note(format_args!("pop-{pop} was {old} and is {new}"));
    let mut auditor = lock(&world.auditor);
    let legitimate = auditor.restored.contains(&(pop, old.clone()));
    auditor.expose_undelivered(pop, &old);
    auditor.lost.insert((pop, old.clone()));
    drop(auditor);
    if !legitimate {
        world.fail(format!("pop-{pop} gave up its name {old} without having been set back"));
    }
}

impl Auditor {
    fn forget_orders(&mut self, pop: usize, kept: &BTreeSet<String>) {
        for (id, order) in self.orders.iter_mut().filter(|(_, order)| order.pop == pop) {
            if kept.contains(id) || order.forgotten {
                continue;
            }
            order.forgotten = true;
            order.lost |= !order.in_core;
            if self.carts.get(&order.cart) == Some(id) {
                self.carts.remove(&order.cart);
            }
            self.reopened.insert(order.cart.clone());
        }
        self.blocked.values_mut().filter(|(owner, _)| *owner == pop).for_each(|(_, lost)| *lost = true);
    }

    /// Orders that are told again under another name take their units from what is available, and what their leases
    /// hold comes back later.
    fn expose_undelivered(&mut self, pop: usize, incarnation: &str) {
        let undelivered = self
            .orders
            .values()
            .filter(|order| order.pop == pop && order.incarnation == incarnation && order.has_to_arrive());
        for (item, units) in undelivered.flat_map(|order| &order.units) {
            *self.exposed.entry(item.clone()).or_insert(0) += units;
        }
    }
}
