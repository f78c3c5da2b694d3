//! Tables `accounting_series`, `accounting_documents`.

use sqlx::AssertSqlSafe;

use super::documents::{Document, Issued};
use super::journal::currency;
use crate::db::Conn;
use crate::page::List;
use kiosk_money::Money;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Columns that documents are sorted by.
const SORTS: &[(&str, &str)] =
    &[("issued", "issued_ms"), ("name", "name"), ("vendor", "vendor"), ("total", "total")];

/// Takes the next number of a series. It goes back when the transaction does.
pub async fn next_number(conn: &mut Conn, vendor: &str, kind: &str, year: i64) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "INSERT INTO accounting_series (vendor, kind, year, last) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (vendor, kind, year) DO UPDATE SET last = accounting_series.last + 1 RETURNING last",
    );
    Ok(query.bind(vendor).bind(kind).bind(year).fetch_one(conn).await?.0)
}

/// Files a document.
pub async fn insert(
    conn: &mut Conn,
    (year, number): (i64, i64),
    source: &str,
    document: &Document,
    body: &str,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO accounting_documents (vendor, kind, year, number, name, order_id, source, issued_ms, currency, \
         total, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    );
    let query = query.bind(&*document.seller.vendor).bind(document.kind.name()).bind(year).bind(number);
    let query = query.bind(&*document.name).bind(&*document.order).bind(source).bind(document.issued_ms);
    let query = query.bind(document.currency.code()).bind(document.total().amount).bind(body);
    query.execute(conn).await.map(|_| ())
}

/// Numbers of the invoices of a vendor's part of a purchase.
pub async fn list_invoices(conn: &mut Conn, order: &str, vendor: &str, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT name FROM accounting_documents WHERE order_id = $1 AND vendor = $2 AND kind = 'invoice' \
         ORDER BY year, number LIMIT $3",
    );
    let rows = query.bind(order).bind(vendor).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}

/// Documents of a vendor, or of all when it is empty.
pub async fn list(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<Issued>> {
    let (limit, skip) = list.window();
    let sql = format!(
        "SELECT vendor, name, kind, order_id, issued_ms, currency, total FROM accounting_documents \
         WHERE ($1 = '' OR vendor = $1) AND ($2 = '' OR kind = $2) AND (LOWER(name) LIKE $3 OR order_id LIKE $3 \
         OR vendor LIKE $3) {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "name")
    );
    let query = sqlx::query_as::<_, (String, String, String, String, i64, String, i64)>(AssertSqlSafe(sql));
    let rows = query
        .bind(vendor)
        .bind(&*list.state)
        .bind(list.like())
        .bind(limit)
        .bind(skip)
        .fetch_all(conn)
        .await?;
    let read = |(vendor, name, kind, order, issued_ms, code, total): (_, _, _, _, _, String, _)| {
        Ok(Issued { vendor, name, kind, order, issued_ms, total: Money::new(total, currency(&code)?) })
    };
    rows.into_iter().map(read).collect()
}

/// What a document says.
pub async fn get(conn: &mut Conn, vendor: &str, name: &str) -> Result<Option<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT body FROM accounting_documents WHERE vendor = $1 AND name = $2",
    );
    Ok(query.bind(vendor).bind(name).fetch_optional(conn).await?.map(|(body,)| body))
}
