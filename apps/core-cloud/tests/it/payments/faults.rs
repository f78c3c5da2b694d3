//! Providers that are away, answers that are lost, a core that is killed.

use core_cloud::modules::members::policy::Role;
use core_cloud::modules::payments::state::State;
use psp_sandbox::faults::{Fault, Operation};

use super::support::*;
use crate::harness::*;
use crate::whole::killed_after;

on_both_databases!(
    a_provider_may_be_away_for_an_hour,
    an_answer_that_is_lost_is_asked_for_again,
    killed_anywhere_and_run_again_it_comes_to_the_same,
    an_authorisation_that_lapses_is_noticed,
    a_key_that_the_provider_forgot_is_a_matter_for_people,
);

const HOUR_MS: i64 = 3_600_000;

/// Three orders with all that can be due: captures, a void, refunds.
async fn busy(till: &Till, name: &str, method: &str) {
    let (kept, void) = (format!("{name}-kept"), format!("{name}-void"));
    till.place(&kept, method, 9_000).await;
    till.place(&void, method, 3_000).await;
    till.hear(vec![
        shipped(&kept, &format!("{kept}-1"), 4_000, false),
        shipped(&kept, &format!("{kept}-2"), 5_000, true),
        refund(&kept, &kept, 7_000),
        cancelled(&void, 3_000, true),
    ])
    .await;
}

async fn is_done(till: &Till, name: &str) {
    till.agree().await;
    let kept = till.dossier(&format!("{name}-kept")).await.payment;
    assert_eq!((kept.captured, kept.refunded, kept.state()), (9_000, 7_000, State::PartlyRefunded));
    assert_eq!(till.dossier(&format!("{name}-void")).await.payment.state(), State::Cancelled);
}

async fn a_provider_may_be_away_for_an_hour(app: TestApp) {
    let till = Till::open(app).await;
    let faults = till.sandbox.faults();
    busy(&till, "one", "card").await;
    for operation in [Operation::Capture, Operation::Cancel, Operation::Look] {
        faults.next(operation, 10_000, Fault::Refuse(503));
    }
    let began_ms = till.app.now_ms();
    while till.app.now_ms() < began_ms + HOUR_MS {
        till.settle().await;
        till.app.advance_ms(60_000);
    }
    assert_eq!(till.dossier("one-kept").await.payment.captured, 0);
    assert_eq!(till.dossier("one-kept").await.movements[0].reason, "provider_away");
    faults.clear();
    till.drain().await;
    is_done(&till, "one").await;
}

async fn an_answer_that_is_lost_is_asked_for_again(app: TestApp) {
    let till = Till::open(app).await;
    for method in ["card", "paypal"] {
        busy(&till, method, method).await;
        for operation in [Operation::Capture, Operation::Cancel, Operation::Refund] {
            till.sandbox.faults().next(operation, 2, Fault::LoseAnswer);
            till.sandbox.faults().next(operation, 1, Fault::Drop);
        }
        till.drain().await;
        is_done(&till, method).await;
        till.sandbox.faults().clear();
    }
}

async fn killed_anywhere_and_run_again_it_comes_to_the_same(app: TestApp) {
    let till = Till::open(app).await;
    for (round, polls) in [1, 2, 4, 7, 11, 16, 22, 29, 37, 50, 70, 100].into_iter().enumerate() {
        let name = format!("round{round}");
        let method = if round % 2 == 0 { "card" } else { "paypal" };
        busy(&till, &name, method).await;
        // Each step is cut off, twice.
        for _ in 0..2 {
            killed_after(till.payments().settle_due(), polls).await;
        }
        till.drain().await;
        is_done(&till, &name).await;
    }
}

async fn an_authorisation_that_lapses_is_noticed(app: TestApp) {
    let till = Till::open(app).await;
    till.place("one", "card", 5_000).await;
    till.place("two", "card", 5_000).await;
    till.hear(vec![shipped("two", "p1", 1_000, false)]).await;
    till.drain().await;
    assert_eq!(till.payments().reconcile_due().await.unwrap(), 0, "there is time");
    till.app.advance_ms(6 * 24 * HOUR_MS);
    assert_eq!(till.payments().reconcile_due().await.unwrap(), 2, "a day before");
    assert_eq!(till.dossier("one").await.payment.attention, "authorisation_lapses");
    till.app.advance_ms(24 * HOUR_MS + 60_000);
    assert_eq!(till.payments().reconcile_due().await.unwrap(), 2);
    assert_eq!(till.dossier("one").await.payment.state(), State::Failed);
    assert_eq!(till.told().await["payment_failed"].0, 2);
    assert_eq!(till.payments().reconcile_due().await.unwrap(), 0, "once");
    till.hear(vec![shipped("two", "p2", 4_000, true)]).await;
    till.drain().await;
    till.agree().await;
}

async fn a_key_that_the_provider_forgot_is_a_matter_for_people(app: TestApp) {
    let till = Till::open(app).await;
    till.place("one", "card", 5_000).await;
    till.hear(vec![shipped("one", "p1", 2_000, false)]).await;
    till.sandbox.faults().next(Operation::Capture, 1, Fault::LoseAnswer);
    till.settle().await;
    till.app.advance_ms(25 * HOUR_MS);
    till.settle().await;
    let dossier = till.dossier("one").await;
    assert_eq!((&*dossier.movements[0].reason, dossier.movements.len()), ("outcome_unknown", 1));
    assert_eq!(till.sandbox.ledger().payments[0].sums.captured, 2_000, "it was not taken a second time");
    assert!(!till.told().await.contains_key("payment_failed"), "nobody knows that");
    let finance = till.app.staff(Role::Finance).await;
    let page = till.app.page("/admin/payments/ord_one", &finance).await.text();
    assert!(page.contains("It was done"), "{page}");
    let seen = [("act", "paid"), ("reason", "ch_seen_in_the_dashboard")];
    assert_eq!(till.app.post("/admin/movements/cap_par_p1", &finance, &seen).await.status, 303);
    till.agree().await;
}
