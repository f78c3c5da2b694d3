//! Discounts from the feed to the core: what they take off, what their budgets bear, and what refuses them.

use http::{Method, StatusCode};
use kiosk_ids::VendorId;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, Discount, DiscountRate};
use serde_json::{Value, json};

use crate::support::{Cart, MUG, SET_OF_4, SOFA, TestPop, coded, discount, euros_off, percent};

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

#[tokio::test]
async fn a_discount_without_a_code_applies_of_itself() {
    let pop = TestPop::stocked().await;
    pop.core.offer(discount("sale", percent(15)), 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let shown = pop.show(&cart).await;
    let line = &shown["lines"][0];
    assert_eq!((amount(&line["line_total"]), amount(&line["list_total"])), (3_398, 3_998));
    assert_eq!((amount(&line["unit_price"]), &line["price_changed"]), (1_999, &json!(false)));
    assert_eq!((amount(&shown["subtotal"]), amount(&shown["list_subtotal"])), (3_398, 3_998));
    assert_eq!(
        shown["discounts"],
        json!([{"name": "sale", "code": null, "amount": {"amount": 600, "currency": "EUR"}}])
    );
    let parcel = &shown["delivery_options"][0];
    assert_eq!((amount(&parcel["total"]), amount(&parcel["due"])), (3_888, 3_888));

    let order = pop.buy(&cart, "key").await.is(201).body;
    assert_eq!((amount(&order["total"]), amount(&order["due"])), (3_888, 3_888));
    let line = &order["lines"][0];
    assert_eq!((amount(&line["unit_price"]), amount(&line["list_price"])), (1_699, 1_999));
    pop.tick_until_quiet().await;
    let record = pop.core.orders().pop().unwrap();
    assert_eq!((record.subtotal.amount, record.total.amount), (3_398, 3_888));
    let line = &record.lines[0];
    let (list, subsidy) = (line.list_price.unwrap(), line.subsidy.unwrap());
    assert_eq!((line.unit_price.amount, list.amount, subsidy.amount), (1_699, 1_999, 300));
    assert_eq!((record.discounts[0].amount.amount, &record.discounts[0].take), (600, &None));
}

#[tokio::test]
async fn a_vendor_bears_its_own_discount() {
    let pop = TestPop::stocked().await;
    let own = Discount { vendor: Some(VendorId::named("clay").unwrap()), ..discount("own", percent(10)) };
    pop.core.offer(own, 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick_until_quiet().await;
    let line = pop.core.orders().pop().unwrap().lines.remove(0);
    assert_eq!((line.unit_price.amount, line.list_price.unwrap().amount, line.subsidy), (1_799, 1_999, None));
}

#[tokio::test]
async fn an_amount_is_shared_to_the_cent() {
    let pop = TestPop::stocked().await;
    pop.core.offer(coded("ten", "TEN-OFF", euros_off(1_000)), 10_000);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 3), (SET_OF_4, 1)]).await;
    let shown = pop.put_code(&cart, " ten-off ").await.is(200).body;
    assert_eq!((&shown["code"]["code"], &shown["code"]["reason"]), (&json!("TEN-OFF"), &json!(null)));
    assert_eq!((amount(&shown["subtotal"]), amount(&shown["list_subtotal"])), (11_996, 12_996));
    let order = pop.buy(&cart, "key").await.is(201).body;
    assert_eq!(amount(&order["subtotal"]), 11_996);
    pop.tick_until_quiet().await;
    let record = pop.core.orders().pop().unwrap();
    // 461 cents of the mugs do not divide by three.
    let lines: Vec<_> =
        record.lines.iter().map(|line| (line.sku.as_str(), line.quantity, line.unit_price.amount)).collect();
    assert_eq!(lines, [(MUG, 1, 1_846), (MUG, 2, 1_845), (SET_OF_4, 1, 6_460)]);
    let sum: i64 = record.lines.iter().map(|line| line.unit_price.amount * i64::from(line.quantity)).sum();
    assert_eq!((sum, record.discounts[0].amount.amount), (11_996, 1_000));
    let take = record.discounts[0].take.clone().unwrap();
    assert_eq!((take.item.as_str(), take.epoch, take.units), ("BUDGET-TEN", 1, 1_000));
    assert!(record.takes.iter().all(|take| take.item.as_str() == MUG), "stock is told apart from budgets");
    assert_eq!(pop.taken("BUDGET-TEN").await, 1_000);
}

#[tokio::test]
async fn free_delivery_comes_besides() {
    let pop = TestPop::stocked().await;
    pop.core.offer(discount("free", DiscountRate::Delivery), 0);
    pop.core.offer(discount("sale", percent(10)), 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let parcel = &pop.show(&cart).await["delivery_options"][0];
    assert_eq!(
        (amount(&parcel["price"]), amount(&parcel["list_price"]), amount(&parcel["total"])),
        (0, 490, 1_799)
    );
    let order = pop.buy(&cart, "key").await.is(201).body;
    let names: Vec<_> =
        order["discounts"].as_array().unwrap().iter().map(|used| used["name"].as_str().unwrap()).collect();
    assert_eq!((names, amount(&order["list_delivery"])), (vec!["sale", "free"], 490));
    pop.tick_until_quiet().await;
    let record = pop.core.orders().pop().unwrap();
    assert_eq!((record.delivery.amount, record.total.amount), (0, 1_799));
    assert_eq!(record.discounts.iter().map(|used| used.amount.amount).collect::<Vec<_>>(), [200, 490]);
}

#[tokio::test]
async fn a_code_that_takes_nothing_is_refused_with_the_reason() {
    let pop = TestPop::stocked().await;
    let minimum = Money::new(2_000, Currency::EUR);
    pop.core.offer(Discount { goods_min: Some(minimum), ..coded("min", "MIN", percent(10)) }, 900);
    let sofas = Discount { categories: vec!["sofas".into()], ..coded("sofas", "SOFAS", percent(10)) };
    pop.core.offer(sofas, 900);
    let dollars = DiscountRate::Amount { amount: Money::new(5, Currency::USD) };
    pop.core.offer(Discount { budget: None, ..coded("usd", "USD", dollars) }, 900);
    pop.core.offer(Discount { until_ms: 1, ..coded("over", "OVER", percent(10)) }, 900);
    pop.core.offer(coded("spent", "SPENT", percent(10)), 0);
    pop.hear().await;
    let empty = pop.cart().await;
    pop.put_code(&empty, "MIN").await.is_problem(422, "cart_empty");
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    for (code, status, problem, reason) in [
        ("MIN", 422, "code_not_applicable", json!("minimum")),
        ("SOFAS", 422, "code_not_applicable", json!("goods")),
        ("USD", 422, "code_not_applicable", json!("currency")),
        ("OVER", 422, "code_unknown", Value::Null),
        ("NO-SUCH", 422, "code_unknown", Value::Null),
        ("SPENT", 409, "code_used_up", Value::Null),
    ] {
        let reply = pop.put_code(&cart, code).await;
        reply.is_problem(status, problem);
        assert_eq!((&reply.body["param"], &reply.body["reason"]), (&json!("code"), &reason), "{code}");
    }
    assert_eq!(pop.show(&cart).await["code"], Value::Null);
    pop.put(&cart, MUG, json!(2)).await.is(200);
    pop.put_code(&cart, "MIN").await.is(200);
    // What it needs is taken out again: the code stays and says why it takes nothing.
    pop.put(&cart, MUG, json!(1)).await.is(200);
    assert_eq!(pop.show(&cart).await["code"]["reason"], "minimum");
    pop.of_cart(Method::DELETE, &cart, "code", None).await.is(200);
    assert_eq!(pop.show(&cart).await["code"], Value::Null);
}

#[tokio::test]
async fn codes_are_checked_and_tries_counted() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    for code in ["", "  ", "ÄÖ", "a_b", &"x".repeat(65)] {
        let reply = pop.put_code(&cart, code).await;
        reply.is_problem(422, "invalid_value");
        pop.put_gift_card(&cart, code).await.is_problem(422, "invalid_value");
    }
    for _ in 0..5 {
        pop.put_code(&cart, "GUESS").await.is_problem(422, "code_unknown");
        pop.put_gift_card(&cart, "GUESS").await.is_problem(422, "gift_card_refused");
    }
    let reply = pop.put_gift_card(&cart, "GUESS").await;
    assert_eq!(reply.is_problem(429, "too_many_codes").headers["retry-after"], "600");
    pop.host.clock.advance_ms(600_000);
    pop.put_code(&cart, "GUESS").await.is_problem(422, "code_unknown");
}

#[tokio::test]
async fn an_order_at_a_price_that_is_over_is_not_placed() {
    let pop = TestPop::stocked().await;
    let sale = discount("sale", percent(15));
    pop.core.offer(sale.clone(), 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    pop.core.with(|state| state.feed.push(Change::DiscountRemoved { id: sale.id }));
    pop.hear().await;
    let before = pop.effects().await;
    let reply = pop.order(&cart, "key", &form).await;
    assert_eq!(amount(&reply.is_problem(409, "price_changed").body["total"]), 2_489);
    assert_eq!(pop.effects().await, before);
    pop.buy(&cart, "key").await.is(201);
}

#[tokio::test]
async fn a_budget_is_spent_once_and_asked_for_while_the_core_answers() {
    let pop = TestPop::stocked().await;
    // The POP leases ahead less than this order takes.
    pop.core.offer(coded("big", "BIG", percent(50)), 60_000);
    pop.hear().await;
    let cart = pop.cart_with(&[(SOFA, 1)]).await;
    pop.put_code(&cart, "BIG").await.is(200);
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(pop.taken("BUDGET-BIG").await, 44_950);
    let cart = pop.cart_with(&[(SOFA, 1)]).await;
    pop.put_code(&cart, "BIG").await.is_problem(409, "code_used_up");
}

#[tokio::test]
async fn without_the_core_a_pop_spends_what_it_holds() {
    let pop = TestPop::stocked().await;
    pop.core.offer(coded("big", "BIG", percent(50)), 60_000);
    pop.hear().await;
    let (mug, sofa) = (pop.cart_with(&[(MUG, 1)]).await, pop.cart_with(&[(SOFA, 1)]).await);
    pop.put_code(&sofa, "BIG").await.is(200);
    let form = pop.form(&sofa).await;
    pop.core.with(|state| state.down = Some(StatusCode::SERVICE_UNAVAILABLE));
    pop.host.clock.advance_ms(6_000);
    pop.tick().await;
    let before = pop.effects().await;
    pop.order(&sofa, "key", &form).await.is_problem(409, "price_changed");
    assert_eq!(pop.effects().await, before);
    assert_eq!(pop.show(&sofa).await["code"]["reason"], "used_up");
    pop.put_code(&mug, "BIG").await.is(200);
    pop.buy(&mug, "key").await.is(201);
    assert_eq!(pop.taken("BUDGET-BIG").await, 1_000);
}

#[tokio::test]
async fn an_order_that_is_not_paid_gives_its_budget_back() {
    let pop = TestPop::paying().await;
    pop.core.offer(coded("half", "HALF", percent(50)), 60_000);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.put_code(&cart, "HALF").await.is(200);
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    assert_eq!(pop.taken("BUDGET-HALF").await, 1_000);
    pop.cancel_payment(&order).await.is(200);
    assert_eq!((pop.taken("BUDGET-HALF").await, pop.taken(MUG).await), (0, 0));
    let shown = pop.show(&cart).await;
    assert_eq!((&shown["status"], &shown["code"]["code"]), (&json!("open"), &json!("HALF")));
}

#[tokio::test]
async fn a_login_keeps_the_code_of_the_guest() {
    let pop = TestPop::stocked().await;
    pop.core.offer(coded("half", "HALF", percent(50)), 60_000);
    pop.hear().await;
    let own = pop.claim(crate::support::ADA, None).await.is(200).body;
    let guest: Cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.put_code(&guest, "HALF").await.is(200);
    let merged = pop.claim(crate::support::ADA, Some(&guest)).await.is(200).body;
    assert_eq!((&merged["id"], &merged["code"]["code"]), (&own["id"], &json!("HALF")));
    assert_eq!(amount(&merged["subtotal"]), 999);
}
