//! Vendors' orders as they are listed: table `orders_vendor_orders`.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::flow::Stage;
use super::parcels::{ParcelRow, ParcelView};
use super::purchase_store::read;
use crate::db::{Conn, batches, placeholders};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const VIEW: &str = "SELECT p.order_id, p.stage, p.placed_ms, p.changed_ms, o.country, o.delivery_kind \
     FROM orders_vendor_orders p JOIN orders_orders o ON o.id = p.order_id";
/// What a vendor's orders may be sorted by.
const SORTS: &[(&str, &str)] = &[("placed", "p.placed_ms"), ("changed", "p.changed_ms")];

/// The vendors' orders of a purchase.
pub async fn list_parcels(conn: &mut Conn, order: &str) -> Result<Vec<ParcelRow>> {
    let query = sqlx::query(
        "SELECT vendor, stage, changed_ms FROM orders_vendor_orders WHERE order_id = $1 ORDER BY vendor",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    let parcel_of = |row: &AnyRow| {
        Ok(ParcelRow {
            vendor: row.try_get("vendor")?,
            status: read(row, "stage", Stage::parse)?,
            changed_ms: row.try_get("changed_ms")?,
        })
    };
    rows.iter().map(parcel_of).collect()
}

/// What a vendor has to send, by a name of a filter; any other is a stage.
const TO_SEND: &str = "('placed', 'cleared', 'picking', 'partially_shipped')";

/// A vendor's orders, without their lines.
pub async fn list_of_vendor(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<ParcelView>> {
    let sql = format!(
        "{VIEW} WHERE p.vendor = $1 AND ($2 = '' OR p.stage = $2 OR ($2 = 'to_send' AND p.stage IN {TO_SEND})) \
         AND p.order_id LIKE $3 {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "p.order_id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(&*list.state).bind(list.like());
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(view_of).collect()
}

/// A vendor's order, without its lines.
pub async fn get_of_vendor(conn: &mut Conn, vendor: &str, order: &str) -> Result<Option<ParcelView>> {
    let sql = format!("{VIEW} WHERE p.vendor = $1 AND p.order_id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(order).fetch_optional(conn).await?;
    row.as_ref().map(view_of).transpose()
}

/// Vendors that delivered one of `products` to one of `accounts`, by both.
pub async fn list_delivered(
    conn: &mut Conn,
    accounts: &[&str],
    products: &[&str],
) -> Result<HashMap<(String, String), String>> {
    let mut found = HashMap::new();
    for accounts in batches(accounts, 1) {
        for products in batches(products, 1) {
            let sql = format!(
                "SELECT o.account, l.product, MIN(l.vendor) FROM orders_orders o \
                 JOIN orders_lines l ON l.order_id = o.id \
                 JOIN orders_pieces p ON p.order_id = o.id AND p.line = l.line \
                 WHERE p.delivered > 0 AND o.account IN ({}) AND l.product IN ({}) \
                 GROUP BY o.account, l.product",
                placeholders(1, accounts.len()),
                placeholders(accounts.len() + 1, products.len())
            );
            let mut query = sqlx::query_as::<_, (String, String, String)>(AssertSqlSafe(sql));
            for key in accounts.iter().chain(products) {
                query = query.bind(*key);
            }
            let rows = query.fetch_all(&mut *conn).await?;
            found.extend(rows.into_iter().map(|(account, product, vendor)| ((account, product), vendor)));
        }
    }
    Ok(found)
}

fn view_of(row: &AnyRow) -> Result<ParcelView> {
    Ok(ParcelView {
        order: row.try_get("order_id")?,
        status: read(row, "stage", Stage::parse)?,
        placed_ms: row.try_get("placed_ms")?,
        changed_ms: row.try_get("changed_ms")?,
        country: row.try_get("country")?,
        delivery_kind: row.try_get("delivery_kind")?,
        lines: Vec::new(),
    })
}
