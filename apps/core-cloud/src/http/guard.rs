//! What stands in front of every request: a place among those being answered, and a time to answer in.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};
use kiosk_problem::Problem;
use tokio::sync::Semaphore;

/// Most requests answered at once; more are told to come back.
pub const REQUESTS_AT_ONCE_MAX: usize = 512;
/// Longest time to answer, in milliseconds.
pub const REQUEST_TIMEOUT_MS_MAX: u64 = 30_000;

/// Places for requests.
#[derive(Clone, Debug)]
pub struct Limits(Arc<Semaphore>);

impl Default for Limits {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(REQUESTS_AT_ONCE_MAX)))
    }
}

/// Middleware: counts, limits and times a request.
pub async fn guard_request(
    State(limits): State<Limits>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = label(request.method());
    let response = match limits.0.try_acquire() {
        Ok(_place) => {
            let time = Duration::from_millis(REQUEST_TIMEOUT_MS_MAX);
            tokio::time::timeout(time, next.run(request)).await.unwrap_or_else(|_| too_slow())
        }
        Err(_) => too_many(),
    };
    // The pattern, not the path: an SKU is no label.
    let route = path.as_ref().map_or("none", MatchedPath::as_str).to_owned();
    let labels =
        [("method", method.to_owned()), ("route", route), ("status", response.status().as_u16().to_string())];
    metrics::counter!("core_http_requests_total", &labels).increment(1);
    metrics::histogram!("core_http_request_seconds", &labels[..2]).record(started.elapsed().as_secs_f64());
    response
}

/// The method as a label. A client may send any word as its method, and each label is kept for good.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn too_many() -> Response {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "core_busy", "The core is busy")
        .retry_after_s(1)
        .into_response()
}

fn too_slow() -> Response {
    Problem::new(StatusCode::GATEWAY_TIMEOUT, "request_timeout", "The core took too long").into_response()
}
