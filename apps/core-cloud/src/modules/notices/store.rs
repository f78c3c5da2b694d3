//! Tables `notices_told`, `notices_refunds`.

use crate::db::Conn;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Notes that a fact is told; whether it was not before.
pub async fn insert_told(conn: &mut Conn, id: &str, now_ms: i64) -> Result<bool> {
    let query =
        sqlx::query("INSERT INTO notices_told (id, told_ms) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
    Ok(query.bind(id).bind(now_ms).execute(conn).await?.rows_affected() == 1)
}

/// Up to `limit` facts that were told before then.
pub async fn list_told(conn: &mut Conn, before_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as("SELECT id FROM notices_told WHERE told_ms < $1 ORDER BY told_ms LIMIT $2");
    let rows: Vec<(String,)> = query.bind(before_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Forgets that a fact was told.
pub async fn delete_told(conn: &mut Conn, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM notices_told WHERE id = $1").bind(id).execute(conn).await.map(|_| ())
}

/// A refund that is to go back, in minor units.
pub async fn insert_refund(conn: &mut Conn, refund: &str, due: i64, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO notices_refunds (refund, due, sent, due_ms) VALUES ($1, $2, 0, $3) \
         ON CONFLICT (refund) DO NOTHING",
    );
    query.bind(refund).bind(due).bind(now_ms).execute(conn).await.map(|_| ())
}

/// A part of a refund is on its way: what of it is, and what is due; none for a refund that was not announced.
pub async fn add_to_refund(conn: &mut Conn, refund: &str, part: i64) -> Result<Option<(i64, i64)>> {
    let query =
        sqlx::query_as("UPDATE notices_refunds SET sent = sent + $2 WHERE refund = $1 RETURNING sent, due");
    query.bind(refund).bind(part).fetch_optional(conn).await
}

/// Forgets refunds that became due before then.
pub async fn delete_refunds(conn: &mut Conn, before_ms: i64) -> Result<()> {
    let query = sqlx::query("DELETE FROM notices_refunds WHERE due_ms < $1");
    query.bind(before_ms).execute(conn).await.map(|_| ())
}
