//! Table `payments_fees`.

use kiosk_money::{Currency, Money};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{FeePayment, FeeState};
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, promotion, vendor, currency, amount, due_ms, state, started, url, authorisation, capture, \
     reason, created_ms, expires_ms, asked_ms, next_ms, tries, changed_ms";

/// Stores a payment.
pub async fn insert(conn: &mut Conn, payment: &FeePayment) -> Result<()> {
    let sql = format!(
        "INSERT INTO payments_fees ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
         $15, $16, $17, $18)"
    );
    let query = sqlx::query(AssertSqlSafe(sql));
    let query = query.bind(&*payment.id).bind(&*payment.promotion).bind(&*payment.vendor);
    let query = query.bind(payment.amount.currency.code()).bind(payment.amount.amount).bind(payment.due_ms);
    let query = query.bind(payment.state.name()).bind(&*payment.started).bind(&*payment.url);
    let query = query.bind(&*payment.authorisation).bind(&*payment.capture).bind(&*payment.reason);
    let query = query.bind(payment.created_ms).bind(payment.expires_ms).bind(payment.asked_ms);
    query.bind(payment.next_ms).bind(payment.tries).bind(payment.changed_ms).execute(conn).await.map(|_| ())
}

/// Stores what changed of a payment.
pub async fn update(conn: &mut Conn, payment: &FeePayment) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payments_fees SET state = $2, started = $3, url = $4, authorisation = $5, capture = $6, reason = $7, \
         asked_ms = $8, next_ms = $9, tries = $10, changed_ms = $11 WHERE id = $1",
    );
    let query = query.bind(&*payment.id).bind(payment.state.name()).bind(&*payment.started);
    let query = query.bind(&*payment.url).bind(&*payment.authorisation).bind(&*payment.capture);
    let query = query.bind(&*payment.reason).bind(payment.asked_ms).bind(payment.next_ms);
    query.bind(payment.tries).bind(payment.changed_ms).execute(conn).await.map(|_| ())
}

/// The provider is asked for the first time; a time that is there stays.
pub async fn set_asked(conn: &mut Conn, id: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE payments_fees SET asked_ms = $2 WHERE id = $1 AND asked_ms = 0");
    query.bind(id).bind(now_ms).execute(conn).await.map(|_| ())
}

/// A payment.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<FeePayment>> {
    find(conn, "id = $1", &[id], "").await
}

/// A payment, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, id: &str) -> Result<Option<FeePayment>> {
    let lock = lock_by(conn, "id");
    find(conn, "id = $1", &[id], &lock).await
}

/// The payment of a promotion that is on its way.
pub async fn find_open(conn: &mut Conn, promotion: &str) -> Result<Option<FeePayment>> {
    find(conn, "promotion = $1 AND state IN ('open', 'capturing')", &[promotion], "").await
}

/// The last payment of a promotion.
pub async fn find_last(conn: &mut Conn, promotion: &str) -> Result<Option<FeePayment>> {
    find(conn, "promotion = $1", &[promotion], " ORDER BY created_ms DESC, id DESC LIMIT 1").await
}

/// The payment that the provider or we call so, locked until the transaction ends. Names that are empty fit none.
pub async fn lock_named(conn: &mut Conn, id: &str, names: &[String; 3]) -> Result<Option<FeePayment>> {
    let lock = lock_by(conn, "id");
    let [started, authorisation, capture] = names;
    let of = "(id = $1 AND $1 <> '') OR (started = $2 AND $2 <> '') OR (authorisation = $3 AND $3 <> '') \
         OR (capture = $4 AND $4 <> '')";
    find(conn, of, &[id, started, authorisation, capture], &lock).await
}

async fn find(conn: &mut Conn, of: &str, values: &[&str], rest: &str) -> Result<Option<FeePayment>> {
    let sql = format!("SELECT {COLUMNS} FROM payments_fees WHERE {of}{rest}");
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for value in values {
        query = query.bind(*value);
    }
    query.fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// All payments of a promotion, locked until the transaction ends.
pub async fn lock_of_promotion(conn: &mut Conn, promotion: &str) -> Result<Vec<FeePayment>> {
    let lock = lock_by(conn, "id");
    let sql = format!("SELECT {COLUMNS} FROM payments_fees WHERE promotion = $1{lock}");
    sqlx::query(AssertSqlSafe(sql)).bind(promotion).fetch_all(conn).await?.iter().map(read).collect()
}

/// Payments whose time has come, those first that waited longest.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT id FROM payments_fees WHERE state IN ('open', 'capturing', 'voiding', 'refunding') \
         AND next_ms <= $1 ORDER BY next_ms, id LIMIT $2",
    );
    let rows = query.bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Payments that a person has to look at, newest first.
pub async fn list_failed(conn: &mut Conn, limit: i64) -> Result<Vec<FeePayment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payments_fees WHERE state = 'failed' ORDER BY changed_ms DESC, id LIMIT $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<FeePayment> {
    let unreadable = |what: &'static str| sqlx::Error::Decode(what.into());
    let (state, currency): (String, String) = (row.try_get("state")?, row.try_get("currency")?);
    let currency = Currency::from_code(&currency).ok_or_else(|| unreadable("no currency"))?;
    Ok(FeePayment {
        id: row.try_get("id")?,
        promotion: row.try_get("promotion")?,
        vendor: row.try_get("vendor")?,
        amount: Money::new(row.try_get("amount")?, currency),
        due_ms: row.try_get("due_ms")?,
        state: FeeState::parse(&state).ok_or_else(|| unreadable("no state of a payment"))?,
        started: row.try_get("started")?,
        url: row.try_get("url")?,
        authorisation: row.try_get("authorisation")?,
        capture: row.try_get("capture")?,
        reason: row.try_get("reason")?,
        created_ms: row.try_get("created_ms")?,
        expires_ms: row.try_get("expires_ms")?,
        asked_ms: row.try_get("asked_ms")?,
        next_ms: row.try_get("next_ms")?,
        tries: row.try_get("tries")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
