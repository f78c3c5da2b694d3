//! One pool over SQLite or PostgreSQL, and one set of SQL for both.
//!
//! SQLite has one writer: transactions start with `BEGIN IMMEDIATE` and queue in front of a fair lock, so that none
//! starves in SQLite's own busy loop. PostgreSQL locks rows; whoever locks several does so in the order of their keys.

mod migrate;
mod rows;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use rows::{batches, may_be_cached, placeholders, tuples};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, ConnectOptions, Executor};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

/// Most connections to SQLite: readers beside the one writer.
const SQLITE_CONNECTIONS_MAX: u32 = 6;
/// Most connections to PostgreSQL.
const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// Longest wait for a connection, in milliseconds.
const ACQUIRE_TIMEOUT_MS_MAX: u64 = 10_000;

/// Each SQLite connection. Another process (an import beside the server) is waited for up to `busy_timeout`.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA foreign_keys = ON; PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY";
/// Each PostgreSQL connection.
const POSTGRES_SETUP: &str = "SET statement_timeout = '15s'; SET lock_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '30s'";

/// A connection, inside a transaction or not.
pub type Conn = AnyConnection;

/// The database.
#[derive(Clone, Debug)]
pub struct Db {
    pool: AnyPool,
    /// Held by SQLite's one writing transaction.
    writer: Option<Arc<Mutex<()>>>,
    /// Signalled when a transaction that told facts is committed.
    told: Arc<Notify>,
}

/// A writing transaction. Rolled back when dropped.
#[derive(Debug)]
pub struct Tx {
    inner: sqlx::Transaction<'static, Any>,
    _writer: Option<OwnedMutexGuard<()>>,
    told: Arc<Notify>,
    tells: bool,
}

impl Db {
    /// Opens `core.sqlite` in `data_dir`, creating both, or the database at `url`; then migrates it.
    ///
    /// # Errors
    /// When it cannot be opened or migrated.
    pub async fn open(data_dir: &Path, url: Option<&str>) -> Result<Self, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let url = match url {
            Some(url) => url.to_owned(),
            None => sqlite_url(data_dir)?,
        };
        let sqlite = url.starts_with("sqlite:");
        // A slow statement shows in the histogram of its request; its text of many rows would flood the log.
        let options = url.parse::<AnyConnectOptions>()?.disable_statement_logging();
        let pool = AnyPoolOptions::new()
            .max_connections(if sqlite { SQLITE_CONNECTIONS_MAX } else { POSTGRES_CONNECTIONS_MAX })
            .acquire_timeout(Duration::from_millis(ACQUIRE_TIMEOUT_MS_MAX))
            .after_connect(move |connection, _| {
                let setup = if sqlite { SQLITE_SETUP } else { POSTGRES_SETUP };
                Box::pin(async move { connection.execute(setup).await.map(|_| ()) })
            })
            .connect_with(options)
            .await?;
        if sqlite {
            migrate::run_alone(&pool, data_dir).await?;
        } else {
            migrate::run(&pool).await?;
        }
        Ok(Self { pool, writer: sqlite.then(Arc::default), told: Arc::default() })
    }

    /// Begins a writing transaction.
    ///
    /// # Errors
    /// When no connection is free in time or the database is gone.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        let told = Arc::clone(&self.told);
        let Some(lock) = &self.writer else {
            return Ok(Tx { inner: self.pool.begin().await?, _writer: None, told, tells: false });
        };
        let writer = Some(Arc::clone(lock).lock_owned().await);
        let inner = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Tx { inner, _writer: writer, told, tells: false })
    }

    /// Signalled when a transaction of this process that told facts is committed.
    #[must_use]
    pub fn told(&self) -> &Notify {
        &self.told
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// When no connection is free in time or the database is gone.
    pub async fn read(&self) -> Result<PoolConnection<Any>, sqlx::Error> {
        self.pool.acquire().await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), sqlx::Error> {
        sqlx::query("SELECT 1").execute(&mut *self.read().await?).await.map(|_| ())
    }

    /// Connections that are open, and those of them that are idle.
    #[must_use]
    pub fn connections(&self) -> (u32, u32) {
        (self.pool.size(), u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX))
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl Tx {
    /// Makes everything in it durable, or nothing.
    ///
    /// # Errors
    /// When the database refuses; nothing is changed then.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.inner.commit().await?;
        if self.tells {
            self.told.notify_one();
        }
        Ok(())
    }

    /// It tells facts: [`Db::told`] is signalled once it is committed.
    pub fn tell(&mut self) {
        self.tells = true;
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.inner
    }
}

/// Ends a `SELECT` whose rows are about to change: locks them in the byte order of `key`, the same for everybody, so
/// that nobody waits for each other in a circle. SQLite's writer is alone and needs none of it.
#[must_use]
pub fn lock_by(conn: &Conn, key: &str) -> String {
    if conn.backend_name() == "PostgreSQL" {
        format!(" ORDER BY CAST({key} AS TEXT) COLLATE \"C\" FOR UPDATE")
    } else {
        String::new()
    }
}

fn sqlite_url(data_dir: &Path) -> Result<String, sqlx::Error> {
    std::fs::create_dir_all(data_dir)?;
    let file = data_dir.canonicalize()?.join("core.sqlite");
    let file =
        file.to_str().ok_or_else(|| sqlx::Error::Configuration("the data folder is not UTF-8".into()))?;
    let escaped = file.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Ok(format!("sqlite://{escaped}?mode=rwc"))
}
