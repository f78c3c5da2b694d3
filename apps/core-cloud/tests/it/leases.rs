//! `POST /sync/v1/leases`: what is granted is there, and granted once.

use kiosk_wire::{CLOCK_SKEW_MS_MAX, LEASE_ASKS_MAX, LEASE_UNITS_MAX, LeaseReply, LeaseRequest};

use crate::harness::*;

on_both_databases!(
    concurrent_asks_never_grant_too_much,
    a_repeated_ask_is_answered_with_what_was_granted,
    a_waiting_shopper_gets_all_or_nothing,
    every_ask_is_answered_in_order,
    a_full_request_is_one_answer,
    contact_renews_the_leases,
    too_much_is_refused,
);

async fn concurrent_asks_never_grant_too_much(app: TestApp) {
    app.stock_up(&[("A", 100), ("B", 7)]).await;
    let asks = (0..64).map(|number| {
        let app = app.clone();
        tokio::spawn(async move {
            let (pop, _) = POPS[number % 2];
            let incarnation = format!("db-{number}");
            let whole = number % 3 == 0;
            // Items in different orders: nobody may wait for the other for ever.
            let mut asks = vec![ask("A", 0, 0, 9), ask("B", 0, 0, 2)];
            if whole {
                asks.iter_mut().for_each(|ask| ask.whole = true);
            }
            if number % 2 == 1 {
                asks.reverse();
            }
            let reply = app.ask_all(pop, &incarnation, asks).await;
            reply.leases.into_iter().map(|state| (state.item.to_string(), state.granted)).collect::<Vec<_>>()
        })
    });
    let mut granted = std::collections::HashMap::new();
    for answered in asks.collect::<Vec<_>>() {
        for (item, units) in answered.await.unwrap() {
            *granted.entry(item).or_insert(0) += units;
        }
    }
    // With 64 hungry databases nothing is left, and nothing is granted twice.
    assert_eq!((granted["A"], granted["B"]), (100, 7));
    assert_eq!(app.stock("A").await, (0, 100, 0));
    assert_eq!(app.stock("B").await, (0, 7, 0));
}

async fn a_repeated_ask_is_answered_with_what_was_granted(app: TestApp) {
    app.stock_up(&[("A", 90)]).await;
    let first = app.ask("eu-1", "db", ask("A", 0, 0, 1_000)).await;
    // One POP is active: half stays for others.
    assert_eq!((first.epoch, first.granted, first.available), (1, 45, 45));
    // The answer was lost: asking again as if nothing had come grants nothing more.
    for epoch in [0, 1] {
        assert_eq!(app.ask("eu-1", "db", ask("A", epoch, 0, 1_000)).await, first);
    }
    let more = app.ask("eu-1", "db", ask("A", 1, 45, 3)).await;
    assert_eq!((more.granted, more.available), (48, 42));
    assert_eq!(app.stock("A").await, (42, 48, 0));
}

async fn a_waiting_shopper_gets_all_or_nothing(app: TestApp) {
    app.stock_up(&[("A", 10)]).await;
    assert_eq!(app.ask("eu-1", "db", ask_whole("A", 0, 0, 11)).await.granted, 0);
    assert_eq!(app.ask("eu-1", "db", ask_whole("A", 0, 0, 10)).await.granted, 10);
    let none = app.ask("us-1", "db", ask_whole("A", 0, 0, 1)).await;
    assert_eq!((none.epoch, none.granted, none.available), (1, 0, 0));
}

async fn every_ask_is_answered_in_order(app: TestApp) {
    app.stock_up(&[("A", 10), ("B", 10), ("EMPTY", 0)]).await;
    let asks = ["B", "NOWHERE", "A", "EMPTY", "B"].map(|item| ask_whole(item, 0, 0, 2));
    let reply = app.ask_all("eu-1", "db", asks.to_vec()).await;
    let states: Vec<_> = reply
        .leases
        .iter()
        .map(|state| (state.item.as_str(), state.epoch, state.granted, state.available))
        .collect();
    // The second ask for B is answered with what the first was granted.
    assert_eq!(
        states,
        [("B", 1, 2, 8), ("NOWHERE", 0, 0, 0), ("A", 1, 2, 8), ("EMPTY", 1, 0, 0), ("B", 1, 2, 8)]
    );
    assert_eq!(app.as_operator("/v1/inventory/NOWHERE").await.status, 404);
}

async fn a_full_request_is_one_answer(app: TestApp) {
    let names: Vec<String> = (0..LEASE_ASKS_MAX).map(|number| format!("SKU-{number:04}")).collect();
    let stock: Vec<_> = names.iter().map(|name| (name.as_str(), 10)).collect();
    assert_eq!(app.stock_up(&stock).await.created, LEASE_ASKS_MAX as u64);
    let reply = app.ask_all("eu-1", "db", names.iter().map(|name| ask_whole(name, 0, 0, 4)).collect()).await;
    assert!(reply.leases.iter().all(|state| state.granted == 4 && state.available == 6));
    assert_eq!(app.stock("SKU-0499").await, (6, 4, 0));
}

async fn contact_renews_the_leases(app: TestApp) {
    let reply = app.ask_all("eu-1", "db", vec![]).await;
    assert_eq!((reply.now_ms, reply.expires_ms), (START_MS, START_MS + i64::from(LEASE_TTL_S) * 1_000));
    app.advance_ms(60_000);
    assert_eq!(app.ask_all("eu-1", "db", vec![]).await.expires_ms, reply.expires_ms + 60_000);
    const { assert!(CLOCK_SKEW_MS_MAX > 0) };
}

async fn too_much_is_refused(app: TestApp) {
    let request = |asks| LeaseRequest { incarnation: "db".to_owned(), last_seq: 0, fence: 0, asks };
    let refused =
        app.pop_post("eu-1", "/sync/v1/leases", &request(vec![ask("A", 0, 0, LEASE_UNITS_MAX + 1)])).await;
    assert_eq!(refused.is_problem(422, "invalid_value")["param"], "asks[0].units");
    let many = (0..=LEASE_ASKS_MAX).map(|_| ask("A", 0, 0, 1)).collect();
    app.pop_post("eu-1", "/sync/v1/leases", &request(many)).await.is_problem(422, "invalid_value");
    for units in [serde_json::json!(-1), serde_json::json!(1.5), serde_json::json!(1e9)] {
        let mut body = serde_json::to_value(request(vec![ask("A", 0, 0, 1)])).unwrap();
        body["asks"][0]["units"] = units;
        app.pop_post("eu-1", "/sync/v1/leases", &body).await.is_problem(422, "invalid_value");
    }
    let _: LeaseReply = app.pop_post("eu-1", "/sync/v1/leases", &request(vec![])).await.ok();
}
