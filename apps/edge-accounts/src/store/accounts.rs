//! Accounts.

use kiosk_edge_platform::{Database, DbError, Row, Statement};
use kiosk_ids::CustomerId;

/// An account as it is stored.
#[derive(Clone)]
pub struct Account {
    /// Its id.
    pub id: CustomerId,
    /// Keyed hash of the e-mail address.
    pub lookup: String,
    /// The person, sealed.
    pub sealed: Vec<u8>,
    /// PHC string of the password.
    pub password: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When its address was verified, Unix milliseconds.
    pub verified_ms: Option<i64>,
    /// Until when its orders are stepped up, Unix milliseconds; 0 for never.
    pub watched_until_ms: i64,
}

const COLUMNS: &str = "a.id, a.lookup, a.sealed, a.password, a.created_ms, a.verified_ms, a.watched_until_ms";
/// How many columns [`select`] reads.
pub const COLUMNS_COUNT: usize = 7;

/// Reads the columns of [`select`].
pub fn read(row: &Row) -> Result<Account, DbError> {
    let id = CustomerId::parse(row.get(0)?).map_err(|error| DbError::Host(error.to_string()))?;
    Ok(Account {
        id,
        lookup: row.get(1)?,
        sealed: row.get::<&[u8]>(2)?.to_vec(),
        password: row.get(3)?,
        created_ms: row.get(4)?,
        verified_ms: row.get(5)?,
        watched_until_ms: row.get(6)?,
    })
}

/// Accounts `a` joined or filtered by `rest`.
pub fn select(rest: &str) -> Statement {
    Statement::new(format!("SELECT {COLUMNS} FROM account a {rest}"))
}

/// The account with this e-mail address.
pub async fn find(db: &dyn Database, lookup: &str) -> Result<Option<Account>, DbError> {
    db.query(select("WHERE a.lookup = ?1").bind(lookup)).await?.first().map(read).transpose()
}

/// A new account. It takes the place of one with the same address that was never verified: whoever reads the address's
/// mail decides whose account it becomes.
pub fn insert(account: &Account) -> [Statement; 2] {
    [
        delete_unverified(&account.lookup),
        Statement::new(
            "INSERT INTO account (id, lookup, sealed, password, created_ms, watched_until_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(account.id.as_str())
        .bind(account.lookup.as_str())
        .bind(account.sealed.clone())
        .bind(account.password.as_str())
        .bind(account.created_ms)
        .bind(account.watched_until_ms),
    ]
}

/// Deletes an account with this address that was never verified.
pub fn delete_unverified(lookup: &str) -> Statement {
    Statement::new("DELETE FROM account WHERE lookup = ?1 AND verified_ms IS NULL").bind(lookup)
}

/// The address is this person's.
pub fn set_verified(account: &CustomerId, now_ms: i64) -> Statement {
    Statement::new("UPDATE account SET verified_ms = ?2 WHERE id = ?1 AND verified_ms IS NULL")
        .bind(account.as_str())
        .bind(now_ms)
}

/// Another password.
pub fn set_password(account: &CustomerId, password: String) -> Statement {
    Statement::new("UPDATE account SET password = ?2 WHERE id = ?1").bind(account.as_str()).bind(password)
}

/// Changed personal values; the address stays.
pub fn set_sealed(account: &CustomerId, sealed: Vec<u8>) -> Statement {
    Statement::new("UPDATE account SET sealed = ?2 WHERE id = ?1").bind(account.as_str()).bind(sealed)
}

/// Another e-mail address. Fails by `account.lookup` when it is somebody's.
pub fn set_email(account: &CustomerId, lookup: &str, sealed: Vec<u8>) -> Statement {
    Statement::new("UPDATE account SET lookup = ?2, sealed = ?3 WHERE id = ?1")
        .bind(account.as_str())
        .bind(lookup)
        .bind(sealed)
}

/// Deletes an account and all that is its.
pub fn delete(account: &CustomerId) -> Statement {
    Statement::new("DELETE FROM account WHERE id = ?1").bind(account.as_str())
}
