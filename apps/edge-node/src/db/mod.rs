//! The POP's databases: SQLite files with pooled connections, one writer at a time and in turn.
//!
//! Reads run where they are asked, because a query of a page costs a few microseconds and a hop to another thread
//! costs more. A statement that waits for the disk (a commit, or a write outside a transaction) lets go of the thread's
//! other tasks first. Writers queue for a permit per database, so that SQLite never spins on a busy lock.

mod connection;
mod database;
mod key_value;
mod session;
mod statement;

pub use crate::host::bindings::spin::sqlite::sqlite::{Error, QueryResult, RowResult, Value};
pub use connection::{CallMode, Connection, InstanceWrites};
pub use database::{Database, DatabaseMetrics};
pub use key_value::{KeyValueError, KeyValueStore};
