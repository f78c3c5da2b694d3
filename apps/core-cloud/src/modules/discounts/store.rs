//! Tables `discounts_discounts`, `discounts_uses`.

use kiosk_money::{Currency, Money};
use kiosk_wire::{Discount, DiscountUse, OrderRecord};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{Made, Used};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Columns that discounts are sorted by.
const SORTS: &[(&str, &str)] = &[
    ("from", "from_ms"),
    ("until", "until_ms"),
    ("name", "LOWER(name)"),
    ("code", "code"),
    ("vendor", "vendor"),
];

/// Stores a discount.
pub async fn insert(conn: &mut Conn, made: &Made, now_ms: i64) -> Result<()> {
    let Made { discount, budget, ended_ms } = made;
    let query = sqlx::query(
        "INSERT INTO discounts_discounts (id, vendor, code, name, from_ms, until_ms, budget, ended_ms, created_ms, \
         body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    );
    let vendor = discount.vendor.as_ref().map_or("", |vendor| vendor.as_str());
    let query = query.bind(discount.id.as_str()).bind(vendor).bind(discount.code.as_deref().unwrap_or(""));
    let query = query.bind(&*discount.name).bind(discount.from_ms).bind(discount.until_ms).bind(*budget);
    let body = serde_json::to_string(discount).map_err(|error| sqlx::Error::Encode(error.into()))?;
    query.bind(*ended_ms).bind(now_ms).bind(body).execute(conn).await.map(|_| ())
}

/// A discount.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Made>> {
    let query = sqlx::query("SELECT body, budget, ended_ms FROM discounts_discounts WHERE id = $1");
    query.bind(id).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Whether another discount has a code at any time of a period.
pub async fn overlaps(conn: &mut Conn, code: &str, from_ms: i64, until_ms: i64) -> Result<bool> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM discounts_discounts WHERE code = $1 AND ended_ms = 0 AND from_ms < $3 AND until_ms > $2",
    );
    Ok(query.bind(code).bind(from_ms).bind(until_ms).fetch_one(conn).await?.0 > 0)
}

/// A discount is ended before its time.
pub async fn end(conn: &mut Conn, id: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE discounts_discounts SET ended_ms = $2 WHERE id = $1");
    query.bind(id).bind(now_ms).execute(conn).await.map(|_| ())
}

/// What the filter of the list says, over `$2` (its state) and `$3` (the time).
const FILTER: &str = "($1 = '' OR vendor = $1) AND ($2 = '' OR ($2 = 'ended' AND ended_ms > 0) \
     OR (ended_ms = 0 AND (($2 = 'coming' AND from_ms > $3) OR ($2 = 'running' AND from_ms <= $3 AND until_ms > $3) \
     OR ($2 = 'over' AND until_ms <= $3)))) AND (LOWER(name) LIKE $4 OR LOWER(code) LIKE $4 OR vendor LIKE $4)";

/// Discounts of a vendor, or all, as the list asks for them.
pub async fn list(conn: &mut Conn, vendor: Option<&str>, list: &List, now_ms: i64) -> Result<Vec<Made>> {
    let (limit, skip) = list.window();
    let order = list.order_by(SORTS, "id");
    let sql = format!(
        "SELECT body, budget, ended_ms FROM discounts_discounts WHERE {FILTER} {order} LIMIT $5 OFFSET $6"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor.unwrap_or("")).bind(&*list.state).bind(now_ms);
    let query = query.bind(list.like()).bind(limit).bind(skip);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// What these discounts took off, by currency, and off how many orders.
pub async fn sum_uses(conn: &mut Conn, ids: &[&str]) -> Result<Vec<(String, Money, i64)>> {
    let mut sums = Vec::new();
    for ids in batches(ids, 1) {
        let sql = format!(
            "SELECT discount, currency, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM discounts_uses \
             WHERE state <> 'released' AND discount IN ({}) GROUP BY discount, currency ORDER BY discount, currency",
            placeholders(1, ids.len())
        );
        let mut query = sqlx::query_as::<_, (String, String, i64, i64)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        for (id, currency, amount, orders) in query.fetch_all(&mut *conn).await? {
            sums.push((id, money(amount, &currency)?, orders));
        }
    }
    Ok(sums)
}

/// What discounts took off an order.
pub async fn list_of_order(conn: &mut Conn, order: &str) -> Result<Vec<Used>> {
    let query = sqlx::query_as::<_, (String, Option<String>, i64, String)>(
        "SELECT u.discount, d.name, u.amount, u.currency FROM discounts_uses u \
         LEFT JOIN discounts_discounts d ON d.id = u.discount WHERE u.order_id = $1 ORDER BY u.place",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    let used = |(discount, name, amount, currency): (String, Option<String>, i64, String)| {
        Ok(Used { discount, name: name.unwrap_or_default(), amount: money(amount, &currency)? })
    };
    rows.into_iter().map(used).collect()
}

/// Stores what discounts took off orders, each with the place in its order and what its budget had for it.
pub async fn insert_uses(conn: &mut Conn, uses: &[(&OrderRecord, i64, &DiscountUse, i64)]) -> Result<()> {
    for uses in batches(uses, 8) {
        let sql = format!(
            "INSERT INTO discounts_uses (order_id, place, discount, amount, currency, units, state, placed_ms) VALUES {}",
            tuples(uses.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, place, used, units) in uses {
            query = query.bind(order.id.as_str()).bind(*place).bind(used.discount.as_str());
            query = query.bind(used.amount.amount.max(0)).bind(used.amount.currency.code());
            query = query.bind(*units).bind("open").bind(order.placed_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What the discounts of an order spent stays spent.
pub async fn keep(conn: &mut Conn, order: &str) -> Result<()> {
    let query =
        sqlx::query("UPDATE discounts_uses SET state = 'kept' WHERE order_id = $1 AND state = 'open'");
    query.bind(order).execute(conn).await.map(|_| ())
}

/// What the discounts of an order spent is given back, unless it is kept or was given back before: discount and units.
pub async fn release(conn: &mut Conn, order: &str) -> Result<Vec<(String, i64)>> {
    let lock = lock_by(conn, "discount");
    let sql =
        format!("SELECT discount, units FROM discounts_uses WHERE order_id = $1 AND state = 'open'{lock}");
    let query = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(sql)).bind(order);
    let open = query.fetch_all(&mut *conn).await?;
    let query =
        sqlx::query("UPDATE discounts_uses SET state = 'released' WHERE order_id = $1 AND state = 'open'");
    query.bind(order).execute(conn).await?;
    Ok(open)
}

fn money(amount: i64, currency: &str) -> Result<Money> {
    let currency = Currency::from_code(currency).ok_or_else(|| sqlx::Error::Decode("no currency".into()))?;
    Ok(Money::new(amount, currency))
}

fn read(row: &AnyRow) -> Result<Made> {
    let body: String = row.try_get("body")?;
    let discount: Discount =
        serde_json::from_str(&body).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Made { discount, budget: row.try_get("budget")?, ended_ms: row.try_get("ended_ms")? })
}
