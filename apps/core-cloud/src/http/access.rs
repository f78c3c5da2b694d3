//! Who may call a route. A [`Route`] is made with its [`Access`], and [`crate::app`] puts the check in front of it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use kiosk_problem::Problem;
use kiosk_web::{get_cookie, is_same_origin};

use crate::config::Secret;
use crate::modules::members::policy::Permission;
use crate::modules::members::service::{Member, Service as Members};
use crate::page::format::query_value;
use crate::page::{Failed, redirect};

/// The cookie with the token of a member's session.
pub const MEMBER_COOKIE: &str = "kiosk_member";

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anybody, machines too.
    Public,
    /// Anybody with a browser; forms come from the core's own pages.
    Visitor,
    /// Operators: `Authorization: Bearer <operator key>`.
    Operator,
    /// Admins in a browser who may do this.
    Desk(Permission),
    /// People of vendors in a browser, for their own vendor.
    Vendor,
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
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "operator_required", "Only operators may do this");
    let challenge = HeaderValue::from_static(r#"Bearer realm="kiosk""#);
    ([(header::WWW_AUTHENTICATE, challenge)], problem).into_response()
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (start, rest) = value.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// What the checks of browsers need.
#[derive(Clone, Debug)]
pub struct Browsers {
    /// Who is logged in.
    pub members: Members,
    /// Whether admins and vendors reach the core over HTTPS.
    pub secure: bool,
}

impl Browsers {
    /// The token of the request's session.
    #[must_use]
    pub fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        get_cookie(headers, MEMBER_COOKIE, self.secure)
    }
}

/// Middleware of [`Access::Visitor`].
pub async fn require_own_page(request: Request, next: Next) -> Response {
    match refused_origin(&request) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// Middleware of [`Access::Desk`] and [`Access::Vendor`].
pub async fn require_member(
    State((browsers, access)): State<(Browsers, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    if let Some(response) = refused_origin(&request) {
        return response;
    }
    let member = match browsers.token(request.headers()) {
        Some(token) => match browsers.members.authenticate(token).await {
            Ok(member) => member,
            Err(error) => return Failed::from(error).into_response(),
        },
        None => None,
    };
    let Some(member) = member else { return log_in_first(&request) };
    let allowed = match access {
        Access::Desk(permission) => member.may(permission),
        Access::Vendor => member.vendor().is_some(),
        Access::Public | Access::Visitor | Access::Operator | Access::Pop => false,
    };
    if !allowed {
        let problem = Problem::new(StatusCode::FORBIDDEN, "not_allowed", "You may not do this");
        let problem = problem.detail("Ask the owner of this shop for the role that may.");
        return Failed::from(problem).into_response();
    }
    request.extensions_mut().insert(member);
    next.run(request).await
}

/// The answer to a form that no page of the core sent.
fn refused_origin(request: &Request) -> Option<Response> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_same_origin(request.headers(), request.uri()) {
        return None;
    }
    let problem = Problem::new(StatusCode::FORBIDDEN, "other_origin", "This form came from another site");
    Some(Failed::from(problem).into_response())
}

/// A page leads to the login and from there back; a form is refused.
fn log_in_first(request: &Request) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return redirect(&format!("/login?next={}", query_value(path)));
    }
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out");
    Failed::from(problem.detail("Please log in again.")).into_response()
}

/// Who is logged in. Only handlers behind [`Access::Desk`] or [`Access::Vendor`] can take this.
impl<S: Send + Sync> FromRequestParts<S> for Member {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failed> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Failed::from(Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out"))
        })
    }
}
