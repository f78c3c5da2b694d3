//! Table `payments_webhooks`.

use kiosk_money::Currency;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::state::Provider;
use super::store::unreadable;
use super::webhooks::{Heard, What};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "provider, event, kind, subject, payment, order_id, started, authorisation, capture, amount, fee, \
     currency, received_ms, state, next_ms";

/// Stores a webhook; whether it is the first of its event.
pub async fn insert(conn: &mut Conn, heard: &Heard) -> Result<bool> {
    let sql = format!(
        "INSERT INTO payments_webhooks ({COLUMNS}) VALUES {} ON CONFLICT (provider, event) DO NOTHING",
        tuples(1, 15)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(heard.provider.name()).bind(&*heard.event);
    let query = query.bind(heard.what.name()).bind(&*heard.subject).bind(&*heard.payment);
    let query = query.bind(&*heard.order).bind(&*heard.started).bind(&*heard.authorisation);
    let query = query.bind(&*heard.capture).bind(heard.amount).bind(heard.fee);
    let query = query.bind(heard.currency.map_or("", |currency| currency.code())).bind(heard.received_ms);
    let done = query.bind(&*heard.state).bind(heard.next_ms).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// A webhook that still waits, locked until the transaction ends.
pub async fn lock_waiting(conn: &mut Conn, provider: Provider, event: &str) -> Result<Option<Heard>> {
    let lock = lock_by(conn, "event");
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_webhooks WHERE provider = $1 AND event = $2 AND state = 'waiting'{lock}"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(provider.name()).bind(event);
    query.fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Stores where a webhook is now.
pub async fn update(conn: &mut Conn, heard: &Heard) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payments_webhooks SET state = $3, order_id = $4, next_ms = $5 WHERE provider = $1 AND event = $2",
    );
    let query = query.bind(heard.provider.name()).bind(&*heard.event).bind(&*heard.state);
    query.bind(&*heard.order).bind(heard.next_ms).execute(conn).await.map(|_| ())
}

/// Webhooks that are to be applied, in the order in which they came.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<Heard>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_webhooks WHERE state = 'waiting' AND next_ms <= $1 \
         ORDER BY received_ms, event LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Strays of these orders wait again: the orders came after all, or their money moved, which may be what they waited for.
/// Called with the payment locked, as whoever applies a webhook locks the payment first.
pub async fn wake(conn: &mut Conn, orders: &[&str], now_ms: i64) -> Result<()> {
    for orders in batches(orders, 1) {
        let places = placeholders(2, orders.len());
        let sql = format!(
            "UPDATE payments_webhooks SET state = 'waiting', received_ms = $1, next_ms = $1 \
             WHERE state = 'stray' AND order_id IN ({places})"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms);
        for order in orders {
            query = query.bind(*order);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Webhooks of an order, newest first.
pub async fn list_of_order(conn: &mut Conn, order: &str, limit: i64) -> Result<Vec<Heard>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_webhooks WHERE order_id = $1 ORDER BY received_ms DESC, event LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(order).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Webhooks that nothing fits, newest first.
pub async fn list_stray(conn: &mut Conn, limit: i64) -> Result<Vec<Heard>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_webhooks WHERE state = 'stray' ORDER BY received_ms DESC, event LIMIT $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Forgets webhooks that are done and older than any provider sends again.
pub async fn delete_before(conn: &mut Conn, received_ms: i64) -> Result<u64> {
    let query = sqlx::query("DELETE FROM payments_webhooks WHERE state = 'done' AND received_ms < $1");
    Ok(query.bind(received_ms).execute(conn).await?.rows_affected())
}

fn read(row: &AnyRow) -> Result<Heard> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Heard {
        provider: Provider::parse(&text("provider")?).ok_or_else(|| unreadable("no provider"))?,
        event: text("event")?,
        what: What::parse(&text("kind")?).ok_or_else(|| unreadable("no kind of a webhook"))?,
        subject: text("subject")?,
        payment: text("payment")?,
        order: text("order_id")?,
        started: text("started")?,
        authorisation: text("authorisation")?,
        capture: text("capture")?,
        amount: row.try_get("amount")?,
        fee: row.try_get("fee")?,
        currency: Currency::from_code(&text("currency")?),
        received_ms: row.try_get("received_ms")?,
        state: text("state")?,
        next_ms: row.try_get("next_ms")?,
    })
}
