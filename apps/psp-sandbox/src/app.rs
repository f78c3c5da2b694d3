//! One router for both APIs, the pages and the ledger.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use axum::{Json, Router};
use http::{HeaderMap, Method, StatusCode, header};

use crate::faults::{Operation, inject};
use crate::{Sandbox, pages, paypal, stripe};

/// The longest body.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The providers as a service.
pub fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .merge(stripe::routes(&sandbox))
        .merge(paypal::routes(&sandbox))
        .merge(pages::routes())
        .route("/sandbox/ledger", get(async |State(sandbox): State<Sandbox>| Json(sandbox.ledger())))
        .route("/healthz", get(async || "ok\n"))
        .layer(middleware::from_fn(refuse_other_sites))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(sandbox)
}

/// A route of an API: tests can make its calls fail.
pub(crate) fn guarded(
    sandbox: &Sandbox,
    operation: Operation,
    route: MethodRouter<Sandbox>,
) -> MethodRouter<Sandbox> {
    route.layer(from_fn_with_state((sandbox.clone(), operation), inject))
}

/// A page of another site may not act here with a visitor's browser. Programs send neither header.
async fn refuse_other_sites(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) || is_own(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This form belongs to another site.\n").into_response()
}

fn is_own(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}
