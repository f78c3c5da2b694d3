//! Payments of the core, against providers that keep their own ledger.

mod faults;
mod shuffles;
mod statements;
mod support;
mod webhooks;

use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::payouts::{Payer, PayoutOrder, PayoutState};
use core_cloud::modules::payments::state::{Provider, State};

use crate::harness::*;
use support::*;

on_both_databases!(
    parcels_are_captured_and_returns_refunded,
    what_is_not_sent_is_given_back,
    one_authorisation_pays_one_order,
    vendors_are_paid_once,
    finance_sees_what_hangs_and_decides,
);

async fn parcels_are_captured_and_returns_refunded(app: TestApp) {
    let till = Till::open(app).await;
    for method in ["card", "paypal"] {
        till.place(method, method, 10_000).await;
        till.hear(vec![refund(method, &format!("early-{method}"), 1_000)]).await;
        assert_eq!(till.movements(method).await, Vec::<String>::new(), "a refund waits for its capture");
        let parcels = ["a", "b"].map(|name| format!("{method}-{name}"));
        till.hear(vec![
            shipped(method, &parcels[0], 6_000, false),
            shipped(method, &parcels[1], 4_000, true),
            refund(method, &format!("late-{method}"), 6_500),
        ])
        .await;
        till.settle().await;
        till.agree().await;
        let dossier = till.dossier(method).await;
        assert_eq!((dossier.payment.captured, dossier.payment.refunded), (10_000, 7_500));
        assert_eq!(dossier.payment.state(), State::PartlyRefunded);
        till.hear(vec![
            refund(method, &format!("late-{method}"), 6_500),
            refund(method, &format!("over-{method}"), 9_000),
        ])
        .await;
        till.drain().await;
        till.agree().await;
        let dossier = till.dossier(method).await;
        assert_eq!((dossier.payment.refunded, dossier.payment.state()), (10_000, State::Refunded));
        assert_eq!(dossier.payment.attention, "refund_over_captured", "never more than was taken");
    }
}

async fn what_is_not_sent_is_given_back(app: TestApp) {
    let till = Till::open(app).await;
    for method in ["card", "paypal"] {
        let (void, part) = (format!("void-{method}"), format!("part-{method}"));
        till.place(&void, method, 5_000).await;
        till.hear(vec![cancelled(&void, 5_000, true)]).await;
        till.place(&part, method, 5_000).await;
        till.hear(vec![shipped(&part, &part, 2_000, false), cancelled(&part, 3_000, true)]).await;
        till.drain().await;
        till.agree().await;
        assert_eq!(till.dossier(&void).await.payment.state(), State::Cancelled);
        assert_eq!(till.dossier(&part).await.payment.state(), State::Paid);
        till.hear(vec![shipped(&void, &void, 5_000, true)]).await;
        till.drain().await;
        till.agree().await;
        assert_eq!(till.movements(&void).await.last().unwrap(), "capture 5000 failed", "capture after void");
    }
}

async fn one_authorisation_pays_one_order(app: TestApp) {
    let till = Till::open(app).await;
    let order = till.bought("one", "card", 5_000).await;
    let mut second = till.bought("two", "card", 5_000).await;
    second.payment = order.payment.clone();
    let mut bare = till.bought("bare", "invoice", 5_000).await;
    bare.payment.method = "card".to_owned();
    till.hear(vec![sold(order.clone()), sold(second), sold(bare)]).await;
    till.hear(vec![sold(order)]).await;
    till.hear(["one", "two", "bare"].map(|name| shipped(name, name, 5_000, true)).into()).await;
    till.drain().await;
    assert_eq!(till.dossier("one").await.payment.state(), State::Paid);
    for name in ["two", "bare"] {
        let payment = till.dossier(name).await.payment;
        assert_eq!((payment.state(), payment.captured), (State::Failed, 0));
    }
    assert_eq!(till.told().await["payment_captured"], (1, 5_000));
}

async fn vendors_are_paid_once(app: TestApp) {
    let till = Till::open(app).await;
    let payout = |provider: Provider, amount: i64| PayoutOrder {
        payout: format!("pyt_{}", provider.name()),
        provider,
        destination: if provider == Provider::Stripe { "acct_1" } else { "DE89370400440532013000" }
            .to_owned(),
        amount: eur(amount),
    };
    for provider in [Provider::Stripe, Provider::Bank] {
        for _ in 0..2 {
            let mut tx = till.app.db.begin().await.unwrap();
            till.payments().transfer(&mut tx, &payout(provider, 1_234)).await.unwrap();
            tx.commit().await.unwrap();
            till.settle().await;
        }
    }
    let mut tx = till.app.db.begin().await.unwrap();
    let sent = till.payments().payout(&mut tx, "pyt_stripe").await.unwrap();
    assert!(matches!(sent, Some(PayoutState::Sent(reference)) if reference.starts_with("tr_")));
    let waits = till.payments().payout(&mut tx, "pyt_bank").await.unwrap();
    assert_eq!(waits, Some(PayoutState::Waiting), "a person pays it");
    assert_eq!(till.payments().payout(&mut tx, "pyt_none").await.unwrap(), None);
    drop(tx);
    assert_eq!(till.sandbox.ledger().totals["stripe"]["EUR"].transferred, 1_234);
    let finance = till.app.staff(Role::Finance).await;
    let paid = [("act", "paid"), ("reason", "Run of the 18th")];
    assert_eq!(till.app.post("/admin/movements/trf_pyt_bank", &finance, &paid).await.status, 303);
    let again = till.app.post("/admin/movements/trf_pyt_bank", &finance, &paid).await;
    assert!(again.status == 422 && again.text().contains("It is done"), "{}", again.text());
}

async fn finance_sees_what_hangs_and_decides(app: TestApp) {
    let till = Till::open(app).await;
    let app = &till.app;
    let finance = app.staff(Role::Finance).await;
    let support = app.staff(Role::Support).await;
    assert!(app.page("/admin/payments", &finance).await.text().contains("No payments yet"));
    assert_eq!(app.page("/admin/payments", &support).await.status, 403);
    till.place("one", "card", 5_000).await;
    till.sandbox.faults().next(
        psp_sandbox::faults::Operation::Capture,
        1,
        psp_sandbox::faults::Fault::Refuse(503),
    );
    till.hear(vec![shipped("one", "p1", 2_000, false), shipped("one", "p2", 4_000, true)]).await;
    till.settle().await;
    let page = app.page("/admin/payments/ord_one", &finance).await.text();
    assert!(page.contains("provider away") && page.contains("capture over authorised"), "{page}");
    let listed = app.page("/admin/payments?state=attention", &finance).await.text();
    assert!(listed.contains("ord_one"), "{listed}");
    assert!(!app.page("/admin/payments?state=paypal", &finance).await.text().contains("ord_one"));
    // The order's page leads to its payment only for who may see it.
    app.delivered(vec![crate::harness::placed(1, till.bought("two", "invoice", 5_000).await)]).await;
    assert!(app.page("/admin/orders/ord_two", &finance).await.text().contains("/admin/payments/ord_two"));
    assert!(!app.page("/admin/orders/ord_two", &support).await.text().contains("/admin/payments/"));
    let act = |act: &'static str, reason: &'static str| [("act", act), ("reason", reason)];
    let path = "/admin/movements/cap_par_p1";
    assert_eq!(app.post(path, &finance, &act("retry", "")).await.status, 422, "a reason is asked for");
    assert_eq!(app.post(path, &support, &act("retry", "Now")).await.status, 403);
    assert_eq!(app.post(path, &finance, &act("retry", "Stripe is back")).await.status, 303);
    till.drain().await;
    till.agree().await;
    assert_eq!(till.dossier("one").await.payment.captured, 5_000);
    assert_eq!(app.post(path, &finance, &act("give-up", "Why not")).await.status, 422, "it is done");
    assert_eq!(app.post("/admin/movements/none", &finance, &act("retry", "x")).await.status, 404);
    let looked = act("looked-at", "Told the vendor");
    assert_eq!(app.post("/admin/payments/ord_one", &finance, &looked).await.status, 303);
    let audit = app.page("/admin/audit", &app.staff(Role::Owner).await).await.text();
    assert!(audit.contains("payment.retry") && audit.contains("Stripe is back"));
}
