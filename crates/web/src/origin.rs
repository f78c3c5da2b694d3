//! A form is accepted only from a page of the same host: browsers say where a request comes from.

use http::{HeaderMap, Uri, header};

/// The host that was asked, port included.
#[must_use]
pub fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let header = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    header.or_else(|| uri.authority().map(http::uri::Authority::as_str))
}

/// Whether a request that changes something was made by a page of the host that it asks.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap, uri: &Uri) -> bool {
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
    use http::{HeaderName, HeaderValue};

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
