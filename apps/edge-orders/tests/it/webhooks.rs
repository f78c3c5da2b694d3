//! What providers tell by themselves: early, late, twice, out of order, forged.

use http::{Method, StatusCode};
use kiosk_edge_platform::Clock;
use serde_json::{Value, json};

use crate::support::{Fault, MUG, STRIPE_HOST, Side, TestPop};

async fn awaiting(pop: &TestPop) -> Value {
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.order_by_card(&cart, "key").await.is(201).body
}

async fn status(pop: &TestPop, order: &Value) -> Value {
    pop.of_order(order, Method::GET, "").await.is(200).body["status"].clone()
}

#[tokio::test]
async fn a_notice_settles_before_and_after_the_shopper_returns_and_twice() {
    let pop = TestPop::paying().await;
    let order = awaiting(&pop).await;
    let now_ms = pop.host.clock.now_ms();
    // Too early: the shopper has not paid.
    pop.stripe_tells("evt_1", 0, now_ms).await.is(204);
    assert_eq!(status(&pop, &order).await, "awaiting_payment");
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    for event in ["evt_2", "evt_2", "evt_1", "evt_3"] {
        pop.stripe_tells(event, 0, now_ms).await.is(204);
        assert_eq!(status(&pop, &order).await, "placed");
    }
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "placed");
    pop.tick_until_quiet().await;
    assert_eq!((pop.core.orders().len(), pop.taken(MUG).await), (1, 1));
    assert_eq!(pop.number("SELECT COUNT(*) FROM payment_notice").await, 3);
}

#[tokio::test]
async fn a_notice_that_comes_before_the_payment_was_kept_finds_it() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, "card").await;
    let lost = kiosk_edge_platform::DbError::Host("lost".into());
    pop.db.fail("SET reference", Fault::Before(lost));
    assert!(pop.order(&cart, "key", &form).await.status.is_server_error());
    pop.stripe.pay("https://stripe.test/pay/cs_0");
    pop.stripe_tells("evt_1", 0, pop.host.clock.now_ms()).await.is(204);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders().len(), 1);
    assert_eq!(pop.order(&cart, "key", &form).await.is(201).body["status"], "placed");
}

#[tokio::test]
async fn a_notice_after_the_end_voids_what_was_paid() {
    let pop = TestPop::paying().await;
    let order = awaiting(&pop).await;
    pop.sent.fail("GET https://stripe.test", Side::Before);
    assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "cancelled");
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    pop.stripe_tells("evt_1", 0, pop.host.clock.now_ms()).await.is(204);
    assert_eq!((pop.stripe.authorised(), status(&pop, &order).await), (0, json!("cancelled")));
}

#[tokio::test]
async fn a_notice_of_another_pop_is_taken_and_passed_over() {
    let (pop, other) = (TestPop::paying().await, TestPop::paying().await);
    awaiting(&other).await;
    let before = pop.effects().await;
    let body = json!({ "id": "evt_1", "type": "checkout.session.completed", "created": 0,
        "data": { "object": { "id": "cs_99", "metadata": { "payment": "pay_others" } } } });
    pop.webhook(&body, pop.host.clock.now_ms()).await.is(204);
    for kind in ["charge.refunded", "customer.created"] {
        let body = json!({ "id": kind, "type": kind, "created": 0, "data": { "object": { "id": "ch_1" } } });
        pop.webhook(&body, pop.host.clock.now_ms()).await.is(204);
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn a_notice_that_could_not_be_acted_on_is_asked_for_again() {
    let pop = TestPop::paying().await;
    let order = awaiting(&pop).await;
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    pop.host.http.down(STRIPE_HOST);
    let now_ms = pop.host.clock.now_ms();
    pop.stripe_tells("evt_1", 0, now_ms).await.is_problem(503, "payment_unavailable");
    pop.host.http.up(STRIPE_HOST, pop.stripe.router());
    pop.stripe_tells("evt_1", 0, now_ms).await.is(204);
    assert_eq!(status(&pop, &order).await, "placed");
}

#[tokio::test]
async fn what_is_not_signed_right_is_refused() {
    let pop = TestPop::paying().await;
    let order = awaiting(&pop).await;
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    let now_ms = pop.host.clock.now_ms();
    let before = pop.effects().await;
    for signed_ms in [now_ms - 301_000, now_ms + 301_000, 0] {
        pop.stripe_tells("evt_1", 0, signed_ms).await.is_problem(400, "webhook_refused");
    }
    let path = "/v1/payments/webhooks/stripe";
    let body = json!({ "id": "evt_1" });
    let forged = format!("t={},v1={}", now_ms / 1_000, "0".repeat(64));
    for headers in [&[][..], &[("stripe-signature", "x")], &[("stripe-signature", forged.as_str())]] {
        let reply = pop.call(Method::POST, path, None, headers, Some(body.clone())).await;
        reply.is_problem(400, "webhook_refused");
    }
    pop.webhook(&body, now_ms).await.is_problem(400, "webhook_refused");
    let reply = pop.call(Method::POST, "/v1/payments/webhooks/paypal", None, &[], Some(body.clone())).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.body);
    for unknown in ["bank", "visa", "..", "%ff"] {
        let path = format!("/v1/payments/webhooks/{unknown}");
        let reply = pop.call(Method::POST, &path, None, &[], Some(body.clone())).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{unknown}");
    }
    let long = json!({ "id": "x".repeat(300_000) });
    pop.webhook(&long, now_ms).await.is_problem(413, "body_too_large");
    assert_eq!(pop.effects().await, before);
    assert_eq!(status(&pop, &order).await, "awaiting_payment");
    // A POP without the provider has no such address.
    let without = TestPop::stocked().await;
    without.webhook(&body, now_ms).await.is_problem(404, "provider_not_found");
}
