//! Payments that hang: the shopper went away, a webhook was lost, a provider was not reached, or the POP crashed.

use kiosk_payments::PayError;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::payments::{self as store, Payment, State};

use super::settle::{self, Trouble, Wish};
use crate::app::Pop;

/// Nothing new is started after this long, in milliseconds: leases have to be renewed in the same tick.
const TICK_MS_MAX: i64 = 2_000;
/// A payment that waits for its shopper is asked for again after this long, in milliseconds, doubled each time.
const LOOK_MS: i64 = 15_000;
/// And at the latest after this long, in milliseconds.
const LOOK_MS_MAX: i64 = 2 * 60_000;
/// What a provider has not done is tried again after this long, in milliseconds, doubled each time.
const RETRY_MS: i64 = 2_000;
/// And at the latest after this long, in milliseconds.
const RETRY_MS_MAX: i64 = 5 * 60_000;

/// Looks after what is due, and returns how many payments that was.
pub async fn look_after(pop: &Pop) -> Result<u64, StoreError> {
    let until_ms = pop.now_ms() + TICK_MS_MAX;
    let (mut looked, mut away) = (0, Vec::new());
    for payment in store::due(&*pop.edge.db, pop.now_ms()).await? {
        if pop.now_ms() >= until_ms {
            break;
        }
        if away.contains(&payment.provider) {
            continue;
        }
        // Before it is tried: one that breaks the tick shall not break each of them.
        store::put_off(&*pop.edge.db, &payment, next_ms(&payment, pop.now_ms())).await?;
        looked += 1;
        match settle::settle(pop, &payment, Wish::Settle).await {
            Ok(()) => {}
            Err(Trouble::Provider(error)) => {
                tracing::warn!(%error, payment = %payment.id, tries = payment.tries, "a payment hangs");
                if matches!(error, PayError::Away(_)) {
                    away.push(payment.provider);
                }
            }
            Err(Trouble::Store(error)) => return Err(error),
        }
    }
    Ok(looked)
}

fn next_ms(payment: &Payment, now_ms: i64) -> i64 {
    let doubled = |first: i64, max: i64| first.saturating_mul(1 << payment.tries.min(20)).min(max);
    match payment.state {
        State::Open if now_ms < payment.expires_ms => {
            (now_ms + doubled(LOOK_MS, LOOK_MS_MAX)).min(payment.expires_ms)
        }
        _ => now_ms + doubled(RETRY_MS, RETRY_MS_MAX),
    }
}
