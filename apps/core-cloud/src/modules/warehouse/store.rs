//! Tables `warehouse_warehouses`, `warehouse_stock`.

use sqlx::AssertSqlSafe;

use super::service::{Shelf, Warehouse};
use crate::db::{Conn, batches, placeholders};

type Result<T> = std::result::Result<T, sqlx::Error>;

type Row = (String, String, String, String, i64);
const SELECT: &str = "SELECT id, vendor, name, country, main FROM warehouse_warehouses";

fn warehouse_of((id, vendor, name, country, main): Row) -> Warehouse {
    Warehouse { id, vendor, name, country, main: main == 1 }
}

/// A vendor's warehouses, the main one first.
pub async fn list(conn: &mut Conn, vendor: &str) -> Result<Vec<Warehouse>> {
    let sql = format!("{SELECT} WHERE vendor = $1 ORDER BY main DESC, name, id");
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(vendor).fetch_all(conn).await?;
    Ok(rows.into_iter().map(warehouse_of).collect())
}

/// One warehouse.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Warehouse>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row: Option<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    Ok(row.map(warehouse_of))
}

/// Stores a warehouse; a second main one of a vendor is passed over.
pub async fn insert(conn: &mut Conn, warehouse: &Warehouse, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO warehouse_warehouses (id, vendor, name, country, main, created_ms) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    );
    let query = query.bind(&*warehouse.id).bind(&*warehouse.vendor).bind(&*warehouse.name);
    let query = query.bind(&*warehouse.country).bind(i64::from(warehouse.main)).bind(now_ms);
    query.execute(conn).await.map(|_| ())
}

/// What lies where, of these items.
pub async fn list_shelves(conn: &mut Conn, items: &[&str]) -> Result<Vec<Shelf>> {
    let mut shelves = Vec::new();
    for items in batches(items, 1) {
        let sql = format!(
            "SELECT warehouse, item, units, reserved FROM warehouse_stock WHERE item IN ({}) ORDER BY item, warehouse",
            placeholders(1, items.len())
        );
        let mut query = sqlx::query_as::<_, (String, String, i64, i64)>(AssertSqlSafe(sql));
        for item in items {
            query = query.bind(*item);
        }
        let rows = query.fetch_all(&mut *conn).await?.into_iter();
        shelves.extend(rows.map(|(warehouse, item, units, reserved)| Shelf {
            warehouse,
            item,
            units,
            reserved,
        }));
    }
    Ok(shelves)
}

/// What lies in a warehouse, by item, at most `limit` items.
pub async fn list_of_warehouse(conn: &mut Conn, warehouse: &str, limit: i64) -> Result<Vec<Shelf>> {
    let query = sqlx::query_as::<_, (String, String, i64, i64)>(
        "SELECT warehouse, item, units, reserved FROM warehouse_stock \
         WHERE warehouse = $1 AND (units > 0 OR reserved > 0) ORDER BY item LIMIT $2",
    );
    let rows = query.bind(warehouse).bind(limit).fetch_all(conn).await?;
    let shelf = |(warehouse, item, units, reserved)| Shelf { warehouse, item, units, reserved };
    Ok(rows.into_iter().map(shelf).collect())
}

/// Changes what lies on a shelf and what of it is reserved; neither goes below nothing.
pub async fn change(conn: &mut Conn, warehouse: &str, item: &str, units: i64, reserved: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO warehouse_stock (warehouse, item, units, reserved) VALUES ($1, $2, \
         CASE WHEN $3 > 0 THEN $3 ELSE 0 END, CASE WHEN $4 > 0 THEN $4 ELSE 0 END) \
         ON CONFLICT (warehouse, item) DO UPDATE SET \
         units = CASE WHEN warehouse_stock.units + $3 > 0 THEN warehouse_stock.units + $3 ELSE 0 END, \
         reserved = CASE WHEN warehouse_stock.reserved + $4 > 0 THEN warehouse_stock.reserved + $4 ELSE 0 END",
    );
    query.bind(warehouse).bind(item).bind(units).bind(reserved).execute(conn).await.map(|_| ())
}

/// Sets what lies on a shelf.
pub async fn set_units(conn: &mut Conn, warehouse: &str, item: &str, units: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO warehouse_stock (warehouse, item, units, reserved) VALUES ($1, $2, $3, 0) \
         ON CONFLICT (warehouse, item) DO UPDATE SET units = excluded.units",
    );
    query.bind(warehouse).bind(item).bind(units).execute(conn).await.map(|_| ())
}
