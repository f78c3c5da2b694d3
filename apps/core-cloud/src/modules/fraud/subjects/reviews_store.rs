//! Table `fraud_reviews`, and what is counted around a review.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};

use super::reviews::{Counts, Written, text_hash};
use crate::db::{Conn, batches, placeholders, tuples};
use crate::modules::reviews::Content;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// How far back reviewers are linked, in days.
const LINKED_DAYS: i64 = 90;

/// Reviews that wait and were written since they were scored, the oldest first.
pub async fn list_unscored_reviews(conn: &mut Conn, limit: i64) -> Result<Vec<Written>> {
    let sql = "SELECT r.id, r.account, r.product, r.vendor, r.changed_ms, r.draft FROM reviews_reviews r \
        LEFT JOIN fraud_subjects s ON s.kind = 'review' AND s.id = r.id \
        WHERE r.state = 'pending' AND r.draft IS NOT NULL AND (s.of_ms IS NULL OR s.of_ms <> r.changed_ms) \
        ORDER BY r.changed_ms, r.id LIMIT $1";
    let rows = sqlx::query(sql).bind(limit).fetch_all(conn).await?;
    let written = |row: &sqlx::any::AnyRow| {
        let draft: String = row.try_get("draft")?;
        let content: Content =
            serde_json::from_str(&draft).map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Written {
            id: row.try_get("id")?,
            account: row.try_get("account")?,
            product: row.try_get("product")?,
            vendor: row.try_get("vendor")?,
            changed_ms: row.try_get("changed_ms")?,
            content,
        })
    };
    rows.iter().map(written).collect()
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
    let ordered =
        |vendor: &str| format!("(SELECT COUNT(*) FROM orders_orders o WHERE o.account = r.account{vendor}) ");
    let of_vendor =
        " AND EXISTS (SELECT 1 FROM orders_vendor_orders v WHERE v.order_id = o.id AND v.vendor = r.vendor)";
    let mut counts = HashMap::new();
    for batch in batches(written, 1) {
        let sql = format!(
            "SELECT r.id, \
             (SELECT MAX(v.changed_ms) FROM orders_orders o JOIN orders_lines l ON l.order_id = o.id AND l.product = r.product \
              JOIN orders_vendor_orders v ON v.order_id = o.id AND v.vendor = l.vendor WHERE o.account = r.account \
              AND v.vendor = r.vendor AND v.stage NOT IN ('placed', 'awaiting_payment', 'in_review', 'cleared', 'picking', \
              'cancelled')) AS delivered_ms, \
             {} AS account_day, {} AS account_month, {} AS orders, {} AS of_vendor, {} AS product_day, {} AS product_month, \
             (SELECT CAST(one + 2 * two + 3 * three + 4 * four + 5 * five AS DOUBLE PRECISION) / \
              NULLIF(one + two + three + four + five, 0) FROM reviews_ratings m WHERE m.product = r.product) AS mean_stars, \
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
            ordered(of_vendor),
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
