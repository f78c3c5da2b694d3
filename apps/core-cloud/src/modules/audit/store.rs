//! Tables `audit_entries`, `audit_head`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::Entry;
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "seq, at_ms, actor, action, subject, detail, hash";

/// The number and hash of the last entry, locked until the transaction ends.
pub async fn lock_head(conn: &mut Conn) -> Result<(i64, String)> {
    let sql = format!("SELECT seq, hash FROM audit_head WHERE id = 1{}", lock_by(conn, "id"));
    sqlx::query_as(AssertSqlSafe(sql)).fetch_one(conn).await
}

/// The number and hash of the last entry.
pub async fn get_head(conn: &mut Conn) -> Result<(i64, String)> {
    sqlx::query_as("SELECT seq, hash FROM audit_head WHERE id = 1").fetch_one(conn).await
}

/// Appends an entry.
pub async fn insert(conn: &mut Conn, entry: &Entry) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO audit_entries (seq, at_ms, actor, action, subject, detail, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    let query = query.bind(entry.seq).bind(entry.at_ms).bind(&*entry.actor).bind(&*entry.action);
    query.bind(&*entry.subject).bind(&*entry.detail).bind(&*entry.hash).execute(&mut *conn).await?;
    let query = sqlx::query("UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1");
    query.bind(entry.seq).bind(&*entry.hash).execute(conn).await.map(|_| ())
}

/// Entries before a number that contain `search`, newest first.
pub async fn list(conn: &mut Conn, before: i64, search: &str, limit: i64) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM audit_entries WHERE seq < $1 AND ($2 = '' OR actor LIKE $3 OR action LIKE $3 \
         OR subject LIKE $3) ORDER BY seq DESC LIMIT $4"
    );
    // `%` and `_` of the search only make it find more.
    let query = sqlx::query(AssertSqlSafe(sql)).bind(before).bind(search).bind(format!("%{search}%"));
    query.bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Entries after a number, oldest first.
pub async fn list_after(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM audit_entries WHERE seq > $1 ORDER BY seq LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql)).bind(after).bind(limit).fetch_all(conn).await?;
    rows.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        seq: row.try_get("seq")?,
        at_ms: row.try_get("at_ms")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        hash: row.try_get("hash")?,
    })
}
