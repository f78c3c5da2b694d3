//! The core in this process, over a database of its own, with a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::config::{Config, FRAUD_MODEL_DEFAULT, MailConfig, NatsConfig, PaymentsConfig, Pops, Secret};
use core_cloud::db::Db;
use core_cloud::media::fetch::Fetcher;
use core_cloud::media::files::Files;
use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, Told};
use core_cloud::modules::freight::consumer::Forwarder;
use core_cloud::modules::imports::formats::{self, Format, Pictures, Settings};
use core_cloud::modules::imports::service::Report;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::orders::consumer::Clearing;
use core_cloud::modules::warehouse::consumer::Allocator;
use http_body_util::BodyExt;
use kiosk_ids::{CartId, EventId, OrderId, PaymentId, ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_password::Password;
use kiosk_wire::sign::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_INPUT, SignatureParams, Signed, sign};
use kiosk_wire::{
    Event, EventBatch, EventBody, FraudRecord, LeaseAsk, LeaseReply, LeaseRequest, LeaseState, OrderLine,
    OrderRecord, PaymentRecord, StockTake,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{nats, postgres};

pub const PASSWORD: &str = "correct horse battery";
pub const OPERATOR_KEY: &str = "operator-key-of-the-tests";
pub const POPS: [(&str, &str); 2] = [("eu-1", "key-of-eu-1-0123456789"), ("us-1", "key-of-us-1-0123456789")];
/// When the tests begin, Unix milliseconds.
pub const START_MS: i64 = 1_795_000_000_000;
pub const LEASE_TTL_S: u32 = 3_600;

/// Makes a test for each database out of a function that takes a [`TestApp`].
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(crate::harness::TestApp::sqlite().await).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(crate::harness::TestApp::postgres().await).await;
            }
        }
    )*};
}

#[derive(Clone)]
pub struct TestApp {
    pub app: App,
    pub db: Db,
    pub clock: Arc<AtomicI64>,
    pub dir: Arc<tempfile::TempDir>,
    pub config: Config,
    pub nats: Option<NatsConfig>,
    nonces: Arc<AtomicU64>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body of a request that was done.
    pub fn ok<T: serde::de::DeserializeOwned>(&self) -> T {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// A refusal: it is a problem of this status and code, and says which request it was.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) -> Value {
        let body = self.json();
        assert_eq!((self.status.as_u16(), body["code"].as_str()), (status, Some(code)), "{}", self.text());
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["request_id"].as_str(), self.headers["x-request-id"].to_str().ok());
        body
    }
}

impl TestApp {
    pub async fn sqlite() -> Self {
        Self::on(None).await
    }

    pub async fn postgres() -> Self {
        Self::on(Some(postgres::fresh_database().await)).await
    }

    async fn on(database_url: Option<String>) -> Self {
        // In memory where there is such a place: a test waits for the disk else.
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let db = Db::open(dir.path(), database_url.as_deref()).await.unwrap();
        let pops = POPS.map(|(id, key)| format!("{id}:{}:{key}", &id[..2])).join(",");
        let nats = nats::of_all_tests();
        let config = Config {
            data_dir: dir.path().to_owned(),
            files: Files::open(dir.path(), None).unwrap(),
            database_url,
            pops: Pops::parse(&pops).unwrap(),
            operator_key: Secret::new(OPERATOR_KEY).unwrap(),
            lease_ttl_s: LEASE_TTL_S,
            public_url: "http://core.test".to_owned(),
            mail: MailConfig {
                url: "http://127.0.0.1:1".to_owned(),
                token: "mail-token".to_owned(),
                from: "Kiosk <core@kiosk.test>".to_owned(),
            },
            fraud_model: FRAUD_MODEL_DEFAULT.to_owned(),
            payments: PaymentsConfig::default(),
            nats: nats.clone(),
        };
        let clock = Arc::new(AtomicI64::new(START_MS));
        let app = App::new(&db, &config, &Clock::Manual(Arc::clone(&clock))).await.unwrap();
        Self { app, db, clock, dir: Arc::new(dir), config, nats, nonces: Arc::default() }
    }

    pub fn now_ms(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn advance_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// Lets all services hear what the others told.
    pub async fn drain(&self) {
        self.app.bus.drain().await.unwrap();
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str, authorization: Option<&str>) -> Answer {
        let mut request = Request::get(path);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// The cookie of an admin of this role, who is made at the first call.
    pub async fn staff(&self, role: Role) -> String {
        let members = &self.app.services.members;
        let email = format!("{role}@kiosk.test");
        members.ensure_owner("first@kiosk.test", "First", Password::new(PASSWORD.to_owned())).await.unwrap();
        let first =
            members.log_in("first@kiosk.test", Password::new(PASSWORD.to_owned())).await.unwrap().member;
        members.ensure_owner(&email, "Somebody", Password::new(PASSWORD.to_owned())).await.unwrap();
        let session = members.log_in(&email, Password::new(PASSWORD.to_owned())).await.unwrap();
        members.set_role(&first, &session.member.id, Some(role)).await.unwrap();
        format!("kiosk_member={}", session.token)
    }

    /// The cookie of somebody of a vendor.
    pub async fn vendor_member(&self, vendor: &str) -> String {
        let members = &self.app.services.members;
        let email = format!("{}@vendor.test", vendor.trim_start_matches("ven_"));
        let hash = members.new_hash("password", Password::new(PASSWORD.to_owned()), &[]).await.unwrap();
        let mut tx = self.db.begin().await.unwrap();
        members.register(&mut tx, (&email, "Vera Vendor"), &vendor.parse().unwrap(), &hash).await.unwrap();
        tx.commit().await.unwrap();
        members.verify(&self.link_of(&email).await).await.unwrap();
        let session = members.log_in(&email, Password::new(PASSWORD.to_owned())).await.unwrap();
        format!("kiosk_member={}", session.token)
    }

    /// Mails that wait for this receiver, newest first: subject and text.
    pub async fn mails(&self, receiver: &str) -> Vec<(String, String)> {
        let query = sqlx::query_as(
            "SELECT subject, body FROM mail_queue WHERE receiver = $1 ORDER BY created_ms DESC, id",
        );
        query.bind(receiver).fetch_all(&mut *self.db.read().await.unwrap()).await.unwrap()
    }

    /// The token of the link in the newest mail to this receiver.
    pub async fn link_of(&self, receiver: &str) -> String {
        let mails = self.mails(receiver).await;
        let (_, text) = mails.first().unwrap_or_else(|| panic!("no mail to {receiver}"));
        text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
    }

    /// A page, as a browser with this cookie gets it.
    pub async fn page(&self, path: &str, cookie: &str) -> Answer {
        self.send(Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    /// A form, as a browser with this cookie sends it from a page of the core.
    pub async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = Request::post(path)
            .header("host", "core.test")
            .header("origin", "http://core.test")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn as_operator(&self, path: &str) -> Answer {
        self.get(path, Some(&format!("Bearer {OPERATOR_KEY}"))).await
    }

    /// A request as a POP signs it.
    pub fn signed(&self, pop: &str, method: Method, path: &str, body: &[u8]) -> Request<Body> {
        let key = POPS.iter().find(|(id, _)| *id == pop).map_or("no key of anybody", |(_, key)| key);
        let nonce = format!("nonce-{:016}", self.nonces.fetch_add(1, Ordering::Relaxed));
        let params = SignatureParams { key_id: pop.to_owned(), created_s: self.now_ms() / 1_000, nonce };
        let signed = Signed { method: method.as_str(), path_and_query: path, body };
        let headers = sign(key.as_bytes(), &signed, &params);
        Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header(SIGNATURE_INPUT, headers.signature_input)
            .header(SIGNATURE, headers.signature)
            .header(CONTENT_DIGEST, headers.content_digest)
            .body(Body::from(body.to_vec()))
            .unwrap()
    }

    pub async fn pop_get(&self, pop: &str, path: &str) -> Answer {
        self.send(self.signed(pop, Method::GET, path, b"")).await
    }

    pub async fn pop_post(&self, pop: &str, path: &str, body: &impl serde::Serialize) -> Answer {
        self.send(self.signed(pop, Method::POST, path, &serde_json::to_vec(body).unwrap())).await
    }

    pub async fn deliver(&self, pop: &str, incarnation: &str, events: Vec<Event>) -> Answer {
        let batch = EventBatch { incarnation: incarnation.to_owned(), events };
        self.pop_post(pop, "/sync/v1/events", &batch).await
    }

    /// Delivers events that the core must take.
    pub async fn delivered(&self, events: Vec<Event>) {
        let last = events.last().unwrap().seq;
        let ack: kiosk_wire::EventAck = self.deliver("eu-1", "db", events).await.ok();
        assert_eq!(ack.applied_through, last);
    }

    /// Delivers orders that the core must take, from number `seq` on, and lets its services hear of them. Returns what
    /// they told then.
    pub async fn sold(&self, seq: u64, orders: Vec<OrderRecord>) -> Vec<Fact> {
        let events = (seq..).zip(orders).map(|(seq, order)| placed(seq, order));
        self.delivered(events.collect()).await;
        let mut told = self.hear(Vec::new()).await;
        told.retain(|fact| !matches!(fact, Fact::OrderPlaced(_)));
        told
    }

    /// Lets the services of orders hear of facts, of those that wait to be told, and of all that they tell themselves
    /// then. Returns what was told.
    pub async fn hear(&self, facts: Vec<Fact>) -> Vec<Fact> {
        let consumers: [&dyn Consumer; 3] = [&Clearing, &Allocator, &Forwarder];
        let mut told = self.untold().await;
        let mut open = [facts, told.clone()].concat();
        while !open.is_empty() {
            let heard: Vec<Told> = open.drain(..).map(|fact| self.as_told(fact)).collect();
            for consumer in consumers {
                let mut tx = self.db.begin().await.unwrap();
                consumer.apply(&mut tx, &heard).await.unwrap();
                tx.commit().await.unwrap();
            }
            open = self.untold().await;
            told.extend(open.iter().cloned());
        }
        told
    }

    fn as_told(&self, fact: Fact) -> Told {
        let number = self.nonces.fetch_add(1, Ordering::Relaxed);
        Told { id: format!("evt_t{number}"), written_ms: self.now_ms(), fact }
    }

    /// Takes the facts that wait to be told.
    pub async fn untold(&self) -> Vec<Fact> {
        let mut tx = self.db.begin().await.unwrap();
        let rows: Vec<(String,)> = sqlx::query_as("SELECT body FROM bus_outbox ORDER BY place, id")
            .fetch_all(&mut *tx)
            .await
            .unwrap();
        sqlx::query("DELETE FROM bus_outbox").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        rows.iter().map(|(body,)| serde_json::from_str(body).unwrap()).collect()
    }

    /// All that a POP is told.
    pub async fn told(&self, pop: &str) -> Vec<kiosk_wire::Change> {
        self.pop_get(pop, "/sync/v1/feed?after=0&limit=500").await.ok::<kiosk_wire::FeedPage>().changes
    }

    /// The first column of a statement's rows.
    pub async fn column(&self, sql: &'static str) -> Vec<String> {
        let conn = &mut *self.db.read().await.unwrap();
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(conn).await.unwrap();
        rows.into_iter().map(|(value,)| value).collect()
    }

    pub async fn ask_all(&self, pop: &str, incarnation: &str, asks: Vec<LeaseAsk>) -> LeaseReply {
        self.show_fence(pop, incarnation, 0, asks).await.ok()
    }

    pub async fn show_fence(&self, pop: &str, incarnation: &str, fence: u64, asks: Vec<LeaseAsk>) -> Answer {
        let request = LeaseRequest { incarnation: incarnation.to_owned(), last_seq: 0, fence, asks };
        self.pop_post(pop, "/sync/v1/leases", &request).await
    }

    pub async fn ask(&self, pop: &str, incarnation: &str, ask: LeaseAsk) -> LeaseState {
        self.ask_all(pop, incarnation, vec![ask]).await.leases.remove(0)
    }

    /// Available, leased, sold; on hand must be their sum.
    pub async fn stock(&self, sku: &str) -> (i64, i64, i64) {
        let level: Value = self.as_operator(&format!("/v1/inventory/{sku}")).await.ok();
        let number = |name: &str| level[name].as_i64().unwrap();
        let parts = (number("available"), number("leased"), number("sold"));
        assert_eq!(number("on_hand"), parts.0 + parts.1 + parts.2, "I2: {level}");
        parts
    }

    pub fn settings(&self) -> Settings {
        Settings {
            currency: Currency::EUR,
            default_stock: 100,
            pictures: Pictures::Folder(self.dir.path().join("pictures")),
            ships_from: "DE".to_owned(),
            now_ms: self.now_ms(),
        }
    }

    pub async fn import(&self, format: Format, text: &str) -> Report {
        self.import_with(format, text, &self.settings()).await
    }

    pub async fn import_with(&self, format: Format, text: &str, settings: &Settings) -> Report {
        let entries = formats::read(format, text.as_bytes(), settings).unwrap();
        let fetcher = Fetcher::new(true).unwrap();
        self.app.services.imports.run_import(format.name(), "test", entries, &fetcher, &|_| {}).await.unwrap()
    }

    /// Products of one variant each, by SKU and stock.
    pub async fn stock_up(&self, stock: &[(&str, i64)]) -> Report {
        self.import(Format::KioskJsonl, &catalogue(stock)).await
    }
}

/// A catalogue in Kiosk JSON lines, a product of one variant for each SKU.
pub fn catalogue(stock: &[(&str, i64)]) -> String {
    let vendor = json!({"type": "vendor", "id": "ven_test", "name": "Test", "region": "DE", "about": ""});
    let category = json!({"type": "category", "slug": "things", "name": "Things", "parent": null, "position": 1, "blurb": ""});
    let products = stock.iter().map(|(sku, units)| product(sku, *units));
    [vendor, category].into_iter().chain(products).map(|line| format!("{line}\n")).collect()
}

pub fn product(sku: &str, stock: i64) -> Value {
    json!({
        "type": "product", "handle": sku.to_lowercase(), "title": sku, "vendor": "ven_test", "category": "things",
        "description_html": "<p>A thing.</p>", "featured": false, "bulky": false,
        "created": "2026-01-01T00:00:00Z", "tags": [], "options": [], "pictures": [],
        "variants": [{
            "sku": sku, "options": [], "price": {"amount": 1_000, "currency": "EUR"}, "compare_at": null,
            "stock": stock, "weight_g": 100, "stock_item": null, "stock_units": 1, "picture": 0,
        }],
    })
}

pub fn ask(item: &str, epoch: u64, granted_seen: u64, units: u32) -> LeaseAsk {
    LeaseAsk { item: sku(item), epoch, granted_seen, units, whole: false }
}

pub fn ask_whole(item: &str, epoch: u64, granted_seen: u64, units: u32) -> LeaseAsk {
    LeaseAsk { whole: true, ..ask(item, epoch, granted_seen, units) }
}

pub fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub fn take(item: &str, epoch: u64, units: u32) -> StockTake {
    StockTake { item: sku(item), epoch, units }
}

pub fn fraud(outcome: &str) -> FraudRecord {
    FraudRecord {
        outcome: outcome.to_owned(),
        score: Some(0.125),
        model: "test-1".to_owned(),
        reasons: vec!["new_customer".to_owned()],
        ..FraudRecord::default()
    }
}

/// An order of one line for each take, a piece for each unit.
pub fn order(name: &str, takes: Vec<StockTake>) -> OrderRecord {
    let lines: Vec<OrderLine> = takes
        .iter()
        .map(|take| OrderLine {
            sku: take.item.clone(),
            product: ProductId::named("thing").unwrap(),
            vendor: VendorId::named("test").unwrap(),
            quantity: take.units,
            unit_price: Money::new(1_000, Currency::EUR),
            list_price: None,
            subsidy: None,
            added_tax: None,
        })
        .collect();
    let subtotal = lines.iter().map(|line| i64::from(line.quantity) * 1_000).sum();
    OrderRecord {
        id: OrderId::named(name).unwrap(),
        cart: CartId::named("c").unwrap(),
        region: "eu".to_owned(),
        placed_ms: START_MS,
        customer: "pseudonym".to_owned(),
        account: None,
        country: "DE".to_owned(),
        area: "10".to_owned(),
        lines,
        takes,
        subtotal: Money::new(subtotal, Currency::EUR),
        delivery: Money::new(490, Currency::EUR),
        delivery_tax: None,
        discounts: Vec::new(),
        gift_cards: Vec::new(),
        total: Money::new(subtotal + 490, Currency::EUR),
        delivery_kind: "parcel".to_owned(),
        payment: PaymentRecord {
            id: PaymentId::named("p").unwrap(),
            method: "invoice".to_owned(),
            provider: None,
            reference: None,
            started: None,
        },
        fraud: fraud("allow"),
    }
}

/// An order of an account: a piece of each product, each of a vendor, by their names.
pub fn order_of(name: &str, account: &str, lines: &[(&str, &str)]) -> OrderRecord {
    let lines = lines.iter().map(|(product, vendor)| OrderLine {
        sku: sku(&product.to_uppercase()),
        product: ProductId::named(product).unwrap(),
        vendor: VendorId::named(vendor).unwrap(),
        quantity: 1,
        unit_price: Money::new(1_000, Currency::EUR),
        list_price: None,
        subsidy: None,
        added_tax: None,
    });
    let lines: Vec<OrderLine> = lines.collect();
    let subtotal = i64::try_from(lines.len()).unwrap() * 1_000;
    OrderRecord {
        account: Some(account.to_owned()),
        lines,
        subtotal: Money::new(subtotal, Currency::EUR),
        total: Money::new(subtotal + 490, Currency::EUR),
        ..order(name, Vec::new())
    }
}

pub fn placed(seq: u64, order: OrderRecord) -> Event {
    event(seq, EventBody::OrderPlaced(Box::new(order)))
}

pub fn returned(seq: u64, take: StockTake) -> Event {
    event(seq, EventBody::StockReturned { take })
}

pub fn event(seq: u64, body: EventBody) -> Event {
    Event { seq, id: EventId::named(&format!("e{seq}")).unwrap(), occurred_ms: START_MS, body }
}
