//! Sales tax that comes on top, where goods go to a state of the US that has one.

use http::{Method, StatusCode};
use kiosk_money::{Currency, Money};
use serde_json::{Value, json};

use crate::support::{Cart, Reply, TestPop, US_LAMP, discount, percent};

async fn us_pop() -> TestPop {
    let pop = TestPop::with_variables(&[("sales_tax", "added")]);
    pop.core.sell_goods();
    pop.tick_until_quiet().await;
    pop
}

async fn quote(pop: &TestPop, cart: &Cart, country: &str, postcode: &str) -> Reply {
    let to = json!({ "country": country, "postcode": postcode });
    pop.of_cart(Method::POST, cart, "quote", Some(to)).await
}

/// The order form to an address, at the total that its quote says.
async fn form_to(pop: &TestPop, cart: &Cart, country: &str, postcode: &str) -> Value {
    let mut form = pop.form(cart).await;
    form["address"]["country"] = json!(country);
    form["address"]["postcode"] = json!(postcode);
    let quote = quote(pop, cart, country, postcode).await.is(200).body;
    form["expected_total"] = quote["delivery_options"][0]["total"].clone();
    form
}

fn usd(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

#[tokio::test]
async fn it_is_told_before_the_order_and_charged_with_it() {
    let pop = us_pop().await;
    let cart = pop.cart_with(&[(US_LAMP, 3)]).await;
    let shown = pop.show(&cart).await;
    assert_eq!((&shown["prices_include_tax"], &shown["subtotal"]), (&json!(false), &usd(13_500)));
    let express = |body: &Value| body["delivery_options"][1].clone();
    let price = express(&shown)["price"]["amount"].as_i64().unwrap();
    assert_eq!((&express(&shown)["tax"], &express(&shown)["total"]), (&Value::Null, &usd(13_500 + price)));

    // 7.25 % of 45.00 is 3.2625: 3.26 for each piece.
    let (goods, on_delivery) = (3 * 326, (price * 725 + 5_000) / 10_000);
    let total = 13_500 + price + goods + on_delivery;
    let quoted = express(&quote(&pop, &cart, "US", "94110").await.is(200).body);
    let tax = json!({ "jurisdiction": "US-CA", "ppm": 72_500, "goods": usd(goods), "delivery": usd(on_delivery),
        "amount": usd(goods + on_delivery) });
    assert_eq!((&quoted["tax"], &quoted["total"], &quoted["due"]), (&tax, &usd(total), &usd(total)));

    let mut form = form_to(&pop, &cart, "US", "94110").await;
    form["delivery"] = json!("express");
    form["expected_total"] = express(&shown)["total"].clone();
    let refused = pop.order(&cart, "key", &form).await;
    refused.is_problem(409, "price_changed");
    assert_eq!((&refused.body["total"], &refused.body["tax"]), (&usd(total), &tax));
    form["expected_total"] = usd(total);
    let placed = pop.order(&cart, "key", &form).await.is(201).body;
    for body in [&placed, &pop.of_order(&placed, Method::GET, "").await.is(200).body] {
        assert_eq!((&body["subtotal"], &body["delivery"]), (&usd(13_500), &usd(price)));
        assert_eq!((&body["tax"], &body["total"]), (&tax, &usd(total)));
        assert_eq!(body["lines"][0]["unit_price"], usd(4_500));
    }

    pop.tick_until_quiet().await;
    let record = pop.core.orders().remove(0);
    let line = &record.lines[0];
    let money = |amount| Money::new(amount, Currency::USD);
    assert_eq!((line.unit_price, line.added_tax, line.list_price), (money(4_826), Some(money(326)), None));
    assert_eq!((record.subtotal, record.delivery), (money(13_500 + goods), money(price + on_delivery)));
    assert_eq!((record.delivery_tax, record.total), (Some(money(on_delivery)), money(total)));
}

#[tokio::test]
async fn it_is_of_what_is_paid_after_a_discount() {
    let pop = us_pop().await;
    pop.core.offer(discount("tenth", percent(10)), 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(US_LAMP, 1)]).await;
    let form = form_to(&pop, &cart, "US", "94110").await;
    let placed = pop.order(&cart, "key", &form).await.is(201).body;
    // 7.25 % of 40.50 is 2.93625.
    assert_eq!(placed["tax"]["goods"], usd(294));
    pop.tick_until_quiet().await;
    let line = pop.core.orders().remove(0).lines.remove(0);
    let money = |amount| Money::new(amount, Currency::USD);
    assert_eq!((line.unit_price, line.list_price), (money(4_344), Some(money(4_500))));
}

#[tokio::test]
async fn nothing_comes_on_top_elsewhere() {
    let pop = us_pop().await;
    for (country, postcode) in [("US", "97201"), ("US", "09012"), ("DE", "10115"), ("GB", "SW1Y 4JH")] {
        let cart = pop.cart_with(&[(US_LAMP, 1)]).await;
        let form = form_to(&pop, &cart, country, postcode).await;
        let placed = pop.order(&cart, "key", &form).await.is(201).body;
        assert_eq!(placed["tax"], Value::Null, "{country} {postcode}");
    }
    pop.tick_until_quiet().await;
    assert!(pop.core.orders().iter().all(|order| order.lines[0].added_tax.is_none()));
    // Where prices have it in them.
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(US_LAMP, 1)]).await;
    let quoted = quote(&pop, &cart, "US", "94110").await.is(200).body;
    assert_eq!(
        (&quoted["prices_include_tax"], &quoted["delivery_options"][0]["tax"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn a_destination_that_is_none_is_refused_by_name() {
    let pop = us_pop().await;
    let cart = pop.cart_with(&[(US_LAMP, 1)]).await;
    for (country, postcode, param) in [
        ("US", "9411", "postcode"),
        ("US", "ABCDE", "postcode"),
        ("US", "", "postcode"),
        ("US", "94110<", "postcode"),
        ("XX", "94110", "country"),
        ("", "94110", "country"),
    ] {
        let reply = quote(&pop, &cart, country, postcode).await;
        reply.is_problem(422, "invalid_value");
        assert_eq!(reply.body["param"], param, "{country} {postcode}");
    }
    let mut form = form_to(&pop, &cart, "US", "94110").await;
    form["address"]["postcode"] = json!("SW1Y 4JH");
    let reply = pop.order(&cart, "key", &form).await;
    reply.is_problem(422, "invalid_value");
    assert_eq!(reply.body["param"], "address.postcode");
    let reply = pop.of_cart(Method::POST, &cart, "quote", Some(json!({ "country": "US" }))).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
}
