//! Tables `accounting_facts`, `accounting_sales`, `accounting_lines`, `accounting_plans`.

use std::collections::HashSet;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::journal::currency;
use super::plans::Plan;
use super::terms::{Line, Progress, Sale};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use kiosk_tax::Scheme;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Which of these facts were booked before.
pub async fn list_booked(conn: &mut Conn, ids: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for ids in batches(ids, 1) {
        let sql = format!("SELECT id FROM accounting_facts WHERE id IN ({})", placeholders(1, ids.len()));
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        found.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Remembers facts as booked.
pub async fn insert_booked(conn: &mut Conn, ids: &[&str]) -> Result<()> {
    for ids in batches(ids, 1) {
        let sql = format!("INSERT INTO accounting_facts (id) VALUES {}", tuples(ids.len(), 1));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Freezes sales; known ones stay as they are.
pub async fn insert_sales(conn: &mut Conn, sales: &[Sale]) -> Result<()> {
    for sales in batches(sales, 12) {
        let sql = format!(
            "INSERT INTO accounting_sales (order_id, vendor, placed_ms, currency, seller_country, country, jurisdiction, \
             scheme, tax_ppm, delivery_gross, delivery_tax, gift_cards) VALUES {} ON CONFLICT (order_id, vendor) DO NOTHING",
            tuples(sales.len(), 12)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for sale in sales {
            query =
                query.bind(&*sale.order).bind(&*sale.vendor).bind(sale.placed_ms).bind(sale.currency.code());
            query = query.bind(&*sale.seller_country).bind(&*sale.country).bind(&*sale.jurisdiction);
            query = query.bind(sale.scheme.name()).bind(sale.tax_ppm).bind(sale.delivery_gross);
            query = query.bind(sale.delivery_tax).bind(sale.gift_cards);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Freezes lines, each with its order; known ones stay as they are.
pub async fn insert_lines(conn: &mut Conn, lines: &[(String, Line)]) -> Result<()> {
    for lines in batches(lines, 13) {
        let sql = format!(
            "INSERT INTO accounting_lines (order_id, line, vendor, sku, title, quantity, gross, tax, commission, \
             commission_ppm, list_price, discount, subsidy) VALUES {} ON CONFLICT (order_id, line) DO NOTHING",
            tuples(lines.len(), 13)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, line) in lines {
            query =
                query.bind(&**order).bind(line.line).bind(&*line.vendor).bind(&*line.sku).bind(&*line.title);
            query = query.bind(line.quantity).bind(line.gross).bind(line.tax).bind(line.commission);
            query = query.bind(line.commission_ppm).bind(line.list_price).bind(line.discount);
            query = query.bind(line.subsidy);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// A vendor's part of a purchase, locked until the transaction ends.
pub async fn lock_sale(conn: &mut Conn, order: &str, vendor: &str) -> Result<Option<Sale>> {
    let sql = format!(
        "SELECT order_id, vendor, placed_ms, currency, seller_country, country, jurisdiction, scheme, tax_ppm, \
         delivery_shipped, delivery_refunded, delivery_gross, delivery_tax, gift_cards FROM accounting_sales WHERE order_id = $1 AND vendor = $2{}",
        lock_by(conn, "order_id")
    );
    let row = sqlx::query(AssertSqlSafe(sql)).bind(order).bind(vendor).fetch_optional(conn).await?;
    row.as_ref().map(read_sale).transpose()
}

/// The lines of a vendor's part, in order.
pub async fn list_lines(conn: &mut Conn, order: &str, vendor: &str) -> Result<Vec<Line>> {
    let query = sqlx::query(
        "SELECT line, vendor, sku, title, quantity, gross, tax, commission, commission_ppm, shipped, refunded, \
         list_price, discount, subsidy, shipped_pieces, refunded_pieces FROM accounting_lines WHERE order_id = $1 AND vendor = $2 ORDER BY line",
    );
    query.bind(order).bind(vendor).fetch_all(conn).await?.iter().map(read_line).collect()
}

/// How much of a line has left and is owed back.
pub async fn set_line(conn: &mut Conn, order: &str, line: &Line) -> Result<()> {
    let query = sqlx::query(
        "UPDATE accounting_lines SET shipped = $3, refunded = $4, shipped_pieces = $5, refunded_pieces = $6 \
         WHERE order_id = $1 AND line = $2",
    );
    let query = query.bind(order).bind(line.line).bind(line.progress.shipped).bind(line.progress.refunded);
    query.bind(line.pieces.shipped).bind(line.pieces.refunded).execute(conn).await.map(|_| ())
}

/// How much of delivery was charged and is owed back.
pub async fn set_delivery(conn: &mut Conn, sale: &Sale) -> Result<()> {
    let query = sqlx::query(
        "UPDATE accounting_sales SET delivery_shipped = $3, delivery_refunded = $4 WHERE order_id = $1 AND vendor = $2",
    );
    let query = query.bind(&*sale.order).bind(&*sale.vendor);
    query.bind(sale.delivery.shipped).bind(sale.delivery.refunded).execute(conn).await.map(|_| ())
}

/// Commission plans, the newest of each first.
pub async fn list_plans(conn: &mut Conn, limit: i64) -> Result<Vec<Plan>> {
    let query = sqlx::query_as::<_, (String, String, i64, i64)>(
        "SELECT vendor, category, from_ms, ppm FROM accounting_plans ORDER BY vendor, category, from_ms DESC LIMIT $1",
    );
    let rows = query.bind(limit).fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(vendor, category, from_ms, ppm)| Plan { vendor, category, from_ms, ppm })
        .collect())
}

/// Adds a plan; one from the same moment on is replaced.
pub async fn put_plan(conn: &mut Conn, plan: &Plan) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO accounting_plans (vendor, category, from_ms, ppm) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (vendor, category, from_ms) DO UPDATE SET ppm = excluded.ppm",
    );
    let query = query.bind(&*plan.vendor).bind(&*plan.category).bind(plan.from_ms).bind(plan.ppm);
    query.execute(conn).await.map(|_| ())
}

fn read_sale(row: &AnyRow) -> Result<Sale> {
    let (code, scheme): (String, String) = (row.try_get("currency")?, row.try_get("scheme")?);
    Ok(Sale {
        order: row.try_get("order_id")?,
        vendor: row.try_get("vendor")?,
        placed_ms: row.try_get("placed_ms")?,
        currency: currency(&code)?,
        seller_country: row.try_get("seller_country")?,
        country: row.try_get("country")?,
        jurisdiction: row.try_get("jurisdiction")?,
        scheme: Scheme::parse(&scheme).ok_or_else(|| sqlx::Error::Decode("no scheme".into()))?,
        tax_ppm: row.try_get("tax_ppm")?,
        delivery: Progress {
            shipped: row.try_get("delivery_shipped")?,
            refunded: row.try_get("delivery_refunded")?,
        },
        delivery_gross: row.try_get("delivery_gross")?,
        delivery_tax: row.try_get("delivery_tax")?,
        gift_cards: row.try_get("gift_cards")?,
    })
}

fn read_line(row: &AnyRow) -> Result<Line> {
    Ok(Line {
        line: row.try_get("line")?,
        vendor: row.try_get("vendor")?,
        sku: row.try_get("sku")?,
        title: row.try_get("title")?,
        quantity: row.try_get("quantity")?,
        gross: row.try_get("gross")?,
        tax: row.try_get("tax")?,
        commission: row.try_get("commission")?,
        commission_ppm: row.try_get("commission_ppm")?,
        list_price: row.try_get("list_price")?,
        discount: row.try_get("discount")?,
        subsidy: row.try_get("subsidy")?,
        progress: Progress { shipped: row.try_get("shipped")?, refunded: row.try_get("refunded")? },
        pieces: Progress {
            shipped: row.try_get("shipped_pieces")?,
            refunded: row.try_get("refunded_pieces")?,
        },
    })
}
