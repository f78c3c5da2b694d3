//! One SQLite file: its idle connections and the permit of its one writer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;
use super::connection::{Connection, InstanceWrites};
use super::statement::StatementTimer;
use crate::limits::{IDLE_CONNECTIONS_MAX, STATEMENT_CACHE_LEN_MAX, WRITE_WAIT_MS_MAX, WRITERS_WAITING_MAX};

/// Pages that each connection caches, in KiB (the minus is SQLite's notation).
const CACHE_KIB: i64 = -1_024;
/// Pages of the write-ahead log after which a commit copies them back into the file.
const WAL_CHECKPOINT_PAGES: i64 = 1_000;
/// Pragmas that a guest may give a value. They concern its own data or its own transaction.
const PRAGMAS_WITH_VALUE: [&str; 13] = [
    "user_version",
    "application_id",
    "defer_foreign_keys",
    "table_info",
    "table_xinfo",
    "table_list",
    "index_list",
    "index_info",
    "index_xinfo",
    "foreign_key_list",
    "foreign_key_check",
    "integrity_check",
    // A column that is added to a strict table is checked by it.
    "quick_check",
];

/// What a database counts.
#[derive(Clone)]
pub struct DatabaseMetrics {
    /// Statements that read.
    pub reads: metrics::Counter,
    /// Statements that wrote, commits included.
    pub writes: metrics::Counter,
    /// Transactions, explicit or of one statement, that reached the disk.
    pub commits: metrics::Counter,
    /// Seconds that writers waited for their turn.
    pub write_wait: metrics::Histogram,
}

impl DatabaseMetrics {
    /// Counts nothing; for tools and tests.
    pub fn none() -> Self {
        Self {
            reads: metrics::Counter::noop(),
            writes: metrics::Counter::noop(),
            commits: metrics::Counter::noop(),
            write_wait: metrics::Histogram::noop(),
        }
    }
}

/// A SQLite connection with the timer that stops its statements.
pub(super) struct Handle {
    pub sqlite: rusqlite::Connection,
    pub timer: StatementTimer,
}

/// One SQLite file.
pub struct Database {
    path: PathBuf,
    idle: Mutex<Vec<Handle>>,
    writer: Arc<Semaphore>,
    writers_waiting: AtomicUsize,
    write_wait: Duration,
    pub(super) metrics: DatabaseMetrics,
}

impl Database {
    /// Opens or makes a file and sets it to write-ahead logging.
    pub fn open(path: &Path, metrics: DatabaseMetrics) -> Result<Arc<Self>, rusqlite::Error> {
        Self::open_with_wait(path, metrics, Duration::from_millis(WRITE_WAIT_MS_MAX))
    }

    /// As [`Database::open`], with another limit on how long a writer waits.
    pub fn open_with_wait(
        path: &Path,
        metrics: DatabaseMetrics,
        write_wait: Duration,
    ) -> Result<Arc<Self>, rusqlite::Error> {
        let database = Self {
            path: path.to_owned(),
            idle: Mutex::default(),
            writer: Arc::new(Semaphore::new(1)),
            writers_waiting: AtomicUsize::new(0),
            write_wait,
            metrics,
        };
        let first = database.new_handle()?;
        database.give_back(first);
        Ok(Arc::new(database))
    }

    /// A connection for an instance.
    pub fn connect(self: &Arc<Self>, writes: &Arc<InstanceWrites>) -> Result<Connection, Error> {
        let handle = self.take().map_err(|error| Error::Io(error.to_string()))?;
        Ok(Connection::new(self.clone(), handle, writes.clone()))
    }

    fn take(&self) -> Result<Handle, rusqlite::Error> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.new_handle(), Ok)
    }

    pub(super) fn give_back(&self, handle: Handle) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS_MAX {
            idle.push(handle);
        }
    }

    fn new_handle(&self) -> Result<Handle, rusqlite::Error> {
        let sqlite = rusqlite::Connection::open(&self.path)?;
        // A short wait for other programs, such as a backup; edge-node's own writers queue for the permit.
        sqlite.busy_timeout(Duration::from_millis(500))?;
        sqlite.pragma_update(None, "journal_mode", "wal")?;
        sqlite.pragma_update(None, "synchronous", "full")?;
        sqlite.pragma_update(None, "foreign_keys", true)?;
        sqlite.pragma_update(None, "cache_size", CACHE_KIB)?;
        // A mapping is undone whenever another connection has committed, which costs more than it saves.
        sqlite.pragma_update(None, "mmap_size", 0)?;
        sqlite.pragma_update(None, "wal_autocheckpoint", WAL_CHECKPOINT_PAGES)?;
        sqlite.pragma_update(None, "trusted_schema", false)?;
        // Otherwise SQLite plans a kept statement anew whenever a parameter changes that could choose a partial index.
        sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        sqlite.set_prepared_statement_cache_capacity(STATEMENT_CACHE_LEN_MAX);
        sqlite.authorizer(Some(authorize))?;
        let timer = StatementTimer::install(&sqlite)?;
        Ok(Handle { sqlite, timer })
    }

    /// Waits in turn for the right to write. Fails when the wait or the queue is too long.
    pub(super) async fn writer_permit(&self) -> Result<OwnedSemaphorePermit, Error> {
        if let Ok(permit) = self.writer.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let waiting = Waiting::enter(&self.writers_waiting)
            .ok_or_else(|| Error::Io("database is busy: too many writers are waiting".to_owned()))?;
        let start = std::time::Instant::now();
        let permit = tokio::time::timeout(self.write_wait, self.writer.clone().acquire_owned()).await;
        drop(waiting);
        self.metrics.write_wait.record(start.elapsed());
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Io("database is busy: the writers before this one took too long".to_owned())),
        }
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Option<Self> {
        let waiting = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < WRITERS_WAITING_MAX).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps a guest inside its own file and its own connection: no other files, no settings of the host's, and nothing
/// temporary that the next user of a pooled connection would find.
fn authorize(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempIndex { .. } => Authorization::Deny,
        AuthAction::Pragma { pragma_name, pragma_value: Some(_) } => {
            let allowed = PRAGMAS_WITH_VALUE.iter().any(|name| name.eq_ignore_ascii_case(pragma_name));
            if allowed { Authorization::Allow } else { Authorization::Deny }
        }
        AuthAction::Pragma { pragma_name, pragma_value: None } => {
            // Both act without a value.
            let acts = ["wal_checkpoint", "shrink_memory"];
            let denied = acts.iter().any(|name| name.eq_ignore_ascii_case(pragma_name));
            if denied { Authorization::Deny } else { Authorization::Allow }
        }
        _ => Authorization::Allow,
    }
}
