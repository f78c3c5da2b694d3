//! The orders behind vendors and discounts, counted in the tables of orders.

use sqlx::{AssertSqlSafe, Row};

use super::SubjectKind;
use super::crowds::{Crowd, Since};
use crate::db::Conn;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Most orders of a vendor or discount that are looked at, the newest.
const CROWD_MAX: i64 = 2_000;

/// Vendors or discounts with orders since `window_ms`, whose score is from before `fresh_ms` or missing.
pub async fn list_due_crowds(
    conn: &mut Conn,
    kind: SubjectKind,
    window_ms: i64,
    fresh_ms: i64,
    limit: i64,
) -> Result<Vec<String>> {
    let (table, orders) = match kind {
        SubjectKind::Vendor => ("catalog_vendors", "orders_vendor_orders o WHERE o.vendor = c.id"),
        _ => ("discounts_discounts", "discounts_uses o WHERE o.discount = c.id"),
    };
    let sql = format!(
        "SELECT c.id FROM {table} c LEFT JOIN fraud_subjects s ON s.kind = $1 AND s.id = c.id \
         WHERE (s.of_ms IS NULL OR s.of_ms < $2) AND EXISTS (SELECT 1 FROM {orders} AND o.placed_ms > $3) \
         ORDER BY c.id LIMIT $4"
    );
    let query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(kind.name()).bind(fresh_ms);
    query.bind(window_ms).bind(limit).fetch_all(conn).await
}

/// The newest orders behind a vendor or a discount, counted.
pub async fn count_crowd(conn: &mut Conn, kind: SubjectKind, id: &str, since: &Since) -> Result<Crowd> {
    let (orders, first, of_vendor) = match kind {
        SubjectKind::Vendor => (
            "SELECT order_id, placed_ms, 0 AS taken FROM orders_vendor_orders WHERE vendor = $1 AND placed_ms > $2",
            "SELECT MIN(placed_ms) FROM orders_vendor_orders WHERE vendor = $1",
            "AND v.vendor = $1",
        ),
        _ => (
            "SELECT order_id, MAX(placed_ms) AS placed_ms, CAST(SUM(amount) AS BIGINT) AS taken FROM discounts_uses \
             WHERE discount = $1 AND placed_ms > $2 GROUP BY order_id",
            "SELECT MIN(from_ms) FROM discounts_discounts WHERE id = $1",
            "",
        ),
    };
    let sql = format!(
        "WITH crowd AS ({orders} ORDER BY 2 DESC LIMIT {CROWD_MAX}), seen AS (SELECT o.customer, c.taken, o.subtotal, \
         CASE WHEN o.fraud_outcome IN ('review', 'block') THEN 1 ELSE 0 END AS doubted, \
         CASE WHEN c.placed_ms > $3 THEN 1 ELSE 0 END AS recent, \
         CASE WHEN (SELECT SUM(m.amount) FROM customers_movements m WHERE m.order_id = o.id AND m.kind = 'charged_back') > 0 \
          THEN 1 ELSE 0 END AS disputed, \
         CASE WHEN EXISTS (SELECT 1 FROM orders_vendor_orders v WHERE v.order_id = o.id {of_vendor} AND v.stage IN \
          ('cancelled', 'partially_returned', 'returned', 'partially_refunded', 'refunded')) THEN 1 ELSE 0 END AS returned, \
         CASE WHEN EXISTS (SELECT 1 FROM fraud_links l WHERE l.case_id = o.id AND l.kind IN ('device', 'address') \
          AND (SELECT COUNT(DISTINCT w.key) FROM fraud_links s JOIN fraud_links w ON w.case_id = s.case_id \
          AND w.kind = 'customer' WHERE s.kind = l.kind AND s.key = l.key AND s.at_ms > $2) >= 3) \
          THEN 1 ELSE 0 END AS linked \
         FROM crowd c JOIN orders_orders o ON o.id = c.order_id) \
         SELECT ({first}) AS first_ms, COUNT(*) AS orders, COUNT(DISTINCT customer) AS customers, \
         (SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM seen GROUP BY customer) AS per_customer) AS top, \
         CAST(COALESCE(SUM(linked), 0) AS BIGINT) AS linked, CAST(COALESCE(SUM(doubted), 0) AS BIGINT) AS doubted, \
         CAST(COALESCE(SUM(disputed), 0) AS BIGINT) AS disputed, CAST(COALESCE(SUM(returned), 0) AS BIGINT) AS returned, \
         CAST(COALESCE(SUM(recent), 0) AS BIGINT) AS recent, \
         CAST(COALESCE(AVG(taken * 1.0 / NULLIF(taken + subtotal, 0)), 0) AS DOUBLE PRECISION) AS taken_off, \
         (SELECT COUNT(*) FROM fraud_reviews WHERE vendor = $1 AND written_ms > $2) AS reviews, \
         (SELECT COUNT(*) FROM fraud_reviews WHERE vendor = $1 AND written_ms > $2 AND stars = 5) AS five_stars FROM seen"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id).bind(since.window_ms).bind(since.recent_ms);
    let row = query.fetch_one(conn).await?;
    Ok(Crowd {
        first_ms: row.try_get::<Option<i64>, _>("first_ms")?.unwrap_or(since.recent_ms),
        orders: row.try_get("orders")?,
        customers: row.try_get("customers")?,
        of_top_customer: row.try_get("top")?,
        linked: row.try_get("linked")?,
        doubted: row.try_get("doubted")?,
        disputed: row.try_get("disputed")?,
        returned: row.try_get("returned")?,
        recent: row.try_get("recent")?,
        reviews: row.try_get("reviews")?,
        five_stars: row.try_get("five_stars")?,
        taken_off: row.try_get("taken_off")?,
    })
}
