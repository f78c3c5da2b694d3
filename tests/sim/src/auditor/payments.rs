//! Money, as the providers have it: no order without its authorisation, no authorisation without an order or its end,
//! nobody charged twice, and the core's sums those of the providers.

use std::collections::BTreeMap;

use kiosk_edge_platform::Statement;
use psp_sandbox::LedgerLine;
use psp_sandbox::world::payment::Status;
use rusqlite::Connection;

use super::{Auditor, Order};
use crate::executor::lock;
use crate::pop::Pop;
use crate::world::World;

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for its payment.
    Awaits,
    /// It counts.
    Placed,
    /// Nothing came of its payment. Whether its POP shows it still.
    GivenUp {
        /// As a cancelled one.
        kept: bool,
    },
}

/// How an order is paid at a provider.
#[derive(Clone, Debug)]
pub struct Paying {
    /// `pay_…`.
    pub id: String,
    /// `stripe` or `paypal`.
    pub provider: String,
    /// Minor units.
    pub amount: i64,
}

type Checked = Result<(), String>;

/// A POP placed the order of a payment.
pub fn placed(world: &World, pop: usize, payment: &str, authorisation: &str) {
    let mut auditor = lock(&world.auditor);
    let written_off = auditor.written_off.clone();
    let Some((id, order)) = auditor.order_of(payment) else {
        drop(auditor);
        return world.fail(format!("payment {payment} was settled and is of no order"));
    };
    let id = id.clone();
    let there =
        order.payment.as_ref().and_then(|paying| world.providers.line(&paying.provider, authorisation));
    let mut checked = order.is_paid_by(&id, there.as_ref());
    let gone = order.epochs.iter().find(|(item, epoch)| {
        written_off.contains(&(order.pop, order.incarnation.clone(), (*item).clone(), **epoch))
    });
    if let Some((item, epoch)) = gone {
        checked =
            Err(format!("order {id} was placed from a lease of {item} that was taken back at epoch {epoch}"));
    }
    if order.stage != Stage::Awaits && !order.shaken {
        checked = Err(format!("order {id} was placed when it was {:?}", order.stage));
    }
    order.stage = Stage::Placed;
    drop(auditor);
    world.count("order paid");
    world.note(format_args!("pop-{pop} places {id}, which is paid"));
    world.check(checked);
}

/// A POP gave an order up.
pub fn given_up(world: &World, pop: usize, payment: &str, kept: bool) {
    let mut auditor = lock(&world.auditor);
    let Some((id, order)) = auditor.order_of(payment) else { return };
    let id = id.clone();
    let was = order.stage;
    // A POP that was set back does not know that the order was placed.
    if order.shaken && (order.in_core || was == Stage::Placed) {
        return;
    }
    // A write that was torn when the payment had been decided before.
    if matches!(was, Stage::GivenUp { .. }) {
        return;
    }
    order.stage = Stage::GivenUp { kept };
    let cart = order.cart.clone();
    if auditor.carts.get(&cart) == Some(&id) {
        auditor.carts.remove(&cart);
    }
    drop(auditor);
    world.count("order given up");
    world.note(format_args!("pop-{pop} gives {id} up"));
    if was != Stage::Awaits {
        world.fail(format!("order {id} was given up when it was {was:?}"));
    }
}

/// A POP's database was set back to a copy: orders of it may await their payments once more.
pub fn set_back(auditor: &mut Auditor, pop: &Pop) {
    let select = "SELECT order_id FROM payment WHERE state IN ('starting', 'open')";
    let rows = pop.disk.read(Statement::new(select)).unwrap_or_default();
    let waiting: Vec<String> = rows.iter().filter_map(|row| row.get(0).ok()).collect();
    for order in auditor.orders.values_mut().filter(|order| order.pop == pop.index) {
        order.shaken |= order.payment.is_some();
    }
    for id in waiting {
        let Some(order) = auditor.orders.get_mut(&id) else { continue };
        if order.in_core {
            // It may be given up here, and its units sold once more.
            for (item, units) in &order.units {
                *auditor.exposed.entry(item.clone()).or_insert(0) += units;
            }
            continue;
        }
        order.stage = Stage::Awaits;
        auditor.reopened.insert(order.cart.clone());
        auditor.carts.insert(order.cart.clone(), id);
    }
}

/// What the core or a POP still has to do for payments.
pub fn waits(world: &World) -> Option<String> {
    for pop in world.pops() {
        let select = Statement::new("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL");
        let rows = pop.disk.read(select).unwrap_or_default();
        let open: i64 = rows.first().and_then(|row| row.get(0).ok()).unwrap_or(0);
        if open > 0 {
            return Some(format!("pop-{} has {open} payments to look after", pop.index));
        }
    }
    let sql = "SELECT (SELECT COUNT(*) FROM payments_movements WHERE state = 'due') + (SELECT COUNT(*) FROM bus_outbox)
               + (SELECT COUNT(*) FROM bus_held WHERE dead_ms IS NULL)
               + (SELECT SUM(h.seq - c.seq) FROM bus_heads h JOIN bus_cursors c ON c.stream = h.stream)";
    let left =
        world.core.read(|db| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_or(1)).unwrap_or(1);
    (left > 0).then(|| format!("the core has {left} facts and movements of money to see to"))
}

/// Checks money at the end, when nothing waits any more.
pub fn check(world: &World) -> Checked {
    let ledger = world.providers.ledger();
    let auditor = lock(&world.auditor);
    for line in &ledger.payments {
        auditor.check_line(line)?;
    }
    let core = world.core.read(|db| auditor.core_agrees(db, &ledger.payments));
    core.unwrap_or_else(|| Err("the core is down after the faults".to_owned()))
}

impl Order {
    /// Whether a payment at the provider is this order's, and has its money.
    fn is_paid_by(&self, id: &str, line: Option<&LedgerLine>) -> Checked {
        let (Some(line), Some(paying)) = (line, &self.payment) else {
            return Err(format!("order {id} was placed without an authorisation"));
        };
        let own = line.order.as_deref() == Some(id) && line.payment.as_deref() == Some(paying.id.as_str());
        let held = matches!(line.status, Status::Authorised | Status::Captured);
        if own && (held || self.shaken) && line.sums.authorised == paying.amount {
            return Ok(());
        }
        Err(format!("order {id} of {} was placed on {line:?}", paying.amount))
    }

    /// Whether its POP's database lost what it knew of the payment.
    pub fn is_excused(&self) -> bool {
        self.lost || self.forgotten || self.shaken
    }
}

impl Auditor {
    fn order_of(&mut self, payment: &str) -> Option<(&String, &mut Order)> {
        let is_own = |order: &Order| order.payment.as_ref().is_some_and(|paying| paying.id == payment);
        self.orders.iter_mut().find(|(_, order)| is_own(order))
    }

    /// Money at a provider belongs to an order that counts.
    fn check_line(&self, line: &LedgerLine) -> Checked {
        let held = line.status == Status::Authorised || line.sums.captured > 0;
        let Some(order) = line.order.as_ref().and_then(|id| self.orders.get(id)) else {
            return if held { Err(format!("money is held for no order: {line:?}")) } else { Ok(()) };
        };
        if !held || order.is_excused() {
            return Ok(());
        }
        let paying = order.payment.as_ref().map(|paying| paying.id.as_str());
        if order.stage != Stage::Placed || line.payment.as_deref() != paying {
            return Err(format!("money is held for an order that is {:?}: {line:?}", order.stage));
        }
        Ok(())
    }

    /// Each order that counts has its money, once, and the core has the sums of the provider.
    fn core_agrees(&self, db: &Connection, lines: &[LedgerLine]) -> Checked {
        let mut by_order: BTreeMap<&str, Vec<&LedgerLine>> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.sums.authorised > 0) {
            by_order.entry(line.order.as_deref().unwrap_or_default()).or_default().push(line);
        }
        let known = known_to_core(db).map_err(|error| error.to_string())?;
        let counts = |order: &Order| order.stage == Stage::Placed && !order.is_excused();
        for (id, order) in self.orders.iter().filter(|(_, order)| counts(order)) {
            let Some(paying) = &order.payment else { continue };
            let own = by_order.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
            let [line] = own else {
                return Err(format!("order {id} was paid for {} times: {own:?}", own.len()));
            };
            order.is_paid_by_now(id, paying, line)?;
            let there = Known::of(line);
            match known.get(id) {
                Some(here) if *here == there => {}
                here => return Err(format!("order {id}: the provider has {there:?}, the core {here:?}")),
            }
        }
        Ok(())
    }
}

impl Order {
    fn is_paid_by_now(&self, id: &str, paying: &Paying, line: &LedgerLine) -> Checked {
        if line.sums.authorised == paying.amount && line.sums.captured <= paying.amount {
            return Ok(());
        }
        Err(format!("order {id} costs {}, and the provider has {line:?}", paying.amount))
    }
}

/// What the core and a provider have to agree on. Amounts are minor units.
#[derive(Debug, PartialEq, Eq)]
struct Known {
    held: bool,
    captured: i64,
    refunded: i64,
}

impl Known {
    fn of(line: &LedgerLine) -> Self {
        let (captured, refunded) = (line.sums.captured, line.sums.refunded);
        Self { held: line.status == Status::Authorised, captured, refunded }
    }
}

fn known_to_core(db: &Connection) -> rusqlite::Result<BTreeMap<String, Known>> {
    let sql = "SELECT order_id, hold = 'held', captured, refunded, charged_back FROM payments_payments
               WHERE provider <> 'bank'";
    let mut rows = db.prepare(sql)?;
    let known = rows.query_map([], |row| {
        let (captured, refunded) = (row.get::<_, i64>(2)?, row.get(3)?);
        // What was captured whole is held no longer.
        let held = row.get::<_, bool>(1)?;
        Ok((row.get(0)?, Known { held, captured, refunded }))
    })?;
    known.collect()
}
