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

/// The headers of a route that are the same for every request.
pub struct RouteHeaders {
    matched: HeaderValue,
    prefix: HeaderValue,
}

impl RouteHeaders {
    /// For a route whose text can stand in a header.
    pub fn new(route: &Route) -> Result<Self, InvalidHeaderValue> {
        Ok(Self {
            matched: HeaderValue::from_str(&route.raw)?,
            prefix: HeaderValue::from_str(&route.prefix)?,
        })
    }

    /// Sets the headers for one request. What a client sent under these names is replaced or removed.
    pub fn apply(&self, headers: &mut HeaderMap, uri: &Uri, found: &RouteMatch<'_>) {
        remove_named(headers);
        headers.insert(MATCHED_ROUTE, self.matched.clone());
        headers.insert(RAW_COMPONENT_ROUTE, self.matched.clone());
        headers.insert(COMPONENT_ROUTE, self.prefix.clone());
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

/// Sets the address of the client.
pub fn set_client(headers: &mut HeaderMap, peer: SocketAddr) {
    insert(headers, CLIENT_ADDR, &peer.to_string());
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => headers.insert(name, value),
        Err(_) => headers.remove(name),
    };
}

fn remove_named(headers: &mut HeaderMap) {
    if headers.keys().any(|name| name.as_str().starts_with(NAMED_PREFIX)) {
        let named: Vec<HeaderName> =
            headers.keys().filter(|name| name.as_str().starts_with(NAMED_PREFIX)).cloned().collect();
        for name in named {
            headers.remove(name);
        }
    }
}
