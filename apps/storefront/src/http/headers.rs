//! Headers of every answer: what a browser may run and load, and what may be kept.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response as AxumResponse;
use kiosk_edge_platform::conditional::none_match_names;
use xxhash_rust::xxh3::xxh3_128;

use super::Visit;

/// Pages run and load what comes from here, nothing inline; `wasm-unsafe-eval` lets the islands' module compile.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Middleware: adds the security headers that an answer does not set itself.
pub async fn security(request: Request, next: Next) -> AxumResponse {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(PAGE_POLICY));
    response
}

/// Lets the forms of a page lead to other sites: browsers look at where a form's answer leads, too.
pub fn lead_to(response: &mut AxumResponse, origins: &str) {
    let plain = |origin: &&str| {
        let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        rest.is_some_and(|host| {
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        })
    };
    let origins: Vec<&str> = origins.split_whitespace().filter(plain).collect();
    if origins.is_empty() {
        return;
    }
    let policy =
        PAGE_POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", origins.join(" ")));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// How long a page may be kept, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// The same for everybody without a cart: shared caches may keep it for seconds.
    Catalogue,
    /// This visitor's own.
    Private,
}

/// An HTML answer; one for everybody carries an `ETag`, and is 304 when the browser has it already.
pub fn html(status: StatusCode, visit: &Visit, cache: Cache, body: String) -> AxumResponse {
    let shared = cache == Cache::Catalogue && visit.cart.is_none() && status == StatusCode::OK;
    let mut response = Response::new(axum::body::Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::VARY, HeaderValue::from_static("Cookie"));
    if !shared {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        *response.status_mut() = status;
        *response.body_mut() = body.into();
        return response;
    }
    let policy = HeaderValue::from_static("public, max-age=5, stale-while-revalidate=60");
    headers.insert(header::CACHE_CONTROL, policy);
    let etag = format!("\"{:032x}\"", xxh3_128(body.as_bytes()));
    let known = visit.if_none_match.as_deref().is_some_and(|tags| none_match_names(tags, &etag));
    if let Ok(value) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, value);
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = body.into();
    }
    response
}
