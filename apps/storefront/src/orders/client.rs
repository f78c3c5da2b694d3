//! Calls to edge-orders over the host's service chaining.

use axum::http::{HeaderValue, Method, Request, header};
use bytes::Bytes;
use kiosk_edge_platform::Edge;
use kiosk_ids::GiftCardId;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::sibling::{self, SiblingError};

use super::model::{Cart, ClaimedCart, Destination, Key, Loyalty, Order, OrderPage, PlaceOrder, Standing};
use super::returns::AskReturn;
use crate::http::Visit;

const BASE: &str = "http://edge-orders.spin.internal/v1";
/// Longest wait for a cart, in milliseconds.
pub const CART_TIMEOUT_MS_MAX: u32 = 3_000;
/// Longest wait for a checkout, in milliseconds; it may ask the core for stock, and a provider to begin.
pub const PLACE_TIMEOUT_MS_MAX: u32 = 15_000;
/// Tries to add to a cart that another tab changes at the same time.
const ADD_TRIES_MAX: u32 = 3;
/// Orders on one page of an account's.
const PAGE_ORDERS: u32 = 10;
/// Orders on one page when all of them are asked for: as many as edge-orders gives at once.
const EXPORT_PAGE_ORDERS: u32 = 50;

struct Call<'a> {
    method: Method,
    path: String,
    key: Option<&'a Key>,
    body: Option<serde_json::Value>,
    idempotency_key: Option<&'a str>,
    if_match: Option<u64>,
    timeout_ms_max: u32,
}

impl<'a> Call<'a> {
    fn new(method: Method, path: String, key: Option<&'a Key>) -> Self {
        let timeout_ms_max = CART_TIMEOUT_MS_MAX;
        Self { method, path, key, body: None, idempotency_key: None, if_match: None, timeout_ms_max }
    }
}

/// edge-orders, as handlers call it.
#[derive(Clone, Copy)]
pub struct OrdersApi<'a> {
    /// The host's ports.
    pub edge: &'a Edge,
    /// The visitor's session; what is ordered with it is the account's.
    pub session: Option<&'a str>,
}

impl<'a> OrdersApi<'a> {
    /// For this visitor.
    pub fn of(edge: &'a Edge, visit: &'a Visit) -> Self {
        Self { edge, session: visit.session.as_deref() }
    }

    /// An empty cart and the key to it.
    pub async fn create_cart(self) -> Result<(Key, Cart), SiblingError> {
        let call = Call { body: Some(json!({})), ..Call::new(Method::POST, format!("{BASE}/carts"), None) };
        let cart: Cart = self.json(call).await?;
        Ok((cart.key()?, cart))
    }

    /// The cart of the session's account, after the cart of `guest` went into it, and the key to it.
    pub async fn claim_cart(self, guest: Option<&Key>) -> Result<(Key, ClaimedCart), SiblingError> {
        let body = guest.map_or_else(|| json!({}), |guest| json!({ "cart": guest.id }));
        let call = Call { body: Some(body), ..Call::new(Method::POST, format!("{BASE}/carts/claim"), guest) };
        let claimed: ClaimedCart = self.json(call).await?;
        Ok((claimed.cart.key()?, claimed))
    }

    /// The cart of `key`; `None` when there is no such cart or the key does not open it.
    pub async fn cart(self, key: &Key) -> Result<Option<Cart>, SiblingError> {
        match self.json(Call::new(Method::GET, format!("{BASE}/carts/{}", key.id), Some(key))).await {
            Ok(cart) => Ok(Some(cart)),
            Err(error) if error.is("cart_not_found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The cart, with the tax that comes on top where it goes.
    pub async fn quote(self, key: &Key, to: &Destination<'_>) -> Result<Cart, SiblingError> {
        let call = Call::new(Method::POST, format!("{BASE}/carts/{}/quote", key.id), Some(key));
        self.json(Call { body: Some(json!(to)), ..call }).await
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

    /// Uses the code of a discount; none takes it out.
    pub async fn put_code(self, key: &Key, code: Option<&str>) -> Result<Cart, SiblingError> {
        let path = format!("{BASE}/carts/{}/code", key.id);
        self.json(match code {
            Some(code) => {
                Call { body: Some(json!({ "code": code })), ..Call::new(Method::PUT, path, Some(key)) }
            }
            None => Call::new(Method::DELETE, path, Some(key)),
        })
        .await
    }

    /// Pays with the gift card that has this code.
    pub async fn add_gift_card(self, key: &Key, code: &str) -> Result<Cart, SiblingError> {
        let path = format!("{BASE}/carts/{}/gift-cards", key.id);
        let body = Some(json!({ "code": code }));
        self.json(Call { body, ..Call::new(Method::PUT, path, Some(key)) }).await
    }

    /// Pays with the gift card `id` no more.
    pub async fn remove_gift_card(self, key: &Key, id: &GiftCardId) -> Result<Cart, SiblingError> {
        let path = format!("{BASE}/carts/{}/gift-cards/{id}", key.id);
        self.json(Call::new(Method::DELETE, path, Some(key))).await
    }

    /// Places the order; the same `idempotency_key` never places two.
    pub async fn place(
        self,
        key: &Key,
        idempotency_key: &str,
        order: &PlaceOrder,
    ) -> Result<Order, SiblingError> {
        let call = Call {
            body: Some(serde_json::to_value(order)?),
            idempotency_key: Some(idempotency_key),
            timeout_ms_max: PLACE_TIMEOUT_MS_MAX,
            ..Call::new(Method::POST, format!("{BASE}/orders"), Some(key))
        };
        self.json(call).await
    }

    /// The order `id`; `None` when there is none, or neither the key nor the session opens it.
    pub async fn order(self, id: &str, key: Option<&Key>) -> Result<Option<Order>, SiblingError> {
        match self.json(Call::new(Method::GET, format!("{BASE}/orders/{id}"), key)).await {
            Ok(order) => Ok(Some(order)),
            Err(error) if error.problem().is_some_and(|problem| problem.status == 404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Settles the payment of the order `id`, which tells how far it is; `None` as [`Self::order`].
    pub async fn settle_payment(self, id: &str, key: Option<&Key>) -> Result<Option<Order>, SiblingError> {
        self.pay(id, "payment", key).await
    }

    /// Gives the payment of the order `id` up, and the order with it unless it was paid; `None` as [`Self::order`].
    pub async fn cancel_payment(self, id: &str, key: Option<&Key>) -> Result<Option<Order>, SiblingError> {
        self.pay(id, "cancel-payment", key).await
    }

    async fn pay(self, id: &str, what: &str, key: Option<&Key>) -> Result<Option<Order>, SiblingError> {
        let path = format!("{BASE}/orders/{id}/{what}");
        let call = Call { timeout_ms_max: PLACE_TIMEOUT_MS_MAX, ..Call::new(Method::POST, path, key) };
        match self.json(call).await {
            Ok(order) => Ok(Some(order)),
            Err(error) if error.problem().is_some_and(|problem| problem.status == 404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks for a return of pieces of the order `id`; the same `idempotency_key` never asks twice.
    pub async fn ask_return(
        self,
        id: &str,
        key: Option<&Key>,
        idempotency_key: &str,
        ask: &AskReturn,
    ) -> Result<(), SiblingError> {
        let call = Call {
            body: Some(serde_json::to_value(ask)?),
            idempotency_key: Some(idempotency_key),
            ..Call::new(Method::POST, format!("{BASE}/orders/{id}/returns"), key)
        };
        self.json::<serde_json::Value>(call).await.map(|_| ())
    }

    /// What the session's account has earned.
    pub async fn loyalty(self) -> Result<Loyalty, SiblingError> {
        self.json(Call::new(Method::GET, format!("{BASE}/loyalty"), None)).await
    }

    /// Whether the session's account may buy.
    pub async fn standing(self) -> Result<Standing, SiblingError> {
        self.json(Call::new(Method::GET, format!("{BASE}/standing"), None)).await
    }

    /// Appeals against the block of the session's account.
    pub async fn appeal(self, text: &str) -> Result<Standing, SiblingError> {
        let call = Call::new(Method::POST, format!("{BASE}/appeals"), None);
        self.json(Call { body: Some(json!({ "text": text })), ..call }).await
    }

    /// The orders of the session's account, newest first; `cursor` is `next` of the page before.
    pub async fn orders(self, cursor: Option<&str>) -> Result<OrderPage, SiblingError> {
        self.order_page(cursor, PAGE_ORDERS).await
    }

    /// The same in large pages, as they are handed on to their owner.
    pub async fn export(self, cursor: Option<&str>) -> Result<OrderPage<serde_json::Value>, SiblingError> {
        self.order_page(cursor, EXPORT_PAGE_ORDERS).await
    }

    async fn order_page<T: DeserializeOwned>(
        self,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<OrderPage<T>, SiblingError> {
        let mut path = format!("{BASE}/orders?limit={limit}");
        if let Some(cursor) = cursor {
            path.push_str("&cursor=");
            path.push_str(cursor);
        }
        self.json(Call::new(Method::GET, path, None)).await
    }

    async fn json<T: DeserializeOwned>(self, call: Call<'_>) -> Result<T, SiblingError> {
        let timeout_ms_max = call.timeout_ms_max;
        sibling::send(self.edge, request(call, self.session), timeout_ms_max).await
    }
}

fn line_url(key: &Key, sku: &str) -> String {
    // A SKU fits a path as it is; one that would not was refused before.
    format!("{BASE}/carts/{}/lines/{sku}", key.id)
}

fn request(call: Call<'_>, session: Option<&str>) -> Request<Bytes> {
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
    set(header::HeaderName::from_static("kiosk-session"), session.map(str::to_owned));
    set(header::IF_MATCH, call.if_match.map(|version| format!("\"{version}\"")));
    set(header::HeaderName::from_static("idempotency-key"), call.idempotency_key.map(str::to_owned));
    request
}
