//! The headers by which Spin tells a guest how its request was routed.

use std::net::SocketAddr;

use http::header::{HeaderName, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue, Uri};

use crate::routes::{Route, RouteMatch};

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");
const NAMED_PREFIX: &str = "spin-path-match-";
/// What all these names begin with.
const PREFIX: &str = "spin-";
/// The route of everything.
const CATCH_ALL: &str = "/...";

/// The headers of a route that are the same for every request.
///
/// The route of everything has none: they would say again what the address says, and a guest pays for each header of
/// each request.
pub struct RouteHeaders(Option<RouteText>);

struct RouteText {
    matched: HeaderValue,
    prefix: HeaderValue,
}

impl RouteHeaders {
    /// For a route whose text can stand in a header.
    pub fn new(route: &Route) -> Result<Self, InvalidHeaderValue> {
        if route.raw == CATCH_ALL {
            return Ok(Self(None));
        }
        let matched = HeaderValue::from_str(&route.raw)?;
        Ok(Self(Some(RouteText { matched, prefix: HeaderValue::from_str(&route.prefix)? })))
    }

    /// Sets the headers for one request.
    pub fn apply(&self, headers: &mut HeaderMap, uri: &Uri, found: &RouteMatch<'_>) {
        let Self(Some(text)) = self else { return };
        headers.insert(MATCHED_ROUTE, text.matched.clone());
        headers.insert(RAW_COMPONENT_ROUTE, text.matched.clone());
        headers.insert(COMPONENT_ROUTE, text.prefix.clone());
        headers.insert(BASE_PATH, HeaderValue::from_static("/"));
        insert(headers, PATH_INFO, found.path_info);
        insert(headers, FULL_URL, &uri.to_string());
        for (name, value) in &found.named {
            if let Ok(name) = HeaderName::try_from(format!("{NAMED_PREFIX}{name}")) {
                insert(headers, name, value);
            }
        }
    }
}

/// Sets the address of the client, and removes what the client sent under names that are the host's to give.
pub fn set_client(headers: &mut HeaderMap, peer: &HeaderValue) {
    if headers.keys().any(|name| name.as_str().starts_with(PREFIX)) {
        let sent = headers.keys().filter(|name| name.as_str().starts_with(PREFIX));
        for name in sent.cloned().collect::<Vec<_>>() {
            headers.remove(name);
        }
    }
    headers.insert(CLIENT_ADDR, peer.clone());
}

/// An address as a header says it.
pub fn address(peer: SocketAddr) -> HeaderValue {
    HeaderValue::try_from(peer.to_string()).unwrap_or(HeaderValue::from_static("unknown"))
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => headers.insert(name, value),
        Err(_) => headers.remove(name),
    };
}
