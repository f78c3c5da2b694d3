//! Gift cards: they pay before the provider is asked, once, and say nothing to who guesses.

use http::Method;
use kiosk_edge_platform::Statement;
use kiosk_wire::{Change, GiftCard};
use serde_json::{Value, json};

use crate::support::{CARD_CODE, Cart, MUG, SOFA, TestPop, gift_card};

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

const CARD: &str = "CARD-ONE";

/// A POP that knows one gift card.
async fn pop_with(balance: u64) -> TestPop {
    let pop = TestPop::paying().await;
    pop.core.issue(gift_card("one", CARD_CODE), balance);
    pop.hear().await;
    pop
}

async fn paid_with_card(pop: &TestPop, sku: &str) -> Cart {
    let cart = pop.cart_with(&[(sku, 1)]).await;
    pop.put_gift_card(&cart, CARD_CODE).await.is(200);
    cart
}

#[tokio::test]
async fn it_pays_a_part_and_the_provider_the_rest() {
    let pop = pop_with(1_000).await;
    let cart = paid_with_card(&pop, MUG).await;
    let shown = pop.show(&cart).await;
    assert_eq!(amount(&shown["gift_cards"][0]["balance"]), 1_000);
    let parcel = &shown["delivery_options"][0];
    assert_eq!((amount(&parcel["gift_cards"]), amount(&parcel["due"])), (1_000, 1_489));
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    assert_eq!((amount(&order["total"]), amount(&order["due"])), (2_489, 1_489));
    assert_eq!(pop.stripe.sessions()[0].amount, 1_489);
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    let paid = pop.settle(&order).await.is(200).body;
    assert_eq!((&paid["status"], amount(&paid["gift_cards"][0]["amount"])), (&json!("placed"), 1_000));
    pop.tick_until_quiet().await;
    let record = pop.core.orders().pop().unwrap();
    let used = &record.gift_cards[0];
    assert_eq!((used.card.as_str(), used.amount.amount), ("gft_one", 1_000));
    assert_eq!((used.take.item.as_str(), used.take.epoch, used.take.units), (CARD, 1, 1_000));
    assert_eq!(pop.taken(CARD).await, 1_000);
    let next = pop.cart_with(&[(MUG, 1)]).await;
    pop.put_gift_card(&next, CARD_CODE).await.is_problem(422, "gift_card_refused");
}

#[tokio::test]
async fn what_it_pays_in_full_needs_no_provider() {
    let pop = pop_with(100_000).await;
    let cart = paid_with_card(&pop, SOFA).await;
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    assert_eq!((&order["status"], &order["payment"]), (&json!("placed"), &Value::Null));
    assert_eq!((amount(&order["due"]), &order["payment_method"]), (0, &json!("card")));
    assert!(pop.stripe.sessions().is_empty());
    pop.tick_until_quiet().await;
    let record = pop.core.orders().pop().unwrap();
    assert_eq!((record.gift_cards[0].amount, record.payment.provider), (record.total, None));
}

#[tokio::test]
async fn a_rest_that_no_card_pays_is_told_as_such() {
    let pop = pop_with(2_469).await;
    let cart = paid_with_card(&pop, MUG).await;
    let refused = pop.order_by_card(&cart, "key").await;
    refused.is_problem(422, "payment_method_unsupported");
    assert!(refused.body["detail"].as_str().unwrap().contains("0.20"), "{}", refused.body);
    let supported = refused.body["supported"].as_array().unwrap();
    assert!(!supported.contains(&json!("card")) && supported.contains(&json!("invoice")), "{supported:?}");
    assert!(pop.stripe.sessions().is_empty());
}

#[tokio::test]
async fn whatever_is_wrong_with_it_is_answered_alike() {
    let pop = pop_with(1_000).await;
    let with = |name: &str, change: &dyn Fn(&mut GiftCard)| {
        let mut card = gift_card(name, name);
        change(&mut card);
        card
    };
    pop.core.issue(with("blocked", &|card| card.active = false), 500);
    pop.core.issue(with("over", &|card| card.until_ms = 1), 500);
    pop.core.issue(with("empty", &|_| {}), 0);
    pop.hear().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut answers = Vec::new();
    for code in ["BLOCKED", "OVER", "EMPTY", "UNKNOWN"] {
        let reply = pop.put_gift_card(&cart, code).await;
        let mut body = reply.is_problem(422, "gift_card_refused").body.clone();
        body.as_object_mut().unwrap().remove("request_id");
        answers.push(body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    // Nor does one that cannot be checked say that it is there.
    pop.host.http.down("core.test");
    let reply = pop.put_gift_card(&cart, CARD_CODE).await;
    reply.is_problem(422, "gift_card_refused");
}

#[tokio::test]
async fn its_code_is_not_kept() {
    let pop = pop_with(1_000).await;
    let cart = paid_with_card(&pop, MUG).await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick_until_quiet().await;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    for row in pop.host.edge.db.query(Statement::new(tables)).await.unwrap() {
        let table: String = row.get(0).unwrap();
        let rows = pop.host.edge.db.query(Statement::new(format!("SELECT * FROM {table}"))).await.unwrap();
        let text = format!("{rows:?}");
        assert!(!text.contains(CARD_CODE) && !text.contains("ABCDEFGH"), "{table}");
    }
    for (host, bytes) in pop.sent.sent() {
        assert!(!String::from_utf8_lossy(&bytes).contains("ABCD"), "{host}");
    }
}

#[tokio::test]
async fn an_order_that_is_not_paid_gives_it_back() {
    let pop = pop_with(1_000).await;
    let cart = paid_with_card(&pop, MUG).await;
    let order = pop.order_by_card(&cart, "key").await.is(201).body;
    assert_eq!(pop.taken(CARD).await, 1_000);
    pop.cancel_payment(&order).await.is(200);
    assert_eq!(pop.taken(CARD).await, 0);
    let shown = pop.show(&cart).await;
    assert_eq!(amount(&shown["delivery_options"][0]["due"]), 1_489);
    pop.of_cart(Method::DELETE, &cart, "gift-cards/gft_one", None).await.is(200);
    assert_eq!(pop.show(&cart).await["gift_cards"], json!([]));
    let none = pop.of_cart(Method::DELETE, &cart, "gift-cards/nothing", None).await;
    none.is_problem(404, "gift_card_not_found");
}

#[tokio::test]
async fn two_carts_do_not_spend_it_twice() {
    let pop = pop_with(2_000).await;
    let (one, two) = (paid_with_card(&pop, MUG).await, paid_with_card(&pop, MUG).await);
    let (first, second) = (pop.form(&one).await, pop.form(&two).await);
    pop.order(&one, "key", &first).await.is(201);
    let before = pop.effects().await;
    let reply = pop.order(&two, "key", &second).await;
    assert_eq!(amount(&reply.is_problem(409, "price_changed").body["due"]), 2_489);
    assert_eq!(pop.effects().await, before);
    pop.buy(&two, "key").await.is(201);
    assert_eq!(pop.taken(CARD).await, 2_000);
}

#[tokio::test]
async fn who_was_shown_less_to_pay_is_not_asked_for_more() {
    let pop = pop_with(1_000).await;
    let cart = paid_with_card(&pop, MUG).await;
    let form = pop.form(&cart).await;
    let card = GiftCard { active: false, ..gift_card("one", CARD_CODE) };
    pop.core.with(|state| state.feed.push(Change::GiftCard(card)));
    pop.hear().await;
    let reply = pop.order(&cart, "key", &form).await;
    assert_eq!(amount(&reply.is_problem(409, "price_changed").body["due"]), 2_489);
    assert_eq!(amount(&pop.show(&cart).await["gift_cards"][0]["balance"]), 0);
}

#[tokio::test]
async fn a_card_of_another_currency_is_refused() {
    let pop = pop_with(1_000).await;
    let cart = pop.cart_with(&[(crate::support::US_LAMP, 1)]).await;
    pop.put_gift_card(&cart, CARD_CODE).await.is_problem(422, "currency_mismatch");
}
