//! Table `fraud_crowds`: the orders behind vendors and discounts.

use kiosk_risk::Outcome;
use kiosk_wire::OrderRecord;
use sqlx::{AssertSqlSafe, Row};

use super::SubjectKind;
use super::crowds::{Crowd, Since, WHOLE_PPM};
use crate::db::{Conn, batches, tuples};
use crate::modules::orders::parcels::vendors_of;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Most orders of a vendor or discount that are looked at, the newest.
const CROWD_MAX: i64 = 2_000;

/// An order behind a subject.
struct Member<'a> {
    kind: SubjectKind,
    subject: &'a str,
    order: &'a OrderRecord,
    taken_ppm: i64,
}

fn members(order: &OrderRecord) -> impl Iterator<Item = Member<'_>> {
    let vendors = vendors_of(order).into_iter().map(move |vendor| Member {
        kind: SubjectKind::Vendor,
        subject: vendor.as_str(),
        order,
        taken_ppm: 0,
    });
    let discounts = order.discounts.iter().map(move |used| {
        let taken = used.amount.amount.max(0);
        let whole = taken.saturating_add(order.subtotal.amount.max(0)).max(1);
        let taken_ppm =
            i64::try_from(i128::from(taken) * i128::from(WHOLE_PPM) / i128::from(whole)).unwrap_or(WHOLE_PPM);
        Member { kind: SubjectKind::Discount, subject: used.discount.as_str(), order, taken_ppm }
    });
    vendors.chain(discounts)
}

/// Remembers who stands behind orders, and that there is something to score.
pub async fn insert_orders(conn: &mut Conn, orders: &[&OrderRecord]) -> Result<()> {
    let all: Vec<Member<'_>> = orders.iter().flat_map(|order| members(order)).collect();
    for rows in batches(&all, 8) {
        let sql = format!(
            "INSERT INTO fraud_crowds (kind, subject, order_id, customer, account, placed_ms, doubted, taken_ppm) VALUES {} \
             ON CONFLICT (kind, subject, order_id) DO NOTHING",
            tuples(rows.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for Member { kind, subject, order, taken_ppm } in rows {
            let doubted =
                [Outcome::Review, Outcome::Block].iter().any(|one| one.as_str() == order.fraud.outcome);
            query = query.bind(kind.name()).bind(*subject).bind(order.id.as_str()).bind(&*order.customer);
            query = query
                .bind(order.account.as_deref())
                .bind(order.placed_ms)
                .bind(i64::from(doubted))
                .bind(*taken_ppm);
        }
        query.execute(&mut *conn).await?;
    }
    let mut subjects: Vec<_> = all.iter().map(|member| (member.kind.name(), member.subject)).collect();
    subjects.sort_unstable();
    subjects.dedup();
    for rows in batches(&subjects, 6) {
        let sql = format!(
            "INSERT INTO fraud_subjects (kind, id, of_ms, outcome, model, reasons) VALUES {} ON CONFLICT (kind, id) DO NOTHING",
            tuples(rows.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (kind, id) in rows {
            query = query.bind(*kind).bind(*id).bind(0_i64).bind(Outcome::Allow.as_str()).bind("").bind("");
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// A vendor's parcel of an order arrived.
pub async fn set_delivered(conn: &mut Conn, order: &str, vendor: &str, at_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE fraud_crowds SET delivered_ms = $3 WHERE order_id = $1 AND kind = 'vendor' AND subject = $2",
    );
    query.bind(order).bind(vendor).bind(at_ms).execute(conn).await.map(|_| ())
}

/// Something of a vendor's part of an order came back, or will not come.
pub async fn set_returned(conn: &mut Conn, order: &str, vendor: &str) -> Result<()> {
    let query = sqlx::query(
        "UPDATE fraud_crowds SET returned = 1 WHERE order_id = $1 AND (kind = 'discount' OR subject = $2)",
    );
    query.bind(order).bind(vendor).execute(conn).await.map(|_| ())
}

/// The payer disputes an order, or does not any more.
pub async fn set_disputed(conn: &mut Conn, order: &str, disputed: bool) -> Result<()> {
    let query = sqlx::query("UPDATE fraud_crowds SET disputed = $2 WHERE order_id = $1");
    query.bind(order).bind(i64::from(disputed)).execute(conn).await.map(|_| ())
}

/// Vendors or discounts with orders since `window_ms`, whose score is from before `fresh_ms` or missing, the longest ago first.
pub async fn list_due(
    conn: &mut Conn,
    kind: SubjectKind,
    window_ms: i64,
    fresh_ms: i64,
    limit: i64,
) -> Result<Vec<String>> {
    let query = sqlx::query_scalar(
        "SELECT s.id FROM fraud_subjects s WHERE s.kind = $1 AND s.of_ms < $2 AND EXISTS (SELECT 1 FROM fraud_crowds c \
         WHERE c.kind = s.kind AND c.subject = s.id AND c.placed_ms > $3) ORDER BY s.of_ms, s.id LIMIT $4",
    );
    query.bind(kind.name()).bind(fresh_ms).bind(window_ms).bind(limit).fetch_all(conn).await
}

/// The newest orders behind a vendor or a discount, counted.
pub async fn count_crowd(conn: &mut Conn, kind: SubjectKind, id: &str, since: &Since) -> Result<Crowd> {
    let sql = format!(
        "WITH crowd AS (SELECT * FROM fraud_crowds WHERE kind = $1 AND subject = $2 AND placed_ms > $3 \
         ORDER BY placed_ms DESC LIMIT {CROWD_MAX}), seen AS (SELECT c.*, \
         CASE WHEN c.placed_ms > $4 THEN 1 ELSE 0 END AS recent, \
         CASE WHEN EXISTS (SELECT 1 FROM fraud_links l WHERE l.case_id = c.order_id AND l.kind IN ('device', 'address') \
          AND (SELECT COUNT(DISTINCT w.key) FROM fraud_links s JOIN fraud_links w ON w.case_id = s.case_id \
          AND w.kind = 'customer' WHERE s.kind = l.kind AND s.key = l.key AND s.at_ms > $3) >= 3) \
          THEN 1 ELSE 0 END AS linked FROM crowd c) \
         SELECT (SELECT MIN(placed_ms) FROM fraud_crowds WHERE kind = $1 AND subject = $2) AS first_ms, \
         COUNT(*) AS orders, COUNT(DISTINCT customer) AS customers, \
         (SELECT COALESCE(MAX(n), 0) FROM (SELECT COUNT(*) AS n FROM seen GROUP BY customer) AS per_customer) AS top, \
         CAST(COALESCE(SUM(linked), 0) AS BIGINT) AS linked, CAST(COALESCE(SUM(doubted), 0) AS BIGINT) AS doubted, \
         CAST(COALESCE(SUM(disputed), 0) AS BIGINT) AS disputed, CAST(COALESCE(SUM(returned), 0) AS BIGINT) AS returned, \
         CAST(COALESCE(SUM(recent), 0) AS BIGINT) AS recent, CAST(COALESCE(SUM(taken_ppm), 0) AS BIGINT) AS taken_ppm, \
         (SELECT COUNT(*) FROM fraud_reviews WHERE vendor = $2 AND written_ms > $3) AS reviews, \
         (SELECT COUNT(*) FROM fraud_reviews WHERE vendor = $2 AND written_ms > $3 AND stars = 5) AS five_stars FROM seen"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(kind.name()).bind(id);
    let row = query.bind(since.window_ms).bind(since.recent_ms).fetch_one(conn).await?;
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
        taken_ppm: row.try_get("taken_ppm")?,
    })
}
