//! Delivery addresses of an account.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::{AddressId, CustomerId};

/// Addresses of one account.
pub const ADDRESSES_MAX: u32 = 20;

/// All addresses of an account: id and sealed value, oldest first.
pub async fn list(db: &dyn Database, account: &CustomerId) -> Result<Vec<(String, Vec<u8>)>, DbError> {
    let select = Statement::new("SELECT id, sealed FROM address WHERE account = ?1 ORDER BY id");
    let rows = db.query(select.bind(account.as_str())).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get::<&[u8]>(1)?.to_vec()))).collect()
}

/// Adds or changes an address of this account. Fails by `addresses_have_room` when there are too many.
pub fn put(account: &CustomerId, id: &AddressId, sealed: Vec<u8>, now_ms: i64) -> [Statement; 2] {
    [
        Statement::new(
            "INSERT INTO address (id, account, sealed, changed_ms) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, changed_ms = excluded.changed_ms
               WHERE account = excluded.account",
        )
        .bind(id.as_str())
        .bind(account.as_str())
        .bind(sealed)
        .bind(now_ms),
        Statement::new(
            "INSERT INTO guard (broken) SELECT 'addresses_have_room'
             WHERE (SELECT COUNT(*) FROM address WHERE account = ?1) > ?2",
        )
        .bind(account.as_str())
        .bind(ADDRESSES_MAX),
    ]
}

/// Whether this address is this account's.
pub async fn is_of(db: &dyn Database, account: &CustomerId, id: &str) -> Result<bool, DbError> {
    let select = Statement::new("SELECT 1 FROM address WHERE id = ?1 AND account = ?2");
    Ok(!db.query(select.bind(id).bind(account.as_str())).await?.is_empty())
}

/// Removes an address of this account.
pub fn delete(account: &CustomerId, id: &str) -> Statement {
    Statement::new("DELETE FROM address WHERE id = ?1 AND account = ?2").bind(id).bind(account.as_str())
}
