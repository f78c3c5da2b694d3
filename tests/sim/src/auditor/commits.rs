//! What POPs' databases committed, read from the statements themselves.

use std::collections::BTreeMap;

use kiosk_edge_platform::{Statement, Value};
use serde_json::Value as Json;

use super::payments::{Paying, Stage};
use super::{Auditor, Order};
use crate::executor::lock;
use crate::goods::stock_of;
use crate::world::World;

/// Parameters of the statement that commits a checkout, by their place.
mod param {
    pub const CART: usize = 0;
    pub const TAKES: usize = 3;
    pub const ORDER: usize = 4;
    pub const TOTAL: usize = 10;
    pub const PAYMENT: usize = 12;
    pub const LINES: usize = 18;
    pub const KEY: usize = 29;
    pub const EVENT: usize = 33;
    pub const PROVIDER: usize = 38;
}

/// What a batch tells.
#[derive(Debug)]
pub enum Told {
    /// An order.
    Order {
        /// Its id.
        id: String,
        /// Its cart.
        cart: String,
        /// Its idempotency key.
        key: String,
        /// Units by item, from what was bought.
        units: BTreeMap<String, u64>,
        /// Item, epoch, units that were taken from leases.
        takes: Vec<(String, i64, u64)>,
        /// Its event.
        event: String,
        /// How it is paid, where that is at a provider.
        payment: Option<Paying>,
    },
    /// The order of a payment was placed: the payment, its authorisation and the event.
    Paid(String, String, String),
    /// The order of a payment was given up. Whether it is shown as a cancelled one.
    GivenUp(String, bool),
    /// A checkout that was refused for fraud.
    Blocked(String),
    /// Units that were given back: the event, item, epoch, units.
    Returned(String, String, i64, u64),
    /// The database took another name: the old one and the new one.
    Renamed(String, String),
}

fn text(statement: &Statement, place: usize) -> &str {
    match statement.params.get(place) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

fn integer(statement: &Statement, place: usize) -> i64 {
    match statement.params.get(place) {
        Some(Value::Integer(number)) => *number,
        _ => 0,
    }
}

/// What a batch tells when it commits.
pub fn of(statements: &[Statement]) -> Vec<Told> {
    statements.iter().flat_map(told).collect()
}

fn told(statement: &Statement) -> Vec<Told> {
    if statement.sql.starts_with("INSERT INTO checkout VALUES") {
        return vec![order(statement)];
    }
    if statement.sql.starts_with("UPDATE meta SET value = ?2 WHERE key = 'incarnation'") {
        return vec![Told::Renamed(text(statement, 0).to_owned(), text(statement, 1).to_owned())];
    }
    if statement.sql.starts_with("INSERT INTO payment_success") {
        let text = |place| text(statement, place).to_owned();
        return vec![Told::Paid(text(0), text(1), text(3))];
    }
    if statement.sql.starts_with("INSERT INTO payment_failure") {
        let kept = !matches!(statement.params.get(4), Some(Value::Integer(0)));
        return vec![Told::GivenUp(text(statement, 0).to_owned(), kept)];
    }
    if !statement.sql.starts_with("INSERT INTO outbox") {
        return Vec::new();
    }
    // One event, or rows of what is given back as one JSON array.
    match serde_json::from_str(text(statement, 0)) {
        Ok(Json::Array(rows)) => rows.iter().filter_map(returned).collect(),
        _ if text(statement, 2).contains("checkout_blocked") => {
            vec![Told::Blocked(text(statement, 0).to_owned())]
        }
        _ => Vec::new(),
    }
}

fn returned(row: &Json) -> Option<Told> {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    Some(Told::Returned(text("event")?, text("item")?, row["epoch"].as_i64()?, row["units"].as_u64()?))
}

fn order(statement: &Statement) -> Told {
    let lines: Json = serde_json::from_str(text(statement, param::LINES)).unwrap_or_default();
    let mut units = BTreeMap::new();
    for line in lines.as_array().into_iter().flatten() {
        let (item, each) = stock_of(line["sku"].as_str().unwrap_or(""));
        *units.entry(item.to_owned()).or_insert(0) += each * line["quantity"].as_u64().unwrap_or(0);
    }
    let takes: Json = serde_json::from_str(text(statement, param::TAKES)).unwrap_or_default();
    let take = |take: &Json| {
        let item = take["item"].as_str().unwrap_or("").to_owned();
        (item, take["epoch"].as_i64().unwrap_or(0), take["units"].as_u64().unwrap_or(0))
    };
    let provider = text(statement, param::PROVIDER);
    let payment = (!provider.is_empty()).then(|| Paying {
        id: text(statement, param::PAYMENT).to_owned(),
        provider: provider.to_owned(),
        amount: integer(statement, param::TOTAL),
    });
    Told::Order {
        id: text(statement, param::ORDER).to_owned(),
        cart: text(statement, param::CART).to_owned(),
        key: text(statement, param::KEY).to_owned(),
        units,
        takes: takes.as_array().into_iter().flatten().map(take).collect(),
        event: text(statement, param::EVENT).to_owned(),
        payment,
    }
}

/// A batch was committed by the POP's database.
pub fn committed(world: &World, pop: usize, told: Vec<Told>) {
    for told in told {
        match told {
            Told::Paid(payment, authorisation, _) => {
                super::payments::placed(world, pop, &payment, &authorisation)
            }
            Told::GivenUp(payment, kept) => super::payments::given_up(world, pop, &payment, kept),
            Told::Order { id, cart, key, units, takes, payment, .. } => {
                let incarnation = world.pops()[pop].meta("incarnation").unwrap_or_default();
                let epochs = takes.iter().map(|(item, epoch, _)| (item.clone(), *epoch)).collect();
                let at_us = world.executor.now_us();
                let stage = if payment.is_some() { Stage::Awaits } else { Stage::Placed };
                let order = Order {
                    pop,
                    incarnation,
                    cart,
                    key,
                    units,
                    epochs,
                    at_us,
                    in_core: false,
                    lost: false,
                    forgotten: false,
                    stage,
                    payment,
                    shaken: false,
                };
                world.note(format_args!("pop-{pop} commits {id} {:?}", order.units));
                let checked = lock(&world.auditor).add_order(&id, order, &takes);
                world.check(checked);
                world.check(super::stock::leases_are_covered(world, pop, &takes));
            }
            Told::Renamed(old, new) => super::restored::renamed(world, pop, old, &new),
            Told::Blocked(event) => {
                lock(&world.auditor).blocked.insert(event, (pop, false));
            }
            Told::Returned(_, item, epoch, units) => {
                let incarnation = world.pops()[pop].meta("incarnation").unwrap_or_default();
                world.note(format_args!("pop-{pop} gives back {units} of {item}"));
                world.count("stock given back");
                *lock(&world.auditor).returned.entry((pop, incarnation, item, epoch)).or_insert(0) += units;
            }
        }
    }
}

/// The process died while a batch was written: the database knows whether it was committed.
pub fn perhaps_committed(world: &World, pop: usize, told: Vec<Told>) {
    let disk = &world.pops()[pop].disk;
    let there = |told: &Told| {
        let (sql, id) = match told {
            Told::Renamed(_, new) => ("SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?1", new),
            Told::Order { id, .. } => ("SELECT 1 FROM orders WHERE id = ?1", id),
            Told::GivenUp(id, _) => {
                ("SELECT 1 FROM payment WHERE id = ?1 AND state IN ('voiding', 'closed')", id)
            }
            Told::Blocked(event) | Told::Returned(event, ..) | Told::Paid(_, _, event) => {
                ("SELECT 1 FROM outbox WHERE id = ?1", event)
            }
        };
        disk.read(Statement::new(sql).bind(id.as_str())).is_ok_and(|rows| !rows.is_empty())
    };
    let committed_now = told.into_iter().filter(there).collect();
    committed(world, pop, committed_now);
}

impl Auditor {
    fn add_order(&mut self, id: &str, order: Order, takes: &[(String, i64, u64)]) -> Result<(), String> {
        let mut taken: BTreeMap<String, u64> = BTreeMap::new();
        for (item, epoch, units) in takes {
            *taken.entry(item.clone()).or_insert(0) += units;
            let account = (order.pop, order.incarnation.clone(), item.clone(), *epoch);
            if self.written_off.contains(&account) {
                return Err(format!("order {id} was sold from a lease that was taken back: {account:?}"));
            }
        }
        if taken != order.units {
            return Err(format!("order {id} sells {:?} and takes {taken:?}", order.units));
        }
        if let Some(other) = self.carts.insert(order.cart.clone(), id.to_owned()) {
            return Err(format!("cart {} became two orders, {other} and {id}", order.cart));
        }
        if self.orders.insert(id.to_owned(), order).is_some() {
            return Err(format!("order {id} was committed twice"));
        }
        Ok(())
    }
}
