//! Doubted orders and refused checkouts: kept, linked, decided on; blocks, and appeals against them.

use std::collections::BTreeMap;

use core_cloud::modules::members::policy::Role;
use kiosk_ids::EventId;
use kiosk_money::{Currency, Money};
use kiosk_wire::people::{AppealRecord, AppealState, Standing};
use kiosk_wire::{Change, Event, EventBody, FraudLinks, FraudRecord, OrderRecord};

use crate::harness::*;

on_both_databases!(
    a_case_shows_why_and_what_is_around_it,
    confirmed_fraud_cancels_the_order_and_blocks_who_ordered,
    a_refused_checkout_can_be_found_to_be_fraud,
    an_honest_order_goes_on,
    an_appeal_lifts_the_block_or_not,
    a_dispute_opens_a_case,
    scores_come_and_go,
);

fn scored(outcome: &str, device: &str) -> FraudRecord {
    let links = FraudLinks {
        customer: None,
        account: None,
        device: Some(device.to_owned()),
        address: Some("place-1".to_owned()),
    };
    FraudRecord { reasons: vec!["card_velocity".to_owned()], links, ..fraud(outcome) }
}

fn bought(name: &str, account: &str, outcome: &str) -> OrderRecord {
    let mut order = order_of(name, account, &[("mug", "test")]);
    order.account = Some(account.to_owned());
    order.customer = format!("cus-{account}");
    order.fraud = scored(outcome, "device-1");
    order
}

fn refused(seq: u64, account: &str) -> Event {
    let mut fraud = scored("block", "device-1");
    fraud.links.customer = Some(format!("cus-{account}"));
    fraud.links.account = Some(account.to_owned());
    event(seq, EventBody::CheckoutBlocked { fraud, total: Some(Money::new(9_900, Currency::EUR)) })
}

fn appeal(seq: u64, name: &str, account: &str) -> Event {
    let text = "It was <b>my</b> own card.".to_owned();
    let record = AppealRecord { id: EventId::named(name).unwrap(), account: account.to_owned(), text };
    event(seq, EventBody::AppealMade(Box::new(record)))
}

async fn standings(app: &TestApp) -> BTreeMap<String, Standing> {
    let changes = app.told("eu-1").await.into_iter().filter_map(|change| match change {
        Change::Standing(standing) => Some((standing.customer.clone(), standing)),
        _ => None,
    });
    changes.collect()
}

async fn decide(app: &TestApp, support: &str, path: &str, act: &str) -> Answer {
    app.post(path, support, &[("act", act), ("reason", "looked into it")]).await
}

async fn a_case_shows_why_and_what_is_around_it(app: TestApp) {
    let mut stranger = bought("far", "acc-far", "allow");
    stranger.fraud.links = FraudLinks { device: Some("device-9".to_owned()), ..FraudLinks::default() };
    app.delivered(vec![
        placed(1, bought("one", "acc-a", "review")),
        placed(2, bought("two", "acc-b", "allow")),
        refused(3, "acc-c"),
        placed(4, stranger),
    ])
    .await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    let open = app.page("/admin/fraud?state=open", &support).await.text();
    assert!(open.contains("ord_one") && !open.contains("ord_two"), "{open}");
    assert!(open.contains("Many or large orders with this card lately"), "{open}");
    assert!(app.page("/admin/fraud?q=device-9", &support).await.text().contains("ord_far"));
    let case = app.page("/admin/fraud/ord_one", &support).await.text();
    assert!(case.contains("device-1") && case.contains("acc-a") && case.contains("place-1"), "{case}");
    assert!(case.contains("ord_two") && !case.contains("ord_far"), "{case}");
    assert!(case.contains("2 other cases share something") && case.contains("€99.00"), "{case}");
    assert_eq!(app.page("/admin/fraud/ord_none", &support).await.status, 404);
    assert!(app.page("/admin/fraud/ord_far", &support).await.text().contains("No other case shares"));
    // Who packs goods or keeps the money has no business here.
    let finance = app.staff(Role::Finance).await;
    assert_eq!(app.page("/admin/fraud", &finance).await.status, 403);
    assert_eq!(decide(&app, &finance, "/admin/fraud/ord_one", "fraud").await.status, 403);
}

async fn confirmed_fraud_cancels_the_order_and_blocks_who_ordered(app: TestApp) {
    let allowed = bought("two", "acc-b", "allow");
    app.delivered(vec![placed(1, bought("one", "acc-a", "review")), placed(2, allowed)]).await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    let page = "/admin/fraud/ord_one";
    assert_eq!(app.post(page, &support, &[("act", "fraud"), ("reason", " ")]).await.status, 422);
    assert_eq!(decide(&app, &support, page, "guess").await.status, 422);
    assert!(standings(&app).await.is_empty());
    assert_eq!(decide(&app, &support, page, "fraud").await.status, 303);
    let told = standings(&app).await;
    assert!(told["acc-a"].blocked && told["cus-acc-a"].blocked, "{told:?}");
    let status = async || app.column("SELECT status FROM orders_orders ORDER BY id").await;
    assert_eq!(status().await, ["cancelled", "cleared"]);
    // What was on its way to be sent stops too.
    assert_eq!(decide(&app, &support, "/admin/fraud/ord_two", "fraud").await.status, 303);
    assert_eq!(status().await, ["cancelled", "cancelled"]);
    let case = app.page(page, &support).await.text();
    assert!(case.contains("looked into it") && !case.contains("It is honest"), "{case}");
    // Once more is once; something else is not taken back here.
    assert_eq!(decide(&app, &support, page, "fraud").await.status, 303);
    assert_eq!(decide(&app, &support, page, "honest").await.status, 409);
    let log = app.page("/admin/audit?q=fraud.", &app.staff(Role::Owner).await).await.text();
    assert!(log.contains("fraud.decide"), "{log}");
}

async fn a_refused_checkout_can_be_found_to_be_fraud(app: TestApp) {
    app.delivered(vec![refused(1, "acc-new")]).await;
    let support = app.staff(Role::Support).await;
    let id = app.column("SELECT id FROM fraud_cases").await.remove(0);
    assert_eq!(decide(&app, &support, &format!("/admin/fraud/{id}"), "fraud").await.status, 303);
    assert!(standings(&app).await["acc-new"].blocked, "though it never placed an order");
}

async fn an_honest_order_goes_on(app: TestApp) {
    app.delivered(vec![
        placed(1, bought("one", "acc-a", "review")),
        placed(2, bought("two", "acc-b", "review")),
    ])
    .await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    assert_eq!(decide(&app, &support, "/admin/fraud/ord_one", "honest").await.status, 303);
    // The order's own page decides the case too.
    assert_eq!(decide(&app, &support, "/admin/orders/ord_two/review", "reject").await.status, 303);
    app.drain().await;
    let states = app.column("SELECT state FROM fraud_cases ORDER BY id").await;
    assert_eq!(states, ["honest", "rejected"]);
    let status = app.column("SELECT status FROM orders_orders ORDER BY id").await;
    assert_eq!(status, ["cleared", "cancelled"]);
    assert!(standings(&app).await.is_empty());
}

async fn an_appeal_lifts_the_block_or_not(app: TestApp) {
    app.delivered(vec![
        placed(1, bought("one", "acc-a", "review")),
        placed(2, bought("two", "acc-b", "review")),
        appeal(3, "early", "acc-a"),
    ])
    .await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    assert!(app.column("SELECT id FROM fraud_appeals").await.is_empty(), "nothing to appeal against");
    for case in ["ord_one", "ord_two"] {
        decide(&app, &support, &format!("/admin/fraud/{case}"), "fraud").await;
    }
    app.delivered(vec![appeal(4, "a", "acc-a"), appeal(5, "again", "acc-a"), appeal(6, "b", "acc-b")]).await;
    assert_eq!(standings(&app).await["acc-a"].appeal, Some(AppealState::Open));
    let list = app.page("/admin/appeals?state=open", &support).await.text();
    assert!(list.contains("evt_a") && list.contains("evt_b") && !list.contains("evt_again"), "{list}");
    let page = app.page("/admin/appeals/evt_a", &support).await.text();
    assert!(page.contains("It was &lt;b&gt;my") && page.contains("looked into it"), "{page}");
    assert_eq!(app.post("/admin/appeals/evt_a", &support, &[("act", "uphold")]).await.status, 422);
    assert_eq!(decide(&app, &support, "/admin/appeals/evt_a", "uphold").await.status, 303);
    assert_eq!(decide(&app, &support, "/admin/appeals/evt_b", "refuse").await.status, 303);
    let told = standings(&app).await;
    assert!(!told["acc-a"].blocked && !told["cus-acc-a"].blocked, "{told:?}");
    assert_eq!((told["acc-b"].blocked, told["acc-b"].appeal), (true, Some(AppealState::Refused)));
    assert_eq!(decide(&app, &support, "/admin/appeals/evt_b", "uphold").await.status, 409);
    assert_eq!(app.page("/admin/appeals/evt_none", &support).await.status, 404);
    assert_eq!(app.page("/admin/appeals", &app.staff(Role::Moderator).await).await.status, 403);
}

/// A POP whose scorer is away tells of orders without a score, among those with one.
async fn scores_come_and_go(app: TestApp) {
    for seq in 1..=12 {
        let mut order = bought(&format!("n{seq}"), "acc-a", "review");
        let mut refused = refused(100 + seq, "acc-a");
        refused.seq = 2 * seq;
        if seq % 2 == 0 {
            order.fraud.score = None;
            if let EventBody::CheckoutBlocked { fraud, .. } = &mut refused.body {
                fraud.score = None;
            }
        }
        app.delivered(vec![placed(2 * seq - 1, order), refused]).await;
    }
    app.drain().await;
    assert_eq!(app.column("SELECT id FROM fraud_cases WHERE score IS NULL").await.len(), 12);
    assert_eq!(app.column("SELECT id FROM fraud_cases").await.len(), 24);
}

async fn a_dispute_opens_a_case(app: TestApp) {
    use core_cloud::modules::bus::Consumer;
    use core_cloud::modules::bus::fact::{Fact, PaymentMoved};
    app.delivered(vec![placed(1, bought("one", "acc-a", "allow"))]).await;
    app.drain().await;
    let moved = |kind: fn(PaymentMoved) -> Fact| {
        kind(crate::books::moved("one", "stripe", Money::new(990, Currency::EUR), 0))
    };
    let state = async || app.column("SELECT state FROM fraud_cases").await.remove(0);
    assert_eq!(state().await, "none");
    for (fact, expected) in [(moved(Fact::ChargebackOpened), "open"), (moved(Fact::ChargebackLost), "fraud")]
    {
        let told = crate::customers::told(&app, expected, fact);
        let mut tx = app.db.begin().await.unwrap();
        core_cloud::modules::fraud::Cases.apply(&mut tx, &[told]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(state().await, expected);
    }
}
