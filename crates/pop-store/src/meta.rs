//! Single values the POP remembers.

use kiosk_edge_platform::{Database, Statement};

use crate::StoreError;

/// Cursor of the catalogue feed.
pub const FEED_CURSOR: &str = "feed_cursor";
/// Names this database to the core; a database that was lost comes back as another incarnation.
pub const INCARNATION: &str = "incarnation";
/// When the leases lapse, Unix milliseconds.
pub const LEASES_EXPIRE_MS: &str = "leases_expire_ms";
/// How often the core took back what this database held, as far as it knows.
pub const LEASE_FENCE: &str = "lease_fence";
/// Not before this time is the core asked again after it could not be reached, Unix milliseconds; 0 when it answers.
pub const CORE_RETRY_MS: &str = "core_retry_ms";
/// How often in a row the core could not be reached.
pub const CORE_FAILURES: &str = "core_failures";
/// When the core last answered a lease request, Unix milliseconds.
pub const CONTACT_MS: &str = "contact_ms";
/// When old rows were last removed, Unix milliseconds.
pub const PRUNED_MS: &str = "pruned_ms";
/// When idle stock was last looked for, Unix milliseconds.
pub const IDLE_STOCK_MS: &str = "idle_stock_ms";

/// The value of `key`.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, key: &'static str) -> Result<Option<String>, StoreError> {
    let rows = db.query(Statement::new("SELECT value FROM meta WHERE key = ?1").bind(key)).await?;
    Ok(rows.first().map(|row| row.get(0)).transpose()?)
}

/// Sets `key` to `value`.
#[must_use]
pub fn set(key: &'static str, value: impl Into<String>) -> Statement {
    Statement::new("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key)
        .bind(value.into())
}

/// Sets `key` to `value` as long as the database is called `incarnation`: what a late answer says of another one is not
/// taken over.
#[must_use]
pub fn set_for(incarnation: &str, key: &'static str, value: impl Into<String>) -> Statement {
    Statement::new(
        "INSERT INTO meta (key, value)
           SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value.into())
    .bind(incarnation)
}

/// Sets `key` to `value` unless it is set, and returns what holds then: of several instances the first wins.
///
/// # Errors
/// When the database fails.
pub async fn get_or_set(db: &dyn Database, key: &'static str, value: String) -> Result<String, StoreError> {
    if let Some(found) = get(db, key).await? {
        return Ok(found);
    }
    let insert = Statement::new("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING");
    db.batch(vec![insert.bind(key).bind(value.clone())]).await?;
    Ok(get(db, key).await?.unwrap_or(value))
}
