//! A connection while a guest has it: what a statement needs, and what is left to undo at the end.

use std::sync::Arc;

use super::connection::WriteClaim;
use super::database::{Database, Handle};
use super::statement::{self, StatementError};
use super::{QueryResult, Value};

/// What a statement needs before and while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Changes the file or takes its write lock.
    pub writes: bool,
    /// Ends by waiting for the disk.
    pub syncs: bool,
}

/// A SQLite connection with the transaction that is open on it.
pub(super) struct Session {
    /// `None` only while it is dropped.
    handle: Option<Handle>,
    /// Held from the first write of a transaction to its end.
    pub claim: Option<WriteClaim>,
    database: Arc<Database>,
}

impl Session {
    pub fn new(database: Arc<Database>, handle: Handle) -> Self {
        Self { handle: Some(handle), claim: None, database }
    }

    fn handle(&self) -> Result<&Handle, StatementError> {
        self.handle.as_ref().ok_or(StatementError::Sqlite(rusqlite::Error::InvalidQuery))
    }

    /// Prepares a statement and tells what it needs.
    pub fn plan(&self, sql: &str) -> Result<Plan, StatementError> {
        let sqlite = &self.handle()?.sqlite;
        let readonly = sqlite.prepare_cached(sql)?.readonly();
        let autocommit = sqlite.is_autocommit();
        // SQLite calls COMMIT read-only, because the changes were the statements' before it.
        let ends_writes = !autocommit && self.claim.is_some() && is_commit(sql);
        Ok(Plan { writes: !readonly, syncs: ends_writes || (autocommit && !readonly && !is_begin(sql)) })
    }

    /// Runs a statement, and lets the next writer in when no transaction is open any more.
    pub fn run(
        &mut self,
        plan: Plan,
        sql: &str,
        parameters: &[Value],
    ) -> Result<QueryResult, StatementError> {
        let handle = self.handle()?;
        let result = statement::run(&handle.sqlite, &handle.timer, sql, parameters);
        let ended = handle.sqlite.is_autocommit();
        let metrics = &self.database.metrics;
        match plan {
            Plan { syncs: true, .. } if result.is_ok() => {
                metrics.writes.increment(1);
                metrics.commits.increment(1);
            }
            Plan { writes: true, .. } => metrics.writes.increment(1),
            _ => metrics.reads.increment(1),
        }
        if ended {
            self.claim = None;
        }
        result
    }

    /// Row id of the last insert, and rows changed by the last change.
    pub fn last_change(&self) -> (i64, u64) {
        self.handle
            .as_ref()
            .map_or((0, 0), |handle| (handle.sqlite.last_insert_rowid(), handle.sqlite.changes()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(handle) = self.handle.take() else { return };
        let clean = handle.sqlite.is_autocommit() || handle.sqlite.execute_batch("ROLLBACK").is_ok();
        // The next writer comes in only now that nothing is open.
        self.claim = None;
        if clean {
            self.database.give_back(handle);
        }
    }
}

fn is_commit(sql: &str) -> bool {
    ["COMMIT", "END", "RELEASE"].iter().any(|word| begins_with(sql, word))
}

fn is_begin(sql: &str) -> bool {
    begins_with(sql, "BEGIN")
}

fn begins_with(sql: &str, word: &str) -> bool {
    let sql = sql.trim_start();
    let boundary =
        |rest: &[u8]| rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
    sql.len() >= word.len()
        && sql.as_bytes()[..word.len()].eq_ignore_ascii_case(word.as_bytes())
        && boundary(&sql.as_bytes()[word.len()..])
}
