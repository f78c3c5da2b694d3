//! Table `orders_parcels`.

use std::collections::HashMap;

use kiosk_wire::people::ParcelStatus;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::parcels::{ParcelRow, ParcelView, name_of, parse, vendors_of};
use super::service::{Placed, Source};
use crate::db::{Conn, batches, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const VIEW: &str = "SELECT p.order_id, p.status, p.placed_ms, p.changed_ms, o.country, o.delivery_kind \
     FROM orders_parcels p JOIN orders_orders o ON o.id = p.order_id";
/// What a vendor's parcels may be sorted by.
const SORTS: &[(&str, &str)] = &[("placed", "p.placed_ms"), ("changed", "p.changed_ms")];

/// Stores a parcel for each vendor of new orders.
pub async fn insert_parcels(conn: &mut Conn, source: Source<'_>, placed: &[Placed<'_>]) -> Result<()> {
    let orders = placed.iter().map(|placed| placed.order);
    let rows: Vec<_> =
        orders.flat_map(|order| vendors_of(order).into_iter().map(move |vendor| (order, vendor))).collect();
    for rows in batches(&rows, 5) {
        let sql = format!(
            "INSERT INTO orders_parcels (order_id, vendor, status, placed_ms, changed_ms) VALUES {}",
            tuples(rows.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, vendor) in rows {
            query = query.bind(order.id.as_str()).bind(vendor.as_str()).bind(name_of(ParcelStatus::Placed));
            query = query.bind(order.placed_ms).bind(source.received_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// The parcels of an order.
pub async fn list_parcels(conn: &mut Conn, order: &str) -> Result<Vec<ParcelRow>> {
    let query = sqlx::query(
        "SELECT vendor, status, changed_ms FROM orders_parcels WHERE order_id = $1 ORDER BY vendor",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    let parcel_of = |row: &AnyRow| {
        Ok(ParcelRow {
            vendor: row.try_get("vendor")?,
            status: status_of(row)?,
            changed_ms: row.try_get("changed_ms")?,
        })
    };
    rows.iter().map(parcel_of).collect()
}

/// A vendor's parcels, without their lines.
pub async fn list_of_vendor(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<ParcelView>> {
    let sql = format!(
        "{VIEW} WHERE p.vendor = $1 AND ($2 = '' OR p.status = $2) AND p.order_id LIKE $3 {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "p.order_id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(&*list.state).bind(list.like());
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(view_of).collect()
}

/// A vendor's parcel of an order, without its lines.
pub async fn get_of_vendor(conn: &mut Conn, vendor: &str, order: &str) -> Result<Option<ParcelView>> {
    let sql = format!("{VIEW} WHERE p.vendor = $1 AND p.order_id = $2");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(order).fetch_optional(conn).await?;
    row.as_ref().map(view_of).transpose()
}

/// Moves a parcel: its order and vendor, and where to.
pub async fn set_parcel(
    conn: &mut Conn,
    (order, vendor): (&str, &str),
    status: ParcelStatus,
    changed_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "UPDATE orders_parcels SET status = $1, changed_ms = $2 WHERE order_id = $3 AND vendor = $4",
    );
    let query = query.bind(name_of(status)).bind(changed_ms).bind(order).bind(vendor);
    query.execute(conn).await.map(|_| ())
}

/// Says how far an order is as a whole.
pub async fn set_order(conn: &mut Conn, order: &str, status: ParcelStatus) -> Result<()> {
    let query = sqlx::query("UPDATE orders_orders SET status = $1 WHERE id = $2");
    query.bind(name_of(status)).bind(order).execute(conn).await.map(|_| ())
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
                 JOIN orders_parcels p ON p.order_id = o.id AND p.vendor = l.vendor \
                 WHERE p.status = 'delivered' AND o.account IN ({}) AND l.product IN ({}) \
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
        status: status_of(row)?,
        placed_ms: row.try_get("placed_ms")?,
        changed_ms: row.try_get("changed_ms")?,
        country: row.try_get("country")?,
        delivery_kind: row.try_get("delivery_kind")?,
        lines: Vec::new(),
    })
}

fn status_of(row: &AnyRow) -> Result<ParcelStatus> {
    let name: String = row.try_get("status")?;
    parse(&name).ok_or_else(|| sqlx::Error::Decode(format!("no state of a parcel: {name}").into()))
}
