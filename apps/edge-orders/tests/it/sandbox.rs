//! Payments at the sandbox, which speaks as Stripe and PayPal do: their pages, their webhooks and their faults.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_edge_platform::Clock;
use psp_sandbox::faults::{Fault, Operation};
use psp_sandbox::{Config, Hook, Provider, Sandbox};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Cart, MUG, PAYS, STRIPE_HOST, TestPop, WEBHOOK_SECRET};

const GOOD_CARD: &str = "4242424242424242";
const DECLINED_CARD: &str = "4000000000000002";
const PROVING_CARD: &str = "4000002500003155";

/// A POP that pays at the sandbox, and the sandbox.
async fn paying() -> (TestPop, Sandbox) {
    let pop = TestPop::with_variables(&PAYS);
    let clock = pop.host.clock.clone();
    let hook = |provider, secret: &str| Hook {
        provider,
        url: format!("https://shop.test/v1/payments/webhooks/{provider:?}").to_lowercase(),
        secret: secret.to_owned(),
    };
    let config = Config {
        public_url: format!("https://{STRIPE_HOST}"),
        stripe_key: "sk_test_kiosk".to_owned(),
        paypal_client: "client".to_owned(),
        paypal_secret: "secret".to_owned(),
        hooks: vec![hook(Provider::Stripe, WEBHOOK_SECRET), hook(Provider::Paypal, "WH-1")],
        ..Config::default()
    };
    let sandbox = Sandbox::new(config, std::sync::Arc::new(move || clock.now_ms()));
    for host in [STRIPE_HOST, "paypal.test"] {
        pop.host.http.up(host, psp_sandbox::router(sandbox.clone()));
    }
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    (pop, sandbox)
}

async fn ordered(pop: &TestPop, method: &str) -> (Cart, Value) {
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form_by(&cart, method).await;
    let order = pop.order(&cart, "key", &form).await.is(201).body;
    assert_eq!(order["status"], "awaiting_payment");
    (cart, order)
}

/// The path of the provider's page of an order.
fn page(order: &Value) -> String {
    let url: http::Uri = order["payment"]["redirect_url"].as_str().unwrap().parse().unwrap();
    url.path_and_query().unwrap().as_str().to_owned()
}

/// Sends a form of the provider's pages; the answer's status and where it leads.
async fn submit(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String) {
    let form: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.join("&")))
        .unwrap();
    let answer = psp_sandbox::router(sandbox.clone()).oneshot(request).await.unwrap();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (answer.status(), to.unwrap_or_default())
}

async fn enter_card(sandbox: &Sandbox, order: &Value, number: &str) -> (StatusCode, String) {
    let card = [("number", number), ("expiry", "1299"), ("cvc", "123"), ("name", "Ada")];
    submit(sandbox, &page(order), &card).await
}

async fn approve_paypal(sandbox: &Sandbox, order: &Value, account: &str) -> (StatusCode, String) {
    let page = page(order);
    let token = page.split("token=").nth(1).unwrap();
    submit(sandbox, "/checkoutnow", &[("token", token), ("account", account), ("action", "approve")]).await
}

/// Delivers the webhooks whose time has come, the last first, and tells their statuses.
async fn deliver(pop: &TestPop, sandbox: &Sandbox) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (id, request) in sandbox.due().into_iter().rev() {
        let (parts, body) = request.into_parts();
        let answer = pop.router.clone().oneshot(Request::from_parts(parts, Body::from(body))).await.unwrap();
        let status = answer.status().as_u16();
        answer.into_body().collect().await.unwrap();
        sandbox.sent(id, Ok(status));
        statuses.push(status);
    }
    statuses
}

/// Authorises an approved PayPal order, as a request does that looked at it before somebody else gave it up.
async fn authorise_late(sandbox: &Sandbox, order: &Value) {
    let call = async |path: &str, authorization: &str, body: &'static str| {
        let request = Request::post(path)
            .header("authorization", authorization)
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = psp_sandbox::router(sandbox.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{path}: {status} {body:?}");
        serde_json::from_slice::<Value>(&body).unwrap()
    };
    let login = format!("Basic {}", STANDARD.encode("client:secret"));
    let token = call("/v1/oauth2/token", &login, "grant_type=client_credentials").await;
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap());
    let name = page(order).split("token=").nth(1).unwrap().to_owned();
    call(&format!("/v2/checkout/orders/{name}/authorize"), &bearer, "").await;
}

/// How far the payments are at the providers.
fn at_providers(sandbox: &Sandbox) -> Vec<String> {
    let ledger = serde_json::to_value(sandbox.ledger()).unwrap();
    let payments = ledger["payments"].as_array().unwrap();
    payments.iter().map(|payment| payment["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn cards_and_paypal_reserve_what_the_core_can_capture() {
    for (method, provider) in [("card", "stripe"), ("paypal", "paypal")] {
        let (pop, sandbox) = paying().await;
        let (_, order) = ordered(&pop, method).await;
        let (status, back) = match method {
            "card" => enter_card(&sandbox, &order, GOOD_CARD).await,
            _ => approve_paypal(&sandbox, &order, "balance").await,
        };
        assert_eq!(status, StatusCode::SEE_OTHER);
        let expected = format!("https://shop.test/checkout/return?order={}", order["id"].as_str().unwrap());
        assert!(back.starts_with(&expected), "{back}");
        assert_eq!(pop.settle(&order).await.is(200).body["status"], "placed");
        pop.tick_until_quiet().await;
        let payment = pop.core.orders().remove(0).payment;
        assert_eq!(payment.provider.as_deref(), Some(provider));
        let ledger = serde_json::to_value(sandbox.ledger()).unwrap();
        assert_eq!(ledger["payments"][0]["authorisation"].as_str(), payment.reference.as_deref());
        assert_eq!(at_providers(&sandbox), ["authorised"]);
    }
}

#[tokio::test]
async fn webhooks_place_the_order_in_whatever_order_they_come() {
    for method in ["card", "paypal"] {
        let (pop, sandbox) = paying().await;
        let (_, order) = ordered(&pop, method).await;
        match method {
            "card" => enter_card(&sandbox, &order, GOOD_CARD).await,
            _ => approve_paypal(&sandbox, &order, "webhook-twice").await,
        };
        let statuses = deliver(&pop, &sandbox).await;
        assert!(
            !statuses.is_empty() && statuses.iter().all(|status| *status == 204),
            "{method}: {statuses:?}"
        );
        assert_eq!(pop.of_order(&order, Method::GET, "").await.is(200).body["status"], "placed", "{method}");
        pop.host.clock.advance_ms(60_000);
        deliver(&pop, &sandbox).await;
        pop.tick_until_quiet().await;
        assert_eq!((pop.core.orders().len(), at_providers(&sandbox)), (1, vec!["authorised".to_owned()]));
    }
}

#[tokio::test]
async fn a_declined_card_leaves_the_order_waiting_and_another_pays() {
    let (pop, sandbox) = paying().await;
    let (_, order) = ordered(&pop, "card").await;
    assert_eq!(enter_card(&sandbox, &order, DECLINED_CARD).await.0, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "awaiting_payment");
    let (_, challenge) = enter_card(&sandbox, &order, PROVING_CARD).await;
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "awaiting_payment");
    submit(&sandbox, &challenge, &[("outcome", "complete")]).await;
    assert_eq!(pop.settle(&order).await.is(200).body["status"], "placed");
    assert_eq!(at_providers(&sandbox), ["authorised"]);
}

#[tokio::test]
async fn paypal_that_declines_after_all_gives_the_cart_back() {
    let (pop, sandbox) = paying().await;
    let (cart, order) = ordered(&pop, "paypal").await;
    approve_paypal(&sandbox, &order, "declined").await;
    let declined = pop.settle(&order).await.is(200).body;
    assert_eq!(
        (&declined["status"], &declined["payment"]["reason"]),
        (&json!("cancelled"), &json!("not_paid"))
    );
    assert_eq!(pop.show(&cart).await["status"], "open");
    pop.let_pass_ms(60_000).await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await, 0);
    assert!(!at_providers(&sandbox).contains(&"authorised".to_owned()));
}

#[tokio::test]
async fn what_a_slower_request_reserves_after_the_end_is_let_go() {
    let (pop, sandbox) = paying().await;
    let (_, order) = ordered(&pop, "paypal").await;
    pop.host.http.down("paypal.test");
    assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "cancelled");
    approve_paypal(&sandbox, &order, "balance").await;
    pop.host.http.up("paypal.test", psp_sandbox::router(sandbox.clone()));
    pop.let_pass_ms(5_000).await;
    authorise_late(&sandbox, &order).await;
    assert_eq!(at_providers(&sandbox), ["authorised"]);
    pop.let_pass_ms(65_000).await;
    assert_eq!(at_providers(&sandbox), ["voided"]);
    assert_eq!(pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await, 0);
}

#[tokio::test]
async fn what_is_given_up_is_closed_at_either_provider() {
    for method in ["card", "paypal"] {
        for paid in [false, true] {
            let (pop, sandbox) = paying().await;
            let (_, order) = ordered(&pop, method).await;
            // The provider is away just then, so the order is given up without it.
            for host in [STRIPE_HOST, "paypal.test"] {
                pop.host.http.down(host);
            }
            assert_eq!(pop.cancel_payment(&order).await.is(200).body["status"], "cancelled");
            if paid {
                match method {
                    "card" => enter_card(&sandbox, &order, GOOD_CARD).await,
                    _ => approve_paypal(&sandbox, &order, "balance").await,
                };
            }
            for host in [STRIPE_HOST, "paypal.test"] {
                pop.host.http.up(host, psp_sandbox::router(sandbox.clone()));
            }
            pop.let_pass_ms(60_000).await;
            let at = at_providers(&sandbox);
            assert!(!at.contains(&"authorised".to_owned()), "{method}, paid: {paid}: {at:?}");
            assert_eq!(
                pop.number("SELECT COUNT(*) FROM payment WHERE due_ms IS NOT NULL").await,
                0,
                "{method}, paid: {paid}"
            );
            pop.tick_until_quiet().await;
            assert!(pop.core.orders().is_empty());
        }
    }
}

#[tokio::test]
async fn a_provider_that_stumbles_is_asked_until_it_answers() {
    for (method, operations) in [
        ("card", &[Operation::Start, Operation::Look][..]),
        ("paypal", &[Operation::Token, Operation::Start, Operation::Look, Operation::Authorise]),
    ] {
        for operation in operations {
            for fault in [Fault::Refuse(503), Fault::LoseAnswer] {
                let (pop, sandbox) = paying().await;
                sandbox.faults().next(*operation, 1, fault);
                let cart = pop.cart_with(&[(MUG, 1)]).await;
                let mut order = Value::Null;
                for _ in 0..3 {
                    let form = pop.form_by(&cart, method).await;
                    let reply = pop.order(&cart, "key", &form).await;
                    if reply.status == 201 {
                        order = reply.body;
                        break;
                    }
                    reply.is_problem(503, "payment_unavailable");
                }
                match method {
                    "card" => enter_card(&sandbox, &order, GOOD_CARD).await,
                    _ => approve_paypal(&sandbox, &order, "balance").await,
                };
                pop.settle(&order).await;
                pop.let_pass_ms(5 * 60_000).await;
                let what = format!("{method}, {operation:?}, {fault:?}");
                assert_eq!(
                    pop.of_order(&order, Method::GET, "").await.is(200).body["status"],
                    "placed",
                    "{what}"
                );
                let reserved = at_providers(&sandbox).iter().filter(|status| *status == "authorised").count();
                assert_eq!((reserved, pop.core.orders().len()), (1, 1), "{what}");
            }
        }
    }
}
