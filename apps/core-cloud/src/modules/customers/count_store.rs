//! Tables `customers_orders`, `customers_movements`, and what is summed up of them in `customers_customers`.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::consumer::{Bought, Movement};
use super::count::{Counted, Sums};
use crate::db::{Conn, batches, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// An order that was paid in another currency than that of reports.
#[derive(Clone, Debug)]
pub struct Foreign {
    pub order: String,
    pub currency: String,
    pub kept: i64,
    pub placed_ms: i64,
}

/// Stores orders; one that is there stays as it is.
pub async fn insert_orders(conn: &mut Conn, bought: &[Bought<'_>]) -> Result<()> {
    for rows in batches(bought, 8) {
        let sql = format!(
            "INSERT INTO customers_orders (pseudonym, order_id, is_account, region, placed_ms, currency, bought, kept) \
             VALUES {} ON CONFLICT (pseudonym, order_id) DO NOTHING",
            tuples(rows.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in rows {
            query =
                query.bind(row.pseudonym).bind(row.order).bind(i64::from(row.is_account)).bind(row.region);
            query = query.bind(row.placed_ms).bind(row.currency).bind(row.amount).bind(row.amount);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores what became of orders; a fact that is there stays as it is.
pub async fn insert_movements(conn: &mut Conn, movements: &[Movement<'_>]) -> Result<()> {
    for rows in batches(movements, 5) {
        let sql = format!(
            "INSERT INTO customers_movements (id, order_id, kind, amount, told_ms) VALUES {} \
             ON CONFLICT (id) DO NOTHING",
            tuples(rows.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for row in rows {
            query = query.bind(row.id).bind(row.order).bind(row.kind).bind(row.amount).bind(row.told_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What one kind of movements of an order sums up to. CAST: PostgreSQL sums BIGINTs to NUMERIC.
fn sum_of(kind: &str) -> String {
    format!(
        "(SELECT CAST(COALESCE(SUM(m.amount), 0) AS BIGINT) FROM customers_movements m \
         WHERE m.order_id = customers_orders.order_id AND m.kind = '{kind}')"
    )
}

/// Sums up what became of orders. What was kept of one in another currency than `reported` has no value yet.
pub async fn sum_movements(conn: &mut Conn, orders: &[&str], reported: &str) -> Result<()> {
    let [cancelled, returned, charged_back, refused] =
        ["cancelled", "returned", "charged_back", "refused"].map(sum_of);
    // A dispute that is won before it is told to be open gives nothing back.
    let rest = "bought - cancelled - returned - CASE WHEN charged_back > 0 THEN charged_back ELSE 0 END";
    for rows in batches(orders, 1) {
        let places = placeholders(1, rows.len());
        let sums = format!(
            "UPDATE customers_orders SET cancelled = {cancelled}, returned = {returned}, \
             charged_back = {charged_back}, refused = {refused} WHERE order_id IN ({places})"
        );
        let kept = format!(
            "UPDATE customers_orders SET kept = CASE WHEN {rest} > 0 THEN {rest} ELSE 0 END \
             WHERE order_id IN ({places})"
        );
        let last = rows.len() + 1;
        let value = format!(
            "UPDATE customers_orders SET value = CASE WHEN currency = ${last} THEN kept ELSE NULL END \
             WHERE order_id IN ({places})"
        );
        for sql in [sums, kept] {
            execute(conn, sql, rows, None).await?;
        }
        execute(conn, value, rows, Some(reported)).await?;
    }
    Ok(())
}

async fn execute(conn: &mut Conn, sql: String, rows: &[&str], last: Option<&str>) -> Result<()> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        query = query.bind(*row);
    }
    if let Some(last) = last {
        query = query.bind(last);
    }
    query.execute(conn).await.map(|_| ())
}

/// Of these orders those in another currency.
pub async fn list_foreign(conn: &mut Conn, orders: &[&str], reported: &str) -> Result<Vec<Foreign>> {
    let mut found = Vec::new();
    for rows in batches(orders, 1) {
        let sql = format!(
            "SELECT DISTINCT order_id, currency, kept, placed_ms FROM customers_orders \
             WHERE currency <> $1 AND order_id IN ({}) ORDER BY order_id",
            placeholders(2, rows.len())
        );
        let mut query = sqlx::query_as::<_, (String, String, i64, i64)>(AssertSqlSafe(sql)).bind(reported);
        for row in rows {
            query = query.bind(*row);
        }
        let rows = query.fetch_all(&mut *conn).await?.into_iter();
        found.extend(rows.map(|(order, currency, kept, placed_ms)| Foreign {
            order,
            currency,
            kept,
            placed_ms,
        }));
    }
    Ok(found)
}

/// What was kept of an order in the currency of reports; without a rate, when one is looked for again.
pub async fn set_value(conn: &mut Conn, order: &str, value: Option<i64>, rate_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE customers_orders SET value = $2, rate_ms = $3 WHERE order_id = $1");
    query.bind(order).bind(value).bind(rate_ms).execute(conn).await.map(|_| ())
}

/// Orders without a value, those first that waited longest.
pub async fn list_without_rate(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT order_id FROM customers_orders WHERE value IS NULL AND rate_ms <= $1 GROUP BY order_id \
         ORDER BY MIN(rate_ms), order_id LIMIT $2",
    );
    let rows = query.bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(order,)| order).collect())
}

/// Customers whose time has come.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT pseudonym FROM customers_customers WHERE due_ms <= $1 ORDER BY due_ms, pseudonym LIMIT $2",
    );
    let rows = query.bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(pseudonym,)| pseudonym).collect())
}

/// All customers are counted anew.
pub async fn set_all_due(conn: &mut Conn) -> Result<()> {
    sqlx::query("UPDATE customers_customers SET due_ms = 0").execute(conn).await.map(|_| ())
}

/// Whose these orders are.
pub async fn list_pseudonyms(conn: &mut Conn, orders: &[&str]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for rows in batches(orders, 1) {
        let sql = format!(
            "SELECT DISTINCT pseudonym FROM customers_orders WHERE order_id IN ({})",
            placeholders(1, rows.len())
        );
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for row in rows {
            query = query.bind(*row);
        }
        found.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(pseudonym,)| pseudonym));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The tiers that customers have.
pub async fn list_tiers_of(conn: &mut Conn, pseudonyms: &[String]) -> Result<HashMap<String, String>> {
    let mut found = HashMap::new();
    for rows in batches(pseudonyms, 1) {
        let sql = format!(
            "SELECT pseudonym, tier FROM customers_customers WHERE pseudonym IN ({})",
            placeholders(1, rows.len())
        );
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
        for row in rows {
            query = query.bind(row);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// What orders sum up to; those placed after `recent_ms` count as of late.
pub async fn sum_orders(conn: &mut Conn, pseudonyms: &[String], recent_ms: i64) -> Result<Vec<Sums>> {
    let recent =
        |what: &str| format!("CAST(COALESCE(SUM(CASE WHEN placed_ms > $1 {what} ELSE 0 END), 0) AS BIGINT)");
    let columns = format!(
        "pseudonym, MAX(is_account) AS is_account, MIN(region) AS first_region, MAX(region) AS last_region, \
         COUNT(*) AS orders, MIN(placed_ms) AS first_ms, MAX(placed_ms) AS last_ms, \
         CAST(COALESCE(SUM(value), 0) AS BIGINT) AS value, {} AS recent_value, {} AS recent_orders, \
         {} AS disputed, {} AS refused, {} AS returned, MIN(CASE WHEN placed_ms > $1 THEN placed_ms END) AS oldest_ms",
        recent("AND value IS NOT NULL THEN value"),
        recent("AND kept > 0 THEN 1"),
        recent("AND charged_back > 0 THEN 1"),
        recent("THEN refused"),
        recent("AND returned > 0 THEN 1"),
    );
    let mut found = Vec::with_capacity(pseudonyms.len());
    for rows in batches(pseudonyms, 1) {
        let places = placeholders(2, rows.len());
        let sql = format!(
            "SELECT s.*, (SELECT MAX(l.order_id) FROM customers_orders l WHERE l.pseudonym = s.pseudonym \
             AND l.placed_ms = s.last_ms) AS last_order FROM (SELECT {columns} FROM customers_orders \
             WHERE pseudonym IN ({places}) GROUP BY pseudonym) s ORDER BY s.pseudonym"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(recent_ms);
        for row in rows {
            query = query.bind(row);
        }
        for row in query.fetch_all(&mut *conn).await? {
            found.push(sums_of(&row)?);
        }
    }
    Ok(found)
}

fn sums_of(row: &AnyRow) -> Result<Sums> {
    let (first, last): (String, String) = (row.try_get("first_region")?, row.try_get("last_region")?);
    Ok(Sums {
        pseudonym: row.try_get("pseudonym")?,
        is_account: row.try_get::<i64, _>("is_account")? == 1,
        // One that several regions have shown is of none.
        region: if first == last { first } else { String::new() },
        orders: row.try_get("orders")?,
        first_ms: row.try_get("first_ms")?,
        last_ms: row.try_get("last_ms")?,
        last_order: row.try_get("last_order")?,
        value: row.try_get("value")?,
        recent_value: row.try_get("recent_value")?,
        recent_orders: row.try_get("recent_orders")?,
        disputed: row.try_get("disputed")?,
        refused: row.try_get("refused")?,
        returned: row.try_get("returned")?,
        oldest_ms: row.try_get("oldest_ms")?,
    })
}

/// Stores what customers are known by; whether they are blocked stays as it is.
pub async fn put_customers(conn: &mut Conn, counted: &[Counted]) -> Result<()> {
    const COLUMNS: [&str; 12] = [
        "region",
        "is_account",
        "orders",
        "first_ms",
        "last_ms",
        "last_order",
        "value",
        "recent_value",
        "recent_orders",
        "tier",
        "watched",
        "due_ms",
    ];
    let changed = COLUMNS.map(|column| format!("{column} = excluded.{column}")).join(", ");
    for rows in batches(counted, 13) {
        let sql = format!(
            "INSERT INTO customers_customers (pseudonym, {}) VALUES {} ON CONFLICT (pseudonym) DO UPDATE SET {changed}",
            COLUMNS.join(", "),
            tuples(rows.len(), 13)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for Counted { sums, tier, watched, due_ms } in rows {
            query = query.bind(&*sums.pseudonym).bind(&*sums.region).bind(i64::from(sums.is_account));
            query = query.bind(sums.orders).bind(sums.first_ms).bind(sums.last_ms).bind(&*sums.last_order);
            query = query.bind(sums.value).bind(sums.recent_value).bind(sums.recent_orders);
            query = query.bind(&**tier).bind(&**watched).bind(*due_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}
