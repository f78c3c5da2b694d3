//! A fraud model goes through its whole life while shoppers buy at two POPs: the real routers and services, on threads that
//! really run at the same time. No request fails, and every order is decided by one of the two models.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::Router;
use bytes::Bytes;
use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::config::{Config, MailConfig, PaymentsConfig, Pops, Secret};
use core_cloud::db::Db;
use core_cloud::media::fetch::Fetcher;
use core_cloud::media::files::Files;
use core_cloud::modules::members::service::Member;
use core_cloud::modules::models::Act;
use core_cloud::modules::models::figures::Role;
use http::{Method, Request, StatusCode};
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use kiosk_password::Password;
use serde_json::{Value, json};
use sim::goods;
use sim::pop::call;
use tokio::sync::Semaphore;

const POPS: [&str; 2] = ["eu-1", "us-1"];
const KEY: &str = "the signing key of a POP";
/// Shoppers who buy at the same time at each POP.
const SHOPPERS: usize = 3;
/// Checkouts of the whole test, at least.
const ORDERS_MIN: usize = 100;
/// Checkouts between two rounds of ticks, at most: shoppers without end would outrun a core that shares their processors.
const ORDERS_PER_ROUND_MAX: usize = 12;
/// Rounds of ticks that a step of the model's life may take.
const ROUNDS_MAX: usize = 20_000;
/// Version of the model that follows.
const CALM: &str = "calm-1";
const START_MS: i64 = 1_790_000_000_000;

/// The second model's network with thresholds that no order reaches: what it says of shoppers in a hurry is not the question.
fn calm_model() -> (Vec<u8>, Vec<u8>) {
    let file = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ml/fraud/models");
        std::fs::read(format!("{folder}/{name}")).expect("a model of the release")
    };
    let mut card: Value = serde_json::from_slice(&file("fraud-v3.json")).expect("a card");
    card["version"] = json!(CALM);
    card["thresholds"] = json!({ "review": 1.0, "block": 1.0 });
    card["rules"] = json!([]);
    (card.to_string().into_bytes(), file("fraud-v3.onnx"))
}

struct Pop {
    host: NativeEdge,
    router: Router,
}

struct Shop {
    app: App,
    clock: Arc<AtomicI64>,
    pops: Vec<Pop>,
    owner: Member,
    /// What may be bought before the next round.
    permits: Arc<Semaphore>,
    _folder: tempfile::TempDir,
}

async fn shop() -> Shop {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let pops: Vec<_> = POPS.iter().map(|id| format!("{id}:{}:{KEY}", &id[..2])).collect();
    let config = Config {
        data_dir: folder.path().to_owned(),
        files: Files::open(folder.path(), None).expect("a folder can be made"),
        database_url: None,
        pops: Pops::parse(&pops.join(",")).expect("the POPs are well-formed"),
        operator_key: Secret::new("the-operator-key-of-the-test").expect("a long key"),
        lease_ttl_s: 3_600,
        public_url: "http://core.test".to_owned(),
        mail: MailConfig { url: String::new(), token: String::new(), from: String::new() },
        fraud_model: "fraud-v1".to_owned(),
        payments: PaymentsConfig::default(),
        nats: None,
    };
    let clock = Arc::new(AtomicI64::new(START_MS));
    let db = Db::open(folder.path(), None).await.expect("the database opens");
    let app = App::new(&db, &config, &Clock::Manual(clock.clone())).await.expect("the core starts");
    let fetcher = Fetcher::new(true).expect("an HTTP client can be made");
    let mut entries = goods::shelves();
    entries.push(goods::product(0, 2_500, 100_000));
    let imported = app.services.imports.run_import("kiosk-jsonl", "test", entries, &fetcher, &|_| {}).await;
    assert_eq!(imported.expect("the import is written").refused, 0);
    let password = || Password::new("correct horse battery".to_owned());
    let members = &app.services.members;
    members.ensure_owner("owner@kiosk.test", "Owner", password()).await.expect("an owner");
    let owner = members.log_in("owner@kiosk.test", password()).await.expect("a session").member;
    let pops = (1..).zip(POPS).map(|(seed, id)| pop(&app, id, seed)).collect();
    Shop { app, clock, pops, owner, permits: Arc::new(Semaphore::new(0)), _folder: folder }
}

fn pop(app: &App, id: &str, seed: u64) -> Pop {
    let variables = [
        ("pop_id", id),
        ("region", &id[..2]),
        ("core_url", "https://core.test"),
        ("pop_key", KEY),
        ("pseudonym_key", "the-pseudonym-key-of-the-region"),
        ("fraud_model", "fraud-v1"),
    ];
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ml/fraud");
    let db = NativeDb::in_memory().expect("SQLite starts");
    let host = NativeEdge::new(db, &variables, models.into(), seed);
    host.http.up("core.test", app.router.clone());
    host.http.up("edge-fraud.spin.internal", edge_fraud::router(host.edge.clone()));
    let router = edge_orders::router(host.edge.clone());
    Pop { host, router }
}

async fn ask(router: &Router, method: Method, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
        // A cart is bought once.
        request = request.header("idempotency-key", "buy");
    }
    let answer = call(router.clone(), request.body(Bytes::from(body.to_string())).expect("a request")).await;
    (answer.status(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// Buys one piece as somebody who never bought before; the status and the answer of whatever is not done.
async fn buy(router: &Router, name: &str) -> Result<(), (StatusCode, Value)> {
    let (status, cart) = ask(router, Method::POST, "/v1/carts", "", &json!({})).await;
    if status != StatusCode::CREATED {
        return Err((status, cart));
    }
    let text = |name: &str| cart[name].as_str().unwrap_or_default().to_owned();
    let (id, token) = (text("id"), text("token"));
    let line = format!("/v1/carts/{id}/lines/{}", goods::sku(0));
    let (status, shown) = ask(router, Method::PUT, &line, &token, &json!({ "quantity": 1 })).await;
    if status != StatusCode::OK {
        return Err((status, shown));
    }
    let option = &shown["delivery_options"][0];
    let total =
        shown["subtotal"]["amount"].as_i64().unwrap_or(0) + option["price"]["amount"].as_i64().unwrap_or(0);
    let order = json!({
        "cart": id, "cart_version": shown["version"],
        "expected_total": { "amount": total, "currency": shown["currency"] },
        "contact": { "name": name, "email": format!("{}@example.org", name.replace(' ', ".")), "phone": "+49 30 901820" },
        "address": { "street": format!("{name} Street 1"), "postcode": "10115", "city": "Berlin", "country": "DE" },
        "delivery": option["kind"], "payment": { "method": "invoice" }, "device": name,
    });
    match ask(router, Method::POST, "/v1/orders", &token, &order).await {
        (StatusCode::CREATED, _) => Ok(()),
        refused => Err(refused),
    }
}

impl Shop {
    /// Half a second passes: POPs tick, and the core's services hear of what happened.
    async fn step(&self) {
        self.clock.fetch_add(500, Ordering::SeqCst);
        self.permits.add_permits(ORDERS_PER_ROUND_MAX.saturating_sub(self.permits.available_permits()));
        for pop in &self.pops {
            pop.host.clock.advance_ms(500);
            let (status, report) = ask(&pop.router, Method::POST, "/internal/tick", "", &Value::Null).await;
            assert_eq!(status, StatusCode::OK, "{report}");
        }
        self.app.bus.drain().await.expect("facts are applied");
    }

    async fn scored(&self, model: &str, role: Role, pop: &str) -> i64 {
        let monitor = self.app.services.models.monitor(7).await.expect("the monitor");
        let key = (model.to_owned(), role, pop.to_owned());
        monitor.tallies.get(&key).map_or(0, |tally| tally.scored)
    }

    /// Goes on until each of `pops` has told of three more orders that `model` decided or watched.
    async fn until(&self, model: &str, role: Role, pops: &[&str]) {
        for pop in pops {
            let before = self.scored(model, role, pop).await;
            let mut rounds = 0;
            while self.scored(model, role, pop).await < before + 3 {
                self.step().await;
                rounds += 1;
                assert!(rounds < ROUNDS_MAX, "{model} has not {} at {pop}", role.name());
            }
        }
    }

    async fn decide(&self, revision: i64, act: Act) {
        let models = &self.app.services.models;
        models.decide(&self.owner, &act, revision, "a test under load").await.expect("the act is allowed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn shadow_canary_promotion_and_roll_back_under_load_fail_no_request() {
    let shop = shop().await;
    // Catalogue and leases arrive before anybody comes.
    for _ in 0..10 {
        shop.step().await;
    }
    let bought = Arc::new(AtomicUsize::new(0));
    let shoppers: Vec<_> = (0..SHOPPERS * POPS.len())
        .map(|shopper| {
            let router = shop.pops[shopper % POPS.len()].router.clone();
            let (permits, bought) = (shop.permits.clone(), bought.clone());
            tokio::spawn(async move {
                let mut number = 0;
                while let Ok(permit) = permits.acquire().await {
                    permit.forget();
                    number += 1;
                    buy(&router, &format!("Shopper{shopper} Number{number}")).await?;
                    bought.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                }
                Ok::<usize, (StatusCode, Value)>(number)
            })
        })
        .collect();

    let (first, second) = ("fraud-v1", CALM);
    let (card, onnx) = calm_model();
    shop.app.services.models.register(&shop.owner, card, onnx).await.expect("the model is taken");
    shop.until(first, Role::Decides, &POPS).await;
    shop.decide(0, Act::Candidate(second.to_owned())).await;
    shop.until(second, Role::Shadows, &POPS).await;
    shop.decide(1, Act::Canary(vec!["eu-1".to_owned()])).await;
    shop.until(second, Role::Decides, &["eu-1"]).await;
    shop.until(first, Role::Shadows, &["eu-1"]).await;
    shop.until(first, Role::Decides, &["us-1"]).await;
    shop.decide(2, Act::Promote).await;
    shop.until(second, Role::Decides, &POPS).await;
    shop.decide(3, Act::RollBack).await;
    shop.until(first, Role::Decides, &POPS).await;
    while bought.load(Ordering::SeqCst) < ORDERS_MIN {
        shop.step().await;
    }
    shop.permits.close();

    let mut placed = 0;
    for shopper in shoppers {
        placed += shopper.await.expect("the shopper's task").expect("no request fails");
    }
    assert!(placed >= ORDERS_MIN, "{placed} orders");
    // What still waits is delivered; then every order was decided by one of the two, and none by nobody.
    for _ in 0..ROUNDS_MAX {
        let tallies = shop.app.services.models.monitor(7).await.expect("the monitor").tallies;
        let decided = tallies.iter().filter(|((_, role, _), _)| *role == Role::Decides);
        if decided.map(|(_, tally)| tally.scored).sum::<i64>() == i64::try_from(placed).expect("a number") {
            let models: BTreeSet<&str> = tallies.keys().map(|(model, ..)| model.as_str()).collect();
            assert_eq!(models, BTreeSet::from([first, second]));
            assert!(tallies.values().all(|tally| tally.with_score == tally.scored), "{tallies:?}");
            return;
        }
        shop.step().await;
    }
    panic!("the core never heard of all orders");
}
