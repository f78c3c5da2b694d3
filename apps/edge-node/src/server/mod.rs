//! The HTTP server in front of a node.

mod body;
pub mod metrics;
mod problem;
mod request;
mod silence;
pub mod spin_headers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::limits::{CLIENT_CONNECTIONS_MAX, HEADER_READ_MS_MAX};
use crate::node::Node;
pub use body::ResponseBody;
pub use request::Frontend;
use silence::Activity;

/// How often recorded times are folded into the histograms.
const METRICS_UPKEEP_S: u64 = 5;
/// Pause after a failing `accept`, which is mostly a lack of file descriptors.
const ACCEPT_RETRY_MS: u64 = 50;

/// Serves a node until `stop` resolves, then lets requests in flight end within the limit.
pub async fn serve(node: Arc<Node>, listener: TcpListener, stop: impl Future<Output = ()>) -> Result<()> {
    node.outbound.set_own_address(listener.local_addr()?);
    let upkeep = tokio::spawn(upkeep(node.metrics.clone()));
    let drain_max = node.limits.drain();
    let frontend = Arc::new(Frontend::new(node));
    let graceful = GracefulShutdown::new();
    let connections = Arc::new(Semaphore::new(CLIENT_CONNECTIONS_MAX));
    let builder = connection_builder();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let permit = connections.clone().acquire_owned().await.ok()?;
            Some((permit, listener.accept().await))
        };
        let (permit, accepted) = tokio::select! {
            () = &mut stop => break,
            accepted = accepted => match accepted {
                Some(accepted) => accepted,
                None => break,
            },
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(Duration::from_millis(ACCEPT_RETRY_MS)).await;
                continue;
            }
        };
        let connection = connection(&builder, &frontend, &graceful, stream, peer);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(permit);
        });
    }
    drop(listener);
    upkeep.abort();
    if tokio::time::timeout(drain_max, graceful.shutdown()).await.is_err() {
        tracing::warn!(drain_ms_max = drain_max.as_millis() as u64, "requests were cut off");
    }
    Ok(())
}

fn connection_builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        // `silence` sees to it, without a timer for each request.
        .header_read_timeout(None)
        // Head and body of a page are small: one buffer and one write cost less than a list of buffers.
        .writev(false)
        .keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(20))
        .max_concurrent_streams(128);
    builder
}

type ConnectionResult = std::result::Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn connection(
    builder: &auto::Builder<TokioExecutor>,
    frontend: &Arc<Frontend>,
    graceful: &GracefulShutdown,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl Future<Output = ConnectionResult> + Send + use<> {
    // Small answers must not wait for the client's acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("cannot set TCP_NODELAY: {error}");
    }
    let (frontend, peer) = (frontend.clone(), spin_headers::address(peer));
    let activity = Activity::new();
    let client = activity.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = client.request(request.version());
        let (frontend, peer) = (frontend.clone(), peer.clone());
        async move {
            let mut response = frontend.answer(request, &peer).await;
            response.body_mut().answering = Some(answering);
            Ok::<_, std::convert::Infallible>(response)
        }
    });
    let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    async move {
        tokio::select! {
            result = connection => result,
            () = activity.silent_for(Duration::from_millis(HEADER_READ_MS_MAX)) => Ok(()),
        }
    }
}

async fn upkeep(metrics: metrics::Metrics) {
    let mut interval = tokio::time::interval(Duration::from_secs(METRICS_UPKEEP_S));
    loop {
        interval.tick().await;
        metrics.run_upkeep();
    }
}
