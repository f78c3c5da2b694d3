//! Payments of the core, against providers that keep their own ledger.

mod faults;
mod fees;
mod shuffles;
pub mod statements;
pub mod support;
mod webhooks;

use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::payouts::{Payer, PayoutOrder, PayoutState};
use core_cloud::modules::payments::state::{Provider, State};

use kiosk_wire::{GiftCardUse, OrderRecord};

use crate::harness::*;
use support::*;

on_both_databases!(
    parcels_are_captured_and_returns_refunded,
    what_is_not_sent_is_given_back,
    a_card_that_is_captured_once_pays_ahead,
    a_gift_card_pays_beside_a_provider,
    one_authorisation_pays_one_order,
    vendors_are_paid_once,
    a_transfer_of_unknown_outcome_is_not_made_again,
    a_transfer_that_was_asked_for_is_given_up_with_a_look,
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

async fn a_gift_card_pays_beside_a_provider(app: TestApp) {
    let till = Till::open(app).await;
    for method in ["card", "paypal"] {
        let take = take("gft_g", 1, 6_000);
        let used = GiftCardUse { card: "gft_g".parse().unwrap(), amount: eur(6_000), take };
        // The provider was asked for what the card leaves.
        let bought = till.bought(method, method, 4_000).await;
        let (subtotal, total) = (eur(10_000), eur(10_000));
        till.hear(vec![sold(OrderRecord { subtotal, total, gift_cards: vec![used], ..bought })]).await;
        let parcels = ["a", "b"].map(|name| format!("{method}-{name}"));
        till.hear(vec![
            shipped(method, &parcels[0], 5_000, false),
            shipped(method, &parcels[1], 5_000, true),
            refund(method, &format!("one-{method}"), 5_000),
        ])
        .await;
        till.drain().await;
        till.agree().await;
        assert_eq!(till.movements(method).await, ["capture 4000 done", "refund 4000 done"]);
        let payment = till.dossier(method).await.payment;
        assert_eq!((payment.gift_returned, payment.state()), (1_000, State::PartlyRefunded));
    }
    assert_eq!(till.told().await["gift_card_refund_due"], (2, 2_000));
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

async fn a_card_that_is_captured_once_pays_ahead(app: TestApp) {
    let till = Till::open(app).await;
    let payment = till.reserve("once", "card", CAPTURED_ONCE, eur(10_000)).await.unwrap();
    till.hear(vec![sold(OrderRecord { payment, ..till.bought("once", "invoice", 10_000).await })]).await;
    till.hear(vec![shipped("once", "once-a", 3_000, false), shipped("once", "once-b", 2_000, false)]).await;
    till.drain().await;
    till.agree().await;
    assert_eq!(till.movements("once").await, ["capture 10000 done", "capture 2000 failed"]);
    till.hear(vec![shipped("once", "once-c", 1_000, false), cancelled("once", 4_000, true)]).await;
    till.hear(vec![refund("once", "once-r", 3_000)]).await;
    till.drain().await;
    till.agree().await;
    assert_eq!(till.movements("once").await[2..], ["refund 4000 done", "refund 3000 done"]);
    let payment = till.dossier("once").await.payment;
    assert_eq!((payment.attention.as_str(), payment.state()), ("", State::PartlyRefunded));
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

/// The provider did it, its answer was lost, and its memory of the key is over: a person looks before anybody pays.
async fn a_transfer_of_unknown_outcome_is_not_made_again(app: TestApp) {
    let till = Till::open(app).await;
    for (payout, act, reason) in [("pyt_done", "paid", "tr_seen"), ("pyt_not", "give-up", "It was not done")]
    {
        let order = PayoutOrder {
            payout: payout.to_owned(),
            provider: Provider::Stripe,
            destination: "acct_1".to_owned(),
            amount: eur(1_234),
        };
        let mut tx = till.app.db.begin().await.unwrap();
        till.payments().transfer(&mut tx, &order).await.unwrap();
        tx.commit().await.unwrap();
        let fault = psp_sandbox::faults::Fault::LoseAnswer;
        till.sandbox.faults().next(psp_sandbox::faults::Operation::Transfer, 1, fault);
        till.settle().await;
        till.app.advance_ms(25 * 3_600_000);
        till.settle().await;
        let state = async || {
            let mut tx = till.app.db.begin().await.unwrap();
            till.payments().payout(&mut tx, payout).await.unwrap().unwrap()
        };
        assert_eq!(state().await, PayoutState::Waiting, "nobody knows");
        // Sessions do not last for days.
        let finance = till.app.staff(Role::Finance).await;
        let path = format!("/admin/movements/trf_{payout}");
        let retry = [("act", "retry"), ("reason", "x")];
        assert_eq!(till.app.post(&path, &finance, &retry).await.status, 422, "it could be paid twice");
        let fields = [("act", act), ("reason", reason)];
        assert_eq!(till.app.post(&path, &finance, &fields).await.status, 303);
        let expected = match act {
            "paid" => PayoutState::Sent("tr_seen".to_owned()),
            _ => PayoutState::Refused("given_up".to_owned()),
        };
        assert_eq!(state().await, expected);
    }
    assert_eq!(till.sandbox.ledger().totals["stripe"]["EUR"].transferred, 2 * 1_234);
}

/// The provider did it, its answer was lost, and it is asked again or given up: it stays known when it was asked first.
async fn a_transfer_that_was_asked_for_is_given_up_with_a_look(app: TestApp) {
    let till = Till::open(app).await;
    let order = PayoutOrder {
        payout: "pyt_lost".to_owned(),
        provider: Provider::Stripe,
        destination: "acct_1".to_owned(),
        amount: eur(1_234),
    };
    let mut tx = till.app.db.begin().await.unwrap();
    till.payments().transfer(&mut tx, &order).await.unwrap();
    tx.commit().await.unwrap();
    let fault = psp_sandbox::faults::Fault::LoseAnswer;
    till.sandbox.faults().next(psp_sandbox::faults::Operation::Transfer, 1, fault);
    till.settle().await;
    let asked =
        async || till.app.column("SELECT CAST(asked_ms AS TEXT) FROM payments_movements").await.remove(0);
    let first = asked().await;
    let state = async || {
        let mut tx = till.app.db.begin().await.unwrap();
        till.payments().payout(&mut tx, "pyt_lost").await.unwrap().unwrap()
    };
    let finance = till.app.staff(Role::Finance).await;
    let decide = async |act: &'static str| {
        let fields = [("act", act), ("reason", "It hangs")];
        till.app.post("/admin/movements/trf_pyt_lost", &finance, &fields).await.status.as_u16()
    };
    till.app.advance_ms(60_000);
    assert_eq!((decide("retry").await, asked().await), (303, first));
    assert_eq!(
        (decide("give-up").await, state().await),
        (303, PayoutState::Waiting),
        "it may have been made"
    );
    let refused = PayoutState::Refused("given_up".to_owned());
    assert_eq!((decide("give-up").await, state().await), (303, refused), "somebody has looked");
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
