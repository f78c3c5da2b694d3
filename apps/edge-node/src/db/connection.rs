//! The connection that a guest holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit};

use super::database::{Database, Handle};
use super::session::Session;
use super::statement::StatementError;
use super::{Error, QueryResult, Value};
use crate::limits::SQL_STATEMENT_BYTES_MAX;

/// How the guest called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMode {
    /// Other tasks of the instance go on meanwhile.
    Concurrent,
    /// The whole instance stands still until the call returns.
    Blocking,
}

/// Connections of one instance that write or wait to write.
///
/// A blocking call that waited for a writer of its own instance would wait for ever, as that writer cannot go on
/// meanwhile. Such a call is refused at once instead. So a guest makes either all calls of its transactions
/// concurrent, or all calls of a transaction blocking with nothing awaited in between.
#[derive(Debug, Default)]
pub struct InstanceWrites(AtomicUsize);

/// One connection's right to write, or its place in the queue for it.
pub(super) struct WriteClaim {
    writes: Arc<InstanceWrites>,
    permit: Option<OwnedSemaphorePermit>,
}

impl WriteClaim {
    fn new(writes: &Arc<InstanceWrites>, mode: CallMode) -> Option<Self> {
        let others = writes.0.fetch_add(1, Ordering::AcqRel);
        let claim = Self { writes: writes.clone(), permit: None };
        (mode == CallMode::Concurrent || others == 0).then_some(claim)
    }
}

impl Drop for WriteClaim {
    fn drop(&mut self) {
        self.permit = None;
        self.writes.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// A connection of a guest's. Dropping it rolls back what is open.
pub struct Connection {
    session: Arc<Mutex<Session>>,
    database: Arc<Database>,
    writes: Arc<InstanceWrites>,
    last: Arc<LastChange>,
}

#[derive(Default)]
struct LastChange {
    row_id: AtomicI64,
    rows: AtomicU64,
}

impl Connection {
    pub(super) fn new(database: Arc<Database>, handle: Handle, writes: Arc<InstanceWrites>) -> Self {
        let session = Arc::new(Mutex::new(Session::new(database.clone(), handle)));
        Self { session, database, writes, last: Arc::default() }
    }

    /// Runs a statement; needs a runtime of several threads. The returned future does not borrow the connection, which may be closed meanwhile.
    pub fn execute(
        &self,
        sql: String,
        parameters: Vec<Value>,
        mode: CallMode,
    ) -> impl Future<Output = Result<QueryResult, Error>> + Send + use<> {
        let (session, database) = (self.session.clone(), self.database.clone());
        let (writes, last) = (self.writes.clone(), self.last.clone());
        async move {
            if sql.len() > SQL_STATEMENT_BYTES_MAX {
                return Err(Error::Io(format!("a statement of more than {SQL_STATEMENT_BYTES_MAX} bytes")));
            }
            let mut session = lock(session, mode).await?;
            let plan = session.plan(&sql).map_err(to_guest)?;
            if plan.writes && session.claim.is_none() {
                let mut claim =
                    WriteClaim::new(&writes, mode).ok_or_else(|| busy_in_instance("transaction"))?;
                claim.permit = Some(database.writer_permit().await?);
                session.claim = Some(claim);
            }
            let result = if plan.syncs {
                // The runtime gives this thread's other tasks to another thread while the disk is waited for. The next
                // writer gets its turn at once, which a hop to a thread for blocking work would delay.
                tokio::task::block_in_place(|| session.run(plan, &sql, &parameters))
            } else {
                session.run(plan, &sql, &parameters)
            };
            if plan.writes && result.is_ok() {
                let (row_id, rows) = session.last_change();
                last.row_id.store(row_id, Ordering::Relaxed);
                last.rows.store(rows, Ordering::Relaxed);
            }
            result.map_err(to_guest)
        }
    }

    /// Row id of the last insert on this connection, 0 before one.
    pub fn last_insert_rowid(&self) -> i64 {
        self.last.row_id.load(Ordering::Relaxed)
    }

    /// Rows changed by the last change on this connection.
    pub fn changes(&self) -> u64 {
        self.last.rows.load(Ordering::Relaxed)
    }
}

async fn lock(session: Arc<Mutex<Session>>, mode: CallMode) -> Result<OwnedMutexGuard<Session>, Error> {
    match session.clone().try_lock_owned() {
        Ok(session) => Ok(session),
        Err(_) if mode == CallMode::Blocking => Err(busy_in_instance("statement")),
        Err(_) => Ok(session.lock_owned().await),
    }
}

fn busy_in_instance(what: &str) -> Error {
    Error::Io(format!(
        "database is busy: another task of this instance has a {what} open, and a blocking call would wait for it for ever"
    ))
}

fn to_guest(error: StatementError) -> Error {
    match &error {
        StatementError::Sqlite(sqlite)
            if sqlite.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) =>
        {
            Error::DatabaseFull
        }
        _ => Error::Io(error.to_string()),
    }
}
