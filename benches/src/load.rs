//! A load generator on plain HTTP/1.1 connections, so light that the server gets most of the two cores.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use hdrhistogram::Histogram;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::wire::{Get, Wire};

/// One keep-alive connection.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// Connects to `url` (`http://127.0.0.1:<port>`).
    pub async fn open(url: &str) -> Result<Self> {
        let host = url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await.with_context(|| format!("connect to {host}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    /// Sends `request` (its URI is a path) and reads the whole answer.
    pub async fn send(
        &mut self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(http::response::Parts, Bytes)> {
        request.headers_mut().insert(http::header::HOST, self.host.parse()?);
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        Ok((parts, body.collect().await?.to_bytes()))
    }

    /// GET that must answer 200.
    pub async fn get(&mut self, path: &str) -> Result<(http::response::Parts, Bytes)> {
        let answer = self.send(Request::get(path).body(Full::default())?).await?;
        ensure!(answer.0.status == StatusCode::OK, "GET {path}: {}", answer.0.status);
        Ok(answer)
    }
}

/// Latencies of one run in microseconds, and how long it took.
pub struct Measured {
    histogram: Histogram<u64>,
    elapsed: Duration,
}

impl Measured {
    /// Of latencies that were measured elsewhere.
    pub fn of_micros(values: impl IntoIterator<Item = u64>) -> Result<Self> {
        let mut histogram = Histogram::new(3)?;
        for value in values {
            histogram.record(value)?;
        }
        Ok(Self { histogram, elapsed: Duration::ZERO })
    }

    /// Of latencies in microseconds that were measured elsewhere within `elapsed`.
    pub fn of_run(values: impl IntoIterator<Item = u64>, elapsed: Duration) -> Result<Self> {
        Ok(Self { elapsed, ..Self::of_micros(values)? })
    }

    /// Requests a second.
    #[allow(clippy::cast_precision_loss)]
    pub fn rate(&self) -> f64 {
        self.histogram.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// The quantile in milliseconds.
    #[allow(clippy::cast_precision_loss)]
    pub fn ms(&self, quantile: f64) -> f64 {
        self.histogram.value_at_quantile(quantile) as f64 / 1_000.0
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

async fn join(mut tasks: JoinSet<Result<Histogram<u64>>>, started: Instant) -> Result<Measured> {
    let mut histogram = Histogram::<u64>::new(3)?;
    while let Some(part) = tasks.join_next().await {
        histogram.add(part??)?;
    }
    Ok(Measured { histogram, elapsed: started.elapsed() })
}

/// As many GETs as `connections` clients can do one after the other for `duration`.
pub async fn saturate(url: &str, path: &str, connections: usize, duration: Duration) -> Result<Measured> {
    saturate_all(url, &[path.to_owned()], connections, duration).await
}

/// The same over many `paths`, each connection from another of them on.
pub async fn saturate_all(
    url: &str,
    paths: &[String],
    connections: usize,
    duration: Duration,
) -> Result<Measured> {
    let requests: Arc<[Get]> = paths.iter().map(|path| Get::new(url, path)).collect();
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Wire::open(url).await?);
    }
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for (index, mut connection) in open.into_iter().enumerate() {
        let requests = requests.clone();
        tasks.spawn(async move {
            let mut histogram = Histogram::new(3)?;
            let from = index * requests.len() / connections;
            for request in requests.iter().cycle().skip(from) {
                if started.elapsed() >= duration {
                    break;
                }
                let sent = Instant::now();
                connection.get(request).await?;
                histogram.record(micros(sent))?;
            }
            Ok(histogram)
        });
    }
    join(tasks, started).await
}

/// GETs at a constant `rate` a second. Latency counts from when a request was due, so a stall is not left out
/// (coordinated omission, Tene 2013).
pub async fn paced(
    url: &str,
    path: &str,
    rate: u32,
    connections: u32,
    duration: Duration,
) -> Result<Measured> {
    let started = Instant::now();
    let gap = Duration::from_secs(1) * connections / rate;
    let mut tasks = JoinSet::new();
    for client in 0..connections {
        let (mut connection, path) = (Connection::open(url).await?, path.to_owned());
        tasks.spawn(async move {
            let mut histogram = Histogram::new(3)?;
            let mut due = started + gap * client / connections;
            while due.duration_since(started) < duration {
                tokio::time::sleep_until(due.into()).await;
                connection.get(&path).await?;
                histogram.record(micros(due))?;
                due += gap;
            }
            Ok(histogram)
        });
    }
    join(tasks, started).await
}

/// Runs `work` once for each of `items`, `connections` at a time, each on a connection of its own.
pub async fn each<T, F, W>(url: &str, items: Vec<T>, connections: usize, work: W) -> Result<Measured>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<Connection>> + Send,
    W: Fn(Connection, Arc<Vec<T>>, usize) -> F + Send + Sync + Clone + 'static,
{
    let items = Arc::new(items);
    let next = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(url).await?);
    }
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for mut connection in open {
        let (items, next, work) = (items.clone(), next.clone(), work.clone());
        tasks.spawn(async move {
            let mut histogram = Histogram::new(3)?;
            loop {
                let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if index >= items.len() {
                    return Ok(histogram);
                }
                let sent = Instant::now();
                connection = work(connection, items.clone(), index).await?;
                histogram.record(micros(sent))?;
            }
        });
    }
    join(tasks, started).await
}
