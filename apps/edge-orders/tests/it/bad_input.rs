//! Every bad input is a problem with a stable code, and changes nothing.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{Cart, MUG, TestPop, US_LAMP};

/// Fails unless the order of `form` is refused like this without a trace.
async fn refused(pop: &TestPop, cart: &Cart, form: &Value, status: u16, code: &str) -> Value {
    let before = pop.effects().await;
    let reply = pop.order(cart, "a-key", form).await;
    reply.is_problem(status, code);
    assert_eq!(pop.effects().await, before, "{code} left a trace");
    reply.body
}

#[tokio::test]
async fn an_unknown_sku_is_not_found() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart().await;
    let before = pop.effects().await;
    for sku in ["NONE", "%2e%2e", "a%20b", &"x".repeat(65)] {
        pop.put(&cart, sku, json!(1)).await.is_problem(404, "sku_not_found");
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn a_quantity_is_a_whole_number_from_1_to_99() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let before = pop.effects().await;
    for quantity in [
        json!(0),
        json!(-1),
        json!(100),
        json!(1_000_000_000),
        json!(1e9),
        json!(10_000_000_000_000_000_000_u64),
        json!(1.5),
        json!("2"),
        json!(null),
        json!([1]),
    ] {
        let reply = pop.put(&cart, MUG, quantity.clone()).await;
        reply.is_problem(422, "invalid_value");
        assert_eq!(reply.body["param"], "quantity", "{quantity}");
    }
    let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    for body in [json!({}), json!({"quantity": 1, "price": 1})] {
        let reply = pop.call(Method::PUT, &path, Some(&cart.token), &[], Some(body)).await;
        reply.is_problem(422, "invalid_value");
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn other_peoples_carts_are_not_there() {
    let pop = TestPop::stocked().await;
    let (mine, theirs) = (pop.cart_with(&[(MUG, 1)]).await, pop.cart_with(&[(MUG, 1)]).await);
    let before = pop.effects().await;
    let stolen = Cart { id: theirs.id.clone(), token: mine.token.clone() };
    let unknown = Cart { id: "crt_none".into(), token: mine.token.clone() };
    for cart in [&stolen, &unknown] {
        pop.get(&format!("/v1/carts/{}", cart.id), Some(&cart.token)).await.is_problem(404, "cart_not_found");
        pop.put(cart, MUG, json!(3)).await.is_problem(404, "cart_not_found");
        let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
        let reply = pop.call(Method::DELETE, &path, Some(&cart.token), &[], None).await;
        reply.is_problem(404, "cart_not_found");
    }
    let form = pop.form(&theirs).await;
    pop.order(&stolen, "key", &form).await.is_problem(404, "cart_not_found");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn a_stale_version_is_refused_with_the_current_one() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    pop.put(&cart, MUG, json!(2)).await.is(200);
    let before = pop.effects().await;
    let body = refused(&pop, &cart, &form, 412, "cart_version_stale").await;
    assert_eq!(body["version"], 3);
    let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    let stale = [("if-match", "\"2\"")];
    let put = pop.call(Method::PUT, &path, Some(&cart.token), &stale, Some(json!({"quantity": 5}))).await;
    assert_eq!(put.is_problem(412, "cart_version_stale").body["version"], 3);
    let delete = pop.call(Method::DELETE, &path, Some(&cart.token), &stale, None).await;
    delete.is_problem(412, "cart_version_stale");
    let odd = [("if-match", "three")];
    let delete = pop.call(Method::DELETE, &path, Some(&cart.token), &odd, None).await;
    assert_eq!(delete.is_problem(422, "invalid_value").body["param"], "If-Match");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn a_closed_cart_stays_as_it_is() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let order = pop.order(&cart, "first", &form).await.is(201);
    let before = pop.effects().await;
    let body = refused(&pop, &cart, &form, 409, "cart_closed").await;
    assert_eq!(body["order_id"], order.body["id"]);
    pop.put(&cart, MUG, json!(2)).await.is_problem(409, "cart_closed");
    let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    let delete = pop.call(Method::DELETE, &path, Some(&cart.token), &[], None).await;
    delete.is_problem(409, "cart_closed");
    assert_eq!(pop.effects().await, before);
    let shown = pop.show(&cart).await;
    assert_eq!((&shown["status"], &shown["order_id"]), (&json!("ordered"), &order.body["id"]));
}

#[tokio::test]
async fn an_empty_cart_cannot_be_ordered() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart().await;
    let form = pop.form(&cart).await;
    refused(&pop, &cart, &form, 422, "cart_empty").await;
}

#[tokio::test]
async fn bodies_that_are_not_json_or_too_large_are_refused() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let before = pop.effects().await;
    let line = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    for (method, path) in [(Method::POST, "/v1/orders"), (Method::PUT, &line), (Method::POST, "/v1/carts")] {
        let send = |kind: &str, body: Vec<u8>| {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {}", cart.token))
                .header("idempotency-key", "key")
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body))
                .unwrap();
            pop.send(request)
        };
        for broken in ["", "{", "{]", "\u{feff}{}", "{'quantity': 1}"] {
            send("application/json", broken.into()).await.is_problem(400, "malformed_json");
        }
        send("application/json", vec![0xff, 0xfe]).await.is_problem(400, "malformed_json");
        send("text/plain", b"{}".to_vec()).await.is_problem(415, "json_expected");
        send("application/json", vec![b' '; 65 * 1024]).await.is_problem(413, "body_too_large");
    }
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn an_idempotency_key_is_needed_and_stands_for_one_request() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let before = pop.effects().await;
    let reply = pop.call(Method::POST, "/v1/orders", Some(&cart.token), &[], Some(form.clone())).await;
    reply.is_problem(400, "idempotency_key_required");
    for key in ["", "a b", &"x".repeat(65)] {
        let reply = pop.order(&cart, key, &form).await;
        assert_eq!(reply.is_problem(422, "invalid_value").body["param"], "Idempotency-Key");
    }
    assert_eq!(pop.effects().await, before);
    pop.order(&cart, "a-key", &form).await.is(201);
    let mut other = form;
    other["contact"]["name"] = json!("Somebody Else");
    refused(&pop, &cart, &other, 422, "idempotency_key_reused").await;
}

#[tokio::test]
async fn a_price_that_changed_is_told_and_not_charged() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let mut form = pop.form(&cart).await;
    pop.core.with(|state| {
        let Some(kiosk_wire::Change::Product(mug)) = state.feed.get(2).cloned() else { panic!() };
        let mut mug = mug;
        mug.variants[0].price.amount = 2_500;
        state.feed.push(kiosk_wire::Change::Product(mug));
    });
    pop.host.clock.advance_ms(2_000);
    pop.tick_until_quiet().await;
    let body = refused(&pop, &cart, &form, 409, "price_changed").await;
    assert_eq!(body["total"], json!({"amount": 5_000, "currency": "EUR"}));
    assert_eq!(body["expected_total"], form["expected_total"]);
    let eur = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    let line = json!({"sku": MUG, "shown_price": eur(1_999), "unit_price": eur(2_500)});
    assert_eq!(body["lines"], json!([line]));
    assert_eq!(pop.show(&cart).await["lines"][0]["price_changed"], true);
    // The same key may be used for the new price: nothing happened under it.
    form["expected_total"] = body["total"].clone();
    assert_eq!(pop.order(&cart, "a-key", &form).await.is(201).body["total"]["amount"], 5_000);
}

#[tokio::test]
async fn a_total_in_another_currency_is_another_price() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut form = pop.form(&cart).await;
    form["expected_total"]["currency"] = json!("USD");
    refused(&pop, &cart, &form, 409, "price_changed").await;
}

#[tokio::test]
async fn two_currencies_do_not_go_into_one_cart() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let before = pop.effects().await;
    pop.put(&cart, US_LAMP, json!(1)).await.is_problem(422, "currency_mismatch");
    assert_eq!(pop.effects().await, before);
    // An empty cart has none.
    let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    pop.call(Method::DELETE, &path, Some(&cart.token), &[], None).await.is(200);
    assert_eq!(pop.put(&cart, US_LAMP, json!(1)).await.is(200).body["currency"], "USD");
}

#[tokio::test]
async fn what_is_wrong_with_a_person_or_an_address_is_named() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let long = |length: usize| json!("x".repeat(length));
    let cases: Vec<(&str, Value)> = vec![
        ("/contact/name", json!("  ")),
        ("/contact/name", long(121)),
        ("/contact/name", json!("Ada\u{0}")),
        ("/contact/name", json!("Ada\r\nBcc: x")),
        ("/contact/name", json!("Ada\u{202e}")),
        ("/contact/name", json!(7)),
        ("/contact/email", json!("ada")),
        ("/contact/email", json!("ada@")),
        ("/contact/email", json!("ada@localhost")),
        ("/contact/email", json!("Ada <ada@example.org>")),
        ("/contact/email", json!(format!("{}@example.org", "x".repeat(250)))),
        ("/contact/phone", json!("call me")),
        ("/contact/phone", json!("12")),
        ("/address/street", json!("")),
        ("/address/street", long(201)),
        ("/address/extra", json!("2nd\u{7}floor")),
        ("/address/postcode", json!("*")),
        ("/address/postcode", long(17)),
        ("/address/city", long(101)),
        ("/address/country", json!("de")),
        ("/address/country", json!("XX")),
        ("/delivery", json!("pigeon")),
        ("/payment/method", json!("shells")),
        ("/device", long(129)),
        ("/cart", json!("ord_1")),
        ("/cart_version", json!(-1)),
        ("/expected_total/amount", json!(19.99)),
        ("/expected_total/currency", json!("EURO")),
    ];
    for (pointer, value) in cases {
        let mut form = form.clone();
        *pointer_mut(&mut form, pointer) = value.clone();
        let body = refused(&pop, &cart, &form, 422, "invalid_value").await;
        let param = pointer[1..].replace('/', ".");
        assert_eq!(body["param"], param, "{pointer} {value}: {body}");
        if let Some(text) = value.as_str().filter(|text| text.len() > 3) {
            assert!(!body.to_string().contains(text), "the problem repeats the value of {pointer}");
        }
    }
}

/// The place of `pointer`, made when it is not there.
fn pointer_mut<'a>(form: &'a mut Value, pointer: &str) -> &'a mut Value {
    pointer[1..].split('/').fold(form, |value, name| &mut value[name])
}

#[tokio::test]
async fn a_delivery_that_does_not_fit_the_goods_is_refused() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut form = pop.form(&cart).await;
    form["delivery"] = json!("freight");
    let body = refused(&pop, &cart, &form, 422, "delivery_not_available").await;
    assert_eq!(body["delivery"], json!(["parcel", "express", "pickup"]));
}

#[tokio::test]
async fn an_order_too_dear_for_an_invoice_is_declined() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(crate::support::SOFA, 12)]).await;
    let form = pop.form(&cart).await;
    let before = pop.number("SELECT COUNT(*) FROM orders").await;
    pop.order(&cart, "key", &form).await.is_problem(402, "payment_declined");
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, before);
    assert_eq!(pop.taken("SOFA").await, 0);
}

#[tokio::test]
async fn a_list_is_asked_for_with_known_parameters() {
    let pop = TestPop::stocked().await;
    for (query, param) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=%25", "cursor"),
        ("sort=random", "sort"),
        ("in_stock=maybe", "in_stock"),
        ("colour=red", "colour"),
    ] {
        let reply = pop.get(&format!("/v1/products?{query}"), None).await;
        assert_eq!(reply.is_problem(422, "invalid_value").body["param"], param, "{query}");
    }
    pop.get("/v1/products/prd_none", None).await.is_problem(404, "product_not_found");
    pop.get("/v1/products/%00", None).await.is_problem(404, "product_not_found");
}
