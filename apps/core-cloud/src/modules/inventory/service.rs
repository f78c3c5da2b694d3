//! What the shop does with stock. Functions on a [`Tx`] take part in another module's transaction.

use std::collections::{BTreeSet, HashMap, HashSet};

use http::StatusCode;
use kiosk_ids::Sku;
use kiosk_problem::Problem;
use kiosk_wire::{LeaseAsk, LeaseState, StockTake};
use serde::Serialize;

use super::escrow::{self, Account, Item, Kind};
use super::store;
use crate::db::{Conn, Db, Tx};
use crate::error::Error;

/// Most items on one page.
pub const ITEMS_PER_PAGE_MAX: u32 = 100;

/// Stock of one item, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    /// The stock item.
    pub sku: String,
    /// Units in the warehouse: available + leased + sold.
    pub on_hand: i64,
    /// Units nobody has a claim on.
    pub available: i64,
    /// Units leased to POPs.
    pub leased: i64,
    /// Units sold and not yet shipped.
    pub sold: i64,
}

/// One POP's account of one item.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The stock item.
    pub item: String,
    /// The POP.
    pub pop: String,
    /// Its database.
    pub incarnation: String,
    /// The account.
    pub account: Account,
}

/// Something a POP did with its leased stock.
#[derive(Clone, Copy, Debug)]
pub enum Movement<'a> {
    /// It sold units.
    Sold(&'a StockTake),
    /// It gave units back.
    Returned(&'a StockTake),
}

/// Something that happens to stock of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockMove {
    /// Sold units left.
    Ship,
    /// Sold units are not wanted any more.
    Release,
    /// Units that had left came back and can be sold again.
    Restock,
    /// Units are promised in place of others.
    Hold,
}

/// Which database of which POP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder<'a> {
    /// The POP.
    pub pop: &'a str,
    /// Its database.
    pub incarnation: &'a str,
}

/// Stock as operators see it.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Stock of one item.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such item.
    pub async fn get_stock(&self, sku: &Sku) -> Result<StockLevel, Error> {
        let item = store::get_item(&mut *self.db.read().await?, sku.as_str()).await?;
        item.map(|item| level(sku.as_str(), &item)).ok_or(Error::NotFound("sku"))
    }

    /// Goods after `after` whose name contains `search`, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_stock(&self, after: &str, search: &str, limit: u32) -> Result<Vec<StockLevel>, Error> {
        let items = store::list_items(&mut *self.db.read().await?, after, search, i64::from(limit)).await?;
        Ok(items.iter().map(|(name, item)| level(name, item)).collect())
    }

    /// Accounts, those of budgets and gift cards too, of which a POP holds units.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_leased(&self, after: &str, search: &str, limit: u32) -> Result<Vec<StockLevel>, Error> {
        let items =
            store::list_leased_items(&mut *self.db.read().await?, after, search, i64::from(limit)).await?;
        Ok(items.iter().map(|(name, item)| level(name, item)).collect())
    }

    /// The accounts of these items.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_leases(&self, items: &[&str]) -> Result<Vec<Lease>, Error> {
        let rows = store::list_accounts_of_items(&mut *self.db.read().await?, items).await?;
        let lease = |(item, pop, incarnation, account)| Lease { item, pop, incarnation, account };
        Ok(rows.into_iter().map(lease).collect())
    }

    /// Number of goods, and stock summed over them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_totals(&self) -> Result<(i64, StockLevel), Error> {
        let (items, on_hand, available, leased, sold) =
            store::get_totals(&mut *self.db.read().await?).await?;
        Ok((items, StockLevel { sku: String::new(), on_hand, available, leased, sold }))
    }
}

fn level(sku: &str, item: &Item) -> StockLevel {
    let Item { on_hand, available, leased, sold, .. } = *item;
    StockLevel { sku: sku.to_owned(), on_hand, available, leased, sold }
}

/// The items and accounts that one transaction works on, written back once.
struct Ledger {
    items: HashMap<String, Item>,
    accounts: HashMap<String, Account>,
    items_changed: BTreeSet<String>,
    accounts_changed: BTreeSet<String>,
}

impl Ledger {
    /// Locks the items. The caller has locked the holder, so its accounts are nobody else's.
    async fn open(tx: &mut Tx, holder: Holder<'_>, names: &BTreeSet<&str>) -> Result<Self, Error> {
        let names: Vec<&str> = names.iter().copied().collect();
        let items = store::lock_items(tx, &names).await?;
        let accounts = store::list_accounts(tx, holder.pop, holder.incarnation, &names).await?;
        Ok(Self { items, accounts, items_changed: BTreeSet::new(), accounts_changed: BTreeSet::new() })
    }

    /// Changes an item and its account; `None` when there is no such item.
    fn change<T>(&mut self, name: &str, change: impl FnOnce(&mut Item, &mut Account) -> T) -> Option<T> {
        let item = self.items.get_mut(name)?;
        let mut account = self.accounts.get(name).copied().unwrap_or_default();
        let (item_before, account_before) = (*item, account);
        let result = change(item, &mut account);
        if *item != item_before {
            self.items_changed.insert(name.to_owned());
        }
        if account != account_before {
            self.accounts.insert(name.to_owned(), account);
            self.accounts_changed.insert(name.to_owned());
        }
        Some(result)
    }

    async fn close(&self, tx: &mut Tx, holder: Holder<'_>) -> Result<(), Error> {
        let items: Vec<_> = self.items_changed.iter().map(|name| (name.as_str(), self.items[name])).collect();
        let accounts = self.accounts_changed.iter().map(|name| (name.as_str(), self.accounts[name]));
        store::put_items(tx, &items).await?;
        store::put_accounts(tx, holder.pop, holder.incarnation, &accounts.collect::<Vec<_>>()).await?;
        Ok(())
    }
}

/// Grants what the POP asks for, as far as it goes, and answers each ask with the state of its account.
///
/// # Errors
/// When the database fails.
pub async fn grant_leases(
    tx: &mut Tx,
    holder: Holder<'_>,
    asks: &[LeaseAsk],
    pops_active: i64,
) -> Result<Vec<LeaseState>, Error> {
    let names = asks.iter().map(|ask| ask.item.as_str()).collect();
    let mut ledger = Ledger::open(tx, holder, &names).await?;
    let mut granted = 0;
    let states = asks.iter().map(|ask| {
        let state = ledger.change(ask.item.as_str(), |item, account| {
            granted += answer_ask(ask, item, account, pops_active);
            lease_state(&ask.item, account.epoch, account.granted, item.available)
        });
        state.unwrap_or_else(|| lease_state(&ask.item, 0, 0, 0))
    });
    let states = states.collect();
    ledger.close(tx, holder).await?;
    metrics::counter!("core_lease_units_granted_total").increment(u64::try_from(granted).unwrap_or(0));
    Ok(states)
}

fn answer_ask(ask: &LeaseAsk, item: &mut Item, account: &mut Account, pops_active: i64) -> i64 {
    let same_epoch = i64::try_from(ask.epoch) == Ok(account.epoch);
    // Showing the epoch is how a POP says that it has stopped selling from the older ones.
    account.fenced &= !same_epoch;
    let first_ask = ask.epoch == 0 && account.granted == 0 && !account.fenced;
    if !(same_epoch || first_ask) || i64::try_from(ask.granted_seen) != Ok(account.granted) {
        return 0;
    }
    let units = escrow::fair_grant(item.available, i64::from(ask.units), ask.whole, pops_active);
    escrow::grant(item, account, units);
    units
}

fn lease_state(item: &Sku, epoch: i64, granted: i64, available: i64) -> LeaseState {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    LeaseState {
        item: item.clone(),
        epoch: count(epoch),
        granted: count(granted),
        available: count(available),
    }
}

/// Accounts whose raised epoch the POP has not shown to know.
///
/// # Errors
/// When the database fails.
pub async fn list_fenced(tx: &mut Tx, holder: Holder<'_>) -> Result<Vec<LeaseState>, Error> {
    let rows = store::list_fenced(tx, holder.pop, holder.incarnation).await?;
    let state = |(item, epoch, granted, available): (String, i64, i64, i64)| {
        Sku::parse(&item).ok().map(|item| lease_state(&item, epoch, granted, available))
    };
    Ok(rows.into_iter().filter_map(state).collect())
}

/// Applies what a POP did, in order, and tells for each movement how many units could not be covered.
///
/// # Errors
/// When the database fails.
pub async fn apply_movements(
    tx: &mut Tx,
    holder: Holder<'_>,
    movements: &[Movement<'_>],
) -> Result<Vec<i64>, Error> {
    if movements.is_empty() {
        return Ok(Vec::new());
    }
    let names = movements.iter().map(|movement| match movement {
        Movement::Sold(take) | Movement::Returned(take) => take.item.as_str(),
    });
    let mut ledger = Ledger::open(tx, holder, &names.collect()).await?;
    let short = movements.iter().map(|movement| apply_movement(&mut ledger, holder, movement)).collect();
    ledger.close(tx, holder).await?;
    Ok(short)
}

fn apply_movement(ledger: &mut Ledger, holder: Holder<'_>, movement: &Movement<'_>) -> i64 {
    match movement {
        Movement::Sold(take) => {
            let epoch = i64::try_from(take.epoch).unwrap_or(0);
            let units = i64::from(take.units);
            let short =
                ledger.change(take.item.as_str(), |item, account| escrow::sell(item, account, epoch, units));
            let short = short.unwrap_or(units);
            if short > 0 {
                metrics::counter!("core_units_short_total").increment(u64::try_from(short).unwrap_or(0));
                tracing::error!(pop = holder.pop, item = %take.item, units = short, "sold more than was leased");
            }
            short
        }
        Movement::Returned(take) => {
            let epoch = i64::try_from(take.epoch).unwrap_or(0);
            ledger.change(take.item.as_str(), |item, account| {
                escrow::give_back(item, account, epoch, i64::from(take.units))
            });
            0
        }
    }
}

/// Does what orders do to stock: item, what, units. Orders hold no more than was sold for them; their own books see to
/// that.
///
/// # Errors
/// 409 `stock_short` when units are to be promised that are not there.
pub async fn move_stock(tx: &mut Tx, moves: &[(String, StockMove, i64)]) -> Result<(), Error> {
    let names: BTreeSet<&str> = moves.iter().map(|(name, ..)| name.as_str()).collect();
    let mut items = store::lock_items(tx, &names.into_iter().collect::<Vec<_>>()).await?;
    for (name, what, units) in moves.iter().filter(|(.., units)| *units > 0) {
        let Some(item) = items.get_mut(name) else { continue };
        match what {
            StockMove::Ship => escrow::ship(item, *units),
            StockMove::Release => escrow::release(item, *units),
            StockMove::Restock => escrow::restock(item, *units),
            StockMove::Hold if escrow::hold(item, *units) => {}
            StockMove::Hold => {
                let detail = format!("{} of {name} are available.", item.available);
                let problem = Problem::new(StatusCode::CONFLICT, "stock_short", "There is not enough stock");
                return Err(problem.detail(detail).into());
            }
        }
    }
    let mut items: Vec<_> = items.iter().map(|(name, item)| (name.as_str(), *item)).collect();
    items.sort_unstable_by_key(|(name, _)| *name);
    Ok(store::put_items(tx, &items).await?)
}

/// Units on hand of these items, by item.
///
/// # Errors
/// When the database fails.
pub async fn list_on_hand(tx: &mut Tx, items: &[&str]) -> Result<HashMap<String, i64>, Error> {
    Ok(store::list_on_hand(tx, items).await?)
}

/// Takes back all that a lost POP holds, and fences it off. Returns items and units.
///
/// # Errors
/// When the database fails.
pub async fn write_off(tx: &mut Tx, holder: Holder<'_>, now_ms: i64) -> Result<(u64, i64), Error> {
    let held = store::list_held(tx, holder.pop, holder.incarnation).await?;
    let mut ledger = Ledger::open(tx, holder, &held.iter().map(String::as_str).collect()).await?;
    let mut taken = Vec::with_capacity(held.len());
    for name in &held {
        let change =
            |item: &mut Item, account: &mut Account| (account.epoch, escrow::write_off(item, account));
        if let Some((epoch, units)) = ledger.change(name, change) {
            taken.push((name.as_str(), epoch, units));
        }
    }
    ledger.close(tx, holder).await?;
    store::insert_write_offs(tx, holder.pop, holder.incarnation, now_ms, &taken).await?;
    Ok((taken.len() as u64, taken.iter().map(|(_, _, units)| units).sum()))
}

/// Sets stock from an import, by item and quantity; see [`escrow::import`]. Returns how many items changed. The
/// caller has locked out other imports.
///
/// # Errors
/// When the database fails.
pub async fn import_stock(tx: &mut Tx, quantities: &[(&str, i64)]) -> Result<u64, Error> {
    let names: BTreeSet<&str> = quantities.iter().map(|(name, _)| *name).collect();
    let known = store::lock_items(tx, &names.into_iter().collect::<Vec<_>>()).await?;
    let mut changed = Vec::new();
    for (name, quantity) in quantities {
        let before = known.get(*name);
        let mut item = before.copied().unwrap_or_default();
        // What discounts and gift cards spend is no goods, whatever a file calls its own.
        if item.kind != Kind::Stock {
            continue;
        }
        // A new item is written even when it holds nothing: it is known, and sold out.
        if escrow::import(&mut item, *quantity) || before.is_none() {
            changed.push((*name, item));
        }
    }
    store::put_items(tx, &changed).await?;
    Ok(changed.len() as u64)
}

/// Changes the stock of items by so many units, as far as units are available; an item that is not known begins with
/// nothing. The caller has locked out imports.
///
/// # Errors
/// When the database fails.
pub async fn adjust_stock(tx: &mut Tx, changes: &[(&str, i64)]) -> Result<(), Error> {
    let names: BTreeSet<&str> = changes.iter().map(|(name, _)| *name).collect();
    let known = store::lock_items(tx, &names.into_iter().collect::<Vec<_>>()).await?;
    let mut changed = Vec::with_capacity(changes.len());
    for (name, change) in changes {
        let mut item = known.get(*name).copied().unwrap_or_default();
        if item.kind != Kind::Stock {
            continue;
        }
        let quantity = (item.imported + change).max(0);
        escrow::import(&mut item, quantity);
        changed.push((*name, item));
    }
    Ok(store::put_items(tx, &changed).await?)
}

/// Opens the account of a budget or a gift card, under a name that nothing has.
///
/// # Errors
/// When the database fails.
pub async fn open_account(tx: &mut Tx, name: &str, kind: Kind, units: i64) -> Result<(), Error> {
    let item = Item { on_hand: units, available: units, kind, ..Item::default() };
    Ok(store::put_items(tx, &[(name, item)]).await?)
}

/// Takes what is available out of an account that is to end; see [`escrow::withdraw`]. Returns how much.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(tx: &mut Tx, name: &str) -> Result<i64, Error> {
    let Some(mut item) = store::lock_items(tx, &[name]).await?.remove(name) else { return Ok(0) };
    let units = escrow::withdraw(&mut item);
    store::put_items(tx, &[(name, item)]).await?;
    Ok(units)
}

/// What accounts of these names have, by name: budgets and gift cards too.
///
/// # Errors
/// When the database fails.
pub async fn list_levels(conn: &mut Conn, names: &[&str]) -> Result<HashMap<String, StockLevel>, Error> {
    let items = store::list_levels(conn, names).await?;
    Ok(items.into_iter().map(|(name, item)| (name.clone(), level(&name, &item))).collect())
}

/// Names of these under which budgets or gift cards are kept: nothing that is sold may draw on them.
///
/// # Errors
/// When the database fails.
pub async fn list_reserved(conn: &mut Conn, names: &[&str]) -> Result<HashSet<String>, Error> {
    let items = store::list_levels(conn, names).await?;
    Ok(items.into_iter().filter(|(_, item)| item.kind != Kind::Stock).map(|(name, _)| name).collect())
}

/// Items of these names that are known.
///
/// # Errors
/// When the database fails.
pub async fn list_known(tx: &mut Tx, names: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::lock_items(tx, names).await?.into_keys().collect())
}
