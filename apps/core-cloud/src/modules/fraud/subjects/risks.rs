//! What the orders of vendors turned out to be, which says something of those that follow: POPs are told.

use kiosk_ids::VendorId;
use kiosk_risk::{GENUINE_AFTER_MS, VENDOR_RISK_PPM_PRIOR, VENDOR_WINDOW_MS, vendor_risk_ppm};
use kiosk_wire::{Change, VendorRisk};
use sqlx::{AssertSqlSafe, Row};

use crate::db::{Conn, Tx, batches, tuples};
use crate::error::Error;
use crate::modules::catalog::{feed, service as catalog};

/// Most orders of a vendor that are looked at, the newest.
const ORDERS_MAX: i64 = 20_000;
/// A risk is told when it moved by more than one part in so many.
const MOVED_PART: u32 = 10;

/// The risk of a vendor, unless POPs know it.
pub(super) async fn moved(conn: &mut Conn, vendor: &str, now_ms: i64) -> Result<Option<VendorRisk>, Error> {
    // Whoever has a score is a vendor of an order, whose id is one.
    let Ok(id) = VendorId::parse(vendor) else { return Ok(None) };
    let (ppm, told) = known(conn, vendor, now_ms).await?;
    let moved = ppm.abs_diff(told.unwrap_or(VENDOR_RISK_PPM_PRIOR)) > ppm / MOVED_PART;
    Ok(moved.then_some(VendorRisk { vendor: id, ppm }))
}

/// The risk of a vendor now, and as it was told.
async fn known(conn: &mut Conn, vendor: &str, now_ms: i64) -> Result<(u32, Option<u32>), sqlx::Error> {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(fraud), 0) AS BIGINT) AS fraud, \
         CAST(COALESCE(SUM(CASE WHEN fraud = 0 AND placed_ms <= $3 THEN 1 ELSE 0 END), 0) AS BIGINT) AS genuine, \
         (SELECT ppm FROM fraud_vendor_risks WHERE vendor = $1) AS told FROM (SELECT c.placed_ms, \
          CASE WHEN c.disputed = 1 OR EXISTS (SELECT 1 FROM fraud_cases f WHERE f.id = c.order_id AND f.state = 'fraud') \
           THEN 1 ELSE 0 END AS fraud FROM fraud_crowds c WHERE c.kind = 'vendor' AND c.subject = $1 AND c.placed_ms > $2 \
          ORDER BY c.placed_ms DESC LIMIT {ORDERS_MAX}) AS latest"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor);
    let row = query.bind(now_ms - VENDOR_WINDOW_MS).bind(now_ms - GENUINE_AFTER_MS).fetch_one(conn).await?;
    let count = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let ppm = vendor_risk_ppm(count(row.try_get("genuine")?), count(row.try_get("fraud")?));
    Ok((ppm, row.try_get::<Option<i64>, _>("told")?.map(count)))
}

/// Tells POPs of these.
pub(super) async fn tell(tx: &mut Tx, risks: Vec<VendorRisk>) -> Result<(), Error> {
    if risks.is_empty() {
        return Ok(());
    }
    catalog::lock_writers(tx).await?;
    for rows in batches(&risks, 2) {
        let sql = format!(
            "INSERT INTO fraud_vendor_risks (vendor, ppm) VALUES {} ON CONFLICT (vendor) DO UPDATE SET ppm = excluded.ppm",
            tuples(rows.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for VendorRisk { vendor, ppm } in rows {
            query = query.bind(vendor.as_str()).bind(i64::from(*ppm));
        }
        query.execute(&mut **tx).await?;
    }
    let changes: Vec<Change> = risks.into_iter().map(Change::VendorRisk).collect();
    feed::publish(tx, None, &changes).await
}
