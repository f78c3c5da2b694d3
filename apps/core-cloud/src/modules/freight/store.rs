//! Tables `freight_sizes`, `freight_shipments`.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::rates::{Class, Size};
use super::service::Shipment;
use super::zones::Zone;
use crate::db::{Conn, batches, placeholders};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "order_id, line, vendor, sku, quantity, weight_g, volumetric_g, class, zone, lift_gate, \
     window_from_ms, window_until_ms, quote, created_ms";
/// What shipments may be sorted by.
const SORTS: &[(&str, &str)] = &[("since", "created_ms"), ("quote", "quote")];

/// Sizes of these variants, by SKU.
pub async fn list_sizes(conn: &mut Conn, skus: &[&str]) -> Result<HashMap<String, Size>> {
    let mut found = HashMap::new();
    for skus in batches(skus, 1) {
        let sql = format!(
            "SELECT sku, length_mm, width_mm, height_mm FROM freight_sizes WHERE sku IN ({})",
            placeholders(1, skus.len())
        );
        let mut query = sqlx::query_as::<_, (String, i64, i64, i64)>(AssertSqlSafe(sql));
        for sku in skus {
            query = query.bind(*sku);
        }
        let rows = query.fetch_all(&mut *conn).await?.into_iter();
        found.extend(
            rows.map(|(sku, length_mm, width_mm, height_mm)| (sku, Size { length_mm, width_mm, height_mm })),
        );
    }
    Ok(found)
}

/// Sizes that a vendor gave, by SKU.
pub async fn list_sizes_of_vendor(conn: &mut Conn, vendor: &str, limit: i64) -> Result<Vec<(String, Size)>> {
    let query = sqlx::query_as::<_, (String, i64, i64, i64)>(
        "SELECT sku, length_mm, width_mm, height_mm FROM freight_sizes WHERE vendor = $1 ORDER BY sku LIMIT $2",
    );
    let rows = query.bind(vendor).bind(limit).fetch_all(conn).await?.into_iter();
    Ok(rows
        .map(|(sku, length_mm, width_mm, height_mm)| (sku, Size { length_mm, width_mm, height_mm }))
        .collect())
}

/// Notes what a variant measures.
pub async fn put_size(conn: &mut Conn, vendor: &str, sku: &str, size: Size) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO freight_sizes (sku, vendor, length_mm, width_mm, height_mm) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (sku) DO UPDATE SET vendor = excluded.vendor, length_mm = excluded.length_mm, \
         width_mm = excluded.width_mm, height_mm = excluded.height_mm",
    );
    let query = query.bind(sku).bind(vendor).bind(size.length_mm).bind(size.width_mm).bind(size.height_mm);
    query.execute(conn).await.map(|_| ())
}

/// Stores a shipment, unless it is there already.
pub async fn insert(conn: &mut Conn, shipment: &Shipment) -> Result<()> {
    let sql = format!(
        "INSERT INTO freight_shipments ({COLUMNS}) VALUES ({}) ON CONFLICT (order_id, line) DO NOTHING",
        placeholders(1, 14)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*shipment.order).bind(i64::from(shipment.line));
    let query = query.bind(&*shipment.vendor).bind(&*shipment.sku).bind(shipment.quantity);
    let query = query.bind(shipment.weight_g).bind(shipment.volumetric_g).bind(shipment.class.name());
    let query = query.bind(shipment.zone.name()).bind(i64::from(shipment.lift_gate));
    let query =
        query.bind(shipment.window.map(|window| window.0)).bind(shipment.window.map(|window| window.1));
    query.bind(shipment.quote).bind(shipment.created_ms).execute(conn).await.map(|_| ())
}

/// Changes what a carrier is told of a shipment.
pub async fn set_terms(conn: &mut Conn, shipment: &Shipment) -> Result<()> {
    let query = sqlx::query(
        "UPDATE freight_shipments SET lift_gate = $1, window_from_ms = $2, window_until_ms = $3, quote = $4 \
         WHERE order_id = $5 AND line = $6",
    );
    let query = query.bind(i64::from(shipment.lift_gate));
    let query =
        query.bind(shipment.window.map(|window| window.0)).bind(shipment.window.map(|window| window.1));
    let query = query.bind(shipment.quote).bind(&*shipment.order).bind(i64::from(shipment.line));
    query.execute(conn).await.map(|_| ())
}

/// A vendor's shipment.
pub async fn get(conn: &mut Conn, vendor: &str, order: &str, line: u32) -> Result<Option<Shipment>> {
    let sql =
        format!("SELECT {COLUMNS} FROM freight_shipments WHERE vendor = $1 AND order_id = $2 AND line = $3");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(order).bind(i64::from(line));
    query.fetch_optional(conn).await?.as_ref().map(shipment_of).transpose()
}

/// A vendor's shipments. The search is part of an order's id.
pub async fn list(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<Shipment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM freight_shipments WHERE vendor = $1 AND order_id LIKE $2 \
         AND ($3 = '' OR ($3 = 'open' AND window_from_ms IS NULL)) {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "order_id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(list.like()).bind(&*list.state);
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(shipment_of).collect()
}

fn shipment_of(row: &AnyRow) -> Result<Shipment> {
    let unknown = |what: &str| sqlx::Error::Decode(format!("no {what} of freight").into());
    let (from, until): (Option<i64>, Option<i64>) =
        (row.try_get("window_from_ms")?, row.try_get("window_until_ms")?);
    let zone: String = row.try_get("zone")?;
    Ok(Shipment {
        order: row.try_get("order_id")?,
        line: u32::try_from(row.try_get::<i64, _>("line")?)
            .map_err(|error| sqlx::Error::Decode(error.into()))?,
        vendor: row.try_get("vendor")?,
        sku: row.try_get("sku")?,
        quantity: row.try_get("quantity")?,
        weight_g: row.try_get("weight_g")?,
        volumetric_g: row.try_get("volumetric_g")?,
        class: Class::parse(&row.try_get::<String, _>("class")?).ok_or_else(|| unknown("class"))?,
        zone: Zone::ALL.into_iter().find(|known| known.name() == zone).ok_or_else(|| unknown("zone"))?,
        lift_gate: row.try_get::<i64, _>("lift_gate")? == 1,
        window: from.zip(until),
        quote: row.try_get("quote")?,
        created_ms: row.try_get("created_ms")?,
    })
}
