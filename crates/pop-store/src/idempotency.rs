//! Answers to repeat: `Idempotency-Key`. A row is written in the batch of the effect that it stands for, so an answer
//! is remembered exactly when its effect took place.

use kiosk_edge_platform::Statement;

/// How long an answer is remembered, in milliseconds.
pub const REMEMBERED_MS: i64 = 24 * 3_600_000;
/// Most rows that one [`prune`] removes.
pub const PRUNED_ROWS_MAX: u32 = 2_000;

/// A request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Keyed hash of the request's body.
    pub request_hash: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// Body of the answer; no personal value and no secret.
    pub response: String,
}

/// Remembers the answer to `key` of `scope` (whose keys these are).
#[must_use]
pub fn remember(scope: &str, key: &str, answer: &Remembered, now_ms: i64) -> Statement {
    Statement::new(
        "INSERT INTO idempotency (scope, key, request_hash, status, response, created_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(scope)
    .bind(key)
    .bind(answer.request_hash.as_str())
    .bind(answer.status)
    .bind(answer.response.as_str())
    .bind(now_ms)
}

/// Removes up to [`PRUNED_ROWS_MAX`] answers older than [`REMEMBERED_MS`].
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM idempotency WHERE (scope, key) IN
           (SELECT scope, key FROM idempotency WHERE created_ms < ?1 ORDER BY created_ms LIMIT ?2)",
    )
    .bind(now_ms - REMEMBERED_MS)
    .bind(PRUNED_ROWS_MAX)
}
