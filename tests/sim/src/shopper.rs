//! Shoppers: each makes a cart, fills it and orders it, and sends the same request again while no answer comes.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::join;
use http::{Method, Request, StatusCode, header};
use kiosk_edge_platform::HttpError;
use serde_json::{Value, json};

use crate::auditor::shoppers;
use crate::executor::{US_PER_MS, US_PER_S, WORLD};
use crate::goods;
use crate::network::{self, Answer, copies, hand_over, reply};
use crate::payer::{self, Then};
use crate::pop::{Pop, id_of};
use crate::world::World;

/// How long a shopper waits for an answer, in milliseconds.
const TIMEOUT_MS: u32 = 10_000;
/// Most times that a request is sent again.
const RETRIES_MAX: u32 = 12;
/// Most orders of one shopper: after another price, or fewer pieces.
const ORDERS_MAX: u32 = 3;

/// Somebody who buys.
pub struct Shopper {
    /// Where.
    pub world: Arc<World>,
    pop: Arc<Pop>,
    number: u64,
    /// In a rush for this product, with no time to think.
    rush: Option<u64>,
}

/// A cart as the shopper knows it.
struct Cart {
    id: String,
    token: String,
    shown: Value,
}

/// A request of a shopper.
#[derive(Clone)]
pub struct Ask {
    method: Method,
    path: String,
    token: Option<String>,
    key: Option<String>,
    body: Value,
}

impl Ask {
    /// A request that everybody may make.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self { method, path: path.into(), token: None, key: None, body }
    }

    /// With a token, and an idempotency key.
    #[must_use]
    pub fn with(mut self, token: &str, key: Option<&str>) -> Self {
        self.token = Some(token.to_owned());
        self.key = key.map(str::to_owned);
        self
    }

    fn request(&self) -> Request<Bytes> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request.body(Bytes::from(self.body.to_string())).expect("the request is well-formed")
    }
}

impl Shopper {
    /// The shopper of this number, at a POP; perhaps in a rush for a product.
    #[must_use]
    pub fn new(world: Arc<World>, pop: Arc<Pop>, number: u64, rush: Option<u64>) -> Self {
        Self { world, pop, number, rush }
    }

    /// Shops once.
    pub async fn shop(self) {
        let Some(mut cart) = self.fill_cart().await else {
            self.world.count("shopper gave up on a cart");
            return;
        };
        for attempt in 0..ORDERS_MAX {
            let think_us = if self.rush.is_some() { 0 } else { self.world.chance.around(5 * US_PER_S) };
            self.world.sleep_us(think_us).await;
            let key = format!("key-{}-{attempt}", self.number);
            let Some(answer) = self.order(&cart, &key).await else {
                self.world.count("checkout without an answer");
                return;
            };
            self.world.count(outcome(&answer));
            let another = matches!(answer.1["code"].as_str(), Some("price_changed" | "cart_version_stale"));
            if !another && payer::pay(&self, &answer.1).await == Then::Leaves {
                return;
            }
            let path = format!("/v1/carts/{}", cart.id);
            let show = Ask::new(Method::GET, path, json!({})).with(&cart.token, None);
            match self.ask_until_answered(&show).await {
                Some((StatusCode::OK, shown)) => cart.shown = shown,
                _ => return,
            }
        }
    }

    async fn fill_cart(&self) -> Option<Cart> {
        let created = self.ask_until_answered(&Ask::new(Method::POST, "/v1/carts", json!({}))).await?;
        let text = |name: &str| created.1[name].as_str().map(str::to_owned);
        let mut cart = Cart { id: text("id")?, token: text("token")?, shown: Value::Null };
        let lines = if self.rush.is_some() { 1 } else { *self.world.chance.pick(&[1_u32, 1, 1, 2, 3]) };
        for _ in 0..lines {
            let (sku, quantity) = self.wish();
            let path = format!("/v1/carts/{}/lines/{sku}", cart.id);
            let put = Ask::new(Method::PUT, path, json!({ "quantity": quantity })).with(&cart.token, None);
            if let Some((StatusCode::OK, shown)) = self.ask_until_answered(&put).await {
                cart.shown = shown;
            }
        }
        cart.shown.is_object().then_some(cart)
    }

    fn wish(&self) -> (String, u64) {
        let chance = &self.world.chance;
        let scarce = chance.hits(self.world.plan.scarce);
        let last = if scarce { goods::SCARCE - 1 } else { goods::PRODUCTS };
        let product = self.rush.unwrap_or_else(|| chance.between(0, last));
        let set = goods::set_of(product).filter(|_| chance.hits(0.4));
        (set.unwrap_or_else(|| goods::sku(product)), *chance.pick(&[1, 1, 1, 2, 2, 5]))
    }

    /// Orders the cart as it was shown: sometimes twice at once, and again while no answer comes.
    async fn order(&self, cart: &Cart, key: &str) -> Option<(StatusCode, Value)> {
        let ask = Ask::new(Method::POST, "/v1/orders", self.form(cart)?).with(&cart.token, Some(key));
        if self.world.chance.hits(0.1) {
            self.world.count("double click");
            let (first, second) = join(self.ask_until_answered(&ask), self.ask_until_answered(&ask)).await;
            return first.or(second);
        }
        self.ask_until_answered(&ask).await
    }

    fn form(&self, cart: &Cart) -> Option<Value> {
        let shown = &cart.shown;
        let option = shown["delivery_options"].get(0)?;
        let total = shown["subtotal"]["amount"].as_i64()? + option["price"]["amount"].as_i64()?;
        let number = self.number;
        Some(json!({
            "cart": cart.id,
            "cart_version": shown["version"],
            "expected_total": { "amount": total, "currency": shown["currency"] },
            "contact": { "name": format!("Shopper {number}"), "email": format!("shopper{number}@example.org") },
            "address": {
                "street": format!("Street {number}"), "postcode": format!("{:05}", 10_000 + number),
                "city": "Berlin", "country": "DE",
            },
            "delivery": option["kind"],
            "payment": { "method": self.method() },
            "device": format!("device {number}"),
        }))
    }

    fn method(&self) -> &'static str {
        let chance = &self.world.chance;
        let at_provider = chance.hits(self.world.plan.paying);
        if at_provider { chance.pick::<&str>(&["card", "card", "paypal"]) } else { "invoice" }
    }

    /// Sends a request until it is answered with something else than "not now".
    pub async fn ask_until_answered(&self, ask: &Ask) -> Option<(StatusCode, Value)> {
        for attempt in 0..RETRIES_MAX {
            if attempt > 0 {
                self.world.count("request sent again");
                let wait_us = self.world.chance.around(u64::from(attempt) * 2 * US_PER_S) + 200 * US_PER_MS;
                self.world.sleep_us(wait_us).await;
            }
            let Ok(response) = self.send(ask).await else { continue };
            let status = response.status();
            if status.is_server_error() {
                continue;
            }
            let body: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
            return Some((status, body));
        }
        None
    }

    async fn send(&self, ask: &Ask) -> Answer {
        let (reply, receiver) = reply();
        for delay_us in copies(&self.world) {
            let (world, pop, reply) = (Arc::clone(&self.world), Arc::clone(&self.pop), Arc::clone(&reply));
            let (ask, number) = (ask.clone(), self.number);
            self.world.executor.spawn(WORLD, async move {
                world.sleep_us(delay_us).await;
                if !pop.is_up() {
                    hand_over(&reply, Err(HttpError::Connection("the POP is down".to_owned())));
                    return;
                }
                let (group, executor) = (pop.index, Arc::clone(&world.executor));
                // A task of the POP: it ends with the POP's process, and then no answer comes.
                executor.spawn(group, async move { answer(&world, &pop, number, &ask, &reply).await });
            });
        }
        drop(reply);
        network::wait(&self.world, receiver, TIMEOUT_MS).await
    }
}

/// The POP answers a request that has arrived.
async fn answer(world: &Arc<World>, pop: &Arc<Pop>, shopper: u64, ask: &Ask, reply: &network::Reply) {
    let arrived_us = world.executor.now_us();
    let Some(response) = pop.serve(world, ask.request()).await else { return };
    if let Some(key) = &ask.key {
        let body: Value = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
        let status = response.status().as_u16();
        let code = body["code"].as_str().unwrap_or("");
        world.note(format_args!("{} order of shopper {shopper} ({key}): {status} {code}", id_of(pop.index)));
        let cart = ask.body["cart"].as_str().unwrap_or("");
        shoppers::answered(
            world,
            pop.index,
            &shoppers::Answered { cart, key, status, body: &body, arrived_us },
        );
    }
    // An answer that comes twice is read once.
    if let Some(delay_us) = copies(world).first().copied() {
        world.sleep_us(delay_us).await;
        hand_over(reply, Ok(response));
    }
}

fn outcome((status, body): &(StatusCode, Value)) -> &'static str {
    match (status.as_u16(), body["code"].as_str().unwrap_or("")) {
        (201, _) if body["status"] == "in_review" => "checkout accepted, in review",
        (201, _) if body["status"] == "awaiting_payment" => "checkout accepted, to be paid",
        (201, _) => "checkout accepted",
        (403, _) => "checkout blocked",
        (_, "insufficient_stock") => "checkout refused: insufficient stock",
        (_, "price_changed") => "checkout refused: price changed",
        (_, "cart_not_found") => "checkout refused: cart lost with its POP",
        _ => "checkout refused: other",
    }
}

/// Most shoppers who come at once for the same product.
const CROWD_MAX: u64 = 12;

/// Lets shoppers come during the safety phase: one by one, and now and then a crowd for the same product.
pub async fn come(world: Arc<World>) {
    let between_us = world.plan.safety_us / world.plan.shoppers;
    let mut number = 0;
    while number < world.plan.shoppers {
        let crowd = if world.chance.hits(0.04) { world.chance.between(3, CROWD_MAX) } else { 1 };
        world.sleep_us(world.chance.around(between_us * crowd)).await;
        if !world.faults_on() {
            return;
        }
        let rush = (crowd > 1).then(|| world.chance.between(0, goods::PRODUCTS - 1));
        let pops = world.chance.between(1, 2);
        let meet: Vec<_> = (0..pops).map(|_| Arc::clone(world.chance.pick(world.pops()))).collect();
        for _ in 0..crowd {
            let pop = Arc::clone(world.chance.pick(&meet));
            let shopper = Shopper::new(Arc::clone(&world), pop, number, rush);
            world.executor.spawn(WORLD, shopper.shop());
            number += 1;
        }
    }
}
