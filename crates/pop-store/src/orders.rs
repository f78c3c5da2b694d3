//! Orders, for who placed them.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::OrderId;
use kiosk_money::Money;
use kiosk_privacy::{Address, Contact, Personal, Shopper};
use kiosk_wire::people::OrderState;

use crate::{StoreError, currency_of};

/// An order as its owner sees it.
#[derive(Clone, Debug)]
pub struct StoredOrder {
    /// Identifier.
    pub id: OrderId,
    /// `placed`, `in_review`, …
    pub status: String,
    /// Unix milliseconds.
    pub placed_ms: i64,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Price of delivery.
    pub delivery: Money,
    /// Subtotal and delivery.
    pub total: Money,
    /// How it is delivered.
    pub delivery_kind: String,
    /// How it is paid.
    pub payment_method: String,
    /// As [`crate::checkout::NewOrder::lines`].
    pub lines: String,
    /// As [`crate::checkout::NewOrder::sums`].
    pub sums: String,
    /// Who bought and where to.
    pub shopper: Shopper,
    /// Pseudonym of the account that bought; none for guests.
    pub account: Option<String>,
    /// How far it is, once the core told it.
    pub told: Option<OrderState>,
}

/// The order `id`, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, id: &OrderId) -> Result<Option<StoredOrder>, StoreError> {
    let select = Statement::new(
        "SELECT o.status, o.placed_ms, o.currency, o.subtotal, o.delivery, o.total, o.delivery_kind, o.payment_method,
           o.lines, p.name, p.email, p.phone, p.street, p.extra, p.postcode, p.city, p.country, o.account, s.doc, o.sums
         FROM orders o JOIN order_person p ON p.order_id = o.id LEFT JOIN order_state s ON s.id = o.id
         WHERE o.id = ?1",
    );
    let rows = db.query(select.bind(id.as_str())).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let currency = currency_of(row.get(2)?)?;
    let money = |column| Ok::<_, StoreError>(Money::new(row.get(column)?, currency));
    let personal = |column| Ok::<_, StoreError>(Personal::new(row.get::<String>(column)?));
    let optional = |column| Ok::<_, StoreError>(row.get::<Option<String>>(column)?.map(Personal::new));
    Ok(Some(StoredOrder {
        id: id.clone(),
        status: row.get(0)?,
        placed_ms: row.get(1)?,
        subtotal: money(3)?,
        delivery: money(4)?,
        total: money(5)?,
        delivery_kind: row.get(6)?,
        payment_method: row.get(7)?,
        lines: row.get(8)?,
        sums: row.get(19)?,
        shopper: Shopper {
            contact: Contact { name: personal(9)?, email: personal(10)?, phone: optional(11)? },
            address: Address {
                street: personal(12)?,
                extra: optional(13)?,
                postcode: personal(14)?,
                city: personal(15)?,
                country: row.get(16)?,
            },
        },
        account: row.get(17)?,
        told: row.get::<Option<&str>>(18)?.map(serde_json::from_str).transpose()?,
    }))
}

/// Whether the order `id` was committed.
///
/// # Errors
/// When the database fails.
pub async fn exists(db: &dyn Database, id: &OrderId) -> Result<bool, StoreError> {
    let rows = db.query(Statement::new("SELECT 1 FROM orders WHERE id = ?1").bind(id.as_str())).await?;
    Ok(!rows.is_empty())
}
