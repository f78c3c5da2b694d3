//! Sessions.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::CustomerId;

use super::accounts::{self, Account};

/// How long a session lasts, in milliseconds.
pub const SESSION_MS: i64 = 30 * 24 * 3_600_000;
/// Sessions of one account; the oldest end first.
pub const SESSIONS_MAX: u32 = 20;

/// The account whose session this is.
pub async fn find(db: &dyn Database, token_hash: &str, now_ms: i64) -> Result<Option<Account>, DbError> {
    let select =
        accounts::select("JOIN session s ON s.account = a.id WHERE s.token_hash = ?1 AND s.expires_ms > ?2");
    db.query(select.bind(token_hash).bind(now_ms)).await?.first().map(accounts::read).transpose()
}

/// A new session.
pub fn insert(account: &CustomerId, token_hash: String, now_ms: i64) -> [Statement; 2] {
    [
        Statement::new(
            "INSERT INTO session (token_hash, account, created_ms, expires_ms) VALUES (?1, ?2, ?3, ?4)",
        )
        .bind(token_hash)
        .bind(account.as_str())
        .bind(now_ms)
        .bind(now_ms + SESSION_MS),
        Statement::new(
            "DELETE FROM session WHERE account = ?1 AND token_hash NOT IN
               (SELECT token_hash FROM session WHERE account = ?1 ORDER BY created_ms DESC LIMIT ?2)",
        )
        .bind(account.as_str())
        .bind(SESSIONS_MAX),
    ]
}

/// A session, as its owner may see it.
pub struct Begun {
    /// Its token's hash.
    pub token_hash: String,
    /// When it began, Unix milliseconds.
    pub created_ms: i64,
    /// When it ends by itself, Unix milliseconds.
    pub expires_ms: i64,
}

/// The sessions of an account, newest first.
pub async fn list(db: &dyn Database, account: &CustomerId, now_ms: i64) -> Result<Vec<Begun>, DbError> {
    let select = Statement::new(
        "SELECT token_hash, created_ms, expires_ms FROM session WHERE account = ?1 AND expires_ms > ?2
         ORDER BY created_ms DESC, token_hash LIMIT ?3",
    );
    let rows = db.query(select.bind(account.as_str()).bind(now_ms).bind(SESSIONS_MAX)).await?;
    rows.iter()
        .map(|row| Ok(Begun { token_hash: row.get(0)?, created_ms: row.get(1)?, expires_ms: row.get(2)? }))
        .collect()
}

/// Ends one session.
pub fn delete(token_hash: String) -> Statement {
    Statement::new("DELETE FROM session WHERE token_hash = ?1").bind(token_hash)
}

/// Ends all sessions of an account but one, whose token's hash is `kept`.
pub fn delete_all(account: &CustomerId, kept: &str) -> Statement {
    Statement::new("DELETE FROM session WHERE account = ?1 AND token_hash <> ?2")
        .bind(account.as_str())
        .bind(kept)
}

/// Removes what has expired.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM session WHERE token_hash IN (SELECT token_hash FROM session WHERE expires_ms <= ?1 LIMIT 1000)",
    )
    .bind(now_ms)
}
