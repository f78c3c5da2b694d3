//! What a request says about who is asking.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use kiosk_web::host;

use kiosk_edge_platform::client;

use super::cookies;
use crate::orders::Key;

/// Orders whose keys a browser keeps.
pub const ORDERS_KEPT_MAX: usize = 5;

/// The visitor's side of a request.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// Whether it came over HTTPS.
    pub secure: bool,
    /// Scheme and host, for links that have to be absolute; empty when the request does not say.
    pub origin: String,
    /// The key to the cart.
    pub cart: Option<Key>,
    /// Pieces in the cart when this browser last heard of it.
    pub cart_count: u32,
    /// Keys to the last orders, newest first.
    pub orders: Vec<Key>,
    /// This browser's random name.
    pub device: Option<String>,
    /// The token of the session.
    pub session: Option<String>,
    /// The address that the visitor comes from, where the host knows it.
    pub client: Option<IpAddr>,
    /// The version of the page that the browser already has.
    pub if_none_match: Option<String>,
    /// Whether an island asks, which wants JSON.
    pub wants_json: bool,
}

impl Visit {
    fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let secure = is_https(headers, uri);
        let host = host(headers, uri).unwrap_or("");
        let plain =
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
        let scheme = if secure { "https" } else { "http" };
        Self {
            secure,
            origin: if plain { format!("{scheme}://{host}") } else { String::new() },
            cart: cookies::get(headers, cookies::CART, secure).and_then(Key::parse),
            cart_count: cookies::get(headers, cookies::CART_COUNT, secure)
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            orders: cookies::get(headers, cookies::ORDERS, secure)
                .map(|text| text.split('~').filter_map(Key::parse).take(ORDERS_KEPT_MAX).collect())
                .unwrap_or_default(),
            device: cookies::get(headers, cookies::DEVICE, secure)
                .filter(|text| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()))
                .map(str::to_owned),
            session: cookies::get(headers, cookies::SESSION, secure)
                .filter(|text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()))
                .map(str::to_owned),
            client: client::of(headers),
            if_none_match: text(header::IF_NONE_MATCH).map(str::to_owned),
            wants_json: text(header::ACCEPT).is_some_and(|accept| accept.starts_with("application/json")),
        }
    }

    /// The key of the order `id`, when this browser placed it.
    pub fn order(&self, id: &str) -> Option<&Key> {
        self.orders.iter().find(|key| key.id == id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, &parts.uri))
    }
}

/// A proxy that ends TLS says so; who lies about it changes the names of its own cookies, nothing else.
fn is_https(headers: &HeaderMap, uri: &Uri) -> bool {
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    forwarded.map_or(uri.scheme_str() == Some("https"), |proto| proto.eq_ignore_ascii_case("https"))
}
