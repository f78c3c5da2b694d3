//! A POP that is lost: its stock comes back once it can no longer sell it, and is fenced off.

use core_cloud::error::Error;
use kiosk_ids::PopId;
use kiosk_wire::CLOCK_SKEW_MS_MAX;

use crate::harness::*;

on_both_databases!(
    stock_comes_back_only_after_the_lease_lapsed,
    a_pop_that_comes_back_is_fenced_off,
    a_copy_from_before_a_write_off_is_refused,
    a_sale_of_an_older_epoch_is_covered_while_it_can_be,
    another_database_is_not_touched,
);

async fn write_off(app: &TestApp, incarnation: Option<&str>) -> Result<Vec<(String, i64)>, Error> {
    let done = app.app.services.sync.write_off(&PopId::parse("eu-1").unwrap(), incarnation).await?;
    Ok(done.into_iter().map(|done| (done.incarnation, done.units)).collect())
}

fn lapse(app: &TestApp) {
    app.advance_ms(i64::from(LEASE_TTL_S) * 1_000 + CLOCK_SKEW_MS_MAX + 1);
}

async fn stock_comes_back_only_after_the_lease_lapsed(app: TestApp) {
    app.stock_up(&[("A", 10), ("B", 4)]).await;
    assert!(matches!(write_off(&app, None).await, Err(Error::NotFound(_))));
    app.ask_all("eu-1", "db", vec![ask_whole("A", 0, 0, 8), ask_whole("B", 0, 0, 4)]).await;
    let sold_out = order("b", vec![take("B", 1, 4)]);
    app.deliver("eu-1", "db", vec![placed(1, order("a", vec![take("A", 1, 2)])), placed(2, sold_out)]).await;
    let runs_until = START_MS + i64::from(LEASE_TTL_S) * 1_000 + CLOCK_SKEW_MS_MAX;
    app.advance_ms(runs_until - START_MS);
    let refused = write_off(&app, None).await;
    assert!(
        matches!(refused, Err(Error::LeaseRuns { expires_ms }) if expires_ms == runs_until),
        "{refused:?}"
    );
    assert_eq!(app.stock("A").await, (2, 6, 2));
    app.advance_ms(1);
    assert_eq!(write_off(&app, None).await.unwrap(), [("db".to_owned(), 6)]);
    assert_eq!(app.stock("A").await, (8, 0, 2));
    assert_eq!(app.stock("B").await, (0, 0, 4));
    // Again: there is nothing left to take back.
    assert_eq!(write_off(&app, Some("db")).await.unwrap(), [("db".to_owned(), 0)]);
}

async fn a_pop_that_comes_back_is_fenced_off(app: TestApp) {
    app.stock_up(&[("A", 10), ("B", 10)]).await;
    app.ask_all("eu-1", "db", vec![ask_whole("A", 0, 0, 8), ask_whole("B", 0, 0, 8)]).await;
    lapse(&app);
    write_off(&app, None).await.unwrap();
    // It does not know yet: an ask by the old epoch grants nothing, whatever it says it has.
    let reply =
        app.ask_all("eu-1", "db", vec![ask("A", 1, 8, 1), ask("A", 0, 0, 1), ask("A", 1, 0, 1)]).await;
    assert!(reply.leases.iter().all(|state| (state.epoch, state.granted) == (2, 0)), "{reply:?}");
    let fenced = |reply: &kiosk_wire::LeaseReply| {
        reply.fenced.iter().map(|state| (state.item.to_string(), state.epoch)).collect::<Vec<_>>()
    };
    assert_eq!(fenced(&reply), [("A".to_owned(), 2), ("B".to_owned(), 2)]);
    // It is told until it shows the new epoch, even by an ask for nothing.
    let reply = app.ask_all("eu-1", "db", vec![ask_whole("A", 2, 0, 3), ask("B", 2, 0, 0)]).await;
    assert_eq!((reply.leases[0].granted, reply.leases[1].granted), (3, 0));
    assert_eq!(fenced(&reply), []);
    assert_eq!(app.stock("A").await, (7, 3, 0));
}

async fn a_copy_from_before_a_write_off_is_refused(app: TestApp) {
    app.stock_up(&[("A", 10)]).await;
    app.ask("eu-1", "db", ask_whole("A", 0, 0, 8)).await;
    lapse(&app);
    write_off(&app, None).await.unwrap();
    // The first contact may be any: whoever has not shown the number yet cannot be told from the database itself.
    let reply: kiosk_wire::LeaseReply = app.show_fence("eu-1", "db", 0, vec![]).await.ok();
    assert_eq!((reply.fence, reply.fenced.len()), (1, 1));
    let reply: kiosk_wire::LeaseReply = app.show_fence("eu-1", "db", 1, vec![ask("A", 2, 0, 2)]).await.ok();
    assert_eq!((reply.fence, reply.fenced.len(), reply.leases[0].granted), (1, 0, 2));
    // The copy knows nothing of the second epoch, and asks for nothing that would tell it.
    app.show_fence("eu-1", "db", 0, vec![]).await.is_problem(409, "lease_fenced");
    app.show_fence("eu-1", "db", 0, vec![ask("A", 1, 8, 1)]).await.is_problem(409, "lease_fenced");
    assert_eq!(app.stock("A").await, (8, 2, 0));
    // Another database of the POP has a count of its own.
    let reply: kiosk_wire::LeaseReply = app.show_fence("eu-1", "new", 0, vec![]).await.ok();
    assert_eq!(reply.fence, 0);
}

async fn a_sale_of_an_older_epoch_is_covered_while_it_can_be(app: TestApp) {
    app.stock_up(&[("A", 10)]).await;
    app.ask("eu-1", "db", ask_whole("A", 0, 0, 8)).await;
    lapse(&app);
    write_off(&app, None).await.unwrap();
    app.ask("us-1", "db", ask_whole("A", 0, 0, 7)).await;
    // Sold before the leases lapsed, delivered after they were written off: 3 are left to cover them.
    let events = vec![
        placed(1, order("covered", vec![take("A", 1, 2)])),
        returned(2, take("A", 1, 1)),
        placed(3, order("short", vec![take("A", 1, 4)])),
    ];
    assert_eq!(app.deliver("eu-1", "db", events).await.status, 200);
    assert_eq!(app.stock("A").await, (0, 7, 3));
    let order: serde_json::Value = app.as_operator("/v1/orders/ord_covered").await.ok();
    assert_eq!(order["attention"], serde_json::json!([]));
    let order: serde_json::Value = app.as_operator("/v1/orders/ord_short").await.ok();
    assert_eq!((&order["attention"][0], &order["takes"][0]["short"]), (&"stock_short".into(), &3.into()));
}

async fn another_database_is_not_touched(app: TestApp) {
    app.stock_up(&[("A", 10)]).await;
    app.ask("eu-1", "old", ask_whole("A", 0, 0, 4)).await;
    lapse(&app);
    app.ask("eu-1", "new", ask_whole("A", 0, 0, 5)).await;
    assert!(matches!(write_off(&app, Some("new")).await, Err(Error::LeaseRuns { .. })));
    assert_eq!(write_off(&app, None).await.unwrap(), [("old".to_owned(), 4)]);
    assert_eq!(app.stock("A").await, (5, 5, 0));
    let reply = app.ask_all("eu-1", "new", vec![ask("A", 1, 5, 0)]).await;
    assert_eq!((reply.leases[0].epoch, reply.leases[0].granted, reply.fenced.len()), (1, 5, 0));
}
