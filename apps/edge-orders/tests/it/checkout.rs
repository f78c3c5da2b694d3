//! A purchase from the cart to the core, and what happens when a step of the saga fails.

use http::StatusCode;
use kiosk_edge_platform::DbError;
use kiosk_risk::{DeliveryKind, Outcome, VENDOR_RISK_PPM_PRIOR};
use kiosk_wire::{Change, EventBody, VendorRisk};
use serde_json::json;

use crate::support::{Fault, MUG, SET_OF_4, TestPop};

#[tokio::test]
async fn an_order_is_committed_here_and_told_to_the_core() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let reply = pop.buy(&cart, "key").await.is(201);
    assert!(reply.headers.get("idempotent-replayed").is_none());
    let order = reply.body;
    assert_eq!(order["status"], "placed");
    assert_eq!(order["total"], json!({"amount": 4_488, "currency": "EUR"}));
    assert_eq!((&order["subtotal"]["amount"], &order["delivery"]["amount"]), (&json!(3_998), &json!(490)));
    assert_eq!(order["lines"][0]["line_total"]["amount"], 3_998);
    assert_eq!(pop.taken(MUG).await, 2);
    assert!(pop.core.orders().is_empty(), "a checkout does not wait for the core");
    assert_eq!(pop.tick().await["delivered"], 1);
    let record = pop.core.orders().pop().unwrap();
    assert_eq!(record.id.as_str(), order["id"]);
    assert_eq!((record.country.as_str(), record.area.as_str(), record.region.as_str()), ("GB", "SW", "eu"));
    assert_eq!((record.takes[0].item.as_str(), record.takes[0].epoch, record.takes[0].units), (MUG, 1, 2));
    assert_eq!((record.fraud.outcome.as_str(), record.fraud.model.as_str()), ("allow", "fraud-test"));
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn its_owner_reads_the_order_and_nobody_else() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let placed = pop.buy(&cart, "key").await.is(201).body;
    let path = format!("/v1/orders/{}", placed["id"].as_str().unwrap());
    let own = pop.get(&path, placed["token"].as_str()).await.is(200).body;
    assert_eq!(
        (&own["contact"]["name"], &own["address"]["city"]),
        (&json!("Ada Lovelace"), &json!("London"))
    );
    assert_eq!((&own["total"], &own["lines"]), (&placed["total"], &placed["lines"]));
    pop.get(&path, Some(&cart.token)).await.is_problem(404, "order_not_found");
    pop.get(&path, None).await.is_problem(401, "token_required");
    pop.get("/v1/orders/ord_none", placed["token"].as_str()).await.is_problem(404, "order_not_found");
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_and_no_second_order() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let first = pop.order(&cart, "key", &form).await.is(201);
    let effects = pop.effects().await;
    // Also long after the core has it.
    pop.tick_until_quiet().await;
    let again = pop.order(&cart, "key", &form).await.is(201);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(again.body, first.body);
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, 1);
    assert_eq!(pop.taken(MUG).await, 1);
    assert_eq!(effects[0], 1);
    // White space and the order of members make no other request.
    let text = serde_json::to_string_pretty(&form).unwrap();
    let request = http::Request::post("/v1/orders")
        .header("authorization", format!("Bearer {}", cart.token))
        .header("idempotency-key", "key")
        .header("content-type", "application/json; charset=utf-8")
        .body(text.into())
        .unwrap();
    assert_eq!(pop.send(request).await.is(201).body, first.body);
}

#[tokio::test]
async fn two_lines_of_one_stock_item_are_one_demand() {
    let pop = TestPop::stocked().await;
    pop.core.restock(MUG, 0);
    pop.host.clock.advance_ms(6_000);
    pop.tick_until_quiet().await;
    // Eight units are leased: each line alone would fit, both together need nine.
    let cart = pop.cart_with(&[(MUG, 5), (SET_OF_4, 1)]).await;
    let before = pop.effects().await;
    let reply = pop.buy(&cart, "key").await;
    let lines = &reply.is_problem(409, "insufficient_stock").body["lines"];
    let line = |sku: &str, requested: u32, available: u32| json!({"sku": sku, "requested": requested, "available": available});
    assert_eq!(*lines, json!([line(MUG, 5, 8), line(SET_OF_4, 1, 2)]));
    assert_eq!(pop.effects().await, before);
    pop.put(&cart, MUG, json!(4)).await.is(200);
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(pop.taken(MUG).await, 8);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders()[0].takes.len(), 1);
}

#[tokio::test]
async fn the_score_sees_facts_and_pseudonyms() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2), (SET_OF_4, 1)]).await;
    pop.host.clock.advance_ms(90_000);
    pop.buy(&cart, "key").await.is(201);
    let asked = pop.fraud.asked().pop().unwrap();
    assert_eq!((asked.order.amount_minor, asked.order.currency.as_str()), (10_997, "EUR"));
    assert_eq!((asked.order.item_count, asked.order.sku_count, asked.order.line_quantity_max), (3, 2, 2));
    assert_eq!((asked.order.cart_age_s, asked.order.delivery), (90, DeliveryKind::Standard));
    assert_eq!(asked.order.vendor_risk_ppm, VENDOR_RISK_PPM_PRIOR, "nothing is known of the vendor");
    let keys = asked.keys;
    assert!(
        keys.customer.is_some() && keys.device.is_some() && keys.address.is_some() && keys.card.is_none()
    );
    assert_eq!(pop.number("SELECT COUNT(*) FROM velocity").await, 3);
}

#[tokio::test]
async fn the_score_sees_what_became_of_other_orders_of_a_vendor() {
    let pop = TestPop::stocked().await;
    let vendor = pop.core.vendor().id;
    for ppm in [90_000, 30_000] {
        pop.core.tell(Change::VendorRisk(VendorRisk { vendor: vendor.clone(), ppm }));
        pop.follow().await;
        let cart = pop.cart_with(&[(MUG, 1), (SET_OF_4, 1)]).await;
        pop.buy(&cart, "key").await.is(201);
        assert_eq!(pop.fraud.asked().pop().unwrap().order.vendor_risk_ppm, ppm);
    }
}

#[tokio::test]
async fn a_review_takes_the_order_and_holds_it() {
    let pop = TestPop::stocked().await;
    pop.fraud.decide(Outcome::Review);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy(&cart, "key").await.is(201).body["status"], "in_review");
    pop.tick().await;
    assert_eq!(pop.core.orders()[0].fraud.outcome, "review");
}

#[tokio::test]
async fn without_a_readable_score_the_order_is_reviewed() {
    let pop = TestPop::stocked().await;
    for (number, (status, body)) in [
        (StatusCode::INTERNAL_SERVER_ERROR, "{}"),
        (StatusCode::OK, "allow"),
        (StatusCode::OK, "{\"outcome\": \"fine\"}"),
        (StatusCode::ACCEPTED, ""),
    ]
    .into_iter()
    .enumerate()
    {
        pop.fraud.answer(status, body);
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        assert_eq!(pop.buy(&cart, "key").await.is(201).body["status"], "in_review", "{number}");
    }
    pop.host.http.down("edge-fraud.spin.internal");
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy(&cart, "key").await.is(201).body["status"], "in_review");
    pop.tick().await;
    let records = pop.core.orders();
    assert_eq!(records.len(), 5);
    for record in records {
        assert_eq!(
            (record.fraud.outcome.as_str(), record.fraud.reasons),
            ("review", vec!["scorer_unavailable".into()])
        );
    }
}

#[tokio::test]
async fn a_block_sells_nothing_and_counts() {
    let pop = TestPop::stocked().await;
    pop.fraud.decide(Outcome::Block);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let reply = pop.order(&cart, "key", &form).await;
    reply.is_problem(403, "checkout_blocked");
    let told = reply.body.to_string();
    assert!(!told.contains("amount") && !told.contains("0.25"), "{told}");
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, 0);
    assert_eq!(pop.taken(MUG).await, 0);
    assert_eq!(pop.number("SELECT COUNT(*) FROM velocity").await, 3);
    let again = pop.order(&cart, "key", &form).await;
    again.is_problem(403, "checkout_blocked");
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!(pop.number("SELECT COUNT(*) FROM velocity").await, 3);
    assert_eq!(pop.tick().await["delivered"], 1);
    pop.core.with(|state| {
        let EventBody::CheckoutBlocked { fraud, .. } = &state.events[0].body else { panic!() };
        assert_eq!(fraud.outcome, "block");
    });
    // The cart is still there; another key is scored anew.
    pop.fraud.decide(Outcome::Allow);
    pop.order(&cart, "other", &form).await.is(201);
}

#[tokio::test]
async fn a_commit_that_fails_leaves_nothing() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let before = pop.effects().await;
    for (error, code) in [
        (DbError::Busy("database is locked".into()), (503, "busy")),
        (DbError::Host("disk I/O error".into()), (500, "internal_error")),
    ] {
        pop.db.fail("INSERT INTO checkout", Fault::Before(error));
        let reply = pop.order(&cart, "key", &form).await;
        reply.is_problem(code.0, code.1);
        assert_eq!(pop.effects().await, before);
    }
    // Neither is remembered: the same request goes through now.
    let order = pop.order(&cart, "key", &form).await.is(201);
    assert!(order.headers.get("idempotent-replayed").is_none());
}

#[tokio::test]
async fn a_commit_that_took_place_though_it_failed_is_an_order() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    pop.db.fail("INSERT INTO checkout", Fault::After(DbError::Host("connection lost".into())));
    let order = pop.order(&cart, "key", &form).await.is(201);
    assert_eq!(pop.order(&cart, "key", &form).await.is(201).body, order.body);
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, 1);
}
