//! The event bus when its broker, or the core itself, breaks off: nothing is lost, and nothing is applied twice.

use std::sync::Arc;

use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::error::Error;

use crate::bus::{Probe, words};
use crate::harness::*;
use crate::nats::{self, Way};
use crate::whole::killed_after;

on_both_databases!(
    what_is_applied_and_not_acknowledged_is_applied_once,
    the_core_serves_while_its_broker_is_away,
    killed_anywhere_it_applies_each_fact_once,
    killed_anywhere_with_a_broker_it_applies_each_fact_once,
);

/// The core dies between the commit of what a fact brings about and the word to the broker that it is done.
async fn what_is_applied_and_not_acknowledged_is_applied_once(mut app: TestApp) {
    app.add_probes().await;
    let direct = nats::fresh_stream().await;
    let mut way = Way::closed(&direct).await;
    way.open();
    app.nats = Some(way.config.clone());
    let ledger = Probe::new("ledger");
    let bus = app.open_bus(&[&ledger]).await;
    app.tell(&[("a", "1"), ("b", "1")]).await;
    way.lose_acknowledgements();
    let dies = tokio::spawn(async move { bus.drain().await });
    way.lost().await;
    dies.abort();
    let _ = dies.await;
    assert_eq!(app.applied("ledger").await, words(&[("a", "1"), ("b", "1")]), "it was committed");
    app.nats = Some(direct);
    let bus = app.open_bus(&[&ledger]).await;
    app.tell(&[("a", "2")]).await;
    bus.drain().await.unwrap();
    assert_eq!(app.applied("ledger").await, words(&[("a", "12"), ("b", "1")]));
}

async fn the_core_serves_while_its_broker_is_away(mut app: TestApp) {
    let direct = nats::fresh_stream().await;
    let way = Way::closed(&direct).await;
    app.config.nats = Some(way.config.clone());
    let clock = Clock::Manual(Arc::clone(&app.clock));
    app.app = App::new(&app.db, &app.config, &clock).await.unwrap();
    let running = app.app.bus.start();
    app.stock_up(&[("CUP", 5)]).await;
    app.ask("eu-1", "db", ask("CUP", 0, 0, 5)).await;
    app.delivered(vec![placed(1, order("first", vec![take("CUP", 1, 1)]))]).await;
    assert!(app.as_operator("/v1/orders/ord_first").await.text().contains("placed"));
    assert!(matches!(app.app.bus.drain().await, Err(Error::Broker(_))));
    assert_eq!(app.column("SELECT topic FROM bus_outbox").await, ["ord_first"], "it waits");
    way.open();
    let stands = "SELECT status FROM orders_orders ORDER BY id";
    while app.column(stands).await != ["cleared"] {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    // It goes away while the core runs, and comes back.
    way.close();
    app.delivered(vec![placed(2, order("second", vec![take("CUP", 1, 1)]))]).await;
    assert!(matches!(app.app.bus.drain().await, Err(Error::Broker(_))));
    assert_eq!(app.column(stands).await, ["cleared", "placed"]);
    way.open();
    while app.app.bus.drain().await.is_err() {}
    assert_eq!(app.column(stands).await, ["cleared", "cleared"]);
    // What is no address is told at once.
    app.config.nats.as_mut().unwrap().url = "nats://[".to_owned();
    assert!(matches!(App::new(&app.db, &app.config, &clock).await, Err(Error::Invalid { .. })));
}

async fn killed_anywhere_it_applies_each_fact_once(app: TestApp) {
    kill_anywhere(app.with_bus(false).await).await;
}

async fn killed_anywhere_with_a_broker_it_applies_each_fact_once(app: TestApp) {
    kill_anywhere(app.with_bus(true).await).await;
}

/// Each run is killed a little later than the one before; every other time another process goes on.
async fn kill_anywhere(app: TestApp) {
    const RUNS: usize = 60;
    let (ledger, mails) = (Probe::new("ledger"), Probe::new("mails"));
    let buses = [app.open_bus(&[&ledger, &mails]).await, app.open_bus(&[&ledger, &mails]).await];
    let mut expected = [String::new(), String::new()];
    for run in 0..RUNS {
        let word = char::from(b'a' + u8::try_from(run % 26).unwrap()).to_string();
        app.tell(&[("a", &*word), ("b", &*word)]).await;
        expected.iter_mut().for_each(|words| words.push_str(&word));
        killed_after(buses[run % 2].drain(), run).await;
    }
    // What a killed process had claimed is anybody's when its claim is over.
    app.advance_ms(600_000);
    buses[0].drain().await.unwrap();
    let expected = words(&[("a", &*expected[0]), ("b", &*expected[1])]);
    assert_eq!(app.applied("ledger").await, expected);
    assert_eq!(app.applied("mails").await, expected);
    assert!(app.dead().await.is_empty());
}
