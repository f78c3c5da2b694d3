//! A POP in memory, and what it talks to.

mod accounts;
mod core;
mod discounts;
mod faults;
mod fraud;
mod goods;
mod mails;
mod stripe;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kiosk_edge_platform::Statement;
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use serde_json::{Value, json};
use tower::ServiceExt;

pub use self::accounts::{ADA, AS_ADA, AS_BOB, BOB, FakeAccounts, who};
pub use self::core::FakeCore;
pub use self::discounts::{CARD_CODE, coded, discount, euros_off, gift_card, percent};
pub use self::faults::{CapturingHttp, Fault, FaultyDb, Side};
pub use self::fraud::{FakeFraud, decision};
pub use self::goods::{MUG, SET_OF_4, SOFA, US_LAMP, product};
pub use self::mails::{FakeMail, MAIL_HOST, MAILS};
pub use self::stripe::{FakeStripe, PAYS, STRIPE_HOST, WEBHOOK_SECRET};

pub const POP_KEY: &str = "the key of eu-1";
pub const PSEUDONYM_KEY: &str = "the secret of the region eu";

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    /// The problem's code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    /// Fails unless this is the problem `status` `code`.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.body);
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        self
    }

    /// Fails unless this is the success `status`.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self
    }
}

/// A cart and its token.
#[derive(Clone, Debug)]
pub struct Cart {
    pub id: String,
    pub token: String,
}

/// A POP with its core and edge-fraud.
pub struct TestPop {
    pub host: NativeEdge,
    pub core: FakeCore,
    pub fraud: FakeFraud,
    pub accounts: FakeAccounts,
    pub stripe: FakeStripe,
    pub db: Arc<FaultyDb>,
    pub sent: Arc<CapturingHttp>,
    pub router: Router,
}

impl TestPop {
    /// A POP that has the catalogue and its leases.
    pub async fn stocked() -> Self {
        let pop = Self::empty();
        pop.core.sell_goods();
        pop.tick_until_quiet().await;
        pop
    }

    /// A POP that has not talked to the core yet.
    pub fn empty() -> Self {
        Self::with_variables(&[])
    }

    /// An empty POP with further variables.
    pub fn with_variables(more: &[(&str, &str)]) -> Self {
        let mut variables = vec![
            ("pop_id", "eu-1"),
            ("region", "eu"),
            ("core_url", "https://core.test"),
            ("pop_key", POP_KEY),
            ("pseudonym_key", PSEUDONYM_KEY),
        ];
        variables.extend(more);
        let mut host = NativeEdge::new(NativeDb::in_memory().unwrap(), &variables, ".".into(), 7);
        let db = Arc::new(FaultyDb::new(host.edge.db.clone()));
        let sent = Arc::new(CapturingHttp::new(host.http.clone()));
        host.edge.db = db.clone();
        host.edge.http = sent.clone();
        let core = FakeCore::new(host.clock.clone());
        let (fraud, accounts) = (FakeFraud::default(), FakeAccounts::default());
        host.http.up("core.test", core.router());
        host.http.up("edge-fraud.spin.internal", fraud.router());
        host.http.up("edge-accounts.spin.internal", accounts.router());
        let router = edge_orders::router(host.edge.clone());
        Self { host, core, fraud, accounts, stripe: FakeStripe::default(), db, sent, router }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// Sends JSON with a token and further headers.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        self.call(Method::GET, path, token, &[], None).await
    }

    pub async fn tick(&self) -> Value {
        self.call(Method::POST, "/internal/tick", None, &[], None).await.is(200).body
    }

    /// Ticks until a tick does nothing.
    pub async fn tick_until_quiet(&self) {
        for _ in 0..100 {
            let report = self.tick().await;
            if report.as_object().unwrap().values().all(|count| count == 0) {
                return;
            }
        }
        panic!("the POP does not come to rest");
    }

    /// Waits until the feed is asked for again, and applies it.
    pub async fn follow(&self) {
        self.host.clock.advance_ms(2_000);
        self.tick_until_quiet().await;
    }

    pub async fn cart(&self) -> Cart {
        let reply = self.call(Method::POST, "/v1/carts", None, &[], Some(json!({}))).await.is(201);
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        Cart { id: text("id"), token: text("token") }
    }

    pub async fn put(&self, cart: &Cart, sku: &str, quantity: Value) -> Reply {
        let path = format!("/v1/carts/{}/lines/{sku}", cart.id);
        let body = json!({ "quantity": quantity });
        self.call(Method::PUT, &path, Some(&cart.token), &[], Some(body)).await
    }

    pub async fn show(&self, cart: &Cart) -> Value {
        self.get(&format!("/v1/carts/{}", cart.id), Some(&cart.token)).await.is(200).body
    }

    /// A cart with these lines.
    pub async fn cart_with(&self, lines: &[(&str, u32)]) -> Cart {
        let cart = self.cart().await;
        for (sku, quantity) in lines {
            self.put(&cart, sku, json!(quantity)).await.is(200);
        }
        cart
    }

    /// The order form for a cart as it is shown now.
    pub async fn form(&self, cart: &Cart) -> Value {
        let shown = self.show(cart).await;
        let option = &shown["delivery_options"][0];
        let price = option["price"]["amount"].as_i64().unwrap_or(0);
        let total = shown["subtotal"]["amount"].as_i64().unwrap_or(0) + price;
        let mut form = json!({
            "cart": cart.id,
            "cart_version": shown["version"],
            "expected_total": { "amount": total, "currency": shown["currency"].as_str().unwrap_or("EUR") },
            "contact": { "name": "Ada Lovelace", "email": "ada@example.org", "phone": "+44 20 7946 0958" },
            "address": { "street": "12 St James's Square", "postcode": "SW1Y 4JH", "city": "London", "country": "GB" },
            "delivery": option["kind"].as_str().unwrap_or("parcel"),
            "payment": { "method": "invoice" },
            "device": "a browser",
        });
        // Said only where it differs: then it is all of the total.
        if shown["gift_cards"].as_array().is_some_and(|cards| !cards.is_empty()) {
            form["expected_due"] = option["due"].clone();
        }
        form
    }

    pub async fn order(&self, cart: &Cart, key: &str, form: &Value) -> Reply {
        let headers = [("idempotency-key", key)];
        self.call(Method::POST, "/v1/orders", Some(&cart.token), &headers, Some(form.clone())).await
    }

    /// Buys what is in the cart, logged in with `session`.
    pub async fn buy_as(&self, session: &str, cart: &Cart, key: &str) -> Reply {
        let form = self.form(cart).await;
        self.order_as(session, cart, key, &form).await
    }

    /// Sends the form, logged in with `session`.
    pub async fn order_as(&self, session: &str, cart: &Cart, key: &str, form: &Value) -> Reply {
        let headers = [("idempotency-key", key), ("kiosk-session", session)];
        self.call(Method::POST, "/v1/orders", Some(&cart.token), &headers, Some(form.clone())).await
    }

    /// The cart of the account that is logged in with `session`, after `guest`'s cart went into it.
    pub async fn claim(&self, session: &str, guest: Option<&Cart>) -> Reply {
        let body = guest.map_or(json!({}), |guest| json!({ "cart": guest.id }));
        let token = guest.map(|guest| guest.token.as_str());
        self.call(Method::POST, "/v1/carts/claim", token, &[("kiosk-session", session)], Some(body)).await
    }

    /// Buys what is in the cart.
    pub async fn buy(&self, cart: &Cart, key: &str) -> Reply {
        let form = self.form(cart).await;
        self.order(cart, key, &form).await
    }

    /// The first column of the first row.
    pub async fn number(&self, sql: &'static str) -> i64 {
        self.host.edge.db.query(Statement::new(sql)).await.unwrap()[0].get(0).unwrap()
    }

    /// Units sold of an item, as the lease has it.
    pub async fn taken(&self, item: &'static str) -> i64 {
        let select = Statement::new("SELECT taken FROM lease WHERE item = ?1").bind(item);
        self.host.edge.db.query(select).await.unwrap()[0].get(0).unwrap()
    }

    /// Everything that a refused request must not change.
    pub async fn effects(&self) -> Vec<i64> {
        let mut effects = Vec::new();
        for sql in [
            "SELECT COUNT(*) FROM orders",
            "SELECT COUNT(*) FROM order_person",
            "SELECT COUNT(*) FROM outbox",
            "SELECT COUNT(*) FROM idempotency",
            "SELECT COUNT(*) FROM velocity",
            "SELECT COALESCE(SUM(taken), 0) FROM lease",
            "SELECT COALESCE(SUM(quantity), 0) FROM cart_line",
            "SELECT COALESCE(SUM(version), 0) FROM cart",
            "SELECT COUNT(*) FROM payment WHERE state IN ('starting', 'open')",
            "SELECT COUNT(*) FROM guard",
        ] {
            effects.push(self.number(sql).await);
        }
        effects
    }
}
