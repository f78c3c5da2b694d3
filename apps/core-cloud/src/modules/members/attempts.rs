//! How often something was tried in a row, and how long to wait before it may be tried again.

use crate::db::{Tx, lock_by};
use sqlx::AssertSqlSafe;

/// Attempts in a row that are free.
pub const TRIES_FREE: i64 = 5;
/// Longest wait after one, in milliseconds.
const BLOCKED_MS_MAX: i64 = 15 * 60_000;
/// After this long without an attempt the count begins anew, in milliseconds.
const FORGOTTEN_MS: i64 = 24 * 3_600_000;

/// Counts an attempt before it is known whether it fails; from the sixth in a row on each one doubles the wait, which begins
/// with a second. Returns until when it may not be tried, Unix milliseconds: then nothing was counted.
///
/// # Errors
/// When the database fails.
pub async fn count(tx: &mut Tx, what: &str, now_ms: i64) -> Result<Option<i64>, sqlx::Error> {
    let sql = format!(
        "SELECT tries, blocked_until_ms, changed_ms FROM members_attempts WHERE what = $1{}",
        lock_by(tx, "what")
    );
    let row: Option<(i64, i64, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(what).fetch_optional(&mut **tx).await?;
    let (tries, blocked_ms, changed_ms) = row.unwrap_or((0, 0, now_ms));
    if blocked_ms > now_ms {
        return Ok(Some(blocked_ms));
    }
    let tries = if changed_ms < now_ms - FORGOTTEN_MS { 1 } else { (tries + 1).min(60) };
    let blocked_until_ms = if tries <= TRIES_FREE {
        0
    } else {
        now_ms + BLOCKED_MS_MAX.min(1_000 << (tries - TRIES_FREE - 1).min(20))
    };
    sqlx::query(
        "INSERT INTO members_attempts (what, tries, blocked_until_ms, changed_ms) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (what) DO UPDATE SET tries = excluded.tries, \
         blocked_until_ms = excluded.blocked_until_ms, changed_ms = excluded.changed_ms",
    )
    .bind(what)
    .bind(tries)
    .bind(blocked_until_ms)
    .bind(now_ms)
    .execute(&mut **tx)
    .await?;
    Ok(None)
}

/// It went well: the count begins anew.
///
/// # Errors
/// When the database fails.
pub async fn succeeded(tx: &mut Tx, what: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM members_attempts WHERE what = $1")
        .bind(what)
        .execute(&mut **tx)
        .await
        .map(|_| ())
}

/// Removes counts that are of no more use.
///
/// # Errors
/// When the database fails.
pub async fn prune(tx: &mut Tx, now_ms: i64) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM members_attempts WHERE changed_ms < $1")
        .bind(now_ms - FORGOTTEN_MS)
        .execute(&mut **tx)
        .await
        .map(|_| ())
}
