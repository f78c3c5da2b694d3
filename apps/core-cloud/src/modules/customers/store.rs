//! Tables `customers_customers`, `customers_links`.

use std::collections::HashSet;

use kiosk_money::Money;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::count::REPORTED;
use super::service::{Block, Customer, Spent};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use crate::modules::orders::service::price;
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "pseudonym, region, is_account, orders, first_ms, last_ms, last_order, blocked_ms, \
     blocked_by, reason, blocked_via, value, recent_value, recent_orders, tier, watched";
/// What customers may be sorted by.
const SORTS: &[(&str, &str)] = &[
    ("last", "last_ms"),
    ("first", "first_ms"),
    ("orders", "orders"),
    ("value", "value"),
    ("since", "COALESCE(blocked_ms, 0)"),
];

/// Remembers which accounts bought with which addresses.
pub async fn insert_links(conn: &mut Conn, links: &[(&str, &str)]) -> Result<()> {
    for rows in batches(links, 2) {
        let sql = format!(
            "INSERT INTO customers_links (account, customer) VALUES {} ON CONFLICT DO NOTHING",
            tuples(rows.len(), 2)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (account, customer) in rows {
            query = query.bind(*account).bind(*customer);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Which of these are blocked.
pub async fn list_blocked(conn: &mut Conn, pseudonyms: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for rows in batches(pseudonyms, 1) {
        let sql = format!(
            "SELECT pseudonym FROM customers_customers WHERE blocked_ms IS NOT NULL AND pseudonym IN ({})",
            placeholders(1, rows.len())
        );
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for pseudonym in rows {
            query = query.bind(*pseudonym);
        }
        found.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(pseudonym,)| pseudonym));
    }
    Ok(found)
}

/// Blocks addresses for the sake of a blocked account that bought with them. Returns them with their regions.
pub async fn block_linked(conn: &mut Conn, addresses: &[&str], now_ms: i64) -> Result<Vec<(String, String)>> {
    let mut told = Vec::new();
    for rows in batches(addresses, 1) {
        let sql = format!(
            "UPDATE customers_customers SET blocked_ms = $1, blocked_by = '', reason = '', blocked_via = \
             (SELECT MIN(l.account) FROM customers_links l JOIN customers_customers a ON a.pseudonym = l.account \
             WHERE l.customer = customers_customers.pseudonym AND a.blocked_ms IS NOT NULL) \
             WHERE blocked_ms IS NULL AND pseudonym IN ({}) RETURNING pseudonym, region",
            placeholders(2, rows.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(now_ms);
        for address in rows {
            query = query.bind(*address);
        }
        told.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(told)
}

/// Customers of a list, without their sums.
pub async fn list_customers(conn: &mut Conn, list: &List) -> Result<Vec<Customer>> {
    let of_state = match list.state.as_str() {
        "blocked" => "blocked_ms IS NOT NULL",
        "watched" => "watched <> ''",
        "account" => "is_account = 1",
        "guest" => "is_account = 0",
        _ => "is_account >= 0",
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM customers_customers WHERE {of_state} AND LOWER(pseudonym) LIKE $1 {} \
         LIMIT $2 OFFSET $3",
        list.order_by(SORTS, "pseudonym")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(list.like()).bind(limit).bind(offset);
    query.fetch_all(conn).await?.iter().map(customer_of).collect()
}

/// A customer, without its sums.
pub async fn get_customer(conn: &mut Conn, pseudonym: &str) -> Result<Option<Customer>> {
    let sql = format!("SELECT {COLUMNS} FROM customers_customers WHERE pseudonym = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(pseudonym).fetch_optional(conn).await?;
    row.as_ref().map(customer_of).transpose()
}

/// Reads what customers spent. CAST: PostgreSQL sums BIGINTs to NUMERIC.
pub async fn read_sums(conn: &mut Conn, customers: &mut [Customer]) -> Result<()> {
    let mut sums = Vec::new();
    let pseudonyms: Vec<&str> = customers.iter().map(|customer| customer.pseudonym.as_str()).collect();
    for rows in batches(&pseudonyms, 1) {
        let sql = format!(
            "SELECT pseudonym, currency, CAST(SUM(bought) AS BIGINT), CAST(SUM(kept) AS BIGINT) \
             FROM customers_orders WHERE pseudonym IN ({}) GROUP BY pseudonym, currency ORDER BY currency",
            placeholders(1, rows.len())
        );
        let mut query = sqlx::query_as::<_, (String, String, i64, i64)>(AssertSqlSafe(sql));
        for pseudonym in rows {
            query = query.bind(*pseudonym);
        }
        sums.extend(query.fetch_all(&mut *conn).await?);
    }
    for customer in customers {
        let own = sums.iter().filter(|(pseudonym, ..)| *pseudonym == customer.pseudonym);
        let spent = |(_, currency, bought, kept): &(String, String, i64, i64)| Spent {
            bought: price(*bought, currency),
            kept: price(*kept, currency),
        };
        customer.sums = own.map(spent).collect();
    }
    Ok(())
}

/// Pseudonyms that orders link to this one.
pub async fn list_linked(conn: &mut Conn, pseudonym: &str) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT customer FROM customers_links WHERE account = $1 \
         UNION SELECT account FROM customers_links WHERE customer = $1 ORDER BY 1",
    );
    Ok(query.bind(pseudonym).fetch_all(conn).await?.into_iter().map(|(linked,)| linked).collect())
}

/// A pseudonym without orders, unless it is known.
pub async fn insert_unless_known(
    conn: &mut Conn,
    pseudonym: &str,
    region: &str,
    is_account: bool,
    now_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO customers_customers (pseudonym, region, is_account, orders, first_ms, last_ms, last_order) \
         VALUES ($1, $2, $3, 0, $4, $4, '') ON CONFLICT (pseudonym) DO NOTHING",
    );
    let query = query.bind(pseudonym).bind(region).bind(i64::from(is_account)).bind(now_ms);
    query.execute(conn).await.map(|_| ())
}

/// Locks customers, whose pseudonyms are in order, against batches of orders that count for them.
pub async fn lock_customers(conn: &mut Conn, pseudonyms: &[&str]) -> Result<()> {
    for rows in batches(pseudonyms, 1) {
        let names = placeholders(1, rows.len());
        let lock = lock_by(conn, "pseudonym");
        let sql = format!("SELECT pseudonym FROM customers_customers WHERE pseudonym IN ({names}){lock}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for pseudonym in rows {
            query = query.bind(*pseudonym);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Blocks a customer.
pub async fn set_block(conn: &mut Conn, pseudonym: &str, block: &Block) -> Result<()> {
    let query = sqlx::query(
        "UPDATE customers_customers SET blocked_ms = $1, blocked_by = $2, reason = $3, blocked_via = NULL \
         WHERE pseudonym = $4",
    );
    let query = query.bind(block.since_ms).bind(&*block.by).bind(&*block.reason).bind(pseudonym);
    query.execute(conn).await.map(|_| ())
}

/// Blocks those of `pseudonyms` that are not blocked. Returns them with their regions.
pub async fn block_others(
    conn: &mut Conn,
    pseudonyms: &[&str],
    block: &Block,
) -> Result<Vec<(String, String)>> {
    let mut told = Vec::new();
    for rows in batches(pseudonyms, 1) {
        let sql = format!(
            "UPDATE customers_customers SET blocked_ms = $1, blocked_by = $2, reason = $3, blocked_via = $4 \
             WHERE blocked_ms IS NULL AND pseudonym IN ({}) RETURNING pseudonym, region",
            placeholders(5, rows.len())
        );
        let query = sqlx::query_as(AssertSqlSafe(sql)).bind(block.since_ms).bind(&*block.by);
        let mut query = query.bind(&*block.reason).bind(block.via.as_deref());
        for pseudonym in rows {
            query = query.bind(*pseudonym);
        }
        told.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(told)
}

/// Unblocks a customer and those that were blocked for its sake. Returns them with their regions.
pub async fn unblock(conn: &mut Conn, pseudonym: &str) -> Result<Vec<(String, String)>> {
    let query = sqlx::query_as(
        "UPDATE customers_customers SET blocked_ms = NULL, blocked_by = NULL, reason = NULL, blocked_via = NULL \
         WHERE pseudonym = $1 OR blocked_via = $1 RETURNING pseudonym, region",
    );
    query.bind(pseudonym).fetch_all(conn).await
}

fn customer_of(row: &AnyRow) -> Result<Customer> {
    let since_ms: Option<i64> = row.try_get("blocked_ms")?;
    let block = match since_ms {
        None => None,
        Some(since_ms) => Some(Block {
            since_ms,
            by: row.try_get::<Option<String>, _>("blocked_by")?.unwrap_or_default(),
            reason: row.try_get::<Option<String>, _>("reason")?.unwrap_or_default(),
            via: row.try_get("blocked_via")?,
        }),
    };
    let watched: String = row.try_get("watched")?;
    Ok(Customer {
        pseudonym: row.try_get("pseudonym")?,
        region: row.try_get("region")?,
        is_account: row.try_get::<i64, _>("is_account")? == 1,
        orders: row.try_get("orders")?,
        first_ms: row.try_get("first_ms")?,
        last_ms: row.try_get("last_ms")?,
        last_order: row.try_get("last_order")?,
        block,
        value: Money::new(row.try_get("value")?, REPORTED),
        recent_value: Money::new(row.try_get("recent_value")?, REPORTED),
        recent_orders: row.try_get("recent_orders")?,
        tier: row.try_get("tier")?,
        watched: watched.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        sums: Vec::new(),
    })
}
