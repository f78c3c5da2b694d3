//! Mails that wait for the provider, sealed. One that the provider took is deleted.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::{CustomerId, EventId};

/// A mail that is due.
pub struct Due {
    /// Its id.
    pub id: String,
    /// Whose key opens it.
    pub account: CustomerId,
    /// The mail, sealed.
    pub sealed: Vec<u8>,
    /// Failures so far.
    pub tries: u32,
}

/// Queues a mail.
pub fn insert(id: &EventId, account: &CustomerId, sealed: Vec<u8>, now_ms: i64) -> Statement {
    Statement::new("INSERT INTO mail (id, account, sealed, due_ms) VALUES (?1, ?2, ?3, ?4)")
        .bind(id.as_str())
        .bind(account.as_str())
        .bind(sealed)
        .bind(now_ms)
}

/// Up to `limit` mails that are due, oldest first.
pub async fn list_due(db: &dyn Database, now_ms: i64, limit: u32) -> Result<Vec<Due>, DbError> {
    let select = Statement::new(
        "SELECT id, account, sealed, tries FROM mail WHERE due_ms <= ?1 ORDER BY due_ms LIMIT ?2",
    );
    let rows = db.query(select.bind(now_ms).bind(limit)).await?;
    rows.iter()
        .map(|row| {
            let account = CustomerId::parse(row.get(1)?).map_err(|error| DbError::Host(error.to_string()))?;
            Ok(Due { id: row.get(0)?, account, sealed: row.get::<&[u8]>(2)?.to_vec(), tries: row.get(3)? })
        })
        .collect()
}

/// Takes a mail to send it, unless another instance has: it is due again at `again_ms` if nobody says that it went.
pub async fn take(db: &dyn Database, due: &Due, now_ms: i64, again_ms: i64) -> Result<bool, DbError> {
    let update = Statement::new(
        "UPDATE mail SET tries = tries + 1, due_ms = ?4 WHERE id = ?1 AND tries = ?2 AND due_ms <= ?3",
    );
    let update = update.bind(due.id.as_str()).bind(due.tries).bind(now_ms).bind(again_ms);
    db.batch(vec![update]).await?;
    let select = Statement::new("SELECT 1 FROM mail WHERE id = ?1 AND tries = ?2 AND due_ms = ?3");
    Ok(!db.query(select.bind(due.id.as_str()).bind(due.tries + 1).bind(again_ms)).await?.is_empty())
}

/// The mail went, or nobody wants it.
pub fn delete(id: &str) -> Statement {
    Statement::new("DELETE FROM mail WHERE id = ?1").bind(id)
}
