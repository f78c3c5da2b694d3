//! Any row of captures, refunds, disputes and cancellations: the provider's sums are those of a shop that counts what it
//! was told, and nothing is taken or given back twice.

use kiosk_money::{Currency, Money};
use kiosk_payments::State;
use proptest::prelude::*;
use psp_sandbox::Provider;
use psp_sandbox::faults::{Fault, Operation};

use crate::harness::*;

/// What is done next; amounts are thousandths of what was authorised.
#[derive(Clone, Debug)]
enum Step {
    Capture { part: i64, last: bool, lost: bool },
    Refund { capture: usize, part: i64, lost: bool },
    Dispute { capture: usize, won: Option<bool> },
    Cancel,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..700_i64, any::<bool>(), any::<bool>())
            .prop_map(|(part, last, lost)| Step::Capture { part, last: last && part % 3 == 0, lost }),
        3 => (0..4_usize, 0..700_i64, any::<bool>())
            .prop_map(|(capture, part, lost)| Step::Refund { capture, part, lost }),
        1 => (0..4_usize, any::<Option<bool>>()).prop_map(|(capture, won)| Step::Dispute { capture, won }),
        1 => Just(Step::Cancel),
    ]
}

async fn run(provider: Provider, currency: Currency, amount: i64, steps: &[Step]) {
    let world = World::new();
    let paying = world.authorised(provider, Money::new(amount, currency)).await;
    let (mut captured, mut refunded, mut fees) = (0, 0, 0);
    let mut captures: Vec<String> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let key = format!("k{number}");
        let part = |part: i64| Money::new(amount * part / 1000, currency);
        match step {
            Step::Capture { part: share, last, lost } => {
                if *lost {
                    world.sandbox.faults().next(Operation::Capture, 1, Fault::LoseAnswer);
                    let _ = paying.capture(&key, part(*share), *last).await;
                    world.sandbox.faults().clear();
                }
                if let Ok(done) = paying.capture(&key, part(*share), *last).await {
                    captured += done.amount.amount;
                    fees += done.fee.unwrap().amount;
                    captures.push(done.reference);
                }
            }
            Step::Refund { capture, part: share, lost } => {
                let Some(capture) = captures.get(*capture) else { continue };
                if *lost {
                    world.sandbox.faults().next(Operation::Refund, 1, Fault::LoseAnswer);
                    let _ = paying.refund(&key, capture, part(*share)).await;
                    world.sandbox.faults().clear();
                }
                if let Ok(done) = paying.refund(&key, capture, part(*share)).await {
                    refunded += done.amount.amount;
                }
            }
            Step::Dispute { capture, won } => {
                let Some(capture) = captures.get(*capture) else { continue };
                let Ok(id) = world.sandbox.open_dispute(provider, capture) else { continue };
                fees += 1_500;
                if let Some(won) = won {
                    world.sandbox.close_dispute(provider, &id, *won).unwrap();
                }
            }
            Step::Cancel => {
                let seen = paying.cancel().await;
                assert_eq!(seen.state, if captured > 0 { State::Captured } else { State::Closed });
            }
        }
        let line = world.line(paying.reference());
        assert_eq!(
            (line.sums.captured, line.sums.refunded, line.sums.fees),
            (captured, refunded, fees),
            "{step:?}"
        );
        assert!(captured <= amount && refunded + line.sums.disputed <= captured, "{line:?}");
        let totals = world.sandbox.ledger().totals[provider.name()][currency.code()];
        assert_eq!(totals.net, captured - refunded - line.sums.disputed - fees);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn sums_are_those_that_were_told(
        paypal: bool,
        currency in prop_oneof![Just(Currency::EUR), Just(Currency::USD), Just(Currency::GBP), Just(Currency::JPY)],
        amount in 1..=9_999_999_i64,
        steps in prop::collection::vec(step(), 0..12),
    ) {
        let provider = if paypal { Provider::Paypal } else { Provider::Stripe };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(provider, currency, amount, &steps));
    }
}
