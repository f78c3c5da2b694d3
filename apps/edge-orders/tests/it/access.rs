//! Who may call what: every route has a case here, and a route without one fails.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{ADA, AS_ADA, AS_BOB, BOB, Cart, MUG, TestPop};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// Everybody.
    Public,
    /// Whoever has the token of the cart or the order; nobody else learns whether it is there.
    Owner,
    /// Whoever is logged in, for what is their own.
    Customer,
    /// A payment provider, by its signature.
    Provider,
    /// The host, in its own process.
    Host,
    /// Whoever has the tick key, where there is one.
    Scheduler,
}

const CASES: [(&str, &str, Access); 26] = [
    ("GET", "/v1/products", Access::Public),
    ("GET", "/v1/products/{id}", Access::Public),
    ("GET", "/v1/products/{id}/reviews", Access::Public),
    ("GET", "/v1/openapi.json", Access::Public),
    ("POST", "/v1/carts", Access::Public),
    ("GET", "/v1/carts/{id}", Access::Owner),
    ("POST", "/v1/carts/{id}/quote", Access::Owner),
    ("PUT", "/v1/carts/{id}/lines/{sku}", Access::Owner),
    ("DELETE", "/v1/carts/{id}/lines/{sku}", Access::Owner),
    ("PUT", "/v1/carts/{id}/code", Access::Owner),
    ("DELETE", "/v1/carts/{id}/code", Access::Owner),
    ("PUT", "/v1/carts/{id}/gift-cards", Access::Owner),
    ("DELETE", "/v1/carts/{id}/gift-cards/{card}", Access::Owner),
    ("POST", "/v1/orders", Access::Owner),
    ("GET", "/v1/orders/{id}", Access::Owner),
    ("POST", "/v1/orders/{id}/payment", Access::Owner),
    ("POST", "/v1/orders/{id}/cancel-payment", Access::Owner),
    ("POST", "/v1/orders/{id}/returns", Access::Owner),
    ("GET", "/v1/orders", Access::Customer),
    ("GET", "/v1/loyalty", Access::Customer),
    ("GET", "/v1/standing", Access::Customer),
    ("POST", "/v1/appeals", Access::Customer),
    ("POST", "/v1/carts/claim", Access::Customer),
    ("POST", "/v1/payments/webhooks/{provider}", Access::Provider),
    ("POST", "/internal/tick", Access::Host),
    ("POST", "/v1/tick", Access::Scheduler),
];

#[tokio::test]
async fn every_route_has_a_case() {
    let pop = TestPop::stocked().await;
    let api = pop.get("/v1/openapi.json", None).await.is(200).body;
    let mut routes =
        BTreeSet::from(["/internal/tick", "/v1/tick"].map(|path| ("POST".to_owned(), path.to_owned())));
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert((method.to_uppercase(), path.clone()));
        }
    }
    let cases = CASES.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(routes, BTreeSet::from(cases));
    let secured = |(method, path, _): &(&str, &str, Access)| {
        api["paths"][path][method.to_lowercase()]["security"].is_array()
    };
    for case in &CASES[..22] {
        assert_eq!(
            secured(case),
            matches!(case.2, Access::Owner | Access::Customer),
            "{case:?} is described otherwise"
        );
    }
}

#[tokio::test]
async fn owners_routes_are_closed_to_everybody_else() {
    let pop = TestPop::stocked().await;
    let (mine, theirs) = (pop.cart_with(&[(MUG, 1)]).await, pop.cart_with(&[(MUG, 1)]).await);
    let ordered = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.buy(&ordered, "key").await.is(201).body;
    let form = pop.form(&theirs).await;
    let before = pop.effects().await;
    for (method, path, _) in CASES.iter().filter(|case| case.2 == Access::Owner) {
        let id = if path.contains("orders") { order["id"].as_str().unwrap() } else { theirs.id.as_str() };
        let url = path.replace("{id}", id).replace("{sku}", MUG).replace("{card}", "gft_one");
        let body = match *method {
            "PUT" if !path.contains("lines") => Some(json!({"code": "GUESS"})),
            "PUT" => Some(json!({"quantity": 9})),
            "POST" if path.ends_with("quote") => Some(json!({"country": "DE", "postcode": "10115"})),
            "POST" => Some(form.clone()),
            _ => None,
        };
        let method: Method = method.parse().unwrap();
        let headers = [("idempotency-key", "stolen")];
        let without = pop.call(method.clone(), &url, None, &headers, body.clone()).await;
        without.is_problem(401, "token_required");
        assert_eq!(without.headers["www-authenticate"], "Bearer");
        assert_eq!(without.headers["x-content-type-options"], "nosniff");
        for token in [mine.token.as_str(), "x", &mine.token.to_uppercase()] {
            let reply = pop.call(method.clone(), &url, Some(token), &headers, body.clone()).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {url}: {}", reply.body);
        }
        let basic = [("idempotency-key", "stolen"), ("authorization", "Basic eDp5")];
        let reply = pop.call(method, &url, None, &basic, body).await;
        reply.is_problem(401, "token_required");
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn customers_routes_need_a_session() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let before = pop.effects().await;
    for (method, path, _) in CASES.iter().filter(|case| case.2 == Access::Customer) {
        let method: Method = method.parse().unwrap();
        let body = (method == Method::POST).then(|| json!({"cart": cart.id}));
        // The token of a cart is no session.
        for (token, session, code) in [
            (None, None, "session_required"),
            (Some(cart.token.as_str()), None, "session_required"),
            (None, Some("forged"), "session_ended"),
            (None, Some(""), "session_ended"),
            (Some(cart.token.as_str()), Some("forged"), "session_ended"),
        ] {
            let headers: Vec<_> = session.map(|session| ("kiosk-session", session)).into_iter().collect();
            let reply = pop.call(method.clone(), path, token, &headers, body.clone()).await;
            reply.is_problem(401, code);
            assert_eq!(reply.headers["www-authenticate"], "Bearer");
        }
        pop.host.http.down("edge-accounts.spin.internal");
        let reply = pop.call(method, path, None, &AS_ADA, body).await;
        reply.is_problem(503, "accounts_unavailable");
        pop.host.http.up("edge-accounts.spin.internal", pop.accounts.router());
    }
    assert_eq!(pop.effects().await, before);
}

/// Every object of one customer, tried with another's session and with nobody's.
#[tokio::test]
async fn another_customer_sees_and_takes_nothing() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.buy_as(ADA, &cart, "key").await.is(201).body;
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    pop.call(Method::GET, &path, None, &AS_ADA, None).await.is(200);
    pop.call(Method::GET, &path, None, &AS_BOB, None).await.is_problem(404, "order_not_found");
    pop.call(Method::GET, &path, Some("x"), &AS_BOB, None).await.is_problem(404, "order_not_found");
    for act in ["payment", "cancel-payment"] {
        let path = format!("{path}/{act}");
        pop.call(Method::POST, &path, None, &AS_BOB, None).await.is_problem(404, "order_not_found");
        pop.call(Method::POST, &path, None, &AS_ADA, None).await.is(200);
    }
    let list = pop.call(Method::GET, "/v1/orders", None, &AS_BOB, None).await.is(200).body;
    assert_eq!(list["items"], json!([]));
    let claimed = pop.claim(ADA, None).await.is(200).body;
    let hers = Cart { id: claimed["id"].as_str().unwrap().into(), token: "x".into() };
    let guests = pop.cart_with(&[(MUG, 1)]).await;
    let stranger = Cart { token: "x".into(), ..guests };
    let before = pop.effects().await;
    pop.claim(BOB, Some(&hers)).await.is_problem(404, "cart_not_found");
    pop.claim(BOB, Some(&stranger)).await.is_problem(404, "cart_not_found");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn no_other_site_may_read_an_answer() {
    let pop = TestPop::stocked().await;
    let foreign = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    for (_, path, _) in CASES {
        for method in [Method::GET, Method::OPTIONS, Method::POST] {
            let reply = pop.call(method, path, None, &foreign, None).await;
            let cors = reply.headers.keys().find(|name| name.as_str().starts_with("access-control"));
            assert_eq!(cors, None, "{path}");
        }
    }
}

#[tokio::test]
async fn other_addresses_and_methods_are_problems() {
    let pop = TestPop::stocked().await;
    pop.get("/v1/nothing", None).await.is_problem(404, "route_not_found");
    pop.get("/", None).await.is_problem(404, "route_not_found");
    pop.get("/v1/products/%ff", None).await.is_problem(404, "route_not_found");
    pop.get("/v1/orders/%ff", Some("x")).await.is_problem(404, "route_not_found");
    pop.call(Method::PATCH, "/v1/carts", None, &[], None).await.is_problem(405, "method_not_allowed");
    let reply = pop.call(Method::GET, "/v1/orders/ord_x", None, &[("x-request-id", "r-7")], None).await;
    assert_eq!(reply.body["request_id"], "r-7");
    assert_eq!(reply.headers["x-request-id"], "r-7");
}

#[tokio::test]
async fn a_pop_without_its_configuration_says_so_and_nothing_more() {
    let db = kiosk_edge_platform::native::NativeDb::in_memory().unwrap();
    let host = kiosk_edge_platform::native::NativeEdge::new(db, &[("pop_id", "eu-1")], ".".into(), 1);
    let pop = TestPop { router: edge_orders::router(host.edge.clone()), ..TestPop::empty() };
    let reply = pop.get("/v1/products", None).await;
    reply.is_problem(503, "not_ready");
    assert_eq!(reply.body["detail"], Value::Null);
}

#[tokio::test]
async fn a_scheduler_ticks_with_the_key_alone() {
    let key = "the tick key of the tests";
    let call = async |pop: &TestPop, token| pop.call(Method::POST, "/v1/tick", token, &[], None).await;
    let closed = TestPop::stocked().await;
    call(&closed, None).await.is_problem(401, "token_required");
    for token in ["", " ", key] {
        let reply = call(&closed, Some(token)).await;
        assert!(reply.status.is_client_error(), "without a key nothing opens it: {token:?}");
    }
    let open = TestPop::with_variables(&[("tick_key", key)]);
    call(&open, Some("another key of the tests")).await.is_problem(404, "route_not_found");
    call(&open, Some(key)).await.is(200);
}
