//! A database that fails when told to and lets others run between two statements, and a wire that is overheard.

use std::sync::Arc;
use std::sync::Mutex;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::Response;
use kiosk_edge_platform::native::RouterHttp;
use kiosk_edge_platform::{Database, DbError, HttpClient, HttpError, Outbound, Row, Statement};

/// What goes wrong with a batch.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It fails and nothing of it took effect.
    Before(DbError),
    /// It takes effect, and its caller is told that it failed.
    After(DbError),
}

/// Fails the next batch that has a statement with a certain text.
pub struct FaultyDb {
    inner: Arc<dyn Database>,
    fault: Mutex<Option<(&'static str, Fault)>>,
    batches: Mutex<u32>,
}

impl FaultyDb {
    pub fn new(inner: Arc<dyn Database>) -> Self {
        Self { inner, fault: Mutex::default(), batches: Mutex::new(0) }
    }

    /// The next batch with `text` in one of its statements meets `fault`.
    pub fn fail(&self, text: &'static str, fault: Fault) {
        *self.fault.lock().unwrap() = Some((text, fault));
    }

    /// How many batches there were.
    pub fn batches(&self) -> u32 {
        *self.batches.lock().unwrap()
    }

    fn fault_of(&self, statements: &[Statement]) -> Option<Fault> {
        let mut fault = self.fault.lock().unwrap();
        let (text, _) = fault.as_ref()?;
        let hit = statements.iter().any(|statement| statement.sql.contains(text));
        if hit { fault.take().map(|(_, fault)| fault) } else { None }
    }
}

impl Database for FaultyDb {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        async move {
            tokio::task::yield_now().await;
            self.inner.query(statement).await
        }
        .boxed()
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        async move {
            tokio::task::yield_now().await;
            *self.batches.lock().unwrap() += 1;
            match self.fault_of(&statements) {
                None => self.inner.batch(statements).await,
                Some(Fault::Before(error)) => Err(error),
                Some(Fault::After(error)) => {
                    self.inner.batch(statements).await?;
                    Err(error)
                }
            }
        }
        .boxed()
    }
}

/// Where a request breaks off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It is not sent.
    Before,
    /// It is sent, and its answer is lost.
    After,
}

/// Keeps every byte that is sent, and breaks off when told to.
pub struct CapturingHttp {
    inner: RouterHttp,
    sent: Mutex<Vec<(String, Vec<u8>)>>,
    fault: Mutex<Option<(&'static str, Side)>>,
}

impl CapturingHttp {
    pub fn new(inner: RouterHttp) -> Self {
        Self { inner, sent: Mutex::default(), fault: Mutex::default() }
    }

    /// The next request with `text` in its method and address breaks off.
    pub fn fail(&self, text: &'static str, side: Side) {
        *self.fault.lock().unwrap() = Some((text, side));
    }

    fn fault_of(&self, outbound: &Outbound) -> Option<Side> {
        let line = format!("{} {}", outbound.request.method(), outbound.request.uri());
        let mut fault = self.fault.lock().unwrap();
        let (text, _) = (*fault)?;
        if line.contains(text) { fault.take().map(|(_, side)| side) } else { None }
    }

    /// By host: head and body of each request, one after the other.
    pub fn sent(&self) -> Vec<(String, Vec<u8>)> {
        self.sent.lock().unwrap().clone()
    }
}

impl HttpClient for CapturingHttp {
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        let request = &outbound.request;
        let host = request.uri().host().unwrap_or("").to_owned();
        let mut bytes =
            format!("{} {} {:?}\n", request.method(), request.uri(), request.headers()).into_bytes();
        bytes.extend_from_slice(request.body());
        self.sent.lock().unwrap().push((host, bytes));
        let fault = self.fault_of(&outbound);
        async move {
            if fault == Some(Side::Before) {
                return Err(HttpError::Connection("broke off".into()));
            }
            let answer = self.inner.send(outbound).await;
            if fault == Some(Side::After) { Err(HttpError::Timeout(1)) } else { answer }
        }
        .boxed()
    }
}
