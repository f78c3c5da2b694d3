//! Appending to the log, reading it, and checking that nobody changed it.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::store;
use crate::db::{Db, Tx};
use crate::error::Error;

/// The actor of what was done from a terminal.
pub const TERMINAL: &str = "terminal";
/// The actor of what was done with the operator key.
pub const OPERATOR: &str = "operator";
/// Entries that are read at once when the chain is checked.
const CHECKED_AT_ONCE: i64 = 500;

/// What somebody did.
#[derive(Clone, Debug)]
pub struct Act<'a> {
    /// As `vendor.approve`.
    pub action: &'a str,
    /// The id of what it was done to.
    pub subject: &'a str,
    /// For people; nothing personal of customers.
    pub detail: String,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 1 without a gap.
    pub seq: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Who: `mem_…`, [`TERMINAL`] or [`OPERATOR`].
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub subject: String,
    /// For people.
    pub detail: String,
    /// SHA-256, hex, of the hash before and all of the above.
    #[serde(skip)]
    pub hash: String,
}

impl Entry {
    /// The hash that this entry has after one with the hash `before`. JSON keeps the fields apart.
    fn chained(&self, before: &str) -> Result<String, Error> {
        let mut hash = Sha256::new();
        hash.update(before.as_bytes());
        hash.update(serde_json::to_vec(self)?);
        Ok(hex::encode(hash.finalize()))
    }
}

/// Appends an entry in the transaction that does what it tells.
///
/// # Errors
/// When the database fails.
pub async fn append(tx: &mut Tx, actor: &str, act: &Act<'_>, at_ms: i64) -> Result<(), Error> {
    let (seq, before) = store::lock_head(tx).await?;
    let mut entry = Entry {
        seq: seq + 1,
        at_ms,
        actor: actor.to_owned(),
        action: act.action.to_owned(),
        subject: act.subject.to_owned(),
        detail: act.detail.clone(),
        hash: String::new(),
    };
    entry.hash = entry.chained(&before)?;
    Ok(store::insert(tx, &entry).await?)
}

/// The log as admins read it.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Entries before a number, newest first; only those whose actor, action or subject contains `search`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, before: i64, search: &str, limit: u32) -> Result<Vec<Entry>, Error> {
        Ok(store::list(&mut *self.db.read().await?, before, search, i64::from(limit)).await?)
    }

    /// The number of the first entry that is not what was appended, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_break(&self) -> Result<Option<i64>, Error> {
        let conn = &mut *self.db.read().await?;
        let (last, end) = store::get_head(conn).await?;
        let (mut seq, mut hash) = (0, String::new());
        loop {
            let entries = store::list_after(conn, seq, CHECKED_AT_ONCE).await?;
            if entries.is_empty() {
                return Ok((seq != last || hash != end).then_some(seq + 1));
            }
            for entry in entries {
                if entry.seq > last {
                    return Ok(None);
                }
                if entry.seq != seq + 1 || entry.chained(&hash)? != entry.hash {
                    return Ok(Some(seq + 1));
                }
                (seq, hash) = (entry.seq, entry.hash);
            }
        }
    }
}
