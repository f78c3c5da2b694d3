//! Pictures by the hash of their bytes. The feed names them; the tick fetches the missing ones from the core.

use kiosk_edge_platform::{Database, Statement, Value};

use crate::StoreError;

/// A picture that is still to be fetched is tried again after this long, in milliseconds.
pub const RETRY_MS: i64 = 30_000;

/// A stored picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// File ending that tells the media type.
    pub ext: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The picture, or `None` while it is not here.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, hash: &str) -> Result<Option<Media>, StoreError> {
    let select =
        Statement::new("SELECT ext, bytes FROM media WHERE hash = ?1 AND bytes IS NOT NULL").bind(hash);
    let mut rows = db.query(select).await?;
    let Some(row) = rows.first_mut() else { return Ok(None) };
    let ext = row.take_text(0)?;
    let Value::Blob(bytes) = row.0.swap_remove(1) else { return Ok(None) };
    Ok(Some(Media { ext, bytes }))
}

/// Hashes of up to `limit` pictures to fetch, those never tried first.
///
/// # Errors
/// When the database fails.
pub async fn missing(db: &dyn Database, now_ms: i64, limit: u32) -> Result<Vec<String>, StoreError> {
    let select = Statement::new(
        "SELECT hash FROM media WHERE bytes IS NULL AND tried_ms <= ?1 ORDER BY tried_ms LIMIT ?2",
    );
    let rows = db.query(select.bind(now_ms - RETRY_MS).bind(limit)).await?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Stores the bytes of an expected picture.
#[must_use]
pub fn put(hash: &str, bytes: Vec<u8>) -> Statement {
    Statement::new("UPDATE media SET bytes = ?2 WHERE hash = ?1").bind(hash).bind(bytes)
}

/// Remembers that a picture could not be fetched.
#[must_use]
pub fn failed(hash: &str, now_ms: i64) -> Statement {
    Statement::new("UPDATE media SET tried_ms = ?2 WHERE hash = ?1").bind(hash).bind(now_ms)
}
