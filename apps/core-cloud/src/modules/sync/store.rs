//! Tables `sync_pops`, `sync_incarnations`, `sync_nonces`, `sync_lag`.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::service::IncarnationView;
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Makes a POP known. What was seen of it stays.
pub async fn put_pop(conn: &mut Conn, pop: &str, region: &str) -> Result<()> {
    sqlx::query(
        "INSERT INTO sync_pops (pop, region, last_seen_ms) VALUES ($1, $2, 0) \
         ON CONFLICT (pop) DO UPDATE SET region = excluded.region",
    )
    .bind(pop)
    .bind(region)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Remembers a nonce. False when it was used before.
pub async fn insert_nonce(conn: &mut Conn, pop: &str, nonce: &str, created_s: i64) -> Result<bool> {
    let query = sqlx::query(
        "INSERT INTO sync_nonces (pop, nonce, created_s) VALUES ($1, $2, $3) ON CONFLICT (pop, nonce) DO NOTHING",
    );
    let done = query.bind(pop).bind(nonce).bind(created_s).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets nonces of signatures that are too old to be accepted anyway.
pub async fn delete_nonces(conn: &mut Conn, before_s: i64) -> Result<u64> {
    let query = sqlx::query("DELETE FROM sync_nonces WHERE created_s < $1");
    Ok(query.bind(before_s).execute(conn).await?.rows_affected())
}

/// Forgets how far behind the core once was.
pub async fn delete_lag(conn: &mut Conn, before_minute: i64) -> Result<u64> {
    let query = sqlx::query("DELETE FROM sync_lag WHERE minute < $1");
    Ok(query.bind(before_minute).execute(conn).await?.rows_affected())
}

/// A POP was heard of.
pub async fn touch_pop(conn: &mut Conn, pop: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE sync_pops SET last_seen_ms = $2 WHERE pop = $1 AND last_seen_ms < $2");
    query.bind(pop).bind(now_ms).execute(conn).await.map(|_| ())
}

/// A POP's database was heard of. Locks it until the transaction ends, and tells how far its events are applied.
pub async fn lock_incarnation(conn: &mut Conn, pop: &str, incarnation: &str, now_ms: i64) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "INSERT INTO sync_incarnations \
         (pop, incarnation, applied_through, last_seq, first_seen_ms, last_seen_ms, lease_expires_ms) \
         VALUES ($1, $2, 0, 0, $3, $3, 0) \
         ON CONFLICT (pop, incarnation) DO UPDATE SET last_seen_ms = excluded.last_seen_ms \
         RETURNING applied_through",
    );
    let (applied,) = query.bind(pop).bind(incarnation).bind(now_ms).fetch_one(conn).await?;
    Ok(applied)
}

/// Events are applied up to here.
pub async fn set_applied(conn: &mut Conn, pop: &str, incarnation: &str, applied: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE sync_incarnations SET applied_through = $3, \
         last_seq = CASE WHEN last_seq < $3 THEN $3 ELSE last_seq END WHERE pop = $1 AND incarnation = $2",
    );
    query.bind(pop).bind(incarnation).bind(applied).execute(conn).await.map(|_| ())
}

/// The leases run until then, and the POP has written events up to there. Returns how often they were written off, or
/// `None` and does nothing when the POP has shown a higher number of that than `fence` before.
pub async fn set_lease(
    conn: &mut Conn,
    pop: &str,
    incarnation: &str,
    lease_expires_ms: i64,
    last_seq: i64,
    fence: i64,
) -> Result<Option<i64>> {
    let query = sqlx::query_as::<_, (i64,)>(
        "UPDATE sync_incarnations SET lease_expires_ms = $3, last_seq = $4, fence_shown = $5, written_off_ms = NULL \
         WHERE pop = $1 AND incarnation = $2 AND fence_shown <= $5 RETURNING fence",
    );
    let query = query.bind(pop).bind(incarnation).bind(lease_expires_ms).bind(last_seq).bind(fence);
    Ok(query.fetch_optional(conn).await?.map(|(fence,)| fence))
}

/// Keeps the worst of a minute.
pub async fn put_lag(conn: &mut Conn, pop: &str, minute: i64, events: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO sync_lag (pop, minute, events) VALUES ($1, $2, $3) ON CONFLICT (pop, minute) DO UPDATE \
         SET events = CASE WHEN sync_lag.events < excluded.events THEN excluded.events ELSE sync_lag.events END",
    );
    query.bind(pop).bind(minute).bind(events).execute(conn).await.map(|_| ())
}

/// POPs heard of since then.
pub async fn count_active(conn: &mut Conn, since_ms: i64) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM sync_pops WHERE last_seen_ms >= $1");
    Ok(query.bind(since_ms).fetch_one(conn).await?.0)
}

/// A POP's databases, locked until the transaction ends.
pub async fn lock_incarnations(conn: &mut Conn, pop: &str) -> Result<Vec<IncarnationView>> {
    let sql = format!("SELECT * FROM sync_incarnations WHERE pop = $1{}", lock_by(conn, "incarnation"));
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(pop).fetch_all(conn).await?;
    rows.iter().map(incarnation_of).collect()
}

/// All databases of all POPs, the last heard of first.
pub async fn list_incarnations(conn: &mut Conn) -> Result<Vec<IncarnationView>> {
    let query = sqlx::query("SELECT * FROM sync_incarnations ORDER BY pop, last_seen_ms DESC");
    query.fetch_all(conn).await?.iter().map(incarnation_of).collect()
}

fn incarnation_of(row: &AnyRow) -> Result<IncarnationView> {
    Ok(IncarnationView {
        pop: row.try_get("pop")?,
        incarnation: row.try_get("incarnation")?,
        applied_through: row.try_get("applied_through")?,
        last_seq: row.try_get("last_seq")?,
        first_seen_ms: row.try_get("first_seen_ms")?,
        last_seen_ms: row.try_get("last_seen_ms")?,
        lease_expires_ms: row.try_get("lease_expires_ms")?,
        written_off_ms: row.try_get("written_off_ms")?,
    })
}

/// All POPs: id, region, last seen.
pub async fn list_pops(conn: &mut Conn) -> Result<Vec<(String, String, i64)>> {
    sqlx::query_as("SELECT pop, region, last_seen_ms FROM sync_pops ORDER BY pop").fetch_all(conn).await
}

/// How far behind the core was, by POP and minute since 1970, from a minute on.
pub async fn list_lag(conn: &mut Conn, from_minute: i64) -> Result<Vec<(String, i64, i64)>> {
    sqlx::query_as("SELECT pop, minute, events FROM sync_lag WHERE minute >= $1 ORDER BY pop, minute")
        .bind(from_minute)
        .fetch_all(conn)
        .await
}

/// What a POP's database held is taken back.
pub async fn set_written_off(conn: &mut Conn, pop: &str, incarnation: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE sync_incarnations SET written_off_ms = $3, fence = fence + 1 WHERE pop = $1 AND incarnation = $2",
    );
    query.bind(pop).bind(incarnation).bind(now_ms).execute(conn).await.map(|_| ())
}
