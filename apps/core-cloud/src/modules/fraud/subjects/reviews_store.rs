//! Table `fraud_reviews`, and what is counted around a review.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};

use super::reviews::{Counts, Written, text_hash};
use crate::db::{Conn, batches, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How far back reviewers are linked, in days.
const LINKED_DAYS: i64 = 90;

/// Which state of these reviews was scored.
pub async fn list_scored(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<String, i64>> {
    let mut scored = HashMap::new();
    for ids in batches(ids, 1) {
        let sql = format!(
            "SELECT id, of_ms FROM fraud_subjects WHERE kind = 'review' AND id IN ({})",
            placeholders(1, ids.len())
        );
        let mut query = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        scored.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(scored)
}

/// Remembers reviews as they were written, each with its words.
pub async fn put_reviews(conn: &mut Conn, rows: &[(&Written, Vec<String>)]) -> Result<()> {
    for rows in batches(rows, 9) {
        let sql = format!(
            "INSERT INTO fraud_reviews (id, account, product, vendor, stars, words, pictures, text_hash, written_ms) \
             VALUES {} ON CONFLICT (id) DO UPDATE SET stars = excluded.stars, words = excluded.words, \
             pictures = excluded.pictures, text_hash = excluded.text_hash, written_ms = excluded.written_ms",
            tuples(rows.len(), 9)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (written, words) in rows {
            let content = &written.content;
            let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
            query = query
                .bind(&*written.id)
                .bind(&*written.account)
                .bind(&*written.product)
                .bind(&*written.vendor);
            query = query.bind(i64::from(content.stars)).bind(count(words.len()));
            query = query.bind(count(content.pictures.len())).bind(text_hash(words)).bind(content.written_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What is around each of these reviews; a day in milliseconds.
pub async fn count_around(
    conn: &mut Conn,
    written: &[Written],
    day_ms: i64,
) -> Result<HashMap<String, Counts>> {
    let of = |who: &str, days: i64| {
        format!(
            "(SELECT COUNT(*) FROM fraud_reviews f WHERE f.{who} = r.{who} AND f.id <> r.id \
             AND f.written_ms > r.written_ms - {} AND f.written_ms <= r.written_ms)",
            days * day_ms
        )
    };
    let ordered = |more: &str| {
        format!(
            "(SELECT COUNT(DISTINCT c.order_id) FROM fraud_crowds c WHERE c.account = r.account AND c.kind = 'vendor'{more})"
        )
    };
    let mut counts = HashMap::new();
    for batch in batches(written, 1) {
        let sql = format!(
            "SELECT r.id, \
             (SELECT MAX(c.delivered_ms) FROM fraud_crowds c WHERE c.account = r.account AND c.kind = 'vendor' \
              AND c.subject = r.vendor AND c.delivered_ms > 0) AS delivered_ms, \
             {} AS account_day, {} AS account_month, {} AS orders, {} AS of_vendor, {} AS product_day, {} AS product_month, \
             (SELECT CAST(AVG(f.stars) AS DOUBLE PRECISION) FROM fraud_reviews f WHERE f.product = r.product \
              AND f.id <> r.id) AS mean_stars, \
             (SELECT COUNT(DISTINCT f.account) FROM fraud_reviews f WHERE r.text_hash <> '' AND f.text_hash = r.text_hash \
              AND f.account <> r.account) AS copies, \
             (SELECT COUNT(DISTINCT who.key) FROM fraud_links me \
              JOIN fraud_links mine ON mine.case_id = me.case_id AND mine.kind IN ('device', 'address') \
              JOIN fraud_links theirs ON theirs.kind = mine.kind AND theirs.key = mine.key \
              JOIN fraud_links who ON who.case_id = theirs.case_id AND who.kind = 'account' AND who.key <> me.key \
              JOIN fraud_reviews f ON f.account = who.key AND f.vendor = r.vendor AND f.written_ms > r.written_ms - {} \
              WHERE me.kind = 'account' AND me.key = r.account) AS linked \
             FROM fraud_reviews r WHERE r.id IN ({})",
            of("account", 1),
            of("account", 30),
            ordered(""),
            ordered(" AND c.subject = r.vendor"),
            of("product", 1),
            of("product", 30),
            LINKED_DAYS * day_ms,
            placeholders(1, batch.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for one in batch {
            query = query.bind(&*one.id);
        }
        for row in query.fetch_all(&mut *conn).await? {
            let found = Counts {
                review: row.try_get("id")?,
                delivered_ms: row.try_get("delivered_ms")?,
                account: [row.try_get("account_day")?, row.try_get("account_month")?],
                orders: row.try_get("orders")?,
                orders_of_vendor: row.try_get("of_vendor")?,
                product: [row.try_get("product_day")?, row.try_get("product_month")?],
                mean_stars: row.try_get("mean_stars")?,
                copies: row.try_get("copies")?,
                linked: row.try_get("linked")?,
            };
            counts.insert(found.review.clone(), found);
        }
    }
    Ok(counts)
}
