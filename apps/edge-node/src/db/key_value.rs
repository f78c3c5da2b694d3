//! Key-value stores, each a SQLite file with one table.

use std::sync::Arc;

use super::connection::{CallMode, Connection, InstanceWrites};
use super::database::{Database, DatabaseMetrics};
use super::{Error, QueryResult, Value};
use crate::limits::{KEY_BYTES_MAX, KEY_VALUE_BYTES_MAX, KEYS_MAX};

const CREATE: &str =
    "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID";
const GET: &str = "SELECT value FROM entries WHERE key = ?1";
const SET: &str =
    "INSERT INTO entries (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
const DELETE: &str = "DELETE FROM entries WHERE key = ?1";
const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM entries WHERE key = ?1)";
const KEYS: &str = "SELECT key FROM entries ORDER BY key LIMIT ?1";

/// Why a call on a store failed.
#[derive(Debug, thiserror::Error)]
pub enum KeyValueError {
    /// The key is empty or too long.
    #[error("a key has 1 to {KEY_BYTES_MAX} bytes")]
    Key,
    /// The value is too large.
    #[error("a value has at most {KEY_VALUE_BYTES_MAX} bytes")]
    Value,
    /// There are more keys than are listed.
    #[error("a store lists at most {KEYS_MAX} keys")]
    TooManyKeys,
    /// The store's file failed.
    #[error("{0}")]
    Store(String),
}

/// A key-value store that a guest has open.
#[derive(Clone)]
pub struct KeyValueStore(Arc<Connection>);

impl KeyValueStore {
    /// Makes the table of a store in a new file.
    pub fn prepare(
        path: &std::path::Path,
        metrics: DatabaseMetrics,
    ) -> Result<Arc<Database>, rusqlite::Error> {
        rusqlite::Connection::open(path)?.execute_batch(CREATE)?;
        Database::open(path, metrics)
    }

    /// Opens a store whose table [`KeyValueStore::prepare`] made.
    pub fn open(database: &Arc<Database>, writes: &Arc<InstanceWrites>) -> Result<Self, KeyValueError> {
        let connection = database.connect(writes).map_err(store_error)?;
        Ok(Self(Arc::new(connection)))
    }

    /// The value of a key.
    pub async fn get(&self, key: String) -> Result<Option<Vec<u8>>, KeyValueError> {
        let found = self.run(GET, vec![checked(key)?]).await?;
        Ok(match first_value(found) {
            Some(Value::Blob(blob)) => Some(blob),
            _ => None,
        })
    }

    /// Sets the value of a key.
    pub async fn set(&self, key: String, value: Vec<u8>) -> Result<(), KeyValueError> {
        if value.len() > KEY_VALUE_BYTES_MAX {
            return Err(KeyValueError::Value);
        }
        self.run(SET, vec![checked(key)?, Value::Blob(value)]).await.map(drop)
    }

    /// Removes a key; it need not be there.
    pub async fn delete(&self, key: String) -> Result<(), KeyValueError> {
        self.run(DELETE, vec![checked(key)?]).await.map(drop)
    }

    /// Whether a key is there.
    pub async fn exists(&self, key: String) -> Result<bool, KeyValueError> {
        let found = self.run(EXISTS, vec![checked(key)?]).await?;
        Ok(matches!(first_value(found), Some(Value::Integer(1))))
    }

    /// All keys in order.
    pub async fn keys(&self) -> Result<Vec<String>, KeyValueError> {
        let found = self.run(KEYS, vec![Value::Integer(KEYS_MAX as i64 + 1)]).await?;
        if found.rows.len() > KEYS_MAX {
            return Err(KeyValueError::TooManyKeys);
        }
        let keys = found.rows.into_iter().flat_map(|row| row.values);
        Ok(keys.filter_map(|value| if let Value::Text(key) = value { Some(key) } else { None }).collect())
    }

    async fn run(&self, sql: &str, parameters: Vec<Value>) -> Result<QueryResult, KeyValueError> {
        self.0.execute(sql.to_owned(), parameters, CallMode::Concurrent).await.map_err(store_error)
    }
}

fn checked(key: String) -> Result<Value, KeyValueError> {
    if (1..=KEY_BYTES_MAX).contains(&key.len()) { Ok(Value::Text(key)) } else { Err(KeyValueError::Key) }
}

fn first_value(result: QueryResult) -> Option<Value> {
    result.rows.into_iter().next()?.values.into_iter().next()
}

fn store_error(error: Error) -> KeyValueError {
    KeyValueError::Store(error.to_string())
}
