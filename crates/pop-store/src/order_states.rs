//! Orders of an account: those that the core tells, wherever in the region they were placed, and those that were placed
//! here and that it has not told yet.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::OrderId;
use kiosk_money::Money;
use kiosk_wire::people::OrderState;

use crate::{Before, StoreError, currency_of};

/// Most orders of one page.
pub const PAGE_ORDERS_MAX: u32 = 50;

/// An order of an account. It was placed here, or told by the core, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountOrder {
    /// Identifier.
    pub id: OrderId,
    /// Unix milliseconds.
    pub placed_ms: i64,
    /// Subtotal and delivery.
    pub total: Money,
    /// What it was here, when it was placed here.
    pub here: Option<PlacedHere>,
    /// As the core told it.
    pub told: Option<OrderState>,
}

/// What the POP that sold an order knows beyond the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedHere {
    /// `placed`, `in_review`, …
    pub status: String,
    /// As [`crate::checkout::NewOrder::lines`].
    pub lines: String,
}

/// Orders of an account, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<AccountOrder>,
    /// Ask after this for older ones; `None` at the end.
    pub next: Option<Before>,
}

/// Each half is a range of an index that stops at the limit.
const PAGE: &str = "SELECT * FROM (SELECT s.id, s.placed_ms, s.doc, o.status, o.lines, o.total, o.currency
      FROM order_state s LEFT JOIN orders o ON o.id = s.id
      WHERE s.account = ?1 AND (s.placed_ms, s.id) < (?2, ?3) ORDER BY s.placed_ms DESC, s.id DESC LIMIT ?4)
    UNION ALL
    SELECT * FROM (SELECT o.id, o.placed_ms, NULL, o.status, o.lines, o.total, o.currency FROM orders o
      WHERE o.account = ?1 AND (o.placed_ms, o.id) < (?2, ?3)
        AND NOT EXISTS (SELECT 1 FROM order_state s WHERE s.id = o.id)
      ORDER BY o.placed_ms DESC, o.id DESC LIMIT ?4)
    ORDER BY 2 DESC, 1 DESC LIMIT ?4";

/// Up to `limit` orders of `account` that are older than `cursor`.
///
/// # Errors
/// When the database fails.
pub async fn page(
    db: &dyn Database,
    account: &str,
    cursor: Option<&Before>,
    limit: u32,
) -> Result<OrderPage, StoreError> {
    let limit = limit.clamp(1, PAGE_ORDERS_MAX);
    let select = Before::bind(cursor, Statement::new(PAGE).bind(account)).bind(limit + 1);
    let rows = db.query(select).await?;
    let more = rows.len() > limit as usize;
    let orders: Vec<_> = rows.iter().take(limit as usize).map(account_order).collect::<Result<_, _>>()?;
    let last = orders.last().filter(|_| more);
    let next = last.map(|order| Before { at_ms: order.placed_ms, id: order.id.to_string() });
    Ok(OrderPage { orders, next })
}

fn account_order(row: &Row) -> Result<AccountOrder, StoreError> {
    let told = row.get::<Option<&str>>(2)?.map(serde_json::from_str::<OrderState>).transpose()?;
    let here = match row.get::<Option<String>>(3)? {
        Some(status) => Some(PlacedHere { status, lines: row.get(4)? }),
        None => None,
    };
    let total = match &told {
        Some(told) => told.total,
        None => Money::new(row.get(5)?, currency_of(row.get(6)?)?),
    };
    Ok(AccountOrder { id: OrderId::parse(row.get(0)?)?, placed_ms: row.get(1)?, total, here, told })
}

/// How far the order `id` is, as the core told it; `None` when it has not.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, id: &OrderId) -> Result<Option<OrderState>, StoreError> {
    let select = Statement::new("SELECT doc FROM order_state WHERE id = ?1").bind(id.as_str());
    let rows = db.query(select).await?;
    rows.first().map(|row| Ok(serde_json::from_str(row.get(0)?)?)).transpose()
}
