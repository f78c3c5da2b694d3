//! Webhooks: forged, old, before their order, twice, late, out of order.

use axum::body::Body;
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::state::State;
use http::Request;
use kiosk_payments::Refund;
use kiosk_payments::webhook::{STRIPE_SIGNATURE, sign_stripe};
use psp_sandbox::Provider;
use serde_json::json;

use super::support::*;
use crate::harness::*;

on_both_databases!(
    only_the_provider_is_believed,
    disputes_and_refunds_of_the_dashboard_are_noticed,
    a_webhook_may_come_before_its_order,
    webhooks_may_come_twice_late_and_out_of_order,
    a_refund_may_fail_after_it_was_made,
);

const PATH: &str = "/v1/payments/webhooks/stripe";

async fn send(till: &Till, body: &str, signature: Option<String>) -> Answer {
    let mut request = Request::post(PATH).header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header(STRIPE_SIGNATURE, signature);
    }
    till.app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn only_the_provider_is_believed(app: TestApp) {
    let till = Till::open(app).await;
    let now_ms = till.app.now_ms();
    let event = json!({ "id": "evt_1", "type": "customer.created", "created": now_ms / 1_000,
        "data": { "object": { "id": "cus_1" } } });
    let body = event.to_string();
    let signed = |secret: &str, at_ms: i64| Some(sign_stripe(secret, body.as_bytes(), at_ms));
    for signature in [
        None,
        Some("t=1,v1=00".to_owned()),
        signed("whsec_of_somebody", now_ms),
        signed(WEBHOOK_SECRET, now_ms - 301_000),
        signed(WEBHOOK_SECRET, now_ms + 301_000),
    ] {
        send(&till, &body, signature).await.is_problem(401, "webhook_not_authentic");
    }
    let other = body.replace("cus_1", "cus_2");
    send(&till, &other, signed(WEBHOOK_SECRET, now_ms)).await.is_problem(401, "webhook_not_authentic");
    assert_eq!(send(&till, &body, signed(WEBHOOK_SECRET, now_ms - 299_000)).await.status, 200, "and ignored");
    let odd = "{}";
    let signature = Some(sign_stripe(WEBHOOK_SECRET, odd.as_bytes(), now_ms));
    send(&till, odd, signature).await.is_problem(400, "webhook_malformed");
    send(&till, &" ".repeat(300_000), None).await.is_problem(413, "body_too_large");
    let paypal = Request::post("/v1/payments/webhooks/paypal").body(Body::from("{}")).unwrap();
    assert!(till.app.send(paypal).await.status.is_client_error());
    let bank = Request::post("/v1/payments/webhooks/bank").body(Body::empty()).unwrap();
    till.app.send(bank).await.is_problem(404, "provider_not_found");
}

async fn disputes_and_refunds_of_the_dashboard_are_noticed(app: TestApp) {
    let till = Till::open(app).await;
    for (method, provider) in [("card", Provider::Stripe), ("paypal", Provider::Paypal)] {
        till.place(method, method, 5_000).await;
        till.hear(vec![shipped(method, method, 5_000, true)]).await;
        till.drain().await;
        let capture = till.dossier(method).await.movements[0].reference.clone();
        let by_hand = Refund { key: format!("by-hand-{method}"), capture: capture.clone(), amount: eur(700) };
        till.gateway(method).refund(&by_hand).await.unwrap();
        till.drain().await;
        let payment = till.dossier(method).await.payment;
        assert_eq!((payment.refunded, payment.attention.as_str()), (700, "refunded_elsewhere"));
        till.hear(vec![refund(method, method, 300)]).await;
        till.drain().await;
        let dispute = till.sandbox.open_dispute(provider, &capture).unwrap();
        till.drain().await;
        till.agree().await;
        let payment = till.dossier(method).await.payment;
        assert_eq!((payment.charged_back, payment.state()), (4_000, State::Disputed));
        till.sandbox.close_dispute(provider, &dispute, true).unwrap();
        till.drain().await;
        till.agree().await;
        assert_eq!(till.dossier(method).await.payment.state(), State::PartlyRefunded);
    }
    let told = till.told().await;
    assert_eq!((told["chargeback_opened"], told["chargeback_won"]), ((2, 8_000), (2, 8_000)));
}

async fn a_webhook_may_come_before_its_order(app: TestApp) {
    let till = Till::open(app).await;
    let order = till.bought("one", "card", 5_000).await;
    assert!(till.deliver().await.iter().all(|status| *status == 200));
    till.app.advance_ms(25 * 3_600_000);
    till.payments().apply_webhooks_due().await.unwrap();
    let desk = till.payments().desk().await.unwrap();
    assert!(!desk.stray.is_empty(), "an authorisation without an order is shown after a day");
    till.hear(vec![sold(order), shipped("one", "p", 5_000, true)]).await;
    till.drain().await;
    till.agree().await;
    // One that was given up at the POP and the provider is none.
    let two = till.bought("two", "card", 5_000).await;
    till.deliver().await;
    let started = two.payment.started.unwrap();
    till.gateway("card").cancel(&two.payment.id, &started).await.unwrap();
    till.deliver().await;
    till.app.advance_ms(25 * 3_600_000);
    till.payments().apply_webhooks_due().await.unwrap();
    let strays = till.payments().desk().await.unwrap().stray;
    assert!(strays.iter().all(|heard| heard.payment != "pay_two"), "{strays:?}");
}

async fn webhooks_may_come_twice_late_and_out_of_order(app: TestApp) {
    let till = Till::open(app).await;
    till.place("one", "card", 5_000).await;
    till.hear(vec![shipped("one", "p", 5_000, true)]).await;
    till.settle().await;
    till.deliver().await;
    let capture = till.dossier("one").await.movements[0].reference.clone();
    let dispute = till.sandbox.open_dispute(Provider::Stripe, &capture).unwrap();
    let opened = till.sandbox.due();
    till.sandbox.close_dispute(Provider::Stripe, &dispute, true).unwrap();
    let closed = till.sandbox.due();
    // Each twice, the end before the beginning.
    for (_, request) in closed.iter().chain(&closed).chain(&opened).chain(&opened) {
        let mut again = Request::post(request.uri().clone());
        again.headers_mut().unwrap().clone_from(request.headers());
        let again = again.body(Body::from(request.body().clone())).unwrap();
        assert_eq!(till.app.send(again).await.status, 200);
    }
    till.drain().await;
    till.agree().await;
    assert_eq!(till.dossier("one").await.payment.state(), State::Paid);
}

async fn a_refund_may_fail_after_it_was_made(app: TestApp) {
    let till = Till::open(app).await;
    let finance = till.app.staff(Role::Finance).await;
    for (method, provider) in [("card", Provider::Stripe), ("paypal", Provider::Paypal)] {
        till.place(method, method, 5_000).await;
        till.hear(vec![shipped(method, method, 5_000, true), refund(method, method, 1_200)]).await;
        till.drain().await;
        let made = till.dossier(method).await.movements[1].reference.clone();
        till.sandbox.fail_refund(provider, &made).unwrap();
        till.drain().await;
        till.agree().await;
        let payment = till.dossier(method).await.payment;
        assert_eq!(
            (payment.refunded, payment.state(), &*payment.attention),
            (0, State::Paid, "refund_failed")
        );
        let page = till.app.page(&format!("/admin/payments/ord_{method}"), &finance).await.text();
        assert!(page.contains("refund failed") && page.contains("Try again"), "{page}");
        let listed = till.app.page("/admin/payments?state=attention", &finance).await.text();
        assert!(listed.contains(&format!("ord_{method}")), "{listed}");
        let again = [("act", "retry"), ("reason", "The customer has a new card")];
        let path = format!("/admin/movements/rfd_{method}_1");
        assert_eq!(till.app.post(&path, &finance, &again).await.status, 303);
        till.drain().await;
        till.agree().await;
        assert_eq!(till.movements(method).await[1..], ["refund 1200 failed", "refund 1200 done"]);
        assert_eq!(till.dossier(method).await.payment.state(), State::PartlyRefunded);
        assert_eq!(till.app.post(&path, &finance, &again).await.status, 422, "not a third time");
    }
    assert_eq!(till.told().await["refund_failed"], (2, 2_400));
}
