//! Passkeys: public keys that log an account in.

use kiosk_edge_platform::{Database, DbError, Row, Statement};
use kiosk_ids::CustomerId;

use super::accounts::{self, Account};

/// Passkeys of one account; the schema has the same number.
pub const PASSKEYS_MAX: u32 = 10;

/// A passkey as it is stored.
pub struct Passkey {
    /// `pky_…`, made of the credential's id.
    pub id: String,
    /// The authenticator's id of it.
    pub credential: Vec<u8>,
    /// The point on P-256, uncompressed.
    pub public_key: Vec<u8>,
    /// Its name, sealed.
    pub sealed: Vec<u8>,
    /// How often the authenticator says that it has signed; 0 when it does not count.
    pub sign_count: u32,
    /// When it was added, Unix milliseconds.
    pub created_ms: i64,
    /// When it last logged in, Unix milliseconds.
    pub used_ms: Option<i64>,
}

const COLUMNS: &str = "k.id, k.credential, k.public_key, k.sealed, k.sign_count, k.created_ms, k.used_ms";

fn read(row: &Row, first: usize) -> Result<Passkey, DbError> {
    Ok(Passkey {
        id: row.get(first)?,
        credential: row.get::<&[u8]>(first + 1)?.to_vec(),
        public_key: row.get::<&[u8]>(first + 2)?.to_vec(),
        sealed: row.get::<&[u8]>(first + 3)?.to_vec(),
        sign_count: row.get(first + 4)?,
        created_ms: row.get(first + 5)?,
        used_ms: row.get(first + 6)?,
    })
}

/// The passkeys of an account, oldest first.
pub async fn list(db: &dyn Database, account: &CustomerId) -> Result<Vec<Passkey>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM passkey k WHERE k.account = ?1 ORDER BY k.created_ms, k.id");
    let rows = db.query(Statement::new(sql).bind(account.as_str())).await?;
    rows.iter().map(|row| read(row, 0)).collect()
}

/// A passkey and the account that it opens.
pub async fn find(db: &dyn Database, id: &str) -> Result<Option<(Passkey, Account)>, DbError> {
    let mut select = accounts::select("JOIN passkey k ON k.account = a.id WHERE k.id = ?1");
    select.sql = select.sql.replacen(" FROM ", &format!(", {COLUMNS} FROM "), 1).into();
    let rows = db.query(select.bind(id)).await?;
    rows.first().map(|row| Ok((read(row, accounts::COLUMNS_COUNT)?, accounts::read(row)?))).transpose()
}

/// A new passkey. Fails by `passkeys_have_room` when there are too many, by `passkey.id` when it is known.
pub fn insert(account: &CustomerId, passkey: &Passkey) -> Statement {
    Statement::new(
        "INSERT INTO passkey (id, account, credential, public_key, sealed, sign_count, created_ms, nth)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT COUNT(*) + 1 FROM passkey WHERE account = ?2))",
    )
    .bind(passkey.id.as_str())
    .bind(account.as_str())
    .bind(passkey.credential.clone())
    .bind(passkey.public_key.clone())
    .bind(passkey.sealed.clone())
    .bind(passkey.sign_count)
    .bind(passkey.created_ms)
}

/// It has logged in.
pub fn used(id: &str, sign_count: u32, now_ms: i64) -> Statement {
    Statement::new("UPDATE passkey SET sign_count = ?2, used_ms = ?3 WHERE id = ?1")
        .bind(id)
        .bind(sign_count)
        .bind(now_ms)
}

/// Removes a passkey of this account.
pub fn delete(account: &CustomerId, id: &str) -> Statement {
    Statement::new("DELETE FROM passkey WHERE id = ?1 AND account = ?2").bind(id).bind(account.as_str())
}
