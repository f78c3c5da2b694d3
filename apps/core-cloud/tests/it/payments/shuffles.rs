//! Random orders, parcels, cancellations, refunds, disputes and refunds by hand, with faults of the provider and webhooks
//! that are lost, doubled and shuffled: once all is quiet, both ledgers agree to the cent.

use axum::body::Body;
use http::Request;
use kiosk_payments::Refund;
use psp_sandbox::Provider;
use psp_sandbox::faults::{Fault, Operation};

use super::support::*;
use crate::harness::*;

on_both_databases!(both_ledgers_agree_whatever_happens);

const SEEDS: u64 = 3;
const STEPS: usize = 60;

/// Numbers of a seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % below as u64).unwrap()
    }

    fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.roll(usize::try_from(most).unwrap())).unwrap()
    }
}

/// An order as the test knows it.
struct Known {
    name: String,
    method: &'static str,
    left: i64,
    moved: u32,
    refunds: u32,
    disputes: Vec<String>,
}

impl Known {
    const fn provider(&self) -> Provider {
        if self.method.len() == 4 { Provider::Stripe } else { Provider::Paypal }
    }
}

async fn both_ledgers_agree_whatever_happens(app: TestApp) {
    let till = Till::open(app).await;
    for seed in 1..=SEEDS {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut known: Vec<Known> = Vec::new();
        for step in 0..STEPS {
            act(&till, &mut dice, &mut known, &format!("s{seed}-{step}")).await;
            shuffle(&till, &mut dice).await;
            till.sandbox.faults().clear();
            till.drain().await;
            till.agree().await;
        }
    }
}

async fn act(till: &Till, dice: &mut Dice, known: &mut Vec<Known>, name: &str) {
    inject(till, dice);
    if known.is_empty() || dice.roll(4) == 0 {
        let method = ["card", "paypal"][dice.roll(2)];
        let total = 1_000 + dice.amount(9_000);
        till.place(name, method, total).await;
        known.push(Known {
            name: name.to_owned(),
            method,
            left: total,
            moved: 0,
            refunds: 0,
            disputes: Vec::new(),
        });
        return;
    }
    let place = dice.roll(known.len());
    let order = &mut known[place];
    let dossier = till.dossier(&order.name).await;
    let capture = dossier.movements.iter().find(|movement| movement.reference.len() > 3);
    let capture = capture.map(|movement| movement.reference.clone()).unwrap_or_default();
    match dice.roll(7) {
        0..=2 if order.left > 0 => {
            let part = dice.amount(order.left);
            order.left -= part;
            order.moved += 1;
            let parcel = format!("{}-{}", order.name, order.moved);
            let last = order.left == 0;
            let fact = if dice.roll(4) == 0 {
                cancelled(&order.name, part, last)
            } else {
                shipped(&order.name, &parcel, part, last)
            };
            till.hear(vec![fact]).await;
        }
        3 | 4 => {
            order.refunds += 1;
            // Sometimes before its capture, sometimes more than there is.
            let claim = refund(&order.name, &format!("{}-{}", order.name, order.refunds), dice.amount(4_000));
            till.hear(vec![claim]).await;
        }
        5 if !order.disputes.is_empty() => {
            let dispute = order.disputes.remove(0);
            till.sandbox.close_dispute(order.provider(), &dispute, dice.roll(2) == 0).unwrap();
        }
        5 => order.disputes.extend(till.sandbox.open_dispute(order.provider(), &capture).ok()),
        _ => {
            let by_hand = Refund { key: format!("by-hand-{name}"), capture, amount: eur(dice.amount(2_000)) };
            till.sandbox.faults().clear();
            // What is not there, the provider refuses.
            let _ = till.gateway(order.method).refund(&by_hand).await;
        }
    }
}

fn inject(till: &Till, dice: &mut Dice) {
    let operation =
        [Operation::Capture, Operation::Refund, Operation::Cancel, Operation::Verify][dice.roll(4)];
    let fault = [Fault::LoseAnswer, Fault::Drop, Fault::Refuse(500), Fault::Refuse(429)][dice.roll(4)];
    if dice.roll(2) == 0 {
        till.sandbox.faults().next(operation, 1 + dice.roll(2), fault);
    }
}

/// A run of the worker, and webhooks in another order: some are lost on the way, some come twice.
async fn shuffle(till: &Till, dice: &mut Dice) {
    if dice.roll(2) == 0 {
        till.payments().settle_due().await.unwrap();
    }
    let mut due = till.sandbox.due();
    while !due.is_empty() {
        let (sending, request) = due.swap_remove(dice.roll(due.len()));
        let mut outcome = Err("lost".to_owned());
        for _ in 0..dice.roll(3) {
            let mut again = Request::post(request.uri().clone());
            again.headers_mut().unwrap().clone_from(request.headers());
            let again = again.body(Body::from(request.body().clone())).unwrap();
            outcome = Ok(till.app.send(again).await.status.as_u16());
        }
        till.sandbox.sent(sending, outcome);
    }
}
