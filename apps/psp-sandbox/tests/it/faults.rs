//! Providers that fail, and what is left of it.

use kiosk_payments::{Gateway as _, PayError, State};
use psp_sandbox::faults::{Fault, Operation};
use psp_sandbox::{Config, Provider, Sandbox};

use crate::harness::*;

const BOTH: [Provider; 2] = [Provider::Stripe, Provider::Paypal];

#[tokio::test]
async fn a_provider_that_is_busy_is_away() {
    for provider in BOTH {
        let world = World::new();
        for status in [429, 500, 503] {
            world.sandbox.faults().next(Operation::Start, 1, Fault::Refuse(status));
            let started = world.gateway(provider).start(&new_payment("pay_1", eur(5000), NOW_MS)).await;
            assert!(matches!(started, Err(PayError::Away(_))), "{started:?}");
        }
        assert!(world.sandbox.ledger().payments.is_empty());
        world.start(provider, "pay_1", eur(5000)).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_is_had_by_asking_again() {
    for provider in BOTH {
        let world = World::new();
        let faults = world.sandbox.faults();
        let new = new_payment("pay_1", eur(5000), NOW_MS);
        faults.next(Operation::Start, 1, Fault::LoseAnswer);
        let lost = world.gateway(provider).start(&new).await;
        assert!(matches!(lost, Err(PayError::Away(_))), "{lost:?}");
        let paying = world.authorised(provider, eur(5000)).await;
        assert_eq!(world.sandbox.ledger().payments.len(), 1);

        faults.next(Operation::Capture, 1, Fault::LoseAnswer);
        assert!(paying.capture("c1", eur(2000), false).await.is_err());
        let captured = paying.capture("c1", eur(2000), false).await.unwrap();
        faults.next(Operation::Capture, 1, Fault::Drop);
        assert!(paying.capture("c2", eur(1000), false).await.is_err());
        paying.capture("c2", eur(1000), false).await.unwrap();
        faults.next(Operation::Refund, 1, Fault::LoseAnswer);
        assert!(paying.refund("r1", &captured.reference, eur(500)).await.is_err());
        paying.refund("r1", &captured.reference, eur(500)).await.unwrap();
        // Stripe releases what is left of a captured payment by a last capture of nothing.
        let release = if provider == Provider::Stripe { Operation::Capture } else { Operation::Cancel };
        faults.next(release, 1, Fault::LoseAnswer);
        let lost = world.gateway(provider).cancel(&paying.id, paying.reference()).await;
        assert!(matches!(lost, Err(PayError::Away(_))), "{lost:?}");
        assert_eq!(paying.cancel().await.state, State::Captured);
        let sums = world.line(paying.reference()).sums;
        assert_eq!((sums.captured, sums.refunded, sums.capturable), (3000, 500, 0));
    }
}

#[tokio::test]
async fn paypal_authorises_once_though_the_answer_is_lost() {
    let world = World::new();
    let paying = world.start(Provider::Paypal, "pay_1", eur(5000)).await;
    paying.approve("balance").await;
    world.sandbox.faults().next(Operation::Authorise, 1, Fault::LoseAnswer);
    assert!(world.paypal.look(&paying.id, paying.reference()).await.is_err());
    assert_eq!(paying.look().await.state, State::Authorised);
    world.sandbox.forget_tokens();
    world.sandbox.faults().next(Operation::Token, 1, Fault::Refuse(503));
    assert!(matches!(world.paypal.look(&paying.id, paying.reference()).await, Err(PayError::Away(_))));
}

#[tokio::test]
async fn a_card_and_an_account_lose_the_answer_of_their_first_capture() {
    let world = World::new();
    let card = world.start(Provider::Stripe, "pay_1", eur(5000)).await;
    card.pay("4000009900000038").await;
    let account = world.start(Provider::Paypal, "pay_2", eur(5000)).await;
    account.approve("unanswered").await;
    for paying in [card, account] {
        assert_eq!(paying.look().await.state, State::Authorised);
        let lost = paying.capture("c1", eur(2000), false).await;
        assert!(matches!(lost, Err(PayError::Away(_))), "{lost:?}");
        paying.capture("c1", eur(2000), false).await.unwrap();
        paying.capture("c2", eur(1000), false).await.unwrap();
        assert_eq!(world.line(paying.reference()).sums.captured, 3000);
    }
}

#[tokio::test]
async fn what_was_saved_goes_on() {
    let world = World::new();
    let paying = world.authorised(Provider::Stripe, eur(5000)).await;
    let captured = paying.capture("c1", eur(2000), false).await.unwrap();
    let before = world.sandbox.ledger();
    let saved = world.sandbox.save().unwrap();
    assert!(world.sandbox.save().is_none(), "nothing has changed since");
    let text = String::from_utf8(saved.clone()).unwrap();
    assert!(!text.contains("4242424242424242"), "a card number is kept");
    let after = Sandbox::restore(&saved, Config::default(), std::sync::Arc::new(|| NOW_MS)).unwrap();
    assert_eq!(after.ledger(), before);
    assert!(before.payments[0].authorisation.is_some() && !captured.reference.is_empty());
    assert!(Sandbox::restore(b"[]", Config::default(), std::sync::Arc::new(|| NOW_MS)).is_err());
}
