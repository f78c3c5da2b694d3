//! Tables `bus_outbox`, `bus_heads`, `bus_log`, `bus_cursors`, `bus_inbox`.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Row};

use super::source::Delivery;
use crate::db::{Conn, batches, lock_by, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// The log's name among the streams.
pub const LOG: &str = "";

/// A fact to be told.
pub struct Told<'a> {
    /// Identifier.
    pub id: String,
    /// Its key.
    pub topic: &'a str,
    /// Orders facts.
    pub place: i64,
    /// JSON.
    pub body: String,
}

/// The last place of facts that wait.
pub async fn last_place(conn: &mut Conn) -> Result<Option<i64>> {
    let query = sqlx::query_as::<_, (Option<i64>,)>("SELECT MAX(place) FROM bus_outbox");
    Ok(query.fetch_one(conn).await?.0)
}

/// Stores facts to be told.
pub async fn insert(conn: &mut Conn, facts: &[Told<'_>], now_ms: i64) -> Result<()> {
    for facts in batches(facts, 5) {
        let values = tuples(facts.len(), 5);
        let sql = format!("INSERT INTO bus_outbox (id, topic, place, written_ms, body) VALUES {values}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for fact in facts {
            query = query.bind(&*fact.id).bind(fact.topic).bind(fact.place).bind(now_ms).bind(&*fact.body);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Facts that wait to be told.
pub async fn count_outbox(conn: &mut Conn) -> Result<i64> {
    Ok(sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM bus_outbox").fetch_one(conn).await?.0)
}

/// Whether any fact waits to be told.
pub async fn has_outbox(conn: &mut Conn) -> Result<bool> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT place FROM bus_outbox LIMIT 1");
    Ok(query.fetch_optional(conn).await?.is_some())
}

/// The first facts that wait to be told; their number is their place among them.
pub async fn list_outbox(conn: &mut Conn, limit: i64) -> Result<Vec<Delivery>> {
    let query = sqlx::query(
        "SELECT place AS seq, id, topic, written_ms, body FROM bus_outbox ORDER BY place, id LIMIT $1",
    );
    query.bind(limit).fetch_all(conn).await?.iter().map(delivery_of).collect()
}

/// These facts were told.
pub async fn delete_outbox(conn: &mut Conn, ids: &[&str]) -> Result<()> {
    for ids in batches(ids, 1) {
        let sql = format!("DELETE FROM bus_outbox WHERE id IN ({})", placeholders(1, ids.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Moves the first facts that wait into the log and returns how many. Who comes meanwhile waits for the head's row, so
/// numbers have no gap, and a lower one is never committed after a higher one.
pub async fn move_to_log(conn: &mut Conn, limit: i64) -> Result<u64> {
    let sql = format!("SELECT seq FROM bus_heads WHERE stream = $1{}", lock_by(conn, "stream"));
    let query = sqlx::query_as::<_, (i64,)>(AssertSqlSafe(sql));
    let (head,) = query.bind(LOG).fetch_one(&mut *conn).await?;
    let query = sqlx::query(
        "INSERT INTO bus_log (seq, id, topic, written_ms, body) \
         SELECT $1 + ROW_NUMBER() OVER (ORDER BY place, id), id, topic, written_ms, body \
         FROM (SELECT * FROM bus_outbox ORDER BY place, id LIMIT $2) AS first",
    );
    let moved = query.bind(head).bind(limit).execute(&mut *conn).await?.rows_affected();
    let query =
        sqlx::query("DELETE FROM bus_outbox WHERE id IN (SELECT id FROM bus_log WHERE seq > $1)").bind(head);
    query.execute(&mut *conn).await?;
    set_head(conn, LOG, head.saturating_add_unsigned(moved)).await?;
    Ok(moved)
}

/// A stream that facts are read from; it stays as it is when it is known.
pub async fn put_head(conn: &mut Conn, stream: &str, seq: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO bus_heads (stream, seq, holder, held_until_ms) VALUES ($1, $2, '', 0) \
         ON CONFLICT (stream) DO NOTHING",
    );
    query.bind(stream).bind(seq).execute(conn).await.map(|_| ())
}

/// A stream has taken facts up to here.
pub async fn set_head(conn: &mut Conn, stream: &str, seq: i64) -> Result<()> {
    let query = sqlx::query("UPDATE bus_heads SET seq = $2 WHERE stream = $1 AND seq < $2");
    query.bind(stream).bind(seq).execute(conn).await.map(|_| ())
}

/// Lets `holder` alone hand facts to a stream until then. False while somebody else may.
pub async fn claim_head(conn: &mut Conn, stream: &str, holder: &str, span: (i64, i64)) -> Result<bool> {
    let query = sqlx::query(
        "UPDATE bus_heads SET holder = $2, held_until_ms = $4 \
         WHERE stream = $1 AND (holder = $2 OR held_until_ms <= $3)",
    );
    let done = query.bind(stream).bind(holder).bind(span.0).bind(span.1).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Streams with facts that some consumer has not read: name, how many at most.
pub async fn list_unread(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "SELECT h.stream, MAX(h.seq - c.seq) FROM bus_heads h JOIN bus_cursors c ON c.stream = h.stream \
         GROUP BY h.stream HAVING MAX(h.seq - c.seq) > 0 ORDER BY h.stream",
    )
    .fetch_all(conn)
    .await
}

/// How many facts of a stream a consumer has not read.
pub async fn get_lag(conn: &mut Conn, consumer: &str, stream: &str) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT h.seq - c.seq FROM bus_heads h JOIN bus_cursors c ON c.stream = h.stream \
         WHERE c.consumer = $1 AND c.stream = $2",
    );
    Ok(query.bind(consumer).bind(stream).fetch_one(conn).await?.0)
}

/// A consumer begins behind `seq` of a stream; one that has begun goes on where it was.
pub async fn put_cursor(conn: &mut Conn, consumer: &str, stream: &str, seq: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO bus_cursors (consumer, stream, seq) VALUES ($1, $2, $3) \
         ON CONFLICT (consumer, stream) DO NOTHING",
    );
    query.bind(consumer).bind(stream).bind(seq).execute(conn).await.map(|_| ())
}

/// How far a consumer has read.
pub async fn get_cursor(conn: &mut Conn, consumer: &str, stream: &str) -> Result<i64> {
    let query =
        sqlx::query_as::<_, (i64,)>("SELECT seq FROM bus_cursors WHERE consumer = $1 AND stream = $2");
    Ok(query.bind(consumer).bind(stream).fetch_one(conn).await?.0)
}

/// How far a consumer has read, locked until the transaction ends: one process at a time goes on.
pub async fn lock_cursor(conn: &mut Conn, consumer: &str, stream: &str) -> Result<i64> {
    let lock = lock_by(conn, "consumer");
    let sql = format!("SELECT seq FROM bus_cursors WHERE consumer = $1 AND stream = $2{lock}");
    let query = sqlx::query_as::<_, (i64,)>(AssertSqlSafe(sql));
    Ok(query.bind(consumer).bind(stream).fetch_one(conn).await?.0)
}

/// A consumer has read up to here.
pub async fn set_cursor(conn: &mut Conn, consumer: &str, stream: &str, seq: i64) -> Result<()> {
    let query = sqlx::query("UPDATE bus_cursors SET seq = $3 WHERE consumer = $1 AND stream = $2");
    query.bind(consumer).bind(stream).bind(seq).execute(conn).await.map(|_| ())
}

/// The number before the first fact of the log.
pub async fn log_start(conn: &mut Conn) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COALESCE((SELECT MIN(seq) - 1 FROM bus_log), (SELECT seq FROM bus_heads WHERE stream = ''))",
    );
    Ok(query.fetch_one(conn).await?.0)
}

/// Facts of the log behind a number.
pub async fn list_log(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Delivery>> {
    let query = sqlx::query(
        "SELECT seq, id, topic, written_ms, body FROM bus_log WHERE seq > $1 ORDER BY seq LIMIT $2",
    );
    query.bind(after).bind(limit).fetch_all(conn).await?.iter().map(delivery_of).collect()
}

/// Forgets the first facts of the log, up to a number, that were written before then; `limit` at most.
pub async fn delete_log(conn: &mut Conn, through: i64, before_ms: i64, limit: i64) -> Result<u64> {
    let query = sqlx::query(
        "DELETE FROM bus_log WHERE seq IN (SELECT seq FROM bus_log ORDER BY seq LIMIT $3) \
         AND seq <= $1 AND written_ms < $2",
    );
    Ok(query.bind(through).bind(before_ms).bind(limit).execute(conn).await?.rows_affected())
}

/// Facts that a consumer has not read, by consumer.
pub async fn list_lag(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "SELECT c.consumer, CAST(SUM(h.seq - c.seq) AS BIGINT) FROM bus_cursors c \
         JOIN bus_heads h ON h.stream = c.stream GROUP BY c.consumer ORDER BY c.consumer",
    )
    .fetch_all(conn)
    .await
}

/// Which of these facts a consumer has applied or set aside.
pub async fn list_known(conn: &mut Conn, consumer: &str, ids: &[&str]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for ids in batches(ids, 1) {
        let marks = placeholders(2, ids.len());
        let sql = format!(
            "SELECT id FROM bus_inbox WHERE consumer = $1 AND id IN ({marks}) \
             UNION SELECT id FROM bus_held WHERE consumer = $1 AND id IN ({marks})"
        );
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql)).bind(consumer);
        for id in ids {
            query = query.bind(*id);
        }
        known.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(id,)| id));
    }
    Ok(known)
}

/// A consumer has applied facts.
pub async fn insert_inbox(conn: &mut Conn, consumer: &str, ids: &[&str]) -> Result<()> {
    for ids in batches(ids, 2) {
        let sql = format!("INSERT INTO bus_inbox (consumer, id) VALUES {}", tuples(ids.len(), 2));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(consumer).bind(*id);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Forgets that a consumer has applied facts with lower ids, which begin with the time.
pub async fn delete_inbox(conn: &mut Conn, consumer: &str, before: &str) -> Result<u64> {
    let query = sqlx::query("DELETE FROM bus_inbox WHERE consumer = $1 AND id < $2");
    Ok(query.bind(consumer).bind(before).execute(conn).await?.rows_affected())
}

fn delivery_of(row: &sqlx::any::AnyRow) -> Result<Delivery> {
    Ok(Delivery {
        number: row.try_get("seq")?,
        id: row.try_get("id")?,
        topic: row.try_get("topic")?,
        written_ms: row.try_get("written_ms")?,
        body: row.try_get("body")?,
        message: None,
    })
}
