//! Table `payments_movements`.

use kiosk_money::{Currency, Money};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::state::{Kind, Movement, Provider, Step};
use super::store::unreadable;
use crate::db::{Conn, batches, lock_by, placeholders};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, order_id, seq, kind, subject, source, provider, destination, amount, currency, short, fee, \
     last, state, reference, reason, tries, asked_ms, next_ms, created_ms, changed_ms";

/// Stores a movement.
pub async fn insert(conn: &mut Conn, movement: &Movement) -> Result<()> {
    let sql = format!("INSERT INTO payments_movements ({COLUMNS}) VALUES {}", crate::db::tuples(1, 21));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*movement.id).bind(&*movement.order).bind(movement.seq);
    let query = query.bind(movement.kind.name()).bind(&*movement.subject).bind(&*movement.source);
    let query = query.bind(movement.provider.name()).bind(&*movement.destination);
    let query = query.bind(movement.amount.amount).bind(movement.amount.currency.code());
    let query = query
        .bind(movement.short)
        .bind(movement.fee)
        .bind(i64::from(movement.last))
        .bind(movement.step.name())
        .bind(&*movement.reference);
    let query = query.bind(&*movement.reason).bind(movement.tries).bind(movement.asked_ms);
    let query = query.bind(movement.next_ms).bind(movement.created_ms).bind(movement.changed_ms);
    query.execute(conn).await.map(|_| ())
}

/// Stores what changed of a movement.
pub async fn update(conn: &mut Conn, movement: &Movement) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payments_movements SET fee = $2, state = $3, reference = $4, reason = $5, tries = $6, asked_ms = $7, \
         next_ms = $8, changed_ms = $9, last = $10, short = $11, \
         amount = $12 WHERE id = $1",
    );
    let query = query.bind(&*movement.id).bind(movement.fee).bind(movement.step.name());
    let query = query.bind(&*movement.reference).bind(&*movement.reason).bind(movement.tries);
    let query = query.bind(movement.asked_ms).bind(movement.next_ms).bind(movement.changed_ms);
    let query = query.bind(i64::from(movement.last)).bind(movement.short).bind(movement.amount.amount);
    query.execute(conn).await.map(|_| ())
}

/// A movement.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Movement>> {
    let sql = format!("SELECT {COLUMNS} FROM payments_movements WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// A movement, locked until the transaction ends. Those of an order are locked by their payment.
pub async fn lock(conn: &mut Conn, id: &str) -> Result<Option<Movement>> {
    let lock = lock_by(conn, "id");
    let sql = format!("SELECT {COLUMNS} FROM payments_movements WHERE id = $1{lock}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The movements of an order, in order.
pub async fn list_of_order(conn: &mut Conn, order: &str) -> Result<Vec<Movement>> {
    let sql = format!("SELECT {COLUMNS} FROM payments_movements WHERE order_id = $1 ORDER BY seq, id");
    sqlx::query(AssertSqlSafe(sql)).bind(order).fetch_all(conn).await?.iter().map(read).collect()
}

/// Movements to ask the provider for: of each order the first that is due, and transfers.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<Movement>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_movements WHERE state = 'due' AND next_ms <= $1 AND (order_id = '' OR NOT EXISTS \
         (SELECT 1 FROM payments_movements AS earlier WHERE earlier.order_id = payments_movements.order_id \
         AND earlier.state = 'due' AND earlier.seq < payments_movements.seq)) ORDER BY next_ms, order_id, id LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Refunds that a person is to pay from the bank account, oldest first. Payouts are paid by their files.
pub async fn list_payable(conn: &mut Conn, limit: i64) -> Result<Vec<Movement>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_movements WHERE state = 'payable' AND order_id <> '' \
         ORDER BY created_ms, id LIMIT $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Refunds and payouts that are to be paid from the bank account and that debits call so, oldest first of each. What
/// [`super::end_to_end`] makes of an id is made here by the database.
pub async fn find_payable(conn: &mut Conn, references: &[&str]) -> Result<Vec<Movement>> {
    let mut found = Vec::new();
    for references in batches(references, 1) {
        let sql = format!(
            "SELECT {COLUMNS} FROM payments_movements WHERE state = 'payable' \
             AND UPPER(REPLACE(subject, '_', '')) IN ({}) ORDER BY created_ms, id",
            placeholders(1, references.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for reference in references {
            query = query.bind(*reference);
        }
        for row in query.fetch_all(&mut *conn).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Transfers that failed, newest first.
pub async fn list_failed_transfers(conn: &mut Conn, limit: i64) -> Result<Vec<Movement>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_movements WHERE order_id = '' AND state = 'failed' \
         ORDER BY created_ms DESC, id LIMIT $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// The order of a movement that the provider calls by one of two names.
pub async fn find_order(
    conn: &mut Conn,
    provider: Provider,
    references: [&str; 2],
) -> Result<Option<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT order_id FROM payments_movements WHERE provider = $1 AND reference <> '' \
         AND reference IN ($2, $3) ORDER BY order_id LIMIT 1",
    );
    let query = query.bind(provider.name()).bind(references[0]).bind(references[1]);
    Ok(query.fetch_optional(conn).await?.map(|(order,)| order))
}

/// Remembers when a provider was asked first for a movement; whether it is still due.
pub async fn set_asked(conn: &mut Conn, id: &str, now_ms: i64) -> Result<bool> {
    let query = sqlx::query(
        "UPDATE payments_movements SET asked_ms = CASE WHEN asked_ms = 0 THEN $2 ELSE asked_ms END \
         WHERE id = $1 AND state = 'due'",
    );
    Ok(query.bind(id).bind(now_ms).execute(conn).await?.rows_affected() == 1)
}

/// How many movements wait for a provider, and since when the oldest does.
pub async fn count_due(conn: &mut Conn) -> Result<(i64, i64)> {
    let query = sqlx::query_as::<_, (i64, i64)>(
        "SELECT COUNT(*), COALESCE(MIN(created_ms), 0) FROM payments_movements WHERE state = 'due'",
    );
    query.fetch_one(conn).await
}

fn read(row: &AnyRow) -> Result<Movement> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let currency = Currency::from_code(&text("currency")?).ok_or_else(|| unreadable("no currency"))?;
    Ok(Movement {
        id: text("id")?,
        order: text("order_id")?,
        seq: row.try_get("seq")?,
        kind: Kind::parse(&text("kind")?).ok_or_else(|| unreadable("no kind of a movement"))?,
        subject: text("subject")?,
        source: text("source")?,
        provider: Provider::parse(&text("provider")?).ok_or_else(|| unreadable("no provider"))?,
        destination: text("destination")?,
        amount: Money::new(row.try_get("amount")?, currency),
        short: row.try_get("short")?,
        fee: row.try_get("fee")?,
        last: row.try_get::<i64, _>("last")? != 0,
        step: Step::parse(&text("state")?).ok_or_else(|| unreadable("no step of a movement"))?,
        reference: text("reference")?,
        reason: text("reason")?,
        tries: row.try_get("tries")?,
        asked_ms: row.try_get("asked_ms")?,
        next_ms: row.try_get("next_ms")?,
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
