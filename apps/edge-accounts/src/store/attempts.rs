//! What was tried in a row, and passwords that are hashed at once.

use kiosk_edge_platform::{Database, DbError, Statement};

/// Attempts in a row that are free.
pub const TRIES_FREE: u32 = 5;
/// Longest wait after one, in milliseconds.
pub const BLOCKED_MS_MAX: i64 = 15 * 60_000;
/// After this long without an attempt the count begins anew, in milliseconds.
pub const FORGOTTEN_MS: i64 = 24 * 3_600_000;
/// A hash takes a fraction of this; a request that died gives its place back after it, in milliseconds.
pub const HASHING_MS_MAX: i64 = 5_000;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// To log in, or to prove by the password who one is.
    LogIn,
    /// To have a mail sent.
    Mail,
}

fn key(attempt: Attempt, lookup: &str) -> String {
    match attempt {
        Attempt::LogIn => format!("login/{lookup}"),
        Attempt::Mail => format!("mail/{lookup}"),
    }
}

/// Until when this cannot be tried, Unix milliseconds; 0 when it can.
pub async fn blocked_until_ms(db: &dyn Database, attempt: Attempt, lookup: &str) -> Result<i64, DbError> {
    let select = Statement::new("SELECT blocked_until_ms FROM attempt WHERE what = ?1");
    db.query(select.bind(key(attempt, lookup))).await?.first().map_or(Ok(0), |row| row.get(0))
}

/// Counts an attempt, before it is known whether it fails. From the sixth in a row on each one doubles the wait, which
/// begins with a second.
pub fn count(attempt: Attempt, lookup: &str, now_ms: i64) -> Statement {
    Statement::new(
        "INSERT INTO attempt (what, tries, blocked_until_ms, changed_ms) VALUES (?1, 1, 0, ?2)
         ON CONFLICT (what) DO UPDATE SET
           tries = CASE WHEN changed_ms < ?2 - ?3 THEN 1 ELSE MIN(tries + 1, 60) END,
           blocked_until_ms = CASE WHEN changed_ms < ?2 - ?3 OR tries < ?4 THEN 0
             ELSE ?2 + MIN(?5, 1000 << MIN(tries - ?4, 20)) END,
           changed_ms = ?2",
    )
    .bind(key(attempt, lookup))
    .bind(now_ms)
    .bind(FORGOTTEN_MS)
    .bind(TRIES_FREE)
    .bind(BLOCKED_MS_MAX)
}

/// It went well: the count begins anew.
pub fn succeeded(attempt: Attempt, lookup: &str) -> Statement {
    Statement::new("DELETE FROM attempt WHERE what = ?1").bind(key(attempt, lookup))
}

/// Removes counts that are of no more use.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM attempt WHERE what IN (SELECT what FROM attempt WHERE changed_ms < ?1 LIMIT 1000)",
    )
    .bind(now_ms - FORGOTTEN_MS)
}

/// Takes one of `slots` places to hash a password in; false when there is none. `holder` is anything random.
pub async fn take_place(db: &dyn Database, holder: &str, slots: u32, now_ms: i64) -> Result<bool, DbError> {
    let take = Statement::new(
        "WITH RECURSIVE place (slot) AS (SELECT 1 UNION ALL SELECT slot + 1 FROM place WHERE slot < ?1)
         INSERT INTO hashing (slot, holder, until_ms)
           SELECT place.slot, ?2, ?4 FROM place LEFT JOIN hashing h ON h.slot = place.slot
           WHERE h.slot IS NULL OR h.until_ms < ?3 ORDER BY place.slot LIMIT 1
         ON CONFLICT (slot) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms",
    );
    let take = take.bind(slots).bind(holder).bind(now_ms).bind(now_ms + HASHING_MS_MAX);
    db.batch(vec![take]).await?;
    let taken = Statement::new("SELECT 1 FROM hashing WHERE holder = ?1").bind(holder);
    Ok(!db.query(taken).await?.is_empty())
}

/// Gives the place back.
pub fn leave_place(holder: &str) -> Statement {
    Statement::new("DELETE FROM hashing WHERE holder = ?1").bind(holder)
}
