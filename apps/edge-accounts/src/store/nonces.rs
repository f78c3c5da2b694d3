//! Nonces of signatures that were used.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_wire::sign::TOLERANCE_S;

/// How long a nonce is kept, in milliseconds: a signature from the future is good for twice the tolerance.
const KEPT_MS: i64 = 2 * (TOLERANCE_S + 1) * 1_000;

/// Uses a nonce up; false when it was used before.
pub async fn take(db: &dyn Database, nonce: &str, now_ms: i64) -> Result<bool, DbError> {
    let insert = Statement::new("INSERT INTO nonce (nonce, expires_ms) VALUES (?1, ?2)");
    match db.batch(vec![insert.bind(nonce).bind(now_ms + KEPT_MS)]).await {
        Err(error) if error.violates("nonce.nonce") => Ok(false),
        result => result.map(|()| true),
    }
}

/// Removes those whose signatures are too old by now.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM nonce WHERE nonce IN (SELECT nonce FROM nonce WHERE expires_ms <= ?1 LIMIT 10000)",
    )
    .bind(now_ms)
}
