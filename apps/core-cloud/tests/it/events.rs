//! `POST /sync/v1/events`: once each, in order, all or nothing.

use kiosk_wire::{EVENTS_PER_BATCH_MAX, EventAck, EventBody, SYNC_BODY_BYTES_MAX};
use serde_json::{Value, json};

use crate::harness::*;

on_both_databases!(
    an_order_is_applied_once,
    a_gap_applies_nothing,
    a_database_that_was_set_back_loses_nothing,
    concurrent_deliveries_apply_once,
    databases_of_a_pop_count_on_their_own,
    orders_are_listed_newest_first_in_pages,
    nothing_is_applied_of_a_batch_that_fails,
    an_order_is_never_lost,
);

async fn lease(app: &TestApp, units: u32) {
    app.stock_up(&[("A", 100)]).await;
    assert_eq!(app.ask("eu-1", "db", ask_whole("A", 0, 0, units)).await.granted, u64::from(units));
}

async fn an_order_is_applied_once(app: TestApp) {
    lease(&app, 10).await;
    let events = || vec![placed(1, order("one", vec![take("A", 1, 3)])), returned(2, take("A", 1, 2))];
    for _ in 0..3 {
        let ack: EventAck = app.deliver("eu-1", "db", events()).await.ok();
        assert_eq!(ack.applied_through, 2);
    }
    assert_eq!(app.stock("A").await, (92, 5, 3));
    // A delivery that overlaps applies only what is new; the same order under another number moves stock once.
    let mut events = events();
    events.push(placed(3, order("one", vec![take("A", 1, 3)])));
    events.push(event(4, EventBody::CheckoutBlocked { fraud: fraud("block"), total: None }));
    assert_eq!(app.deliver("eu-1", "db", events).await.ok::<EventAck>().applied_through, 4);
    assert_eq!(app.stock("A").await, (92, 5, 3));
    let page: Value = app.as_operator("/v1/orders").await.ok();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let order: Value = app.as_operator("/v1/orders/ord_one").await.ok();
    assert_eq!((&order["total"]["amount"], &order["pop"]), (&json!(3_490), &json!("eu-1")));
    assert_eq!(order["takes"], json!([{"item": "A", "epoch": 1, "units": 3, "short": 0}]));
    assert_eq!(order["lines"][0]["quantity"], 3);
    assert_eq!(order["attention"], json!([]));
}

async fn a_database_that_was_set_back_loses_nothing(app: TestApp) {
    lease(&app, 10).await;
    let sale = |seq, name| placed(seq, order(name, vec![take("A", 1, 1)]));
    let first = vec![sale(1, "one"), sale(2, "two"), sale(3, "three")];
    assert_eq!(app.deliver("eu-1", "db", first).await.ok::<EventAck>().applied_through, 3);
    // From a copy that was made after the first order, the POP goes on and gives number 2 again.
    let after = || vec![sale(2, "another"), sale(3, "later"), sale(4, "more")];
    app.deliver("eu-1", "db", after()).await.is_problem(409, "events_rewound");
    assert_eq!(app.stock("A").await, (90, 7, 3));
    // An acknowledgement would have made the POP forget what it sold; told by a database of its own it is applied.
    let again = vec![sale(1, "another"), sale(2, "later"), sale(3, "more")];
    assert_eq!(app.deliver("eu-1", "db-2", again).await.ok::<EventAck>().applied_through, 3);
}

async fn a_gap_applies_nothing(app: TestApp) {
    lease(&app, 10).await;
    let sale = |seq, name| placed(seq, order(name, vec![take("A", 1, 1)]));
    let refused = app.deliver("eu-1", "db", vec![sale(2, "two")]).await.is_problem(409, "event_gap");
    assert_eq!(refused["expected_seq"], 1);
    // A gap inside a batch takes what stands before it along.
    let refused = app.deliver("eu-1", "db", vec![sale(1, "one"), sale(3, "three")]).await;
    assert_eq!(refused.is_problem(409, "event_gap")["expected_seq"], 2);
    assert_eq!(app.stock("A").await, (90, 10, 0));
    assert_eq!(app.deliver("eu-1", "db", vec![sale(1, "one")]).await.ok::<EventAck>().applied_through, 1);
    let refused = app.deliver("eu-1", "db", vec![sale(1, "one"), sale(3, "three")]).await;
    assert_eq!(refused.is_problem(409, "event_gap")["expected_seq"], 2);
    assert_eq!(app.deliver("eu-1", "db", vec![]).await.ok::<EventAck>().applied_through, 1);
}

async fn concurrent_deliveries_apply_once(app: TestApp) {
    lease(&app, 100).await;
    let events: Vec<_> =
        (1..=50).map(|seq| placed(seq, order(&format!("o{seq}"), vec![take("A", 1, 2)]))).collect();
    let deliveries = (0..16).map(|_| {
        let (app, events) = (app.clone(), events.clone());
        tokio::spawn(async move { app.deliver("eu-1", "db", events).await.ok::<EventAck>() })
    });
    for delivery in deliveries.collect::<Vec<_>>() {
        assert_eq!(delivery.await.unwrap().applied_through, 50);
    }
    assert_eq!(app.stock("A").await, (0, 0, 100));
}

async fn databases_of_a_pop_count_on_their_own(app: TestApp) {
    lease(&app, 10).await;
    let sale = |name| vec![placed(1, order(name, vec![take("A", 1, 1)]))];
    assert_eq!(app.deliver("eu-1", "db", sale("one")).await.status, 200);
    assert_eq!(app.ask("eu-1", "db-2", ask_whole("A", 0, 0, 5)).await.granted, 5);
    assert_eq!(app.deliver("eu-1", "db-2", sale("two")).await.status, 200);
    assert_eq!(app.deliver("us-1", "db", sale("three")).await.status, 200);
    // What the older database holds stays leased: it may have sold it.
    assert_eq!(app.stock("A").await, (84, 13, 3));
}

async fn orders_are_listed_newest_first_in_pages(app: TestApp) {
    lease(&app, 100).await;
    let events = (1..=25).map(|seq| {
        let mut order = order(&format!("o{seq:02}"), vec![take("A", 1, 1)]);
        // Several in the same millisecond.
        order.placed_ms += i64::try_from(seq / 4).unwrap();
        placed(seq, order)
    });
    assert_eq!(app.deliver("eu-1", "db", events.collect()).await.status, 200);
    assert_eq!(app.deliver("us-1", "db", vec![placed(1, order("us", vec![]))]).await.status, 200);
    let mut ids = Vec::new();
    let mut path = "/v1/orders?pop=eu-1&limit=4".to_owned();
    loop {
        let page: Value = app.as_operator(&path).await.ok();
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next"].as_str() else { break };
        path = format!("/v1/orders?pop=eu-1&limit=4&cursor={cursor}");
    }
    let expected: Vec<_> = (1..=25).rev().map(|number| format!("ord_o{number:02}")).collect();
    assert_eq!(ids, expected);
}

async fn nothing_is_applied_of_a_batch_that_fails(app: TestApp) {
    lease(&app, 10).await;
    let sale = |seq: usize| placed(seq as u64, order(&format!("o{seq}"), vec![take("A", 1, 1)]));
    let too_many = (1..=EVENTS_PER_BATCH_MAX + 1).map(sale).collect();
    app.deliver("eu-1", "db", too_many).await.is_problem(422, "invalid_value");
    app.deliver("eu-1", "a/b", vec![sale(1)]).await.is_problem(422, "invalid_value");
    app.deliver("eu-1", "", vec![sale(1)]).await.is_problem(422, "invalid_value");
    let mut broken = serde_json::to_value(sale(2)).unwrap();
    broken["body"]["total"]["amount"] = json!(1.5);
    let batch = json!({"incarnation": "db", "events": [sale(1), broken]});
    let refused = app.pop_post("eu-1", "/sync/v1/events", &batch).await;
    assert!(refused.is_problem(422, "invalid_value")["param"].as_str().unwrap().starts_with("events[1]"));
    let request = app.signed("eu-1", http::Method::POST, "/sync/v1/events", b"{\"incarnation\":");
    app.send(request).await.is_problem(400, "malformed_json");
    let huge = vec![b' '; SYNC_BODY_BYTES_MAX + 1];
    let request = app.signed("eu-1", http::Method::POST, "/sync/v1/events", &huge);
    app.send(request).await.is_problem(413, "body_too_large");
    assert_eq!(app.stock("A").await, (90, 10, 0));
}

/// Whatever a POP reports, the shopper was promised the order: it is kept, and an operator is told.
async fn an_order_is_never_lost(app: TestApp) {
    lease(&app, 10).await;
    app.ask("us-1", "db", ask_whole("A", 0, 0, 90)).await;
    let mut sums = order("sums", vec![]);
    sums.total.amount += 1;
    let events = vec![
        placed(1, order("fits", vec![take("A", 1, 8)])),
        placed(2, order("too-much", vec![take("A", 1, 5)])),
        placed(3, order("unknown", vec![take("NOWHERE", 1, 1)])),
        placed(4, sums),
    ];
    assert_eq!(app.deliver("eu-1", "db", events).await.ok::<EventAck>().applied_through, 4);
    assert_eq!(app.stock("A").await, (0, 90, 10));
    let attention = async |name: &str| {
        app.as_operator(&format!("/v1/orders/ord_{name}")).await.json()["attention"].clone()
    };
    assert_eq!(attention("fits").await, json!([]));
    assert_eq!(attention("too-much").await, json!(["stock_short"]));
    assert_eq!(attention("unknown").await, json!(["stock_short"]));
    assert_eq!(attention("sums").await, json!(["totals_differ"]));
    let order: Value = app.as_operator("/v1/orders/ord_too-much").await.ok();
    assert_eq!(order["takes"][0]["short"], 3);
}
