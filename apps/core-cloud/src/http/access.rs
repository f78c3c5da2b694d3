//! Who may call a route. A [`Route`] is made with its [`Access`], and [`crate::app`] puts the check in front of it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kiosk_problem::Problem;

use crate::config::Secret;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anybody.
    Public,
    /// Operators: `Authorization: Bearer <operator key>`.
    Operator,
    /// Operators in a browser: HTTP Basic, the operator key as password.
    OperatorPage,
    /// POPs, by signed requests.
    Pop,
}

/// One route with its access.
#[derive(Debug)]
pub struct Route {
    /// Its method; GET answers HEAD too.
    pub method: Method,
    /// Its path, as axum writes it.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    pub(crate) handler: MethodRouter,
}

impl Route {
    /// A route whose handler has `state`.
    #[must_use]
    pub fn new<S: Clone + Send + Sync + 'static>(
        method: Method,
        path: &'static str,
        access: Access,
        handler: MethodRouter<S>,
        state: S,
    ) -> Self {
        Self { method, path, access, handler: handler.with_state(state) }
    }
}

/// Middleware of [`Access::Operator`].
pub async fn require_operator(State(key): State<Arc<Secret>>, request: Request, next: Next) -> Response {
    let shown = credentials(request.headers(), "Bearer ").map(str::as_bytes);
    if shown.is_some_and(|shown| key.is(shown)) {
        return next.run(request).await;
    }
    unauthorized(r#"Bearer realm="kiosk""#)
}

/// Middleware of [`Access::OperatorPage`]. The user name does not matter.
pub async fn require_operator_page(State(key): State<Arc<Secret>>, request: Request, next: Next) -> Response {
    let shown = credentials(request.headers(), "Basic ").and_then(|text| BASE64.decode(text).ok());
    let password = shown.as_deref().and_then(|pair| pair.splitn(2, |byte| *byte == b':').nth(1));
    if password.is_some_and(|password| key.is(password)) {
        return next.run(request).await;
    }
    unauthorized(r#"Basic realm="Kiosk core", charset="UTF-8""#)
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (start, rest) = value.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

fn unauthorized(challenge: &'static str) -> Response {
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "operator_required", "Only operators may do this");
    let mut response = problem.into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}
