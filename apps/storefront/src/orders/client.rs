//! Calls to edge-orders over the host's service chaining.

use axum::http::{HeaderValue, Method, Request, header};
use bytes::Bytes;
use kiosk_edge_platform::Edge;
use kiosk_session::SESSION_HEADER;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::sibling::{self, SiblingError};

use super::model::{Cart, Key, Order, PlaceOrder};

const BASE: &str = "http://edge-orders.spin.internal/v1";
/// Longest wait for a cart, in milliseconds.
pub const CART_TIMEOUT_MS_MAX: u32 = 3_000;
/// Longest wait for a checkout, in milliseconds; it may ask the core for stock.
pub const PLACE_TIMEOUT_MS_MAX: u32 = 15_000;
/// Tries to add to a cart that another tab changes at the same time.
const ADD_TRIES_MAX: u32 = 3;

struct Call<'a> {
    method: Method,
    path: String,
    key: Option<&'a Key>,
    body: Option<serde_json::Value>,
    idempotency_key: Option<&'a str>,
    session: Option<&'a str>,
    if_match: Option<u64>,
    timeout_ms_max: u32,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: String, key: Option<&'a Key>) -> Self {
        let timeout_ms_max = CART_TIMEOUT_MS_MAX;
        Self {
            method,
            path,
            key,
            body: None,
            idempotency_key: None,
            session: None,
            if_match: None,
            timeout_ms_max,
        }
    }
}

/// edge-orders, as handlers call it.
#[derive(Clone, Copy)]
pub struct OrdersApi<'a>(pub &'a Edge);

impl OrdersApi<'_> {
    /// An empty cart and the key to it.
    pub async fn create_cart(self) -> Result<(Key, Cart), SiblingError> {
        let call = Call { body: Some(json!({})), ..Call::new(Method::POST, format!("{BASE}/carts"), None) };
        let cart: Cart = self.json(call).await?;
        let key = cart.token.as_deref().and_then(|token| Key::new(&cart.id, token));
        let key = key.ok_or_else(|| <serde_json::Error as serde::de::Error>::missing_field("token"))?;
        Ok((key, cart))
    }

    /// The cart of `key`; `None` when there is no such cart or the key does not open it.
    pub async fn cart(self, key: &Key) -> Result<Option<Cart>, SiblingError> {
        match self.json(Call::new(Method::GET, format!("{BASE}/carts/{}", key.id), Some(key))).await {
            Ok(cart) => Ok(Some(cart)),
            Err(error) if error.is("cart_not_found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets the pieces of `sku`.
    pub async fn set_line(
        self,
        key: &Key,
        sku: &str,
        quantity: i64,
        version: Option<u64>,
    ) -> Result<Cart, SiblingError> {
        let mut call = Call::new(Method::PUT, line_url(key, sku), Some(key));
        call.body = Some(json!({ "quantity": quantity }));
        call.if_match = version;
        self.json(call).await
    }

    /// Adds `quantity` pieces of `sku` to what the cart holds; never loses what another tab adds meanwhile.
    pub async fn add_line(
        self,
        key: &Key,
        cart: Cart,
        sku: &str,
        quantity: i64,
    ) -> Result<Cart, SiblingError> {
        let mut cart = cart;
        for _ in 1..ADD_TRIES_MAX {
            let held = cart.line(sku).map_or(0, |line| i64::from(line.quantity));
            match self.set_line(key, sku, held.saturating_add(quantity), Some(cart.version)).await {
                Err(error) if error.is("cart_version_stale") => {}
                answer => return answer,
            }
            match self.cart(key).await? {
                Some(fresh) => cart = fresh,
                None => break,
            }
        }
        let held = cart.line(sku).map_or(0, |line| i64::from(line.quantity));
        self.set_line(key, sku, held.saturating_add(quantity), Some(cart.version)).await
    }

    /// Takes `sku` out of the cart.
    pub async fn remove_line(self, key: &Key, sku: &str) -> Result<Cart, SiblingError> {
        self.json(Call::new(Method::DELETE, line_url(key, sku), Some(key))).await
    }

    /// Places the order, for the account of `session` where there is one; the same `idempotency_key` never places two.
    pub async fn place(
        self,
        key: &Key,
        idempotency_key: &str,
        order: &PlaceOrder,
        session: Option<&str>,
    ) -> Result<Order, SiblingError> {
        let call = Call {
            body: Some(serde_json::to_value(order)?),
            idempotency_key: Some(idempotency_key),
            session,
            timeout_ms_max: PLACE_TIMEOUT_MS_MAX,
            ..Call::new(Method::POST, format!("{BASE}/orders"), Some(key))
        };
        self.json(call).await
    }

    /// The order of `key`; `None` when there is none or the key does not open it.
    pub async fn order(self, key: &Key) -> Result<Option<Order>, SiblingError> {
        match self.json(Call::new(Method::GET, format!("{BASE}/orders/{}", key.id), Some(key))).await {
            Ok(order) => Ok(Some(order)),
            Err(error) if error.problem().is_some_and(|problem| problem.status == 404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn json<T: DeserializeOwned>(self, call: Call<'_>) -> Result<T, SiblingError> {
        let timeout_ms_max = call.timeout_ms_max;
        sibling::send(self.0, request(call), timeout_ms_max).await
    }
}

fn line_url(key: &Key, sku: &str) -> String {
    // A SKU fits a path as it is; one that would not was refused before.
    format!("{BASE}/carts/{}/lines/{sku}", key.id)
}

fn request(call: Call<'_>) -> Request<Bytes> {
    let body = call.body.map(|value| Bytes::from(value.to_string())).unwrap_or_default();
    let mut request = Request::new(body);
    *request.method_mut() = call.method;
    // The parts of the address were checked: ids and SKUs have no character that ends a path.
    *request.uri_mut() = call.path.parse().unwrap_or_default();
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut set = |name, value: Option<String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    };
    set(header::AUTHORIZATION, call.key.map(|key| format!("Bearer {}", key.token)));
    set(header::IF_MATCH, call.if_match.map(|version| format!("\"{version}\"")));
    set(header::HeaderName::from_static("idempotency-key"), call.idempotency_key.map(str::to_owned));
    set(header::HeaderName::from_static(SESSION_HEADER), call.session.map(str::to_owned));
    request
}
