//! Orders: committed in one batch with everything they imply (invariant I1), and read by who placed them.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{EventId, OrderId};
use kiosk_money::Money;
use kiosk_privacy::{Address, Contact, Personal, Shopper};
use kiosk_risk::IdentityKeys;
use kiosk_wire::{EventBody, FraudRecord, OrderRecord};

use crate::idempotency::{Remembered, remember};
use crate::{StoreError, currency_of, guard, leases, outbox, velocity};

/// All that one checkout writes.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// The order as the core will see it.
    pub record: OrderRecord,
    /// `placed` or `in_review`.
    pub status: &'a str,
    /// Who bought; stays in the region.
    pub shopper: &'a Shopper,
    /// The lines as the order page shows them, JSON.
    pub lines: String,
    /// The event that tells the core.
    pub event: EventId,
    /// The cart's version that was priced and scored.
    pub cart_version: u64,
    /// The leases have to run beyond this time of the POP's clock, Unix milliseconds.
    pub leases_until_ms: i64,
    /// Whom the fraud check counts by.
    pub keys: &'a IdentityKeys,
    /// The idempotency key.
    pub key: &'a str,
    /// The answer to repeat.
    pub answer: Remembered,
}

/// Commits an order: closes the cart, takes the stock, writes the order, its event and its answer. All or nothing.
///
/// # Errors
/// A constraint when the cart was closed or changed, the stock was sold or the leases lapsed since they were read.
pub async fn place(db: &dyn Database, order: NewOrder<'_>) -> Result<(), StoreError> {
    let record = &order.record;
    let cart = record.cart.as_str();
    let (placed_ms, currency) = (record.placed_ms, record.total.currency.code());
    let mut batch = vec![guard::cart_is_open(cart), guard::cart_version_is_current(cart, order.cart_version)];
    batch.extend(leases::take(&record.takes, order.leases_until_ms, placed_ms)?);
    batch.push(
        Statement::new("UPDATE cart SET order_id = ?2, version = version + 1, updated_ms = ?3 WHERE id = ?1")
            .bind(cart)
            .bind(record.id.as_str())
            .bind(placed_ms),
    );
    batch.push(insert_order(&order)?);
    batch.push(insert_person(&record.id, order.shopper));
    batch.extend(velocity::record(order.keys, placed_ms, record.total.amount, currency, record.id.as_str()));
    batch.push(remember(cart, order.key, &order.answer, placed_ms));
    batch.push(outbox::append(&order.event, placed_ms, &EventBody::OrderPlaced(Box::new(order.record)))?);
    db.batch(batch).await?;
    Ok(())
}

fn insert_order(order: &NewOrder<'_>) -> Result<Statement, StoreError> {
    let record = &order.record;
    let insert = Statement::new(
        "INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
           payment_id, payment_method, fraud_outcome, fraud_score, fraud_model, fraud_reasons, lines)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    );
    Ok(insert
        .bind(record.id.as_str())
        .bind(record.cart.as_str())
        .bind(order.status)
        .bind(record.placed_ms)
        .bind(record.total.currency.code())
        .bind(record.subtotal.amount)
        .bind(record.delivery.amount)
        .bind(record.total.amount)
        .bind(record.delivery_kind.as_str())
        .bind(record.payment.id.as_str())
        .bind(record.payment.method.as_str())
        .bind(record.fraud.outcome.as_str())
        .bind(record.fraud.score.map(f64::from))
        .bind(record.fraud.model.as_str())
        .bind(serde_json::to_string(&record.fraud.reasons)?)
        .bind(order.lines.as_str()))
}

fn insert_person(id: &OrderId, shopper: &Shopper) -> Statement {
    let Shopper { contact, address } = shopper;
    let optional = |value: &Option<Personal<String>>| value.as_ref().map(|value| value.reveal().clone());
    Statement::new(
        "INSERT INTO order_person (order_id, name, email, phone, street, extra, postcode, city, country)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(id.as_str())
    .bind(contact.name.reveal().as_str())
    .bind(contact.email.reveal().as_str())
    .bind(optional(&contact.phone))
    .bind(address.street.reveal().as_str())
    .bind(optional(&address.extra))
    .bind(address.postcode.reveal().as_str())
    .bind(address.city.reveal().as_str())
    .bind(address.country.as_str())
}

/// A checkout that was refused for fraud.
#[derive(Clone, Debug)]
pub struct BlockedCheckout<'a> {
    /// Names the attempt among the counters.
    pub attempt: &'a str,
    /// The cart, whose idempotency keys these are.
    pub cart: &'a str,
    /// Whom the fraud check counts by.
    pub keys: &'a IdentityKeys,
    /// What it would have cost.
    pub total: Money,
    /// The decision.
    pub fraud: FraudRecord,
    /// The event that tells the core.
    pub event: EventId,
    /// The idempotency key.
    pub key: &'a str,
    /// The answer to repeat.
    pub answer: Remembered,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Counts and tells a checkout that was refused. Nothing is sold.
///
/// # Errors
/// When the database fails, or the same key was answered meanwhile.
pub async fn block(db: &dyn Database, blocked: BlockedCheckout<'_>) -> Result<(), StoreError> {
    let (now_ms, currency) = (blocked.now_ms, blocked.total.currency.code());
    let mut batch = velocity::record(blocked.keys, now_ms, blocked.total.amount, currency, blocked.attempt);
    batch.push(remember(blocked.cart, blocked.key, &blocked.answer, now_ms));
    batch.push(outbox::append(&blocked.event, now_ms, &EventBody::CheckoutBlocked { fraud: blocked.fraud })?);
    db.batch(batch).await?;
    Ok(())
}

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
    /// As [`NewOrder::lines`].
    pub lines: String,
    /// Who bought and where to.
    pub shopper: Shopper,
}

/// The order `id`, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, id: &OrderId) -> Result<Option<StoredOrder>, StoreError> {
    let select = Statement::new(
        "SELECT o.status, o.placed_ms, o.currency, o.subtotal, o.delivery, o.total, o.delivery_kind, o.payment_method,
           o.lines, p.name, p.email, p.phone, p.street, p.extra, p.postcode, p.city, p.country
         FROM orders o JOIN order_person p ON p.order_id = o.id WHERE o.id = ?1",
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
