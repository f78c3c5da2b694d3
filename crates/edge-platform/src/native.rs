//! The ports in a plain process, for unit tests and simulation: SQLite in memory or in a file, a clock that is set
//! by hand, seeded randomness, and an HTTP client that calls routers without a socket.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::BodyExt;
use rusqlite::limits::Limit;
use rusqlite::types::{ToSqlOutput, ValueRef};
use tower::ServiceExt;

use crate::db::check_batch;
use crate::{
    AfterResponse, Clock, Database, DbError, Edge, Files, HttpClient, HttpError, Outbound, Randomness, Row,
    Statement, Timer, Value, VariableError, Variables,
};

/// Most prepared statements that are kept: more than the apps have, so that none is prepared twice.
const STATEMENTS_KEPT_MAX: usize = 128;

/// What D1 allows, the narrowest of the hosts' databases: a statement that only another host would take fails in every test.
/// Source: `SqliteDatabase::setupSecurity` of workerd.
const D1_LIMITS: [(Limit, i32); 6] = [
    (Limit::SQLITE_LIMIT_COLUMN, 100),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 5),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
    (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 100),
];

/// SQLite through rusqlite, one connection.
pub struct NativeDb(Mutex<rusqlite::Connection>);

impl NativeDb {
    /// A database that is gone with this value.
    ///
    /// # Errors
    /// When SQLite cannot start.
    pub fn in_memory() -> Result<Self, DbError> {
        let connection = rusqlite::Connection::open_in_memory().map_err(|error| sqlite_error(&error))?;
        Self::prepare(connection)
    }

    /// A durable database in a file.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        let connection = rusqlite::Connection::open(path).map_err(|error| sqlite_error(&error))?;
        Self::prepare(connection)
    }

    fn prepare(connection: rusqlite::Connection) -> Result<Self, DbError> {
        connection
            .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
            .map_err(|error| sqlite_error(&error))?;
        for (limit, most) in D1_LIMITS {
            connection.set_limit(limit, most).map_err(|error| sqlite_error(&error))?;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT_MAX);
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, rusqlite::Connection> {
        // A poisoned lock still guards a sound connection: an open transaction was rolled back by its drop.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sqlite_error(error: &rusqlite::Error) -> DbError {
    DbError::from_message(error.to_string())
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value_of(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

fn run_query(connection: &rusqlite::Connection, statement: &Statement) -> rusqlite::Result<Vec<Row>> {
    let mut prepared = connection.prepare_cached(&statement.sql)?;
    let columns = prepared.column_count();
    let rows = prepared.query_map(rusqlite::params_from_iter(&statement.params), |row| {
        (0..columns).map(|index| row.get_ref(index).map(value_of)).collect::<rusqlite::Result<_>>().map(Row)
    })?;
    rows.collect()
}

fn run_batch(connection: &mut rusqlite::Connection, statements: &[Statement]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for statement in statements {
        let mut prepared = transaction.prepare_cached(&statement.sql)?;
        prepared.execute(rusqlite::params_from_iter(&statement.params))?;
    }
    transaction.commit()
}

impl Database for NativeDb {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        async move { run_query(&self.lock(), &statement).map_err(|error| sqlite_error(&error)) }.boxed()
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        async move {
            check_batch(&statements)?;
            run_batch(&mut self.lock(), &statements).map_err(|error| sqlite_error(&error))
        }
        .boxed()
    }
}

/// A clock that stands still until it is moved.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `now_ms`.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    /// Moves by `delta_ms`, backwards when negative.
    pub fn advance_ms(&self, delta_ms: i64) {
        self.0.fetch_add(delta_ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Who waits moves the clock on: a test of what takes seconds takes none.
pub struct ManualTimer(pub Arc<ManualClock>);

impl Timer for ManualTimer {
    fn sleep(&self, wait_ms: u32) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        async move { clock.advance_ms(wait_ms.into()) }.boxed()
    }
}

/// A seeded stream of bytes (SplitMix64, Steele et al. 2014): the same seed gives the same run. Not for secrets.
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// A stream of its own for each `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    fn next(&self) -> u64 {
        const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self.0.fetch_add(GAMMA, Ordering::SeqCst).wrapping_add(GAMMA);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Randomness for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// Variables from a map.
#[derive(Default)]
pub struct MapVariables(pub HashMap<String, String>);

impl Variables for MapVariables {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, VariableError>> {
        let value = self.0.get(name).cloned();
        let missing = || VariableError { name: name.to_owned(), reason: "not set".to_owned() };
        std::future::ready(value.ok_or_else(missing)).boxed()
    }
}

/// Files below a folder; `/models/x` is `<folder>/models/x`.
pub struct DirFiles(pub std::path::PathBuf);

impl Files for DirFiles {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path.trim_start_matches('/'))).ok()
    }
}

/// Calls routers by host name; a host without a router cannot be reached, as when it is down.
#[derive(Clone, Default)]
pub struct RouterHttp(Arc<Mutex<HashMap<String, Router>>>);

impl RouterHttp {
    /// Answers for `host` (without port) with `router` from now on.
    pub fn up(&self, host: &str, router: Router) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned(), router);
    }

    /// Takes `host` off the network.
    pub fn down(&self, host: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(host);
    }
}

impl HttpClient for RouterHttp {
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        let host = outbound.request.uri().host().unwrap_or("").to_owned();
        let router = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&host).cloned();
        async move {
            let router = router.ok_or_else(|| HttpError::Connection(format!("{host} is not reachable")))?;
            let (parts, body) = outbound.request.into_parts();
            let request = Request::from_parts(parts, Body::from(body));
            let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| HttpError::Connection(error.to_string()))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        }
        .boxed()
    }
}

/// Keeps work that was left for after an answer, until it is taken.
#[derive(Clone, Default)]
pub struct LaterWork(Arc<Mutex<Vec<BoxFuture<'static, ()>>>>);

impl LaterWork {
    /// What was left since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<BoxFuture<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl AfterResponse for LaterWork {
    fn run(&self, work: BoxFuture<'static, ()>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(work);
    }
}

/// A whole host in memory, and the handles that steer it.
pub struct NativeEdge {
    /// The ports, for a router.
    pub edge: Edge,
    /// Moves the clock.
    pub clock: Arc<ManualClock>,
    /// Brings other servers up and down.
    pub http: RouterHttp,
    /// Work that was left for after an answer.
    pub after: LaterWork,
}

impl NativeEdge {
    /// A host on `db` with `variables`, files below `files`, and a `seed` for its randomness.
    #[must_use]
    pub fn new(db: NativeDb, variables: &[(&str, &str)], files: std::path::PathBuf, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::new(1_790_000_000_000));
        let http = RouterHttp::default();
        let after = LaterWork::default();
        let variables = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let edge = Edge {
            db: Arc::new(db),
            http: Arc::new(http.clone()),
            variables: Arc::new(MapVariables(variables)),
            files: Arc::new(DirFiles(files)),
            clock: clock.clone(),
            timer: Arc::new(ManualTimer(clock.clone())),
            random: Arc::new(SeededRandom::new(seed)),
            after: Arc::new(after.clone()),
        };
        Self { edge, clock, http, after }
    }
}
