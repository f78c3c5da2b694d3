//! The figures of monitors on orders whose scores and fate are known.

use core_cloud::modules::bus::Consumer;
use core_cloud::modules::bus::fact::{Fact, PaymentMoved, Told};
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::models::Scores;
use core_cloud::modules::models::figures::{Role as Part, Tally};
use core_cloud::modules::models::monitor::Monitor;
use core_cloud::modules::models::service as models;
use kiosk_ids::{EventId, OrderId, PaymentId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Event, EventBody, FraudRecord, OrderRecord, ShadowRecord};

use crate::harness::*;

on_both_databases!(
    orders_and_refusals_are_tallied_by_model_and_pop,
    labels_come_from_disputes_and_from_analysts_in_any_order,
    drift_is_told_and_shown,
    pops_that_run_without_the_candidate_show,
    old_scores_are_forgotten,
);

const DAY_MS: i64 = 86_400_000;

fn record(model: &str, outcome: &str, score: Option<f32>, shadow: Option<(&str, &str, f32)>) -> FraudRecord {
    let shadow = shadow.map(|(model, outcome, score)| ShadowRecord {
        model: model.to_owned(),
        score: Some(score),
        outcome: outcome.to_owned(),
    });
    FraudRecord { outcome: outcome.to_owned(), score, model: model.to_owned(), shadow, ..fraud("allow") }
}

fn bought(name: &str, fraud: FraudRecord) -> OrderRecord {
    OrderRecord { fraud, ..order(name, Vec::new()) }
}

fn refused(seq: u64, occurred_ms: i64, fraud: FraudRecord) -> Event {
    let id = EventId::named(&format!("refused{seq}")).unwrap();
    Event { seq, id, occurred_ms, body: EventBody::CheckoutBlocked { fraud, total: None } }
}

/// Lets the models' consumer hear of facts.
async fn hear(app: &TestApp, facts: Vec<Fact>) {
    let told = facts.into_iter().zip(1..);
    let told =
        told.map(|(fact, number)| Told { id: format!("evt_{number}"), written_ms: app.now_ms(), fact });
    let mut tx = app.db.begin().await.unwrap();
    Scores.apply(&mut tx, &told.collect::<Vec<_>>()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn monitor(app: &TestApp) -> Monitor {
    app.app.services.models.monitor(7).await.unwrap()
}

fn tally(monitor: &Monitor, model: &str, part: Part, pop: &str) -> Tally {
    monitor.tallies[&(model.to_owned(), part, pop.to_owned())]
}

/// Three orders and a refusal: one watched model disagrees on one of them.
async fn orders_and_refusals_are_tallied_by_model_and_pop(app: TestApp) {
    let events = vec![
        placed(1, bought("one", record("a", "allow", Some(0.0625), Some(("b", "allow", 0.125))))),
        placed(2, bought("two", record("a", "review", Some(0.1875), Some(("b", "block", 0.75))))),
        placed(3, bought("three", record("a", "review", None, None))),
        refused(4, START_MS, record("a", "block", Some(0.875), Some(("b", "block", 0.5)))),
    ];
    app.delivered(events).await;
    hear(&app, app.untold().await).await;
    let monitor = monitor(&app).await;
    let decided = tally(&monitor, "a", Part::Decides, "eu-1");
    assert_eq!((decided.scored, decided.with_score, decided.outcomes), (4, 3, [1, 0, 2, 1]));
    assert_eq!(decided.mean_score(), Some(0.375));
    let watched = tally(&monitor, "b", Part::Shadows, "eu-1");
    assert_eq!((watched.scored, watched.outcomes), (3, [1, 0, 0, 2]));
    let [both] = &monitor.agreements[..] else { panic!() };
    assert_eq!((both.orders, both.same, both.only_blocks), (3, 2, [0, 1]));
    // 0.0625 below 0.1, 0.1875 below 0.2, 0.875 above 0.7.
    let a = monitor.models.iter().find(|model| model.version == "a").unwrap();
    assert_eq!(a.bins.map(|bin| bin.scored), [0, 0, 0, 0, 1, 1, 0, 0, 1]);
    assert_eq!(a.drift.psi, None, "too few");
    let page = app.page("/admin/models?days=30", &app.staff(Role::Owner).await).await.text();
    assert!(page.contains("Calibration of a") && page.contains("37.50 %"), "{page}");
}

async fn labels_come_from_disputes_and_from_analysts_in_any_order(app: TestApp) {
    let names = ["one", "two", "three", "four"];
    let moved = |order: &str| PaymentMoved {
        payment: PaymentId::named("p").unwrap(),
        order: OrderId::named(order).unwrap(),
        provider: "stripe".to_owned(),
        movement: "dis_1".to_owned(),
        reference: String::new(),
        amount: Money::new(1_000, Currency::EUR),
        fee: Money::zero(Currency::EUR),
    };
    // A label may come before its order.
    let mut tx = app.db.begin().await.unwrap();
    models::label(&mut tx, OrderId::named("four").unwrap().as_str(), true, app.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
    let orders = names.map(|name| bought(name, record("a", "allow", Some(0.05), None)));
    app.delivered((1..).zip(orders).map(|(seq, order)| placed(seq, order)).collect()).await;
    let facts = [
        Fact::ChargebackOpened(moved("one")),
        Fact::ChargebackOpened(moved("two")),
        Fact::ChargebackWon(moved("two")),
        Fact::ChargebackLost(moved("one")),
    ];
    // Facts of one order keep their order; those of several come as they come.
    let told = app.untold().await;
    hear(&app, facts.to_vec()).await;
    hear(&app, told).await;
    let monitor = monitor(&app).await;
    let sum = tally(&monitor, "a", Part::Decides, "eu-1");
    assert_eq!((sum.scored, sum.labelled, sum.fraud), (4, 3, 2));
    assert_eq!(sum.fraud_share(), Some(0.5));
    let mut tx = app.db.begin().await.unwrap();
    models::label(&mut tx, OrderId::named("four").unwrap().as_str(), false, app.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
    let after = tally(&self::monitor(&app).await, "a", Part::Decides, "eu-1");
    assert_eq!((after.labelled, after.fraud), (3, 1), "the last word holds");
}

/// 200 refusals in the week before, 200 in the last day: first alike, then of higher scores.
async fn drift_is_told_and_shown(app: TestApp) {
    let many = |from: u64, at_ms: i64, score: f32| {
        (from..from + 200)
            .map(move |seq| refused(seq, at_ms, record("a", "block", Some(score), None)))
            .collect()
    };
    app.delivered(many(1, START_MS, 0.15)).await;
    app.advance_ms(2 * DAY_MS);
    app.delivered(many(201, app.now_ms(), 0.15)).await;
    let even = monitor(&app).await.models[0].drift;
    assert_eq!((even.last_day, even.week_before), (200, 200));
    assert!(even.psi.unwrap() < 0.001 && !even.is_large());
    // Who logged in before is logged out by now.
    let owner = app.staff(Role::Owner).await;
    assert!(app.page("/admin/models", &owner).await.text().contains("no drift"));
    app.delivered(many(401, app.now_ms(), 0.5)).await;
    let shifted = monitor(&app).await.models[0].drift;
    assert!(shifted.is_large(), "{shifted:?}");
    assert!(app.page("/admin/models", &owner).await.text().contains("are not those of the week before"));
}

async fn pops_that_run_without_the_candidate_show(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let form = [("act", "candidate"), ("version", "fraud-v1"), ("revision", "0"), ("reason", "a test")];
    assert_eq!(app.post("/admin/model-plan", &owner, &form).await.status, 303);
    let decided = |shadow| record("fraud-v3", "block", Some(0.5), shadow);
    app.delivered(vec![refused(1, app.now_ms(), decided(None))]).await;
    assert_eq!(monitor(&app).await.without_candidate, [("eu-1".to_owned(), 1)]);
    assert!(app.page("/admin/models", &owner).await.text().contains("eu-1 told of 1 orders without"));
    app.delivered(vec![refused(2, app.now_ms(), decided(Some(("fraud-v1", "allow", 0.125))))]).await;
    assert_eq!(monitor(&app).await.without_candidate, []);
}

async fn old_scores_are_forgotten(app: TestApp) {
    app.delivered(vec![refused(1, START_MS, record("a", "block", Some(0.5), None))]).await;
    app.advance_ms(183 * DAY_MS);
    app.app.services.models.prune().await.unwrap();
    assert_eq!(app.column("SELECT id FROM models_scores").await.len(), 1);
    app.advance_ms(1);
    app.app.services.models.prune().await.unwrap();
    assert_eq!(app.column("SELECT id FROM models_scores").await.len(), 0);
}
