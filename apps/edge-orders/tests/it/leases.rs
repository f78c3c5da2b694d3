//! Leases: early lapse, epochs, asks ahead of demand and while a shopper waits, and what is given back.

use http::StatusCode;
use kiosk_edge_platform::Statement;
use kiosk_wire::{CLOCK_SKEW_MS_MAX, EventBody};
use serde_json::json;

use crate::support::{MUG, SOFA, TestPop};

/// `[epoch, granted, taken, returned, target]` of an item.
async fn lease(pop: &TestPop, item: &str) -> [i64; 5] {
    let select = "SELECT epoch, granted, taken, returned, target FROM lease WHERE item = ?1";
    let rows = pop.host.edge.db.query(Statement::new(select).bind(item)).await.unwrap();
    std::array::from_fn(|column| rows[0].get(column).unwrap())
}

#[tokio::test]
async fn a_little_of_everything_is_leased_ahead() {
    let pop = TestPop::stocked().await;
    assert_eq!(lease(&pop, MUG).await, [1, 8, 0, 0, 8]);
    assert_eq!(lease(&pop, SOFA).await, [1, 8, 0, 0, 8]);
    assert_eq!(pop.core.with(|state| state.stock[MUG].available), 92);
}

#[tokio::test]
async fn stock_is_sold_until_the_lease_lapses_less_the_clocks_margin() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    pop.host.http.down("core.test");
    let ttl_ms = pop.core.with(|state| state.lease_ttl_ms);
    pop.host.clock.advance_ms(ttl_ms - CLOCK_SKEW_MS_MAX);
    let before = pop.effects().await;
    let reply = pop.order(&cart, "key", &form).await;
    let lines = &reply.is_problem(409, "insufficient_stock").body["lines"];
    assert_eq!(*lines, json!([{"sku": MUG, "requested": 1, "available": 0}]));
    assert_eq!(pop.effects().await, before);
    assert_eq!(pop.show(&cart).await["lines"][0]["available"], 0);
    // A millisecond earlier it could be sold.
    pop.host.clock.advance_ms(-1);
    pop.order(&cart, "key", &form).await.is(201);
}

#[tokio::test]
async fn the_lapse_holds_inside_the_commit() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    pop.host.http.down("core.test");
    // Lapses between the moment that the cart is read and the commit: the score takes that long.
    let ttl_ms = pop.core.with(|state| state.lease_ttl_ms);
    pop.host.clock.advance_ms(ttl_ms - CLOCK_SKEW_MS_MAX - 1);
    let clock = pop.host.clock.clone();
    let slow = axum::Router::new().fallback(move || {
        let clock = clock.clone();
        async move {
            clock.advance_ms(1);
            StatusCode::SERVICE_UNAVAILABLE
        }
    });
    pop.host.http.up("edge-fraud.spin.internal", slow);
    pop.order(&cart, "key", &form).await.is_problem(409, "insufficient_stock");
    assert_eq!((pop.taken(MUG).await, pop.number("SELECT COUNT(*) FROM orders").await), (0, 0));
}

#[tokio::test]
async fn a_lapsed_lease_is_renewed_while_the_shopper_waits() {
    let pop = TestPop::stocked().await;
    pop.host.clock.advance_ms(3_600_000);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy(&cart, "key").await.is(201);
    let asks = pop.core.with(|state| state.lease_requests.last().unwrap().asks.len());
    assert_eq!(asks, 0, "there was enough, it only had to be renewed");
}

#[tokio::test]
async fn the_lapse_is_counted_from_when_the_pop_asked() {
    let pop = TestPop::empty();
    pop.core.sell_goods();
    // The core's clock runs an hour ahead: only the time that it leaves counts.
    pop.core.with(|state| state.ahead_ms = 250_000);
    pop.tick_until_quiet().await;
    let expires = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'leases_expire_ms'";
    let now_ms = kiosk_edge_platform::Clock::now_ms(&*pop.host.clock);
    assert_eq!(pop.number(expires).await, now_ms + 600_000);
}

#[tokio::test]
async fn leases_are_renewed_every_few_seconds() {
    let pop = TestPop::stocked().await;
    let requests = || pop.core.with(|state| state.lease_requests.len());
    let before = requests();
    pop.tick().await;
    assert_eq!(requests(), before);
    pop.host.clock.advance_ms(5_000);
    pop.tick().await;
    assert_eq!(requests(), before + 1);
}

#[tokio::test]
async fn a_tick_with_nothing_to_do_writes_nothing() {
    let pop = TestPop::stocked().await;
    let (batches, sent) = (pop.db.batches(), pop.sent.sent().len());
    for _ in 0..3 {
        pop.tick().await;
        pop.host.clock.advance_ms(250);
    }
    assert_eq!((pop.db.batches(), pop.sent.sent().len()), (batches, sent));
}

#[tokio::test]
async fn the_core_is_asked_once_a_shopper_wants_more_than_is_here() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 20)]).await;
    pop.buy(&cart, "key").await.is(201);
    let [_, granted, taken, _, target] = lease(&pop, MUG).await;
    assert_eq!((taken, target), (20, 16));
    // The core has plenty, so the next shoppers are thought of: a quarter of the 92 that are left.
    assert_eq!(granted, 8 + 23);
    // Now it is scarce: exactly what is missing.
    pop.core.restock(MUG, 30);
    let cart = pop.cart_with(&[(MUG, 40)]).await;
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(lease(&pop, MUG).await[1..3], [60, 60]);
    let asks = pop.core.with(|state| state.lease_requests.last().unwrap().asks.clone());
    assert_eq!((asks[0].units, asks[0].whole), (29, true));
}

#[tokio::test]
async fn a_shopper_who_cannot_have_all_strands_nothing() {
    let pop = TestPop::stocked().await;
    pop.core.restock(MUG, 50);
    let cart = pop.cart_with(&[(MUG, 70)]).await;
    let reply = pop.buy(&cart, "key").await;
    let lines = &reply.is_problem(409, "insufficient_stock").body["lines"];
    assert_eq!(*lines, json!([{"sku": MUG, "requested": 70, "available": 58}]));
    assert_eq!(lease(&pop, MUG).await[1], 8);
    assert_eq!(pop.core.with(|state| state.stock[MUG].available), 50);
}

#[tokio::test]
async fn while_the_core_is_away_the_leases_sell_and_then_it_is_sold_out_here() {
    let pop = TestPop::stocked().await;
    pop.host.http.down("core.test");
    for number in 0..8 {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        pop.buy(&cart, &format!("key-{number}")).await.is(201);
    }
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let reply = pop.buy(&cart, "key").await;
    assert_eq!(reply.is_problem(409, "insufficient_stock").body["title"], "Sold out here for now");
    // The next shopper does not wait for a core that did not answer.
    let asked = pop.sent.sent().len();
    pop.buy(&cart, "key").await.is_problem(409, "insufficient_stock");
    assert_eq!(pop.sent.sent().len(), asked);
    pop.host.http.up("core.test", pop.core.router());
    pop.host.clock.advance_ms(2_000);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders().len(), 8);
    pop.buy(&cart, "key").await.is(201);
}

#[tokio::test]
async fn demand_doubles_what_is_held() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 8)]).await;
    pop.buy(&cart, "key").await.is(201);
    assert_eq!(pop.tick().await["granted"], 16);
    assert_eq!(lease(&pop, MUG).await, [1, 24, 8, 0, 16]);
}

#[tokio::test]
async fn a_raised_epoch_takes_the_old_lease_out_of_sale() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 3)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.core.with(|state| {
        let stock = state.stock.get_mut(MUG).unwrap();
        (stock.epoch, stock.granted, stock.available) = (2, 0, 0);
        state.fenced = vec![MUG.to_owned()];
    });
    pop.host.clock.advance_ms(5_000);
    pop.tick().await;
    assert_eq!(lease(&pop, MUG).await[..4], [2, 0, 0, 0]);
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy(&cart, "key").await.is_problem(409, "insufficient_stock");
    pop.core.restock(MUG, 10);
    pop.core.with(|state| state.fenced.clear());
    pop.host.clock.advance_ms(5_000);
    pop.tick_until_quiet().await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick_until_quiet().await;
    let epochs: Vec<_> = pop.core.orders().iter().map(|order| order.takes[0].epoch).collect();
    assert_eq!(epochs, [1, 2], "each order tells the epoch it was sold from");
}

#[tokio::test]
async fn an_epoch_that_changes_during_the_checkout_undoes_it_and_it_starts_again() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = pop.form(&cart).await;
    let db = pop.host.edge.db.clone();
    let fencing = axum::Router::new().fallback(move || {
        let db = db.clone();
        async move {
            let raise = "UPDATE lease SET epoch = 2, granted = 5, taken = 0 WHERE item = 'MUG' AND epoch = 1";
            db.batch(vec![Statement::new(raise)]).await.unwrap();
            StatusCode::SERVICE_UNAVAILABLE
        }
    });
    pop.host.http.up("edge-fraud.spin.internal", fencing);
    pop.order(&cart, "key", &form).await.is(201);
    assert_eq!(lease(&pop, MUG).await[..3], [2, 5, 1]);
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.orders()[0].takes[0].epoch, 2);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_not_granted_twice() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 6)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick().await;
    assert_eq!(lease(&pop, MUG).await[1], 14);
    let cart = pop.cart_with(&[(MUG, 6)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.core.with(|state| state.lose = Some("/leases"));
    pop.tick().await;
    assert_eq!((lease(&pop, MUG).await[1], pop.core.with(|state| state.stock[MUG].granted)), (14, 20));
    pop.host.clock.advance_ms(2_000);
    pop.tick_until_quiet().await;
    let [_, granted, taken, ..] = lease(&pop, MUG).await;
    let stock = pop.core.with(|state| state.stock[MUG]);
    assert_eq!((granted, taken), (20, 12));
    assert_eq!((stock.granted, stock.available), (20, 80));
}

#[tokio::test]
async fn what_the_core_has_not_is_asked_for_again_after_a_while() {
    let pop = TestPop::stocked().await;
    pop.core.restock(MUG, 0);
    let cart = pop.cart_with(&[(MUG, 8)]).await;
    pop.buy(&cart, "key").await.is(201);
    let asked =
        || pop.core.with(|state| state.lease_requests.iter().flat_map(|request| &request.asks).count());
    pop.tick().await;
    let before = asked();
    for _ in 0..4 {
        pop.tick().await;
        pop.host.clock.advance_ms(1_000);
    }
    assert_eq!(asked(), before);
    pop.core.restock(MUG, 5);
    pop.host.clock.advance_ms(1_000);
    assert_eq!(pop.tick().await["granted"], 5);
}

#[tokio::test]
async fn idle_stock_is_given_back_and_a_little_is_kept() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 20)]).await;
    pop.buy(&cart, "key").await.is(201);
    let before = lease(&pop, MUG).await;
    assert_eq!(before[1] - before[2], 11);
    let mut returned = 0;
    for _ in 0..8 {
        pop.host.clock.advance_ms(10 * 60_000 + 1);
        returned += pop.tick().await["returned"].as_i64().unwrap();
        pop.tick().await;
    }
    pop.tick_until_quiet().await;
    let [epoch, granted, taken, given_back, target] = lease(&pop, MUG).await;
    assert_eq!((epoch, target, granted - taken - given_back), (1, 1, 1));
    assert!(returned >= given_back && given_back == 10);
    let (told, available) = pop.core.with(|state| {
        let returns = state.events.iter().filter_map(|event| match &event.body {
            EventBody::StockReturned { take } if take.item.as_str() == MUG => Some(i64::from(take.units)),
            _ => None,
        });
        (returns.sum::<i64>(), state.stock[MUG].available)
    });
    // On hand = here + sold + in the core, whatever went back and forth.
    assert_eq!((told, available), (10, 100 - 20 - 1));
}
