//! The end of a checkout: one statement that does everything an order implies, or nothing (invariant I1).
//!
//! A batch of statements would cross from the guest to its host for each of them, and hold the database's only write
//! lock all the while. So the whole commit is an `INSERT` into the view [`SCHEMA`] defines, whose columns are its
//! parameters and whose trigger is the commit.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::EventId;
use kiosk_money::Money;
use kiosk_privacy::{Personal, Shopper};
use kiosk_risk::{IdentityKeys, reference_minor_or_par};
use kiosk_wire::{EventBody, FraudRecord, OrderRecord, StockTake};
use serde::Serialize;

use crate::guard::integer;
use crate::idempotency::{Remembered, remember};
use crate::payments::{STARTED_PAYMENTS_MAX, STARTED_WINDOW_MS};
use crate::standings::Buyer;
use crate::{StoreError, outbox, velocity};

/// The commit. Guards first; then the cart, the leases (of stock, budgets and
/// gift cards), the order, the person, the fraud counters, the answer to repeat,
/// and the event for the core; an order that is paid at a provider waits for that, so it has a payment instead.
pub(crate) const SCHEMA: [&str; 2] = [
    "CREATE VIEW checkout (cart_id, cart_version, leases_until_ms, takes, order_id, status, placed_ms, currency, subtotal,
        delivery, total, delivery_kind, payment_id, payment_method, fraud_outcome, fraud_score, fraud_model,
        fraud_reasons, lines, name, email, phone, street, extra, postcode, city, country, velocity_keys,
        velocity_amount, idempotency_key, request_hash, http_status, response, event_id, event, customer, account,
        account_customer, provider, record, expires_ms, due_ms, payments_since_ms, payments_max, due, sums)
     AS SELECT 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
       0, 0, 0, 0, 0, 0, 0, 0
     WHERE 0",
    "CREATE TRIGGER checkout_commit INSTEAD OF INSERT ON checkout BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL AND merged_into IS NULL);
        INSERT INTO guard (broken) SELECT 'customer_may_buy' WHERE EXISTS
          (SELECT 1 FROM standing WHERE customer IN (NEW.customer, NEW.account, NEW.account_customer));
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = NEW.cart_version);
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM json_each(NEW.takes) t WHERE NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        INSERT INTO guard (broken) SELECT 'payments_have_room' WHERE NEW.provider IS NOT NULL AND NEW.payments_max <=
          (SELECT COUNT(*) FROM payment WHERE cart_id = NEW.cart_id AND started_ms > NEW.payments_since_ms);
        UPDATE cart SET order_id = NEW.order_id, version = version + 1, updated_ms = NEW.placed_ms
          WHERE id = NEW.cart_id;
        UPDATE lease SET taken = taken + t.units, sold_ms = NEW.placed_ms
          FROM (SELECT value ->> 'item' AS item, value ->> 'units' AS units FROM json_each(NEW.takes)) t
          WHERE lease.item = t.item;
        INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
            payment_id, payment_method, fraud_outcome, fraud_score, fraud_model, fraud_reasons, lines, account, sums)
          VALUES (NEW.order_id, NEW.cart_id, NEW.status, NEW.placed_ms, NEW.currency, NEW.subtotal, NEW.delivery,
            NEW.total, NEW.delivery_kind, NEW.payment_id, NEW.payment_method, NEW.fraud_outcome, NEW.fraud_score,
            NEW.fraud_model, NEW.fraud_reasons, NEW.lines, NEW.account, NEW.sums);
        INSERT INTO order_person (order_id, name, email, phone, street, extra, postcode, city, country)
          VALUES (NEW.order_id, NEW.name, NEW.email, NEW.phone, NEW.street, NEW.extra, NEW.postcode, NEW.city,
            NEW.country);
        INSERT INTO velocity (kind, key, at_ms, order_id, amount_minor)
          SELECT value ->> 'kind', value ->> 'key', NEW.placed_ms, NEW.order_id, NEW.velocity_amount
          FROM json_each(NEW.velocity_keys);
        INSERT INTO idempotency (scope, key, request_hash, status, response, created_ms)
          VALUES (NEW.cart_id, NEW.idempotency_key, NEW.request_hash, NEW.http_status, NEW.response, NEW.placed_ms);
        INSERT INTO outbox (id, occurred_ms, body) SELECT NEW.event_id, NEW.placed_ms, NEW.event
          WHERE NEW.provider IS NULL;
        INSERT INTO payment (id, order_id, cart_id, method, provider, state, amount, currency, started_ms, expires_ms,
            due_ms, idempotency_key, record, takes)
          SELECT NEW.payment_id, NEW.order_id, NEW.cart_id, NEW.payment_method, NEW.provider, 'starting', NEW.due,
            NEW.currency, NEW.placed_ms, NEW.expires_ms, NEW.due_ms, NEW.idempotency_key, NEW.record,
            NEW.takes
          WHERE NEW.provider IS NOT NULL;
     END",
];

/// All that one checkout writes.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// The order as the core will see it.
    pub record: OrderRecord,
    /// `placed`, `in_review` or `awaiting_payment`.
    pub status: &'a str,
    /// Who bought; stays in the region.
    pub shopper: &'a Shopper,
    /// What the shopper is known by; a block of any of it undoes the order.
    pub buyer: Buyer<'a>,
    /// The lines as the order page shows them, JSON.
    pub lines: String,
    /// What made its sums, as the order page shows it, JSON.
    pub sums: String,
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
    /// Where it is paid before it counts; the core is told then. None where it is paid later.
    pub awaits: Option<Awaits<'a>>,
}

/// The payment that an order waits for.
#[derive(Clone, Copy, Debug)]
pub struct Awaits<'a> {
    /// The provider.
    pub provider: &'a str,
    /// When the shopper has to be done, Unix milliseconds.
    pub expires_ms: i64,
    /// When the tick looks after a payment that nobody started, Unix milliseconds.
    pub due_ms: i64,
}

/// Commits an order: closes the cart, takes the stock, writes the order, its event and its answer. All or nothing.
///
/// # Errors
/// A constraint when the cart was closed or changed, the buyer was blocked, the stock was sold or the leases lapsed since
/// they were read, or too many payments were started for the cart.
pub async fn place(db: &dyn Database, order: NewOrder<'_>) -> Result<(), StoreError> {
    db.batch(vec![commit(order)?]).await?;
    Ok(())
}

/// A key as the trigger reads it.
#[derive(Serialize)]
struct VelocityKey<'a> {
    kind: i64,
    key: &'a str,
}

/// The statement; its parameters are the columns of the view, in their order.
fn commit(order: NewOrder<'_>) -> Result<Statement, StoreError> {
    let record = order.record;
    let due = due(&record).amount;
    let (placed_ms, currency) = (record.placed_ms, record.total.currency.code());
    let keys = order.keys.present().map(|(kind, key)| VelocityKey { kind: kind as i64, key });
    let insert = Statement::new(
        "INSERT INTO checkout VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
           ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42,
           ?43, ?44, ?45, ?46)",
    );
    let insert = insert
        .bind(record.cart.as_str())
        .bind(integer(order.cart_version))
        .bind(order.leases_until_ms)
        .bind(serde_json::to_string(&takes(&record))?)
        .bind(record.id.as_str())
        .bind(order.status)
        .bind(placed_ms)
        .bind(currency)
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
        .bind(order.lines);
    let insert = bind_person(insert, order.shopper)
        .bind(serde_json::to_string(&keys.collect::<Vec<_>>())?)
        .bind(reference_minor_or_par(record.total.amount, currency))
        .bind(order.key)
        .bind(order.answer.request_hash)
        .bind(order.answer.status)
        .bind(order.answer.response)
        .bind(order.event.as_str());
    let waiting = order.awaits.map(|_| serde_json::to_string(&record)).transpose()?;
    let insert = insert.bind(serde_json::to_string(&EventBody::OrderPlaced(Box::new(record)))?);
    let awaits = order.awaits;
    Ok(order
        .buyer
        .bind(insert)
        .bind(awaits.map(|awaits| awaits.provider))
        .bind(waiting)
        .bind(awaits.map(|awaits| awaits.expires_ms))
        .bind(awaits.map(|awaits| awaits.due_ms))
        .bind(placed_ms - STARTED_WINDOW_MS)
        .bind(STARTED_PAYMENTS_MAX)
        .bind(due)
        .bind(order.sums))
}

/// All that an order takes of leases: stock, budgets of its discounts, balances of its gift cards.
fn takes(record: &OrderRecord) -> Vec<&StockTake> {
    let budgets = record.discounts.iter().filter_map(|discount| discount.take.as_ref());
    record.takes.iter().chain(budgets).chain(record.gift_cards.iter().map(|card| &card.take)).collect()
}

/// What of an order's total no gift card pays: the provider is asked for it.
#[must_use]
pub fn due(record: &OrderRecord) -> Money {
    let paid = record.gift_cards.iter().fold(0_i64, |sum, card| sum.saturating_add(card.amount.amount));
    Money::new(record.total.amount.saturating_sub(paid), record.total.currency)
}

/// Personal values, for the one table that holds them.
fn bind_person(insert: Statement, shopper: &Shopper) -> Statement {
    let Shopper { contact, address } = shopper;
    let optional = |value: &Option<Personal<String>>| value.as_ref().map(|value| value.reveal().clone());
    insert
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
    batch.push(outbox::append(
        &blocked.event,
        now_ms,
        &EventBody::CheckoutBlocked { fraud: blocked.fraud, total: Some(blocked.total) },
    )?);
    db.batch(batch).await?;
    Ok(())
}
