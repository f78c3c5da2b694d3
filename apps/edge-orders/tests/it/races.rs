//! Many at once. The database lets others run between any two statements.

use futures::future::join_all;
use serde_json::json;

use crate::support::{MUG, TestPop};

fn count(replies: &[crate::support::Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status.as_u16() == status).count()
}

#[tokio::test]
async fn the_last_pieces_are_sold_once() {
    let pop = TestPop::stocked().await;
    pop.core.restock(MUG, 0);
    pop.host.clock.advance_ms(6_000);
    pop.tick_until_quiet().await;
    let mut orders = Vec::new();
    for number in 0..20 {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = pop.form(&cart).await;
        orders.push((cart, format!("key-{number}"), form));
    }
    let replies = join_all(orders.iter().map(|(cart, key, form)| pop.order(cart, key, form))).await;
    assert_eq!((count(&replies, 201), count(&replies, 409)), (8, 12));
    for reply in replies.iter().filter(|reply| reply.status.as_u16() == 409) {
        reply.is_problem(409, "insufficient_stock");
        assert_eq!(reply.body["lines"], json!([{"sku": MUG, "requested": 1, "available": 0}]));
    }
    assert_eq!(pop.taken(MUG).await, 8);
    assert_eq!(pop.number("SELECT COUNT(*) FROM orders").await, 8);
}

#[tokio::test]
async fn a_crowd_gets_all_that_the_core_has_and_no_more() {
    let pop = TestPop::stocked().await;
    let mut orders = Vec::new();
    for number in 0..130 {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = pop.form(&cart).await;
        orders.push((cart, format!("key-{number}"), form));
    }
    let mut sold = 0;
    for crowd in orders.chunks(16) {
        let replies = join_all(crowd.iter().map(|(cart, key, form)| pop.order(cart, key, form))).await;
        assert_eq!(count(&replies, 201) + count(&replies, 409), crowd.len(), "{replies:?}");
        sold += count(&replies, 201);
    }
    assert_eq!(sold, 100);
    assert_eq!(pop.taken(MUG).await, 100);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders().len(), 100);
}

#[tokio::test]
async fn one_request_sent_many_times_at_once_is_one_order() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let replies = join_all((0..10).map(|_| pop.order(&cart, "key", &form))).await;
    assert_eq!(count(&replies, 201), 10);
    assert!(replies.iter().all(|reply| reply.body == replies[0].body));
    let replayed = |reply: &&crate::support::Reply| reply.headers.contains_key("idempotent-replayed");
    assert_eq!(replies.iter().filter(replayed).count(), 9);
    assert_eq!((pop.number("SELECT COUNT(*) FROM orders").await, pop.taken(MUG).await), (1, 1));
}

#[tokio::test]
async fn one_cart_becomes_one_order_whatever_the_keys() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let keys: Vec<String> = (0..10).map(|number| format!("key-{number}")).collect();
    let replies = join_all(keys.iter().map(|key| pop.order(&cart, key, &form))).await;
    assert_eq!((count(&replies, 201), count(&replies, 409)), (1, 9));
    for reply in replies.iter().filter(|reply| reply.status.as_u16() == 409) {
        reply.is_problem(409, "cart_closed");
    }
    assert_eq!((pop.number("SELECT COUNT(*) FROM orders").await, pop.taken(MUG).await), (1, 1));
}

#[tokio::test]
async fn a_change_of_the_cart_during_the_checkout_is_noticed() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let (order, put) = futures::join!(pop.order(&cart, "key", &form), pop.put(&cart, MUG, json!(3)));
    // Either the order came first and closed the cart, or the change did and the order is of another version.
    if order.status.as_u16() == 201 {
        put.is_problem(409, "cart_closed");
        assert_eq!(pop.taken(MUG).await, 1);
    } else {
        order.is_problem(412, "cart_version_stale");
        assert_eq!((put.is(200).body["quantity"].clone(), pop.taken(MUG).await), (json!(3), 0));
    }
}

#[tokio::test]
async fn changes_of_a_cart_at_once_are_all_kept() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart().await;
    let replies = join_all((1..=5).map(|quantity| pop.put(&cart, MUG, json!(quantity)))).await;
    assert_eq!(count(&replies, 200), 5);
    assert_eq!(pop.show(&cart).await["version"], 6);
}
