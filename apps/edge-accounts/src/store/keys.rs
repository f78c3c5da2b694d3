//! The keys of persons, in a database of their own. It is not backed up with the vault: what is deleted here is gone.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::CustomerId;

const MIGRATIONS: &[&[&str]] =
    &[&["CREATE TABLE person_key (account TEXT PRIMARY KEY, wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID"]];

/// Brings the database to this version's schema.
///
/// # Errors
/// When the database cannot be reached.
pub async fn migrate(keys: &dyn Database) -> Result<(), DbError> {
    kiosk_edge_platform::migrate(keys, MIGRATIONS).await
}

/// Keeps a person's wrapped key.
pub async fn insert(keys: &dyn Database, account: &CustomerId, wrapped: Vec<u8>) -> Result<(), DbError> {
    let insert = Statement::new("INSERT INTO person_key (account, wrapped) VALUES (?1, ?2)");
    keys.batch(vec![insert.bind(account.as_str()).bind(wrapped)]).await
}

/// Writes as much as [`insert`] does, and keeps nothing.
pub async fn touch(keys: &dyn Database) -> Result<(), DbError> {
    let upsert = Statement::new(
        "INSERT INTO person_key (account, wrapped) VALUES ('nobody', zeroblob(72))
         ON CONFLICT (account) DO UPDATE SET wrapped = excluded.wrapped",
    );
    keys.batch(vec![upsert]).await
}

/// A person's wrapped key; `None` when the person was erased.
pub async fn get(keys: &dyn Database, account: &CustomerId) -> Result<Option<Vec<u8>>, DbError> {
    let select = Statement::new("SELECT wrapped FROM person_key WHERE account = ?1").bind(account.as_str());
    keys.query(select).await?.first().map(|row| Ok(row.get::<&[u8]>(0)?.to_vec())).transpose()
}

/// Erases a person: nothing that was sealed for them opens again, in no backup either.
pub async fn delete(keys: &dyn Database, account: &CustomerId) -> Result<(), DbError> {
    keys.batch(vec![Statement::new("DELETE FROM person_key WHERE account = ?1").bind(account.as_str())]).await
}
