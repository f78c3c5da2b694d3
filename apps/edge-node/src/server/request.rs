//! One request: checked, routed to a guest, and answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::WasiBody;

use super::body::{CappedBody, InFlight, ResponseBody};
use super::problem::Problem;
use super::spin_headers;
use crate::guest::call::{CallError, retry_after};
use crate::limits::{HEADER_READ_MS_MAX, OVERLOAD_RETRY_AFTER_S, REQUEST_ID_BYTES_MAX, SMALL_BODY_BYTES_MAX};
use crate::node::Node;

/// The header of the request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const UNKNOWN_HOST: &str = "localhost";

/// Answers requests from outside.
pub struct Frontend {
    node: Arc<Node>,
    slots: Arc<Semaphore>,
    request_ids: RequestIds,
}

impl Frontend {
    /// In front of a node.
    pub fn new(node: Arc<Node>) -> Self {
        let slots = Arc::new(Semaphore::new(node.limits.requests_in_flight_max));
        Self { node, slots, request_ids: RequestIds::new() }
    }

    /// Answers a request; whatever goes wrong becomes a problem document.
    pub async fn answer(&self, mut request: Request<Incoming>, peer: &HeaderValue) -> Response<ResponseBody> {
        let request_id = self.request_ids.of(request.headers());
        request.headers_mut().insert(REQUEST_ID, request_id.clone());
        let mut response = match request.uri().path() {
            "/healthz" => text("text/plain; charset=utf-8", "ok\n".to_owned()),
            "/metrics" => text("text/plain; version=0.0.4", self.node.metrics.render()),
            _ => match self.forward(request, peer).await {
                Ok(response) => response,
                Err(problem) => problem.into_response(&request_id),
            },
        };
        response.headers_mut().insert(REQUEST_ID, request_id);
        response
    }

    async fn forward(
        &self,
        request: Request<Incoming>,
        peer: &HeaderValue,
    ) -> Result<Response<ResponseBody>, Problem> {
        let in_flight = self.enter()?;
        let bytes_max = self.node.limits.request_body_bytes_max;
        let too_large = || {
            let title = format!("the body has more than {bytes_max} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", title)
        };
        if declared_length(request.headers()).is_some_and(|length| length > bytes_max) {
            return Err(too_large());
        }
        let (mut parts, body) = request.into_parts();
        parts.uri = absolute(parts.uri, &parts.headers)?;
        spin_headers::set_client(&mut parts.headers, peer);
        let whole = declared_length(&parts.headers).is_some_and(|length| length <= SMALL_BODY_BYTES_MAX);
        let (body, exceeded) = CappedBody::new(body, bytes_max);
        let body = if whole { read_whole(body).await? } else { body.boxed_unsync() };
        let request = Request::from_parts(parts, body);
        let result = self.node.call_route(request, 0).await;
        if exceeded.load(Ordering::Acquire) {
            return Err(too_large());
        }
        match result {
            Some(Ok(response)) => {
                let (parts, body) = response.into_parts();
                let body = ResponseBody::gather(body, in_flight).await.map_err(|error| {
                    tracing::warn!("the body of a response failed: {error}");
                    problem_of(&CallError::GuestTrapped)
                })?;
                Ok(Response::from_parts(parts, body))
            }
            Some(Err(error)) => Err(problem_of(&error)),
            None => {
                Err(Problem::new(StatusCode::NOT_FOUND, "route_not_found", "no component answers this path"))
            }
        }
    }

    fn enter(&self) -> Result<InFlight, Problem> {
        let metrics = &self.node.metrics;
        match self.slots.clone().try_acquire_owned() {
            Ok(permit) => {
                metrics.in_flight.increment(1.0);
                Ok(InFlight { _permit: permit, gauge: metrics.in_flight.clone() })
            }
            Err(_) => {
                metrics.overloaded.increment(1);
                let mut problem = Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "overloaded",
                    "too many requests are in flight",
                );
                problem.retry_after = Some(Duration::from_secs(OVERLOAD_RETRY_AFTER_S));
                Err(problem)
            }
        }
    }
}

/// Reads a small body before the guest is called: a guest that answers without reading it would cost the client its
/// connection, and the next request that is on it already.
async fn read_whole(body: CappedBody) -> Result<WasiBody, Problem> {
    let incomplete =
        || Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "the body broke off or came too slowly");
    let patience = Duration::from_millis(HEADER_READ_MS_MAX);
    let read = tokio::time::timeout(patience, body.collect()).await.map_err(|_| incomplete())?;
    let bytes = read.map_err(|_| incomplete())?.to_bytes();
    Ok(Full::new(bytes).map_err(|never| match never {}).boxed_unsync())
}

fn problem_of(error: &CallError) -> Problem {
    let (status, code) = error.status_and_code();
    let title = match error {
        // What a guest says of itself is for the log.
        CallError::GuestError(detail) => {
            tracing::warn!(detail, "a component answered with an error");
            "the component answered with an error".to_owned()
        }
        error => error.to_string(),
    };
    Problem { retry_after: retry_after(error), ..Problem::new(status, code, title) }
}

fn text(content_type: &'static str, text: String) -> Response<ResponseBody> {
    let mut response = Response::new(ResponseBody::full(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The URI with scheme and host, which HTTP/1.1 has in a header.
fn absolute(uri: Uri, headers: &HeaderMap) -> Result<Uri, Problem> {
    let bad = || Problem::new(StatusCode::BAD_REQUEST, "host_malformed", "the Host header is malformed");
    let mut parts = uri.into_parts();
    if parts.authority.is_none() {
        let authority = match headers.get(HOST) {
            Some(host) => Authority::try_from(host.as_bytes()).map_err(|_| bad())?,
            None => Authority::from_static(UNKNOWN_HOST),
        };
        parts.authority = Some(authority);
    }
    parts.scheme = Some(Scheme::HTTP);
    parts.path_and_query.get_or_insert(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).map_err(|_| bad())
}

/// Ids for requests that come without one: unlikely to repeat, cheap to make, and nothing secret.
struct RequestIds {
    /// Of this process, and a dash: 17 bytes.
    prefix: String,
    next: AtomicU64,
}

impl RequestIds {
    fn new() -> Self {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        let process = nanos ^ (u64::from(std::process::id()) << 48);
        Self { prefix: format!("{process:016x}-"), next: AtomicU64::new(0) }
    }

    /// The client's id if it is harmless in logs, else a new one.
    fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let harmless = |id: &&HeaderValue| {
            let legal = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
            (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.as_bytes().iter().all(legal)
        };
        if let Some(id) = headers.get(REQUEST_ID).filter(harmless) {
            return id.clone();
        }
        let number = hex::encode(self.next.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let id = Bytes::from([self.prefix.as_str(), &number].concat());
        HeaderValue::from_maybe_shared(id).unwrap_or(HeaderValue::from_static("unknown"))
    }
}
