//! Tables `customers_tiers`, `customers_tier_changes`.

use super::tiers::{Tier, TierChange};
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Most changes of a customer's tier that are shown.
const CHANGES_MAX: i64 = 50;

/// The rules, the lowest first.
pub async fn list(conn: &mut Conn) -> Result<Vec<Tier>> {
    let query = sqlx::query_as::<_, (String, i64, i64)>(
        "SELECT name, value_min, orders_min FROM customers_tiers ORDER BY value_min, orders_min, name",
    );
    let rows = query.fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(name, value_min, orders_min)| Tier { name, value_min, orders_min }).collect())
}

/// The rules, locked until the transaction ends.
pub async fn lock(conn: &mut Conn) -> Result<Vec<Tier>> {
    let sql = format!("SELECT name FROM customers_tiers{}", lock_by(conn, "name"));
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *conn).await?;
    list(conn).await
}

/// Adds a rule, or changes it.
pub async fn put(conn: &mut Conn, rule: &Tier) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO customers_tiers (name, value_min, orders_min) VALUES ($1, $2, $3) \
         ON CONFLICT (name) DO UPDATE SET value_min = excluded.value_min, orders_min = excluded.orders_min",
    );
    query.bind(&*rule.name).bind(rule.value_min).bind(rule.orders_min).execute(conn).await.map(|_| ())
}

/// Takes a rule away; whether there was one.
pub async fn delete(conn: &mut Conn, name: &str) -> Result<bool> {
    let query = sqlx::query("DELETE FROM customers_tiers WHERE name = $1");
    Ok(query.bind(name).execute(conn).await?.rows_affected() > 0)
}

/// Notes that a customer got another tier.
pub async fn insert_change(conn: &mut Conn, pseudonym: &str, tier: &str, changed_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO customers_tier_changes (pseudonym, place, tier, changed_ms) \
         SELECT CAST($1 AS TEXT), COALESCE(MAX(place), 0) + 1, CAST($2 AS TEXT), CAST($3 AS BIGINT) FROM customers_tier_changes WHERE pseudonym = $1",
    );
    query.bind(pseudonym).bind(tier).bind(changed_ms).execute(conn).await.map(|_| ())
}

/// Tiers that a customer got and lost, newest first.
pub async fn list_changes(conn: &mut Conn, pseudonym: &str) -> Result<Vec<TierChange>> {
    let query = sqlx::query_as::<_, (String, i64)>(
        "SELECT tier, changed_ms FROM customers_tier_changes WHERE pseudonym = $1 ORDER BY place DESC LIMIT $2",
    );
    let rows = query.bind(pseudonym).bind(CHANGES_MAX).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(tier, changed_ms)| TierChange { tier, changed_ms }).collect())
}
