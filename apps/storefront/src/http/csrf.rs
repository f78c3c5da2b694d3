//! A form is accepted only from a page of this shop: browsers say where a request comes from, and the cookies are
//! `SameSite=Lax` besides.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::visit::host;
use crate::pages::PageError;

/// Middleware: refuses a request that changes something unless it comes from a page of this host.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || is_same_origin(request.headers(), request.uri()) {
        return next.run(request).await;
    }
    tracing::warn!(path = request.uri().path(), "refused a form from another origin");
    PageError::OtherOrigin.into_response()
}

fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    let Some(host) = host(headers, uri) else { return false };
    let of_host = |url: &str| {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or("");
        rest.split('/').next() == Some(host)
    };
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin") {
        return false;
    }
    match (text(header::ORIGIN.as_str()), text(header::REFERER.as_str())) {
        (Some(origin), _) => of_host(origin),
        (None, Some(referer)) => of_host(referer),
        (None, None) => text("sec-fetch-site").is_some(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn accepted(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("shop.example:8001"));
        for (name, value) in pairs {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_same_origin(&headers, &Uri::from_static("/cart/lines"))
    }

    #[test]
    fn only_this_host_may_post() {
        assert!(accepted(&[("sec-fetch-site", "same-origin")]));
        assert!(accepted(&[("origin", "http://shop.example:8001")]));
        assert!(accepted(&[("referer", "http://shop.example:8001/p/mug")]));
        for refused in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://shop.example:8002")],
            &[("origin", "http://shop.example:8001.evil.example")],
            &[("referer", "http://evil.example/shop.example:8001/")],
            &[("sec-fetch-site", "cross-site"), ("origin", "http://shop.example:8001")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
        ] {
            assert!(!accepted(refused), "{refused:?}");
        }
    }
}
