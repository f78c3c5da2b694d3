//! Whether the POP can sell what a cart demands, and asking the core for more while a shopper waits.

use std::collections::BTreeMap;

use http::StatusCode;
use kiosk_pop_store::carts::Supply;
use kiosk_pop_store::catalog::SkuView;
use kiosk_pop_store::leases;
use kiosk_problem::Problem;
use kiosk_wire::{LEASE_ASKS_MAX, LEASE_UNITS_MAX};
use serde::Serialize;

use super::price::{Demand, Priced};
use super::sums::Sums;
use crate::app::Pop;
use crate::error::Result;
use crate::sync;

/// How long a shopper waits for the core to send stock, in milliseconds.
pub const ASK_TIMEOUT_MS_MAX: u32 = 800;

/// Whether leased stock may be sold: the leases run beyond `until_ms`, which is now and a margin for the clocks.
const fn live(supply: &Supply, until_ms: i64) -> bool {
    supply.leases_expire_ms > until_ms
}

/// Pieces of a variant that a checkout could sell: what is leased, and what the core had left while it answers.
pub fn pieces(sold: &SkuView, supply: &Supply, until_ms: i64) -> u32 {
    let core_answers = supply.core_retry_ms == 0;
    let here = if live(supply, until_ms) || core_answers { sold.stock.here.max(0) } else { 0 };
    let core = if core_answers { sold.stock.core.max(0) } else { 0 };
    u32::try_from(here.saturating_add(core) / i64::from(sold.stock_units.max(1))).unwrap_or(u32::MAX)
}

/// What is missing for a cart.
#[derive(Debug, PartialEq, Eq)]
pub enum Shortage {
    /// Nothing.
    None,
    /// The core may be able to help.
    Ask,
    /// Nothing to be done about it.
    Final,
}

const fn missing(demand: &Demand) -> u64 {
    let here = if demand.here > 0 { demand.here.unsigned_abs() } else { 0 };
    demand.units.saturating_sub(here)
}

/// All that an order demands of leases: stock, budgets and balances.
fn demands<'a>(priced: &'a Priced, sums: &'a Sums) -> impl Iterator<Item = (&'a str, &'a Demand)> {
    priced.demands.iter().chain(&sums.demands).map(|(item, demand)| (item.as_str(), demand))
}

/// Whether the cart can be sold at `now_ms`; `asked` when the core was asked for it already.
pub fn shortage(
    priced: &Priced,
    sums: &Sums,
    supply: &Supply,
    asked: bool,
    now_ms: i64,
    until_ms: i64,
) -> Shortage {
    let all = demands(priced, sums).map(|(_, demand)| demand);
    let short: Vec<_> = all.filter(|demand| missing(demand) > 0).collect();
    if short.is_empty() && priced.gone.is_empty() && live(supply, until_ms) {
        return Shortage::None;
    }
    // An item of epoch 0 was never asked for, so nothing is known of it.
    let core_may_have = |demand: &&Demand| {
        (demand.epoch == 0 && !asked) || missing(demand) <= demand.core.max(0).unsigned_abs()
    };
    let askable = |demand: &&Demand| missing(demand) <= u64::from(LEASE_UNITS_MAX);
    let may_ask = priced.gone.is_empty() && supply.core_retry_ms <= now_ms;
    if may_ask && short.iter().all(|demand| askable(demand) && core_may_have(demand)) {
        return Shortage::Ask;
    }
    Shortage::Final
}

/// Asks the core for what is missing, or only to renew the leases. `generous` asks for the next shoppers too.
/// Whether it helped shows when the cart is read again; a core that does not answer is no error.
pub async fn ask(pop: &Pop, priced: &Priced, sums: &Sums, generous: bool) -> Result<()> {
    let short: BTreeMap<_, _> = demands(priced, sums).filter(|(_, demand)| missing(demand) > 0).collect();
    let items: Vec<_> = short.keys().copied().take(LEASE_ASKS_MAX).collect();
    let mut wants = Vec::with_capacity(items.len());
    for account in leases::accounts(&*pop.edge.db, &items).await? {
        let Some(demand) = short.get(account.item.as_str()) else { continue };
        // As the account is now: another checkout may have changed it since the cart was read.
        let missing = demand.units.saturating_sub(u64::from(account.here));
        if let missing @ 1.. = u32::try_from(missing).unwrap_or(u32::MAX) {
            // The next shopper has another gift card.
            let generous = generous && !sums.is_card(account.item.as_str());
            wants.push(leases::shoppers_want(&account, missing, generous));
        }
    }
    sync::leases::ask_now(pop, &wants, ASK_TIMEOUT_MS_MAX).await
}

#[derive(Serialize)]
struct ShortLine<'a> {
    sku: &'a str,
    requested: u32,
    available: u32,
}

/// 409: which lines, and how many pieces are left of each.
pub fn insufficient_stock(priced: &Priced, supply: &Supply, until_ms: i64) -> Problem {
    let gone =
        priced.gone.iter().map(|line| ShortLine { sku: &line.sku, requested: line.quantity, available: 0 });
    let live = live(supply, until_ms);
    let short = priced.lines.iter().filter(|line| {
        !live || priced.demands.get(&line.sold.stock_item).is_some_and(|demand| missing(demand) > 0)
    });
    let short = short.map(|line| ShortLine {
        sku: &line.sold.sku,
        requested: line.quantity,
        available: pieces(&line.sold, supply, until_ms),
    });
    Problem::new(StatusCode::CONFLICT, "insufficient_stock", "Sold out here for now")
        .detail("Some articles are sold out here for now. Nothing was ordered. Choose fewer pieces, or try again later.")
        .with("lines", gone.chain(short).collect::<Vec<_>>())
}
