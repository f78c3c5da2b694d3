//! Errors of every HTTP API as `application/problem+json` (RFC 9457) with `code`, `param` and `request_id`.
//!
//! A handler returns [`Problem`]; [`with_request_ids`] adds the request's id to the body on the way out, so that
//! no handler has to know it. [`Json`], [`Query`] and [`Path`] are axum's extractors whose refusals are problems
//! too.

mod extract;
mod idempotency;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
pub use extract::{BODY_BYTES_MAX, Json, Path, Query, parse_json, read_body};
use http::{HeaderName, HeaderValue, StatusCode, header};
pub use idempotency::{IDEMPOTENT_REPLAYED, idempotency_key, idempotency_key_reused};
use serde::{Deserialize, Serialize};

/// Header that carries the request's id in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// One failed request, as the client sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// `urn:kiosk:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short sentence, the same for every problem of this code.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// Stable, for programs: `insufficient_stock`, `cart_version_stale`, …
    pub code: String,
    /// What happened this time and what to do, for people. Never a personal value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The field of the request that was refused, e.g. `lines[0].quantity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub param: Option<String>,
    /// Names the request in the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Seconds after which a retry makes sense; sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
    /// Members of this code alone, e.g. the lines that are short of stock.
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Problem {
    /// A problem of `code` with its `title`.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, title: &str) -> Self {
        Self {
            kind: format!("urn:kiosk:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: None,
            param: None,
            request_id: None,
            retry_after_s: None,
            extra: serde_json::Map::new(),
        }
    }

    /// 422 for a value that cannot be accepted, naming its field.
    #[must_use]
    pub fn invalid(param: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", "A value was not accepted")
            .param(param)
            .detail(detail)
    }

    /// 404 for a `what` that is not there, or not this caller's.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, &format!("{what}_not_found"), &format!("There is no such {what}"))
    }

    /// 500 whose cause is logged here and not shown to the client.
    #[must_use]
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Something went wrong on our side")
    }

    /// 503 of an instance that cannot be set up, whose cause is logged here; the next request tries again.
    #[must_use]
    pub fn not_ready(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "the POP could not be set up");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "This POP is not ready").retry_after_s(1)
    }

    /// Adds what happened this time.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the refused field.
    #[must_use]
    pub fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Tells when to try again, in seconds.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Adds a member of this code alone; one that cannot be serialised is left out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        if let Ok(value) = serde_json::to_value(value) {
            self.extra.insert(name.to_owned(), value);
        }
        self
    }

    /// The HTTP status, 500 when the number is none.
    #[must_use]
    pub fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Body and headers, without the request's id unless it is set.
    fn render(&self) -> Response {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status_code();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.status, self.code, self.detail.as_deref().unwrap_or(&self.title))
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render();
        response.extensions_mut().insert(self);
        response
    }
}

/// Middleware: hands the request's id on to the response, and writes it into a problem's body.
pub async fn with_request_ids(request: Request, next: Next) -> Response {
    let id = request.headers().get(REQUEST_ID).cloned();
    let mut response = next.run(request).await;
    let Some(id) = id else { return response };
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        problem.request_id = id.to_str().ok().map(str::to_owned);
        let headers = std::mem::take(response.headers_mut());
        response = problem.render();
        for (name, value) in &headers {
            if *name != header::CONTENT_LENGTH {
                response.headers_mut().insert(name, value.clone());
            }
        }
    }
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Middleware of an API that answers each person of their own: no answer is kept unless it says so itself, and none is
/// taken for something else than it says. Who is not known is told how to say who they are, by `scheme` (RFC 9110, 11.6.1).
pub async fn with_usual_headers(
    State(scheme): State<&'static str>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let unknown = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if unknown {
        headers.entry(header::WWW_AUTHENTICATE).or_insert(HeaderValue::from_static(scheme));
    }
    response
}

/// Fallback of a JSON API's router.
pub async fn route_not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "route_not_found", "There is nothing at this address")
}

/// Method fallback of a JSON API's router.
pub async fn method_not_allowed() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "This address does not take that method",
    )
}
