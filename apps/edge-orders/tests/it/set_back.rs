//! A database that was set back to an older copy: the core notices, and the POP goes on under another name.

use kiosk_edge_platform::Statement;
use kiosk_wire::LeaseRequest;

use crate::support::{MUG, TestPop};

const FORGET: &str = "DELETE FROM meta WHERE key = 'lease_fence'";

async fn buy(pop: &TestPop, orders: u32) {
    for _ in 0..orders {
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        pop.buy(&cart, "key").await.is(201);
    }
}

async fn run(pop: &TestPop, sql: &'static str) {
    pop.host.edge.db.batch(vec![Statement::new(sql)]).await.unwrap();
}

/// A POP that has taken the first fence in and shown it.
async fn fenced() -> TestPop {
    let pop = TestPop::stocked().await;
    pop.core.with(|state| state.fence = 1);
    for _ in 0..2 {
        pop.host.clock.advance_ms(5_000);
        pop.tick().await;
    }
    assert_eq!(last_request(&pop).fence, 1);
    pop
}

fn last_request(pop: &TestPop) -> LeaseRequest {
    pop.core.with(|state| state.lease_requests.last().cloned()).unwrap()
}

fn sequence(pop: &TestPop) -> Vec<u64> {
    pop.core.with(|state| state.events.iter().map(|event| event.seq).collect())
}

#[tokio::test]
async fn a_database_that_was_set_back_takes_another_name_and_goes_on_selling() {
    let pop = TestPop::stocked().await;
    let name = || last_request(&pop).incarnation;
    let old = name();
    buy(&pop, 2).await;
    pop.core.with(|state| state.rewound = Some(old.clone()));
    assert_eq!(pop.tick().await["delivered"], 0);
    assert_eq!(pop.number("SELECT SUM(granted) FROM lease").await, 0, "leases stay with the old name");
    pop.tick_until_quiet().await;
    assert_ne!(name(), old);
    assert_eq!(sequence(&pop), [1, 2]);
    let epochs =
        |order: &kiosk_wire::OrderRecord| order.takes.iter().map(|take| take.epoch).collect::<Vec<_>>();
    assert!(pop.core.orders().iter().all(|order| epochs(order) == [0]), "of no account of the new name");
    buy(&pop, 1).await;
    pop.tick_until_quiet().await;
    assert_eq!(sequence(&pop), [1, 2, 3]);
    assert_ne!(epochs(&pop.core.orders()[2]), [0]);
}

#[tokio::test]
async fn a_copy_from_before_a_write_off_takes_another_name_before_it_sells() {
    let pop = fenced().await;
    let old = last_request(&pop).incarnation;
    run(&pop, FORGET).await;
    pop.host.clock.advance_ms(5_000);
    pop.tick().await;
    assert_eq!(pop.number("SELECT SUM(granted) FROM lease").await, 0, "leases stay with the old name");
    pop.tick_until_quiet().await;
    let request = last_request(&pop);
    assert_ne!(request.incarnation, old);
    assert_eq!(request.fence, 0, "the new name has a count of its own");
    buy(&pop, 1).await;
}

#[tokio::test]
async fn a_request_that_another_instance_overtook_is_no_sign_of_a_copy() {
    let pop = fenced().await;
    let old = last_request(&pop).incarnation;
    let (core, state, db) = (pop.core.router(), pop.core.clone(), pop.host.edge.db.clone());
    let overtaken = axum::Router::new().fallback(move |request: http::Request<axum::body::Body>| {
        let (core, state, db) = (core.clone(), state.clone(), db.clone());
        async move {
            if request.uri().path().ends_with("/leases") {
                let raise = "UPDATE meta SET value = '2' WHERE key = 'lease_fence'";
                db.batch(vec![Statement::new(raise)]).await.unwrap();
                state.with(|state| {
                    let other = state.lease_requests.last().cloned().unwrap();
                    state.lease_requests.push(LeaseRequest { fence: 2, ..other });
                });
            }
            tower::ServiceExt::oneshot(core, request).await
        }
    });
    pop.host.http.up("core.test", overtaken);
    for _ in 0..2 {
        pop.host.clock.advance_ms(5_000);
        pop.tick().await;
    }
    let request = last_request(&pop);
    assert_eq!((request.incarnation, request.fence), (old, 2));
    buy(&pop, 1).await;
}

#[tokio::test]
async fn a_shopper_who_waits_for_stock_does_not_hide_a_copy_from_the_tick() {
    let pop = fenced().await;
    let old = last_request(&pop).incarnation;
    run(&pop, FORGET).await;
    let cart = pop.cart_with(&[(MUG, 60)]).await;
    pop.buy(&cart, "key").await.is_problem(409, "insufficient_stock");
    pop.host.clock.advance_ms(5_000);
    pop.tick().await;
    pop.tick_until_quiet().await;
    assert_ne!(last_request(&pop).incarnation, old);
}
