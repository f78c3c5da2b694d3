//! Carts with versions, prices and ways to deliver.

use http::{Method, header};
use kiosk_money::Currency;
use serde_json::json;

use crate::support::{MUG, SET_OF_4, SOFA, TestPop, product};

#[tokio::test]
async fn a_cart_is_priced_and_grows_a_version_with_each_change() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart().await;
    let empty = pop.show(&cart).await;
    assert_eq!(
        (&empty["version"], &empty["currency"], &empty["lines"]),
        (&json!(1), &json!(null), &json!([]))
    );
    assert_eq!(empty["delivery_options"], json!([]));
    assert!(empty.get("token").is_none(), "the token is told once");
    let reply = pop.put(&cart, MUG, json!(2)).await.is(200);
    assert_eq!(reply.headers[header::ETAG], "\"2\"");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    let body = reply.body;
    let line = &body["lines"][0];
    assert_eq!(line["unit_price"], json!({"amount": 1_999, "currency": "EUR"}));
    assert_eq!(line["line_total"]["amount"], 3_998);
    assert_eq!((&line["vendor"]["name"], &line["title"]), (&json!("Clay & Co"), &json!("The mug")));
    assert_eq!((&line["removed"], &line["price_changed"]), (&json!(false), &json!(false)));
    assert_eq!(line["available"], 99, "what the core has left counts while it answers");
    assert_eq!((&body["quantity"], &body["subtotal"]["amount"]), (&json!(2), &json!(3_998)));
    let path = format!("/v1/carts/{}/lines/{MUG}", cart.id);
    let current = [("if-match", "\"2\"")];
    let body = json!({"quantity": 3});
    let put = pop.call(Method::PUT, &path, Some(&cart.token), &current, Some(body)).await.is(200);
    assert_eq!((&put.body["version"], &put.body["lines"][0]["quantity"]), (&json!(3), &json!(3)));
    let gone = pop.call(Method::DELETE, &path, Some(&cart.token), &[], None).await.is(200);
    assert_eq!((&gone.body["version"], &gone.body["lines"]), (&json!(4), &json!([])));
    pop.call(Method::DELETE, &path, Some(&cart.token), &[], None).await.is(200);
}

#[tokio::test]
async fn bulky_goods_go_by_freight_or_are_collected() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1), (SOFA, 1)]).await;
    let shown = pop.show(&cart).await;
    let kinds: Vec<_> = shown["delivery_options"].as_array().unwrap().iter().map(|o| &o["kind"]).collect();
    assert_eq!(kinds, ["freight", "pickup"]);
    let order = pop.buy(&cart, "key").await.is(201).body;
    assert_eq!((&order["delivery_kind"], &order["delivery"]["amount"]), (&json!("freight"), &json!(4_900)));
}

#[tokio::test]
async fn a_cart_holds_a_hundred_lines() {
    let pop = TestPop::empty();
    pop.core.sell_goods();
    let names: Vec<String> = (0..101).map(|number| format!("BEAD-{number}")).collect();
    let variants: Vec<_> = names.iter().map(|name| (name.as_str(), 10, name.as_str(), 1)).collect();
    pop.core.sell(product("beads", false, Currency::EUR, &variants), 100);
    pop.tick_until_quiet().await;
    let cart = pop.cart().await;
    for name in &names[..100] {
        pop.put(&cart, name, json!(1)).await.is(200);
    }
    let before = pop.effects().await;
    pop.put(&cart, &names[100], json!(1)).await.is_problem(422, "cart_full");
    assert_eq!(pop.effects().await, before);
    pop.put(&cart, &names[0], json!(2)).await.is(200);
    assert_eq!(pop.buy(&cart, "key").await.is(201).body["lines"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn what_is_no_longer_sold_is_shown_as_such_and_not_ordered() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1), (SOFA, 1)]).await;
    let id = kiosk_ids::ProductId::named("sofa").unwrap();
    pop.core.with(|state| state.feed.push(kiosk_wire::Change::ProductRemoved { id }));
    pop.host.clock.advance_ms(2_000);
    pop.tick_until_quiet().await;
    let shown = pop.show(&cart).await;
    assert_eq!((&shown["lines"][1]["removed"], &shown["subtotal"]["amount"]), (&json!(true), &json!(1_999)));
    let before = pop.effects().await;
    let reply = pop.buy(&cart, "key").await;
    let lines = &reply.is_problem(409, "insufficient_stock").body["lines"];
    assert_eq!(*lines, json!([{"sku": SOFA, "requested": 1, "available": 0}]));
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn sets_count_in_units_of_their_item() {
    let pop = TestPop::stocked().await;
    pop.core.restock(MUG, 0);
    pop.host.clock.advance_ms(6_000);
    let cart = pop.cart_with(&[(MUG, 5)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick_until_quiet().await;
    let cart = pop.cart_with(&[(MUG, 1), (SET_OF_4, 1)]).await;
    let shown = pop.show(&cart).await;
    // Eight were leased: three are left, which is no set.
    assert_eq!((&shown["lines"][0]["available"], &shown["lines"][1]["available"]), (&json!(3), &json!(0)));
}

#[tokio::test]
async fn old_carts_are_removed() {
    let pop = TestPop::stocked().await;
    pop.cart_with(&[(MUG, 1)]).await;
    pop.host.clock.advance_ms(30 * 24 * 3_600_000);
    let kept = pop.cart_with(&[(MUG, 2)]).await;
    pop.host.clock.advance_ms(60_000);
    pop.tick().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM cart").await, 1);
    assert_eq!(pop.number("SELECT COUNT(*) FROM cart_line").await, 1);
    assert_eq!(pop.show(&kept).await["quantity"], 2);
}
