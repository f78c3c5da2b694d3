//! What customers are known by: orders, and what became of them.

use std::collections::BTreeSet;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::service::block_new_addresses;
use super::{count, count_store, store};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, OrderPlaced, Told};
use crate::modules::catalog::service as catalog;
use crate::modules::orders::service::{is_pseudonym, known_account};

/// Largest sum of an order that is counted, in minor units: sums of many orders stay numbers.
const AMOUNT_MAX: i64 = 10_000_000_000_000;

/// Hears of what customers buy, keep, send back and dispute.
#[derive(Clone, Debug)]
pub struct Customers {
    clock: Clock,
}

impl Customers {
    /// By this clock.
    #[must_use]
    pub const fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Consumer for Customers {
    fn name(&self) -> &'static str {
        "customers"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        apply(tx, facts, self.clock.now_ms()).boxed()
    }
}

/// An order as one of its pseudonyms sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bought<'a> {
    pub pseudonym: &'a str,
    pub order: &'a str,
    pub is_account: bool,
    pub region: &'a str,
    pub placed_ms: i64,
    pub currency: &'static str,
    pub amount: i64,
}

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Movement<'a> {
    /// The fact: it counts once.
    pub id: &'a str,
    pub order: &'a str,
    pub kind: &'static str,
    pub amount: i64,
    pub told_ms: i64,
}

async fn apply(tx: &mut Tx, facts: &[Told], now_ms: i64) -> Result<(), Error> {
    let placed: Vec<&OrderPlaced> = facts
        .iter()
        .filter_map(|told| match &told.fact {
            Fact::OrderPlaced(placed) => Some(&**placed),
            _ => None,
        })
        .collect();
    let movements: Vec<Movement<'_>> = facts.iter().filter_map(movement_of).collect();
    if placed.is_empty() && movements.is_empty() {
        return Ok(());
    }
    // Regions are told of what changes.
    catalog::lock_writers(tx).await?;
    let bought: Vec<Bought<'_>> = placed.iter().flat_map(|placed| bought_of(placed)).collect();
    count_store::insert_orders(tx, &bought).await?;
    count_store::insert_movements(tx, &movements).await?;
    let orders: BTreeSet<&str> =
        bought.iter().map(|bought| bought.order).chain(movements.iter().map(|moved| moved.order)).collect();
    count::revalue(tx, &orders.into_iter().collect::<Vec<_>>(), now_ms).await?;
    let links: BTreeSet<(&str, &str)> =
        placed.iter().filter_map(|placed| known_account(&placed.order).zip(customer_of(placed))).collect();
    let links: Vec<_> = links.into_iter().collect();
    store::insert_links(tx, &links).await?;
    block_new_addresses(tx, &links, now_ms).await
}

fn customer_of(placed: &OrderPlaced) -> Option<&str> {
    Some(placed.order.customer.as_str()).filter(|customer| is_pseudonym(customer))
}

/// An order of somebody whose pseudonym is none is nobody's.
fn bought_of(placed: &OrderPlaced) -> impl Iterator<Item = Bought<'_>> {
    let order = &placed.order;
    let pseudonyms = customer_of(placed)
        .map(|customer| (customer, false))
        .into_iter()
        .chain(known_account(order).map(|account| (account, true)));
    pseudonyms.map(move |(pseudonym, is_account)| Bought {
        pseudonym,
        order: order.id.as_str(),
        is_account,
        region: &placed.region,
        placed_ms: order.placed_ms,
        currency: order.total.currency.code(),
        amount: order.total.amount.clamp(0, AMOUNT_MAX),
    })
}

fn movement_of(told: &Told) -> Option<Movement<'_>> {
    let (kind, amount) = match &told.fact {
        Fact::GoodsCancelled(goods) => ("cancelled", goods.total.amount),
        Fact::RefundDue(due) => ("returned", due.total.amount),
        Fact::ChargebackOpened(moved) => ("charged_back", moved.amount.amount),
        Fact::ChargebackWon(moved) => ("charged_back", -moved.amount.amount),
        Fact::ReturnRejected(_) => ("refused", 1),
        _ => return None,
    };
    let amount = amount.clamp(-AMOUNT_MAX, AMOUNT_MAX);
    Some(Movement { id: &told.id, order: told.fact.key(), kind, amount, told_ms: told.written_ms })
}
