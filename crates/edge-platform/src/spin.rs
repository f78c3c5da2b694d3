//! The ports on Spin and on `edge-node`, and [`serve`], which an entry file calls.
//!
//! A component instance runs on one thread, so what is not `Send` here is wrapped in `SendWrapper` soundly.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::{BoxFuture, Either, select};
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Either as EitherBody, Full, Limited};
use kiosk_problem::REQUEST_ID;
use send_wrapper::SendWrapper;
use spin_sdk::sqlite::wit::sqlite;
use spin_sdk::sqlite::{Connection, Error as SqliteError, Value as SpinValue};
use tower::ServiceExt;

use crate::db::check_batch;
use crate::http_client::RESPONSE_BYTES_MAX;
use crate::{
    AfterResponse, Clock, Database, DbError, Edge, Files, HttpClient, HttpError, Outbound, Randomness, Row,
    Statement, Timer, Value, VariableError, Variables, client, head, request_id, streaming,
};

/// The ports of this component instance, with the POP's database.
#[must_use]
pub fn edge() -> Edge {
    edge_on("default")
}

/// A database that the manifest gives this component.
#[must_use]
pub fn database(name: &'static str) -> Arc<dyn Database> {
    Arc::new(SpinDb(name))
}

/// The ports of this component instance, with a database of its own.
#[must_use]
pub fn edge_on(database_name: &'static str) -> Edge {
    log_to_stderr();
    Edge {
        db: database(database_name),
        http: Arc::new(SpinHttp),
        variables: Arc::new(SpinVariables),
        files: Arc::new(MountedFiles),
        clock: Arc::new(WasiClock),
        timer: Arc::new(WasiTimer),
        random: Arc::new(WasiRandom),
        after: Arc::new(LeftToTheTick),
    }
}

/// Sends the component's log to its standard error, which the host puts into its own log.
fn log_to_stderr() {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).without_time();
    // An instance calls this once; a second call finds the first one's log in place.
    let _ = log.with_max_level(tracing::Level::INFO).try_init();
}

/// Hands one request to the router and its answer back.
///
/// The body is streamed into the router, which limits it; the answer is sent whole, unless it is one of events.
pub async fn serve(
    router: Router,
    request: spin_sdk::http::Request,
) -> Response<EitherBody<Full<Bytes>, Body>> {
    let mut request =
        request.map(|body| Body::from_stream(SendWrapper::new(http_body_util::BodyDataStream::new(body))));
    let method = request.method().clone();
    let id = request_id::ensure(request.headers_mut(), &WasiRandom);
    set_client(request.headers_mut()).await;
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (mut parts, body) = response.into_parts();
    head::without_length(&method, &mut parts.headers);
    parts.headers.insert(REQUEST_ID, id);
    if streaming::is_streamed(&parts.headers) {
        return Response::from_parts(parts, EitherBody::Right(body));
    }
    match body.collect().await {
        Ok(body) => Response::from_parts(parts, EitherBody::Left(Full::new(body.to_bytes()))),
        Err(error) => {
            tracing::error!(%error, "a response body broke off");
            let mut response = Response::new(EitherBody::Left(Full::default()));
            *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// Where the host tells who the client is. A client's own header of this name stands before the host's.
const CLIENT_ADDR: &str = "spin-client-addr";

/// A request from outside says who it is from; one of a component beside this one passes that on.
async fn set_client(headers: &mut HeaderMap) {
    let peer = headers.get_all(CLIENT_ADDR).iter().next_back().and_then(|value| value.to_str().ok());
    // A component's request has no address on edge-node, and the unspecified one on Spin.
    let Some(peer) = peer.and_then(client::address).filter(|peer| !peer.is_unspecified()) else { return };
    let proxy = proxy_header().await;
    let told = if proxy.is_empty() { None } else { client::told_by_proxy(headers, &proxy) };
    client::set(headers, Some(told.unwrap_or(peer)));
}

/// The header in which a proxy in front of the host names the client; empty without a proxy.
async fn proxy_header() -> String {
    thread_local! {
        static HEADER: OnceCell<String> = const { OnceCell::new() };
    }
    if let Some(header) = HEADER.with(|kept| kept.get().cloned()) {
        return header;
    }
    let header = spin_sdk::variables::get("client_addr_header").await.unwrap_or_default();
    HEADER.with(|kept| kept.get_or_init(|| header).clone())
}

/// A database, by its label in the manifest.
struct SpinDb(&'static str);

fn sqlite_error(error: SqliteError) -> DbError {
    match error {
        SqliteError::Io(message) => DbError::from_message(message),
        other => DbError::Host(other.to_string()),
    }
}

fn to_spin(value: Value) -> SpinValue {
    match value {
        Value::Null => SpinValue::Null,
        Value::Integer(number) => SpinValue::Integer(number),
        Value::Real(number) => SpinValue::Real(number),
        Value::Text(text) => SpinValue::Text(text),
        Value::Blob(bytes) => SpinValue::Blob(bytes),
    }
}

fn from_spin(value: SpinValue) -> Value {
    match value {
        SpinValue::Null => Value::Null,
        SpinValue::Integer(number) => Value::Integer(number),
        SpinValue::Real(number) => Value::Real(number),
        SpinValue::Text(text) => Value::Text(text),
        SpinValue::Blob(bytes) => Value::Blob(bytes),
    }
}

/// Runs a statement and waits for it without holding up the instance's other requests: for writes, which queue.
async fn execute(connection: &Connection, statement: Statement) -> Result<(), DbError> {
    let params: Vec<_> = statement.params.into_iter().map(to_spin).collect();
    let result = connection.execute(statement.sql, params).await.map_err(sqlite_error)?;
    result.result().await.map_err(sqlite_error)
}

async fn run_batch(database: &str, statements: Vec<Statement>) -> Result<(), DbError> {
    check_batch(&statements)?;
    // A connection of its own: BEGIN to COMMIT must not mix with another request's statements.
    let connection = Connection::open(database).await.map_err(sqlite_error)?;
    let statements = match <[Statement; 1]>::try_from(statements) {
        // One statement is a transaction by itself, and holds the write lock no longer than it runs.
        Ok([statement]) => return execute(&connection, statement).await,
        Err(statements) => statements,
    };
    execute(&connection, Statement::new("BEGIN IMMEDIATE")).await?;
    for statement in statements {
        if let Err(error) = execute(&connection, statement).await {
            // Some errors roll back by themselves; then this ROLLBACK fails, and there is nothing left to undo.
            let _ = execute(&connection, Statement::new("ROLLBACK")).await;
            return Err(error);
        }
    }
    execute(&connection, Statement::new("COMMIT")).await
}

/// Runs a statement that reads. The whole instance stands still meanwhile, which takes less than the calls that
/// would let its other requests go on: a read waits for nobody.
fn read(database: &str, statement: Statement) -> Result<Vec<Row>, DbError> {
    let connection = sqlite::Connection::open(database).map_err(sqlite_error)?;
    let params: Vec<_> = statement.params.into_iter().map(to_spin).collect();
    let result = connection.execute(&statement.sql, &params).map_err(sqlite_error)?;
    Ok(result.rows.into_iter().map(|row| Row(row.values.into_iter().map(from_spin).collect())).collect())
}

impl Database for SpinDb {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        std::future::ready(read(self.0, statement)).boxed()
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        SendWrapper::new(run_batch(self.0, statements)).boxed()
    }
}

struct SpinHttp;

async fn send(outbound: Outbound) -> Result<Response<Bytes>, HttpError> {
    let failed = |error: &dyn std::fmt::Display| HttpError::Connection(error.to_string());
    let request = outbound.request.map(Full::new);
    let response = spin_sdk::http::send(request).await.map_err(|error| failed(&error))?;
    let (parts, body) = response.into_parts();
    match Limited::new(body, RESPONSE_BYTES_MAX).collect().await {
        Ok(body) => Ok(Response::from_parts(parts, body.to_bytes())),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(HttpError::TooLarge),
        Err(error) => Err(failed(&error)),
    }
}

impl HttpClient for SpinHttp {
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        let timeout_ms = outbound.timeout_ms_max;
        SendWrapper::new(async move {
            let answer = std::pin::pin!(send(outbound));
            let late = std::pin::pin!(spin_sdk::time::sleep(Duration::from_millis(timeout_ms.into())));
            match select(answer, late).await {
                Either::Left((answer, _)) => answer,
                Either::Right(((), _)) => Err(HttpError::Timeout(timeout_ms)),
            }
        })
        .boxed()
    }
}

struct SpinVariables;

impl Variables for SpinVariables {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, VariableError>> {
        SendWrapper::new(async move {
            spin_sdk::variables::get(name)
                .await
                .map_err(|error| VariableError { name: name.to_owned(), reason: error.to_string() })
        })
        .boxed()
    }
}

struct MountedFiles;

impl Files for MountedFiles {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(path).ok()
    }
}

struct WasiClock;

impl Clock for WasiClock {
    fn now_ms(&self) -> i64 {
        // This type is the one place at the edge that reads the ambient clocks.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn measure_us(&self) -> i64 {
        thread_local! {
            static START: Instant = Instant::now();
        }
        i64::try_from(START.with(Instant::elapsed).as_micros()).unwrap_or(i64::MAX)
    }
}

struct WasiTimer;

impl Timer for WasiTimer {
    fn sleep(&self, wait_ms: u32) -> BoxFuture<'static, ()> {
        SendWrapper::new(spin_sdk::time::sleep(Duration::from_millis(wait_ms.into()))).boxed()
    }
}

struct WasiRandom;

impl Randomness for WasiRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        bytes.copy_from_slice(&spin_sdk::wasip3::random::random::get_random_bytes(length));
    }
}

/// An instance has nothing running between requests: the host's tick comes a moment later.
struct LeftToTheTick;

impl AfterResponse for LeftToTheTick {
    fn run(&self, work: BoxFuture<'static, ()>) {
        drop(work);
    }
}
