//! Payments at providers: each is written with its order before the provider hears of it, and kept until it is decided
//! and the provider knows.
//!
//! ```text
//! starting -> open -> paid
//!        \        \-> voiding -> closed
//!         \-> voiding, closed
//! ```
//! The order awaits its payment in the first two states. It counts once that is `paid`; otherwise it is given up, stock
//! and cart included, and what the provider may have reserved is voided.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::{CartId, EventId, OrderId, PaymentId};
use kiosk_money::Money;
use kiosk_wire::{EventBody, OrderRecord};

use crate::{StoreError, currency_of};

/// Most payments that are started for one cart within [`STARTED_WINDOW_MS`].
pub const STARTED_PAYMENTS_MAX: u32 = 6;
/// How far back started payments count, in milliseconds.
pub const STARTED_WINDOW_MS: i64 = 10 * 60_000;
/// Most payments that one tick looks after.
pub const DUE_PAYMENTS_MAX: u32 = 20;
/// How long a provider's notice is known, in milliseconds; it repeats one for a few days.
pub const NOTICES_KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// Most notices that one [`prune`] removes.
pub const PRUNED_NOTICES_MAX: u32 = 2_000;

/// Tables, and the two ways that a payment ends, each in one statement as [`crate::checkout`] says why.
pub(crate) const SCHEMA: [&str; 11] = [
    // `record` is the order as the core will hear of it, `takes` all that it took of leases. `due_ms` is when the tick looks; NULL when all is done.
    "CREATE TABLE payment (
        id TEXT PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, cart_id TEXT NOT NULL, method TEXT NOT NULL,
        provider TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
        started_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, reference TEXT, url TEXT, authorisation TEXT,
        reason TEXT, idempotency_key TEXT NOT NULL, record TEXT NOT NULL, due_ms INTEGER,
        tries INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT payment_state_is_known CHECK (state IN ('starting', 'open', 'paid', 'voiding', 'closed'))
    ) STRICT, WITHOUT ROWID",
    // However many tabs: one payment of a cart waits.
    "CREATE UNIQUE INDEX payment_of_cart ON payment (cart_id) WHERE state IN ('starting', 'open')",
    "CREATE INDEX payment_by_cart ON payment (cart_id, started_ms)",
    "CREATE INDEX payment_by_reference ON payment (reference) WHERE reference IS NOT NULL",
    "CREATE INDEX payment_due ON payment (due_ms) WHERE due_ms IS NOT NULL",
    "CREATE TABLE payment_notice (
        provider TEXT NOT NULL, id TEXT NOT NULL, seen_ms INTEGER NOT NULL, PRIMARY KEY (provider, id)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX payment_notice_by_age ON payment_notice (seen_ms)",
    "CREATE VIEW payment_success (payment_id, authorisation, leases_until_ms, event_id, event, now_ms)
     AS SELECT 0, 0, 0, 0, 0, 0 WHERE 0",
    "CREATE TRIGGER payment_success_commit INSTEAD OF INSERT ON payment_success BEGIN
        INSERT INTO guard (broken) SELECT 'payment_waits' WHERE NOT EXISTS
          (SELECT 1 FROM payment WHERE id = NEW.payment_id AND state IN ('starting', 'open'));
        INSERT INTO guard (broken) SELECT 'leases_have_not_lapsed' WHERE NOT EXISTS
          (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > NEW.leases_until_ms);
        INSERT INTO guard (broken) SELECT 'lease_epochs_are_current' WHERE EXISTS
          (SELECT 1 FROM payment p, json_each(p.takes) t WHERE p.id = NEW.payment_id AND NOT EXISTS
            (SELECT 1 FROM lease l WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'));
        UPDATE orders SET status = CASE fraud_outcome WHEN 'review' THEN 'in_review' ELSE 'placed' END
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id);
        INSERT INTO outbox (id, occurred_ms, body) VALUES (NEW.event_id, NEW.now_ms, NEW.event);
        UPDATE payment SET state = 'paid', authorisation = NEW.authorisation, due_ms = NULL, tries = 0
          WHERE id = NEW.payment_id;
     END",
    "CREATE VIEW payment_failure (payment_id, was, state, reason, order_is_kept, due_ms, now_ms)
     AS SELECT 0, 0, 0, 0, 0, 0, 0 WHERE 0",
    // Stock of an epoch that is over was written off with it. An account that has another open cart by now gets the lines
    // back there. A cancelled order leaves its cart to the next one, and is found by its own id instead.
    "CREATE TRIGGER payment_failure_commit INSTEAD OF INSERT ON payment_failure BEGIN
        INSERT INTO guard (broken) SELECT 'payment_waits' WHERE NOT EXISTS
          (SELECT 1 FROM payment WHERE id = NEW.payment_id AND state IN ('starting', 'open')
             AND state = COALESCE(NEW.was, state));
        UPDATE lease SET taken = taken - t.units
          FROM (SELECT j.value ->> 'item' AS item, j.value ->> 'epoch' AS epoch, j.value ->> 'units' AS units
                FROM payment p, json_each(p.takes) j WHERE p.id = NEW.payment_id) t
          WHERE lease.item = t.item AND lease.epoch = t.epoch;
        INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms)
          SELECT other.id, l.sku, l.quantity, l.shown_price, l.added_ms
          FROM payment p JOIN cart own ON own.id = p.cart_id AND own.order_id = p.order_id
            JOIN cart other ON other.account = own.account AND other.order_id IS NULL AND other.merged_into IS NULL
            JOIN cart_line l ON l.cart_id = own.id
          WHERE p.id = NEW.payment_id AND COALESCE(other.currency, own.currency) = own.currency
          ON CONFLICT (cart_id, sku) DO NOTHING;
        INSERT OR IGNORE INTO cart_gift_card (cart_id, card_id, added_ms)
          SELECT other.id, g.card_id, g.added_ms
          FROM payment p JOIN cart own ON own.id = p.cart_id AND own.order_id = p.order_id
            JOIN cart other ON other.account = own.account AND other.order_id IS NULL AND other.merged_into IS NULL
            JOIN cart_gift_card g ON g.cart_id = own.id
          WHERE p.id = NEW.payment_id;
        UPDATE cart SET version = version + 1, updated_ms = NEW.now_ms, currency = COALESCE(currency,
            (SELECT p.currency FROM payment p WHERE p.id = NEW.payment_id))
          WHERE order_id IS NULL AND merged_into IS NULL AND account =
            (SELECT own.account FROM payment p JOIN cart own ON own.id = p.cart_id AND own.order_id = p.order_id
             WHERE p.id = NEW.payment_id);
        UPDATE cart SET order_id = NULL, version = version + 1, updated_ms = NEW.now_ms
          WHERE (id, order_id) IN (SELECT cart_id, order_id FROM payment WHERE id = NEW.payment_id)
            AND NOT EXISTS (SELECT 1 FROM cart other WHERE other.account = cart.account AND other.account IS NOT NULL
              AND other.order_id IS NULL AND other.merged_into IS NULL);
        DELETE FROM idempotency
          WHERE (scope, key) IN (SELECT cart_id, idempotency_key FROM payment WHERE id = NEW.payment_id);
        UPDATE orders SET status = 'cancelled', cart_id = id
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NEW.order_is_kept;
        DELETE FROM order_person
          WHERE order_id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NOT NEW.order_is_kept;
        DELETE FROM orders
          WHERE id = (SELECT order_id FROM payment WHERE id = NEW.payment_id) AND NOT NEW.order_is_kept;
        UPDATE payment SET state = NEW.state, reason = NEW.reason, due_ms = NEW.due_ms, tries = 0
          WHERE id = NEW.payment_id;
     END",
];

/// How far a payment is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Written; the provider may have heard of it.
    Starting,
    /// It waits for the shopper, on the provider's page.
    Open,
    /// The money is reserved and the order placed.
    Paid,
    /// The order is given up; the provider has to be told.
    Voiding,
    /// Nothing will come of it.
    Closed,
}

impl State {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Voiding => "voiding",
            Self::Closed => "closed",
        }
    }

    /// Whether an order waits for it.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Starting | Self::Open)
    }

    /// Whether there is an order for it.
    #[must_use]
    pub const fn stands(self) -> bool {
        matches!(self, Self::Starting | Self::Open | Self::Paid)
    }

    fn of(text: &str) -> Self {
        match text {
            "starting" => Self::Starting,
            "open" => Self::Open,
            "paid" => Self::Paid,
            "voiding" => Self::Voiding,
            // The table knows no others.
            _ => Self::Closed,
        }
    }
}

/// A payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Payment {
    /// Identifier, and the key by which the provider starts it once.
    pub id: PaymentId,
    /// The order that it is for.
    pub order: OrderId,
    /// The cart that the order came from.
    pub cart: CartId,
    /// `card` or `paypal`.
    pub method: String,
    /// `stripe` or `paypal`.
    pub provider: String,
    /// How far it is.
    pub state: State,
    /// What is to be reserved.
    pub amount: Money,
    /// Unix milliseconds.
    pub started_ms: i64,
    /// When the shopper has to be done, Unix milliseconds.
    pub expires_ms: i64,
    /// What the provider calls it, once it said so.
    pub reference: Option<String>,
    /// The provider's page.
    pub url: Option<String>,
    /// Why nothing came of it.
    pub reason: Option<String>,
    /// The order as the core will hear of it.
    pub record: OrderRecord,
    /// How often it was looked after in this state to no avail.
    pub tries: u32,
    /// When the provider first said that nothing will come of it any more, Unix milliseconds.
    pub told_ms: Option<i64>,
}

const COLUMNS: &str = "id, order_id, cart_id, method, provider, state, amount, currency, started_ms, expires_ms, \
    reference, url, reason, record, tries, told_ms";

fn payment(row: &Row) -> Result<Payment, StoreError> {
    Ok(Payment {
        id: PaymentId::parse(row.get(0)?)?,
        order: OrderId::parse(row.get(1)?)?,
        cart: CartId::parse(row.get(2)?)?,
        method: row.get(3)?,
        provider: row.get(4)?,
        state: State::of(row.get(5)?),
        amount: Money::new(row.get(6)?, currency_of(row.get(7)?)?),
        started_ms: row.get(8)?,
        expires_ms: row.get(9)?,
        reference: row.get(10)?,
        url: row.get(11)?,
        reason: row.get(12)?,
        record: serde_json::from_str(row.get(13)?)?,
        tries: row.get(14)?,
        told_ms: row.get(15)?,
    })
}

async fn first(db: &dyn Database, select: Statement) -> Result<Option<Payment>, StoreError> {
    db.query(select).await?.first().map(payment).transpose()
}

fn select(condition: &str) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM payment WHERE {condition}"))
}

/// The payment `id`, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, id: &PaymentId) -> Result<Option<Payment>, StoreError> {
    first(db, select("id = ?1").bind(id.as_str())).await
}

/// The payment of an order; `None` for one that is paid later.
///
/// # Errors
/// When the database fails.
pub async fn of_order(db: &dyn Database, order: &OrderId) -> Result<Option<Payment>, StoreError> {
    first(db, select("order_id = ?1").bind(order.as_str())).await
}

/// The payment that `provider` calls `reference`; `None` when it is another POP's.
///
/// # Errors
/// When the database fails.
pub async fn by_reference(
    db: &dyn Database,
    provider: &str,
    reference: &str,
) -> Result<Option<Payment>, StoreError> {
    first(db, select("reference = ?1 AND provider = ?2").bind(reference).bind(provider)).await
}

/// Payments that are to be looked after at `now_ms`, those that waited longest first.
///
/// # Errors
/// When the database fails.
pub async fn due(db: &dyn Database, now_ms: i64) -> Result<Vec<Payment>, StoreError> {
    let select = select("due_ms <= ?1 ORDER BY due_ms LIMIT ?2").bind(now_ms).bind(DUE_PAYMENTS_MAX);
    db.query(select).await?.iter().map(payment).collect()
}

/// Keeps what the provider calls a payment. One that was opened before stays as it was.
///
/// # Errors
/// When the database fails.
pub async fn opened(
    db: &dyn Database,
    id: &PaymentId,
    reference: &str,
    url: &str,
    due_ms: i64,
) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE payment SET reference = ?2, url = ?3, tries = 0,
           due_ms = CASE state WHEN 'starting' THEN ?4 ELSE due_ms END,
           state = CASE state WHEN 'starting' THEN 'open' ELSE state END
         WHERE id = ?1 AND state IN ('starting', 'voiding') AND reference IS NULL",
    );
    db.batch(vec![update.bind(id.as_str()).bind(reference).bind(url).bind(due_ms)]).await?;
    Ok(())
}

/// A payment whose money is reserved.
#[derive(Clone, Debug)]
pub struct Success<'a> {
    /// The payment.
    pub id: &'a PaymentId,
    /// The order as the core hears of it, with what captures name.
    pub record: OrderRecord,
    /// The event that tells the core.
    pub event: EventId,
    /// The leases have to run beyond this time of the POP's clock, Unix milliseconds.
    pub leases_until_ms: i64,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Places the order of a payment and tells the core. All or nothing.
///
/// # Errors
/// A constraint when the payment was decided before, or its stock is not the POP's any more.
pub async fn succeed(db: &dyn Database, success: Success<'_>) -> Result<(), StoreError> {
    let authorisation = success.record.payment.reference.clone();
    let body = EventBody::OrderPlaced(Box::new(success.record));
    let insert = Statement::new("INSERT INTO payment_success VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        .bind(success.id.as_str())
        .bind(authorisation)
        .bind(success.leases_until_ms)
        .bind(success.event.as_str())
        .bind(serde_json::to_string(&body)?)
        .bind(success.now_ms);
    db.batch(vec![insert]).await?;
    Ok(())
}

/// A payment that nothing comes of.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// The payment.
    pub id: &'a PaymentId,
    /// Only when it still is in this state.
    pub was: Option<State>,
    /// Whether the provider may have reserved money, so that it has to be told.
    pub void: bool,
    /// A code that says why.
    pub reason: &'a str,
    /// Whether the order stays, as a cancelled one. Otherwise it is as if it had never been.
    pub order_is_kept: bool,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Gives the order of a payment up: stock and cart are as before, and the remembered answer is forgotten. All or nothing.
///
/// # Errors
/// A constraint when the payment was decided before.
pub async fn fail(db: &dyn Database, failure: Failure<'_>) -> Result<(), StoreError> {
    let state = if failure.void { State::Voiding } else { State::Closed };
    let insert = Statement::new("INSERT INTO payment_failure VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
        .bind(failure.id.as_str())
        .bind(failure.was.map(State::as_str))
        .bind(state.as_str())
        .bind(failure.reason)
        .bind(failure.order_is_kept)
        .bind(failure.void.then_some(failure.now_ms))
        .bind(failure.now_ms);
    db.batch(vec![insert]).await?;
    Ok(())
}

/// The provider says that nothing will come of a payment any more; it is asked once more at `due_ms`.
///
/// # Errors
/// When the database fails.
pub async fn told(db: &dyn Database, id: &PaymentId, now_ms: i64, due_ms: i64) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE payment SET told_ms = ?2, due_ms = ?3, tries = 0
         WHERE id = ?1 AND state = 'voiding' AND told_ms IS NULL",
    );
    db.batch(vec![update.bind(id.as_str()).bind(now_ms).bind(due_ms)]).await?;
    Ok(())
}

/// The provider knows that a payment was given up.
///
/// # Errors
/// When the database fails.
pub async fn closed(db: &dyn Database, id: &PaymentId) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE payment SET state = 'closed', due_ms = NULL WHERE id = ?1 AND state = 'voiding'",
    );
    db.batch(vec![update.bind(id.as_str())]).await?;
    Ok(())
}

/// Looks after a payment again at `due_ms`, if it still is as it was read.
///
/// # Errors
/// When the database fails.
pub async fn put_off(db: &dyn Database, payment: &Payment, due_ms: i64) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE payment SET due_ms = ?2, tries = tries + 1 WHERE id = ?1 AND state = ?3 AND due_ms IS NOT NULL",
    );
    let update = update.bind(payment.id.as_str()).bind(due_ms).bind(payment.state.as_str());
    db.batch(vec![update]).await?;
    Ok(())
}

/// Whether a provider's notice was acted on.
///
/// # Errors
/// When the database fails.
pub async fn is_noticed(db: &dyn Database, provider: &str, notice: &str) -> Result<bool, StoreError> {
    let select = Statement::new("SELECT 1 FROM payment_notice WHERE provider = ?1 AND id = ?2");
    Ok(!db.query(select.bind(provider).bind(notice)).await?.is_empty())
}

/// Remembers that a provider's notice was acted on.
///
/// # Errors
/// When the database fails.
pub async fn noticed(db: &dyn Database, provider: &str, notice: &str, now_ms: i64) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO payment_notice (provider, id, seen_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    );
    db.batch(vec![insert.bind(provider).bind(notice).bind(now_ms)]).await?;
    Ok(())
}

/// Removes up to [`PRUNED_NOTICES_MAX`] notices older than [`NOTICES_KEPT_MS`].
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM payment_notice WHERE (provider, id) IN
           (SELECT provider, id FROM payment_notice WHERE seen_ms < ?1 ORDER BY seen_ms LIMIT ?2)",
    )
    .bind(now_ms - NOTICES_KEPT_MS)
    .bind(PRUNED_NOTICES_MAX)
}
