//! Parcels and returns as they are listed: tables `orders_shipments`, `orders_tracking`, `orders_returns`.

use sqlx::AssertSqlSafe;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::flow::ParcelState;
use super::purchase_store::read;
use super::returns::{Reason, ReturnState, Wish};
use super::shipments::{ParcelEntry, ReturnEntry, Track};
use crate::db::Conn;
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What parcels may be sorted by.
const SORTS: &[(&str, &str)] = &[("since", "s.changed_ms"), ("planned", "s.created_ms")];
/// What returns may be sorted by.
const RETURN_SORTS: &[(&str, &str)] = &[("opened", "r.opened_ms"), ("since", "r.changed_ms")];
/// Most steps of a parcel's way that are shown.
const TRACKS_MAX: i64 = 100;

/// The order of a vendor's parcel.
pub async fn get_order(conn: &mut Conn, parcel: &str, vendor: &str) -> Result<Option<String>> {
    let query =
        sqlx::query_as::<_, (String,)>("SELECT order_id FROM orders_shipments WHERE id = $1 AND vendor = $2");
    Ok(query.bind(parcel).bind(vendor).fetch_optional(conn).await?.map(|(order,)| order))
}

/// The order and the vendor of a return.
pub async fn get_key_of_return(conn: &mut Conn, id: &str) -> Result<Option<(String, String)>> {
    let query = sqlx::query_as("SELECT order_id, vendor FROM orders_returns WHERE id = $1");
    query.bind(id).fetch_optional(conn).await
}

/// A vendor's parcels. The search is part of an order's id; `open` are those that have not left.
pub async fn list_parcels(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<ParcelEntry>> {
    let sql = format!(
        "SELECT s.id, s.order_id, s.warehouse, s.freight, s.state, s.changed_ms, o.country, o.delivery_kind, \
         (SELECT CAST(COALESCE(SUM(c.quantity), 0) AS BIGINT) FROM orders_shipment_pieces c \
         WHERE c.shipment = s.id) AS pieces \
         FROM orders_shipments s JOIN orders_orders o ON o.id = s.order_id WHERE s.vendor = $1 \
         AND ($2 = '' OR s.state = $2 OR ($2 = 'open' AND s.state IN ('planned', 'picking', 'packed'))) \
         AND s.order_id LIKE $3 {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "s.id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(&*list.state).bind(list.like());
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(parcel_of).collect()
}

fn parcel_of(row: &AnyRow) -> Result<ParcelEntry> {
    Ok(ParcelEntry {
        id: row.try_get("id")?,
        order: row.try_get("order_id")?,
        warehouse: row.try_get("warehouse")?,
        freight: row.try_get::<i64, _>("freight")? == 1,
        state: read(row, "state", ParcelState::parse)?,
        changed_ms: row.try_get("changed_ms")?,
        country: row.try_get("country")?,
        delivery_kind: row.try_get("delivery_kind")?,
        pieces: row.try_get("pieces")?,
    })
}

/// What is known of a parcel's way, the newest first.
pub async fn list_tracks(conn: &mut Conn, parcel: &str) -> Result<Vec<Track>> {
    let query = sqlx::query_as::<_, (i64, String)>(
        "SELECT at_ms, text FROM orders_tracking WHERE shipment = $1 ORDER BY number DESC LIMIT $2",
    );
    let rows = query.bind(parcel).bind(TRACKS_MAX).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(at_ms, text)| Track { at_ms, text }).collect())
}

/// Returns to a vendor, or to all. The search is part of an order's id or of a label.
pub async fn list_returns(conn: &mut Conn, vendor: Option<&str>, list: &List) -> Result<Vec<ReturnEntry>> {
    let sql = format!(
        "SELECT r.id, r.order_id, r.vendor, r.reason, r.wish, r.state, r.label, r.opened_ms, r.changed_ms \
         FROM orders_returns r WHERE ($1 = '' OR r.vendor = $1) AND ($2 = '' OR r.state = $2) \
         AND (r.order_id LIKE $3 OR LOWER(r.label) LIKE $3) {} LIMIT $4 OFFSET $5",
        list.order_by(RETURN_SORTS, "r.id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor.unwrap_or("")).bind(&*list.state);
    let query = query.bind(list.like()).bind(limit).bind(offset);
    let return_of = |row: &AnyRow| {
        Ok(ReturnEntry {
            id: row.try_get("id")?,
            order: row.try_get("order_id")?,
            vendor: row.try_get("vendor")?,
            reason: read(row, "reason", Reason::parse)?,
            wish: read(row, "wish", Wish::parse)?,
            state: read(row, "state", ReturnState::parse)?,
            label: row.try_get("label")?,
            opened_ms: row.try_get("opened_ms")?,
            changed_ms: row.try_get("changed_ms")?,
        })
    };
    query.fetch_all(conn).await?.iter().map(return_of).collect()
}
