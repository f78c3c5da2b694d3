//! Table `bus_held`: facts that a consumer failed on, and what waits behind them.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Row};

use super::service::DeadLetter;
use super::source::Delivery;
use crate::db::{Conn, batches, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A fact that is tried again.
pub struct Held {
    /// The fact.
    pub fact: Delivery,
    /// Tries so far.
    pub tries: i64,
}

/// Which of these keys have a fact that is held.
pub async fn list_topics(conn: &mut Conn, consumer: &str, topics: &[&str]) -> Result<HashSet<String>> {
    let mut held = HashSet::new();
    for topics in batches(topics, 1) {
        let marks = placeholders(2, topics.len());
        let sql = format!("SELECT topic FROM bus_held WHERE consumer = $1 AND topic IN ({marks})");
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql)).bind(consumer);
        for topic in topics {
            query = query.bind(*topic);
        }
        held.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(topic,)| topic));
    }
    Ok(held)
}

/// Sets facts aside, behind those of their keys that are there.
pub async fn insert(
    conn: &mut Conn,
    consumer: &str,
    facts: &[&Delivery],
    (tries, next_ms, reason): (i64, i64, &str),
) -> Result<()> {
    let query =
        sqlx::query_as::<_, (i64,)>("SELECT COALESCE(MAX(place), 0) FROM bus_held WHERE consumer = $1");
    let (mut place,) = query.bind(consumer).fetch_one(&mut *conn).await?;
    for facts in batches(facts, 9) {
        let sql = format!(
            "INSERT INTO bus_held (consumer, id, topic, place, written_ms, body, tries, next_ms, reason) VALUES {}",
            tuples(facts.len(), 9)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for fact in facts {
            place += 1;
            query = query.bind(consumer).bind(&*fact.id).bind(&*fact.topic).bind(place);
            query = query.bind(fact.written_ms).bind(&*fact.body).bind(tries).bind(next_ms).bind(reason);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Facts that are first of their key and due, in the order of their places.
pub async fn list_due(conn: &mut Conn, consumer: &str, now_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT id FROM bus_held h WHERE consumer = $1 AND dead_ms IS NULL AND next_ms <= $2 \
         AND place = (SELECT MIN(place) FROM bus_held x WHERE x.consumer = h.consumer AND x.topic = h.topic) \
         ORDER BY place LIMIT $3",
    );
    let rows = query.bind(consumer).bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A fact that is due, unless somebody else took it meanwhile.
pub async fn get_due(conn: &mut Conn, consumer: &str, id: &str, now_ms: i64) -> Result<Option<Held>> {
    let query = sqlx::query(
        "SELECT id, topic, written_ms, body, tries FROM bus_held \
         WHERE consumer = $1 AND id = $2 AND dead_ms IS NULL AND next_ms <= $3",
    );
    let row = query.bind(consumer).bind(id).bind(now_ms).fetch_optional(conn).await?;
    row.map(|row| {
        let fact = Delivery {
            number: 0,
            id: row.try_get("id")?,
            topic: row.try_get("topic")?,
            written_ms: row.try_get("written_ms")?,
            body: row.try_get("body")?,
            message: None,
        };
        Ok(Held { fact, tries: row.try_get("tries")? })
    })
    .transpose()
}

/// The fact is applied.
pub async fn delete(conn: &mut Conn, consumer: &str, id: &str) -> Result<()> {
    let query = sqlx::query("DELETE FROM bus_held WHERE consumer = $1 AND id = $2");
    query.bind(consumer).bind(id).execute(conn).await.map(|_| ())
}

/// One more try failed: the next is at `next_ms`, or there is none.
pub async fn set_failed(
    conn: &mut Conn,
    (consumer, id): (&str, &str),
    (next_ms, dead_ms): (i64, Option<i64>),
    reason: &str,
) -> Result<()> {
    let query = sqlx::query(
        "UPDATE bus_held SET tries = tries + 1, next_ms = $3, dead_ms = $4, reason = $5 \
         WHERE consumer = $1 AND id = $2",
    );
    let query = query.bind(consumer).bind(id).bind(next_ms).bind(dead_ms).bind(reason);
    query.execute(conn).await.map(|_| ())
}

/// Dead letters are tried again from now on: one, or all of a consumer. Returns how many.
pub async fn revive(conn: &mut Conn, consumer: &str, id: Option<&str>, now_ms: i64) -> Result<u64> {
    let query = sqlx::query(
        "UPDATE bus_held SET tries = 0, next_ms = $3, dead_ms = NULL \
         WHERE consumer = $1 AND ($2 = '' OR id = $2) AND dead_ms IS NOT NULL",
    );
    let query = query.bind(consumer).bind(id.unwrap_or_default()).bind(now_ms);
    Ok(query.execute(conn).await?.rows_affected())
}

/// By consumer: facts that wait, dead letters.
pub async fn count(conn: &mut Conn) -> Result<Vec<(String, i64, i64)>> {
    sqlx::query_as(
        "SELECT consumer, COUNT(*) - COUNT(dead_ms), COUNT(dead_ms) FROM bus_held GROUP BY consumer",
    )
    .fetch_all(conn)
    .await
}

/// Dead letters, the newest first.
pub async fn list_dead(conn: &mut Conn, offset: i64, limit: i64) -> Result<Vec<DeadLetter>> {
    let query = sqlx::query(
        "SELECT d.*, (SELECT COUNT(*) - 1 FROM bus_held b WHERE b.consumer = d.consumer AND b.topic = d.topic) \
         AS behind FROM bus_held d WHERE d.dead_ms IS NOT NULL \
         ORDER BY d.dead_ms DESC, d.consumer, d.id LIMIT $2 OFFSET $1",
    );
    let rows = query.bind(offset).bind(limit).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(DeadLetter {
                consumer: row.try_get("consumer")?,
                id: row.try_get("id")?,
                topic: row.try_get("topic")?,
                kind: kind_of(row.try_get("body")?),
                written_ms: row.try_get("written_ms")?,
                dead_ms: row.try_get("dead_ms")?,
                tries: row.try_get("tries")?,
                reason: row.try_get("reason")?,
                behind: row.try_get("behind")?,
            })
        })
        .collect()
}

/// What happened, of a fact that this version need not know.
fn kind_of(body: String) -> String {
    let fact: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    fact["type"].as_str().unwrap_or("unknown").to_owned()
}
