//! The outbox, the feed and the pictures: in order, once, resumed after every kind of failure.

use http::StatusCode;
use kiosk_wire::{Change, Picture};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{MUG, TestPop, product};

async fn buy(pop: &TestPop, orders: u32) {
    for _ in 0..orders {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        pop.buy(&cart, "key").await.is(201);
    }
}

fn sequence(pop: &TestPop) -> Vec<u64> {
    pop.core.with(|state| state.events.iter().map(|event| event.seq).collect())
}

#[tokio::test]
async fn events_arrive_in_order_and_once_though_answers_are_lost() {
    let pop = TestPop::stocked().await;
    buy(&pop, 3).await;
    pop.core.with(|state| state.lose = Some("/events"));
    assert_eq!(pop.tick().await["delivered"], 0);
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 3);
    pop.host.clock.advance_ms(2_000);
    assert_eq!(pop.tick().await["delivered"], 3);
    buy(&pop, 2).await;
    pop.tick().await;
    assert_eq!(sequence(&pop), [1, 2, 3, 4, 5]);
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn what_the_core_did_not_apply_is_sent_again() {
    let pop = TestPop::stocked().await;
    buy(&pop, 4).await;
    pop.core.with(|state| state.events_max = Some(2));
    assert_eq!(pop.tick().await["delivered"], 4, "two deliveries of two");
    assert_eq!(sequence(&pop), [1, 2, 3, 4]);
    buy(&pop, 1).await;
    pop.core.with(|state| state.events_max = Some(0));
    assert_eq!(pop.tick().await["delivered"], 0);
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 1);
}

#[tokio::test]
async fn a_gap_stops_delivery_and_nothing_else() {
    let pop = TestPop::stocked().await;
    buy(&pop, 2).await;
    pop.core.with(|state| state.gap = true);
    pop.host.clock.advance_ms(6_000);
    let renewed = || pop.core.with(|state| state.lease_requests.len());
    let before = renewed();
    assert_eq!(pop.tick().await["delivered"], 0);
    assert_eq!(renewed(), before + 1, "leases are renewed all the same");
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 2);
    pop.core.with(|state| state.gap = false);
    assert_eq!(pop.tick().await["delivered"], 2);
}

#[tokio::test]
async fn a_core_that_is_away_is_left_alone_for_a_while_and_caught_up_with() {
    let pop = TestPop::stocked().await;
    buy(&pop, 1).await;
    pop.core.with(|state| state.down = Some(StatusCode::SERVICE_UNAVAILABLE));
    let requests = || pop.sent.sent().iter().filter(|(host, _)| host == "core.test").count();
    let before = requests();
    for _ in 0..240 {
        pop.tick().await;
        pop.host.clock.advance_ms(250);
    }
    let tries = requests() - before;
    // A minute: at most one try in half the longest wait, at least one in the longest.
    assert!((25..=70).contains(&tries), "{tries}");
    pop.core.with(|state| state.down = None);
    let mut waited_ms = 0;
    while pop.tick().await["delivered"] == json!(0) {
        pop.host.clock.advance_ms(250);
        waited_ms += 250;
        assert!(waited_ms <= 2_000, "delivery goes on soon after the core is back");
    }
    assert_eq!(sequence(&pop), [1]);
    let failures = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'core_failures'";
    assert_eq!(pop.number(failures).await, 0);
}

#[tokio::test]
async fn long_outboxes_go_in_bounded_deliveries() {
    let pop = TestPop::stocked().await;
    let insert = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450)
        INSERT INTO outbox (id, occurred_ms, body) SELECT 'evt_' || i, i,
          '{\"type\":\"stock_returned\",\"take\":{\"item\":\"MUG\",\"epoch\":1,\"units\":1}}' FROM n";
    pop.host.edge.db.batch(vec![kiosk_edge_platform::Statement::new(insert)]).await.unwrap();
    assert_eq!(pop.tick().await["delivered"], 450);
    let deliveries =
        pop.core.with(|state| state.paths.iter().filter(|path| path.ends_with("/events")).count());
    assert_eq!(deliveries, 3);
    assert_eq!(sequence(&pop), (1..=450).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_feed_is_applied_page_by_page_and_resumed() {
    let pop = TestPop::empty();
    pop.core.sell_goods();
    for number in 0..120 {
        let (name, sku) = (format!("cup-{number:03}"), format!("CUP-{number}"));
        let variants = [(sku.as_str(), 500, sku.as_str(), 1)];
        pop.core.sell(product(&name, false, kiosk_money::Currency::EUR, &variants), 10);
    }
    pop.tick_until_quiet().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM product").await, 123);
    assert_eq!(pop.number("SELECT COUNT(*) FROM lease WHERE granted = 8").await, 123);
    let pages = pop.core.with(|state| state.paths.iter().filter(|path| path.contains("/feed?")).count());
    assert_eq!(pages, 3);
    pop.host.clock.advance_ms(1_000);
    pop.tick().await;
    let last = pop.core.with(|state| state.paths.last().unwrap().clone());
    assert!(last.starts_with("/sync/v1/feed?after=125&"), "{last}");
}

#[tokio::test]
async fn pictures_are_fetched_and_checked() {
    let pop = TestPop::stocked().await;
    let good = b"<svg/>".to_vec();
    let hash = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let (good_hash, late_hash, false_hash) = (hash(&good), hash(b"late"), hash(b"what it should be"));
    let picture = |hash: &str| Picture {
        hash: hash.to_owned(),
        ext: "svg".into(),
        alt: "A cup".into(),
        widths: vec![],
    };
    let mut cup = product("cup", false, kiosk_money::Currency::EUR, &[("CUP", 500, "CUP", 1)]);
    cup.pictures = vec![picture(&good_hash), picture(&late_hash), picture(&false_hash)];
    pop.core.with(|state| {
        state.media.insert(good_hash.clone(), good.clone());
        state.media.insert(false_hash.clone(), b"something else".to_vec());
        state.feed.push(Change::Product(Box::new(cup)));
    });
    pop.host.clock.advance_ms(1_000);
    pop.tick_until_quiet().await;
    let db = &*pop.host.edge.db;
    let stored = kiosk_pop_store::media::get(db, &good_hash).await.unwrap().unwrap();
    assert_eq!((stored.bytes, stored.ext.as_str()), (good, "svg"));
    assert!(kiosk_pop_store::media::get(db, &false_hash).await.unwrap().is_none());
    pop.core.with(|state| state.media.insert(late_hash.clone(), b"late".to_vec()));
    pop.host.clock.advance_ms(30_000);
    assert_eq!(pop.tick().await["media"], 1);
    assert!(kiosk_pop_store::media::get(db, &late_hash).await.unwrap().is_some());
}

#[tokio::test]
async fn two_ticks_at_once_do_no_harm() {
    let pop = TestPop::stocked().await;
    buy(&pop, 5).await;
    pop.host.clock.advance_ms(6_000);
    futures::future::join_all((0..4).map(|_| pop.tick())).await;
    pop.tick_until_quiet().await;
    assert_eq!(sequence(&pop), [1, 2, 3, 4, 5]);
    let stock = pop.core.with(|state| state.stock[MUG]);
    let granted = "SELECT granted FROM lease WHERE item = 'MUG'";
    assert_eq!(pop.number(granted).await.unsigned_abs(), stock.granted);
}

#[tokio::test]
async fn a_pop_names_its_database_once() {
    let pop = TestPop::stocked().await;
    buy(&pop, 1).await;
    pop.host.clock.advance_ms(6_000);
    pop.tick().await;
    let names = pop.core.with(|state| {
        let mut names: Vec<_> = state.lease_requests.iter().map(|r| r.incarnation.clone()).collect();
        names.dedup();
        names
    });
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].len(), 32);
    let last_seq = pop.core.with(|state| state.lease_requests.last().unwrap().last_seq);
    assert_eq!(last_seq, 1);
}

#[tokio::test]
async fn a_slow_core_does_not_hold_a_tick_for_long() {
    let pop = TestPop::stocked().await;
    buy(&pop, 1).await;
    let core = pop.core.router();
    let clock = pop.host.clock.clone();
    let slow = axum::Router::new().fallback(move |request: http::Request<axum::body::Body>| {
        let (core, clock) = (core.clone(), clock.clone());
        async move {
            let answer = tower::ServiceExt::oneshot(core, request).await;
            clock.advance_ms(2_900);
            answer
        }
    });
    pop.host.http.up("core.test", slow);
    let before = pop.sent.sent().len();
    pop.host.clock.advance_ms(6_000);
    assert_eq!(pop.tick().await["delivered"], 1);
    assert_eq!(pop.sent.sent().len() - before, 2, "events and leases; the feed waits for the next tick");
}
