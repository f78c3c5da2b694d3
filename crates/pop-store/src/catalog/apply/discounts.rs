//! Discounts and gift cards.

use kiosk_edge_platform::Statement;
use kiosk_wire::{Change, Discount, FeedPage, GiftCard};
use serde::Serialize;

use super::push;
use crate::StoreError;
use crate::leases::TARGET_UNITS_FIRST;

/// Minor units of a budget that a POP holds before it knows the demand: some orders, in most currencies.
const TARGET_MINOR_FIRST: u32 = 10_000;
/// Minor units of a budget that a POP keeps however idle it is.
const TARGET_MINOR_MIN: u32 = 1_000;

/// What `page` tells of them.
pub fn put(page: &FeedPage, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
    let (mut discounts, mut removed, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    for change in &page.changes {
        match change {
            Change::Discount(discount) => discounts.push(&**discount),
            Change::DiscountRemoved { id } => removed.push(id.as_str()),
            Change::GiftCard(card) => cards.push(card),
            _ => {}
        }
    }
    // The lease starts empty; the tick asks the core to fill it.
    push(batch, PUT_BUDGETS, discounts.iter().filter_map(|discount| BudgetRow::of(discount)))?;
    push(batch, PUT_DISCOUNTS, discounts.iter().map(|discount| DiscountRow::of(discount)))?;
    push(batch, END_BUDGETS, removed.iter())?;
    push(batch, REMOVE_DISCOUNTS, removed.iter())?;
    push(batch, PUT_GIFT_CARDS, cards.into_iter().map(|card| CardRow { id: card.id.as_str(), card }))
}

/// A row of `discount`.
#[derive(Serialize)]
struct DiscountRow<'a> {
    item: Option<&'a str>,
    discount: &'a Discount,
}

impl<'a> DiscountRow<'a> {
    fn of(discount: &'a Discount) -> Self {
        Self { item: discount.budget.as_ref().map(|budget| budget.item.as_str()), discount }
    }
}

/// The lease of a budget.
#[derive(Serialize)]
struct BudgetRow<'a> {
    item: &'a str,
    target: u32,
    target_min: u32,
}

impl<'a> BudgetRow<'a> {
    fn of(discount: &'a Discount) -> Option<Self> {
        let budget = discount.budget.as_ref()?;
        let (target, target_min) = match budget.currency {
            Some(_) => (TARGET_MINOR_FIRST, TARGET_MINOR_MIN),
            None => (TARGET_UNITS_FIRST, 1),
        };
        Some(Self { item: budget.item.as_str(), target, target_min })
    }
}

/// A row of `gift_card`.
#[derive(Serialize)]
struct CardRow<'a> {
    id: &'a str,
    card: &'a GiftCard,
}

// `WHERE 1` tells SQLite's parser that `ON CONFLICT` does not belong to a join. A discount that is told again may have been
// thought to be over.
const PUT_BUDGETS: &str = "INSERT INTO lease (item, epoch, granted, target, target_min)
    SELECT value ->> 'item', 0, 0, value ->> 'target', value ->> 'target_min' FROM json_each(?1) WHERE 1
    ON CONFLICT (item) DO UPDATE SET target_min = excluded.target_min";

const PUT_DISCOUNTS: &str = "INSERT INTO discount (id, code, vendor_id, from_ms, until_ms, item, doc)
    SELECT value ->> '$.discount.id', value ->> '$.discount.code', value ->> '$.discount.vendor',
      value ->> '$.discount.from_ms', value ->> '$.discount.until_ms', value ->> 'item', value ->> 'discount'
    FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET code = excluded.code, vendor_id = excluded.vendor_id, from_ms = excluded.from_ms,
      until_ms = excluded.until_ms, item = excluded.item, doc = excluded.doc";

const END_BUDGETS: &str = "UPDATE lease SET target_min = 0 WHERE item IN
    (SELECT item FROM discount WHERE id IN (SELECT value FROM json_each(?1)))";

const REMOVE_DISCOUNTS: &str = "DELETE FROM discount WHERE id IN (SELECT value FROM json_each(?1))";

const PUT_GIFT_CARDS: &str = "INSERT INTO gift_card (id, code_hash, doc)
    SELECT value ->> 'id', value ->> '$.card.code_hash', value ->> 'card' FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET code_hash = excluded.code_hash, doc = excluded.doc";
