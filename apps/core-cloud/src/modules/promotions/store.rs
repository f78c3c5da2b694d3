//! Tables `promotions_promotions`, `promotions_dues`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{Booking, State};
use crate::db::{Conn, batches, lock_by, placeholders};
use crate::page::List;
use kiosk_money::{Currency, Money};

type Result<T> = std::result::Result<T, sqlx::Error>;

const SELECT: &str = "SELECT p.id, p.vendor, p.product, p.title, p.from_ms, p.until_ms, p.state, p.booked_ms, d.amount, \
     d.currency, d.terms, d.due_ms, d.state AS due_state FROM promotions_promotions p \
     JOIN promotions_dues d ON d.promotion = p.id";
/// Columns that promotions are sorted by.
const SORTS: &[(&str, &str)] = &[
    ("from", "p.from_ms"),
    ("until", "p.until_ms"),
    ("title", "LOWER(p.title)"),
    ("vendor", "p.vendor"),
    ("amount", "d.amount"),
];

/// Books a promotion with what is owed for it.
pub async fn insert(conn: &mut Conn, booking: &Booking) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO promotions_promotions (id, vendor, product, title, from_ms, until_ms, state, booked_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let query = query.bind(&*booking.id).bind(&*booking.vendor).bind(&*booking.product).bind(&*booking.title);
    let query = query.bind(booking.from_ms).bind(booking.until_ms).bind(booking.state.name());
    query.bind(booking.booked_ms).execute(&mut *conn).await?;
    let query = sqlx::query(
        "INSERT INTO promotions_dues (promotion, vendor, amount, currency, terms, due_ms, state) \
         VALUES ($1, $2, $3, $4, $5, $6, 'due')",
    );
    let query = query.bind(&*booking.id).bind(&*booking.vendor).bind(booking.fee.amount);
    let query = query.bind(booking.fee.currency.code()).bind(&*booking.terms).bind(booking.due_ms);
    query.execute(conn).await.map(|_| ())
}

/// A promotion.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Booking>> {
    let sql = format!("{SELECT} WHERE p.id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Whether a product is promoted at any time of a period.
pub async fn overlaps(conn: &mut Conn, product: &str, from_ms: i64, until_ms: i64) -> Result<bool> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM promotions_promotions WHERE product = $1 AND state = 'booked' AND from_ms < $3 \
         AND until_ms > $2",
    );
    Ok(query.bind(product).bind(from_ms).bind(until_ms).fetch_one(conn).await?.0 > 0)
}

/// Promotions of these products that are not over.
pub async fn list_running(conn: &mut Conn, products: &[&str], now_ms: i64) -> Result<Vec<Booking>> {
    let mut found = Vec::new();
    for products in batches(products, 1) {
        let places = placeholders(2, products.len());
        let sql = format!(
            "{SELECT} WHERE p.state = 'booked' AND p.until_ms > $1 AND p.product IN ({places}) ORDER BY p.id"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms);
        for product in products {
            query = query.bind(*product);
        }
        for row in query.fetch_all(&mut *conn).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Promotions of a vendor that are not over.
pub async fn list_running_of_vendor(conn: &mut Conn, vendor: &str, now_ms: i64) -> Result<Vec<Booking>> {
    let sql =
        format!("{SELECT} WHERE p.state = 'booked' AND p.until_ms > $1 AND p.vendor = $2 ORDER BY p.id");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms).bind(vendor);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// What the filter of the list says, over `$2` (its state) and `$3` (the time).
const FILTER: &str = "($1 = '' OR p.vendor = $1) AND ($2 = '' OR ($2 IN ('cancelled', 'ended') AND p.state = $2) \
     OR (p.state = 'booked' AND (($2 = 'coming' AND p.from_ms > $3) \
     OR ($2 = 'running' AND p.from_ms <= $3 AND p.until_ms > $3) OR ($2 = 'over' AND p.until_ms <= $3)))) \
     AND (LOWER(p.title) LIKE $4 OR p.vendor LIKE $4 OR p.id LIKE $4)";

/// Promotions of a vendor, or of all, as the list asks for them.
pub async fn list(conn: &mut Conn, vendor: Option<&str>, list: &List, now_ms: i64) -> Result<Vec<Booking>> {
    let (limit, skip) = list.window();
    let sql = format!("{SELECT} WHERE {FILTER} {} LIMIT $5 OFFSET $6", list.order_by(SORTS, "p.id"));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor.unwrap_or("")).bind(&*list.state).bind(now_ms);
    query.bind(list.like()).bind(limit).bind(skip).fetch_all(conn).await?.iter().map(read).collect()
}

/// What is owed, by currency: of a vendor, or of all.
pub async fn sum_dues(conn: &mut Conn, vendor: Option<&str>) -> Result<Vec<Money>> {
    // CAST: PostgreSQL sums BIGINTs to NUMERIC.
    let query = sqlx::query_as::<_, (String, i64)>(
        "SELECT currency, CAST(SUM(amount) AS BIGINT) FROM promotions_dues WHERE state = 'due' \
         AND ($1 = '' OR vendor = $1) GROUP BY currency ORDER BY currency",
    );
    let rows = query.bind(vendor.unwrap_or("")).fetch_all(conn).await?;
    let money = |(currency, amount): (String, i64)| Some(Money::new(amount, Currency::from_code(&currency)?));
    Ok(rows.into_iter().filter_map(money).collect())
}

/// Most fees that are settled with a vendor at once.
const DUES_MAX: i64 = 500;

/// Promotions of a vendor whose fee is due, the oldest first.
pub async fn list_due(conn: &mut Conn, vendor: &str, now_ms: i64) -> Result<Vec<Booking>> {
    let sql = format!(
        "{SELECT} WHERE p.vendor = $1 AND d.state = 'due' AND d.due_ms <= $2 ORDER BY d.due_ms, p.id LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(now_ms).bind(DUES_MAX);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Locks what is owed for a promotion until the transaction ends.
pub async fn lock_due(conn: &mut Conn, id: &str) -> Result<()> {
    let sql =
        format!("SELECT promotion FROM promotions_dues WHERE promotion = $1{}", lock_by(conn, "promotion"));
    sqlx::query(AssertSqlSafe(sql)).bind(id).execute(conn).await.map(|_| ())
}

/// What is owed for a promotion gets from one state to another; whether it was in the first.
pub async fn move_due(conn: &mut Conn, id: &str, from: &str, to: &str) -> Result<bool> {
    let query = sqlx::query("UPDATE promotions_dues SET state = $3 WHERE promotion = $1 AND state = $2");
    Ok(query.bind(id).bind(from).bind(to).execute(conn).await?.rows_affected() > 0)
}

/// A promotion is taken back; what is owed is waived when it had not begun.
pub async fn end(conn: &mut Conn, id: &str, state: State, waived: bool) -> Result<()> {
    let query = sqlx::query("UPDATE promotions_promotions SET state = $2 WHERE id = $1");
    query.bind(id).bind(state.name()).execute(&mut *conn).await?;
    if waived {
        // What was paid, or is being paid, goes back: `payments` hears of it.
        let query = sqlx::query("UPDATE promotions_dues SET state = 'waived' WHERE promotion = $1");
        query.bind(id).execute(conn).await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Booking> {
    let unreadable = |what: &'static str| sqlx::Error::Decode(what.into());
    let (state, currency): (String, String) = (row.try_get("state")?, row.try_get("currency")?);
    let currency = Currency::from_code(&currency).ok_or_else(|| unreadable("no currency"))?;
    let due_state: String = row.try_get("due_state")?;
    Ok(Booking {
        id: row.try_get("id")?,
        vendor: row.try_get("vendor")?,
        product: row.try_get("product")?,
        title: row.try_get("title")?,
        from_ms: row.try_get("from_ms")?,
        until_ms: row.try_get("until_ms")?,
        state: State::parse(&state).ok_or_else(|| unreadable("no state of a promotion"))?,
        booked_ms: row.try_get("booked_ms")?,
        fee: Money::new(row.try_get("amount")?, currency),
        terms: row.try_get("terms")?,
        due_ms: row.try_get("due_ms")?,
        waived: due_state == "waived",
        paid: due_state == "paid",
        paying: due_state == "paying",
    })
}
