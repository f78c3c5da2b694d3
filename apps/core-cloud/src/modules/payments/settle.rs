//! Doing what is due: a provider is asked outside of every transaction, with the movement's id as its idempotency key,
//! and the answer is written with what it tells. Killed anywhere in between, the next run asks the same again.

use futures::{FutureExt as _, StreamExt as _};
use kiosk_ids::PaymentId;
use kiosk_money::Money;
use kiosk_payments::{Capture, PayError, Refund, State as At, Transfer};

use super::book::{Book, OUTCOME_UNKNOWN};
use super::service::Service;
use super::state::{Kind, Movement, Payment, Step};
use super::{movement_store, store};
use crate::db::Tx;
use crate::error::Error;

/// Movements that one call does at most.
const SETTLED_AT_ONCE_MAX: i64 = 100;
/// Of those, how many are asked for at the same time.
const SETTLED_TOGETHER_MAX: usize = 8;
/// Wait after the first try that was not answered, in milliseconds; it doubles with each.
const RETRY_MS: i64 = 2_000;
/// Longest wait, in milliseconds.
const RETRY_MS_MAX: i64 = 600_000;
/// How long after the first question the same is asked again, in milliseconds. Stripe forgets idempotency keys after a
/// day, and would then do once more what it did: from here on a person decides.
const KEY_MS_MAX: i64 = 20 * 3_600_000;

/// What a provider did.
#[derive(Clone, Debug)]
enum Outcome {
    Captured { reference: String, fee: Option<Money> },
    Voided,
    Refunded { reference: String },
    Transferred { reference: String },
}

impl Service {
    /// Does what is due, a bounded piece of it; returns how many movements have their result now.
    ///
    /// # Errors
    /// When the database fails. A provider that is away is asked again later.
    pub async fn settle_due(&self) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let due = movement_store::list_due(&mut *self.db.read().await?, now_ms, SETTLED_AT_ONCE_MAX).await?;
        let asks = due.into_iter().map(|movement| {
            let service = self.clone();
            async move { service.settle(&movement).await }.boxed()
        });
        let results: Vec<_> =
            futures::stream::iter(asks).buffer_unordered(SETTLED_TOGETHER_MAX).collect().await;
        let mut settled = 0;
        for result in results {
            settled += u32::from(result?);
        }
        Ok(settled)
    }

    /// Asks for one movement and writes what came of it. Whether it has its result.
    async fn settle(&self, movement: &Movement) -> Result<bool, Error> {
        let now_ms = self.clock.now_ms();
        let payment = store::get(&mut *self.db.read().await?, &movement.order).await?;
        // Closing a payment twice closes it once, with or without a key.
        let keyed = movement.kind != Kind::Void;
        let forgotten = keyed && movement.asked_ms > 0 && now_ms - movement.asked_ms > KEY_MS_MAX;
        let result = if forgotten {
            Err(PayError::Refused { status: 0, code: OUTCOME_UNKNOWN.to_owned() })
        } else {
            let mut tx = self.db.begin().await?;
            let due = movement_store::set_asked(&mut tx, &movement.id, now_ms).await?;
            tx.commit().await?;
            if !due {
                return Ok(false);
            }
            self.ask(movement, payment.as_ref()).await
        };
        let mut tx = self.db.begin().await?;
        let settled = if movement.kind == Kind::Transfer {
            close_transfer(&mut tx, &movement.id, result, now_ms).await?
        } else {
            close_movement(&mut tx, movement, result, now_ms).await?
        };
        tx.commit().await?;
        Ok(settled)
    }

    async fn ask(&self, movement: &Movement, payment: Option<&Payment>) -> Result<Outcome, PayError> {
        let away = || PayError::Away("the provider is not configured".to_owned());
        let gateway = self.providers.gateway(movement.provider).ok_or_else(away)?;
        let (key, amount) = (movement.id.clone(), movement.amount);
        if movement.kind == Kind::Transfer {
            let (destination, description) = (movement.destination.clone(), movement.subject.clone());
            let sent = gateway.transfer(&Transfer { key, destination, amount, description }).await?;
            return Ok(Outcome::Transferred { reference: sent.reference });
        }
        let payment = payment.ok_or(PayError::Mismatch("no payment"))?;
        match movement.kind {
            Kind::Capture => {
                let authorisation = payment.reference.clone();
                let done =
                    gateway.capture(&Capture { key, authorisation, amount, last: movement.last }).await?;
                if done.amount != amount {
                    return Err(PayError::Mismatch("amount"));
                }
                Ok(Outcome::Captured { reference: done.reference, fee: done.fee })
            }
            Kind::Void => {
                let id = PaymentId::parse(&payment.id).map_err(|_| PayError::Mismatch("payment"))?;
                let seen = gateway.cancel(&id, &payment.started).await?;
                match seen.state {
                    At::Open | At::Authorised => Err(PayError::Away("it is still reserved".to_owned())),
                    At::Captured | At::Closed => Ok(Outcome::Voided),
                }
            }
            Kind::Refund => {
                let conn = self.db.read().await.map_err(|_| PayError::Away("database".to_owned()));
                let source = movement_store::get(&mut *conn?, &movement.source).await;
                let source = source.map_err(|_| PayError::Away("database".to_owned()))?;
                let capture = source.map(|source| source.reference).filter(|name| !name.is_empty());
                let capture = capture.ok_or(PayError::Mismatch("no capture"))?;
                let done = gateway.refund(&Refund { key, capture, amount }).await?;
                if done.amount != amount {
                    return Err(PayError::Mismatch("amount"));
                }
                Ok(Outcome::Refunded { reference: done.reference })
            }
            Kind::Chargeback | Kind::Receipt | Kind::Transfer => Err(PayError::Mismatch("nothing to ask")),
        }
    }
}

/// Writes what came of a movement of an order, unless it was written before.
async fn close_movement(
    tx: &mut Tx,
    movement: &Movement,
    result: Result<Outcome, PayError>,
    now_ms: i64,
) -> Result<bool, Error> {
    let Some((mut book, before)) = Book::open(tx, &movement.order, now_ms).await? else { return Ok(false) };
    let id = &*movement.id;
    let settled = match result {
        Ok(Outcome::Captured { reference, fee }) => {
            book.captured(id, &reference, fee);
            true
        }
        Ok(Outcome::Voided) => {
            book.voided(id);
            true
        }
        Ok(Outcome::Refunded { reference }) => {
            book.refunded(id, &reference);
            true
        }
        Ok(Outcome::Transferred { .. }) => false,
        Err(error) => match final_reason(&error) {
            Some(reason) => {
                tracing::warn!(movement = id, %error, "a movement of money was refused");
                book.failed(id, &reason);
                true
            }
            None => {
                tracing::info!(movement = id, %error, "a movement of money waits");
                if let Some(waiting) = book.movements.iter_mut().find(|known| known.id == id) {
                    put_off(waiting, now_ms);
                }
                false
            }
        },
    };
    book.close(tx, &before).await?;
    Ok(settled)
}

async fn close_transfer(
    tx: &mut Tx,
    id: &str,
    result: Result<Outcome, PayError>,
    now_ms: i64,
) -> Result<bool, Error> {
    let Some(mut transfer) = movement_store::lock(tx, id).await? else { return Ok(false) };
    if transfer.step != Step::Due {
        return Ok(false);
    }
    transfer.changed_ms = now_ms;
    match result {
        Ok(Outcome::Transferred { reference }) => {
            transfer.step = Step::Done;
            transfer.reference = reference;
            transfer.reason.clear();
        }
        Ok(_) => return Ok(false),
        Err(error) => match final_reason(&error) {
            Some(reason) => {
                tracing::warn!(movement = id, %error, "a transfer was refused");
                transfer.step = Step::Failed;
                transfer.reason = reason;
            }
            None => put_off(&mut transfer, now_ms),
        },
    }
    movement_store::update(tx, &transfer).await?;
    Ok(transfer.step != Step::Due)
}

/// The next try is later, each time longer.
fn put_off(movement: &mut Movement, now_ms: i64) {
    if movement.step == Step::Due {
        movement.next_ms = now_ms + RETRY_MS_MAX.min(RETRY_MS << movement.tries.clamp(0, 20));
        movement.tries += 1;
        "provider_away".clone_into(&mut movement.reason);
    }
}

/// The code of an answer that another try would not change.
fn final_reason(error: &PayError) -> Option<String> {
    match error {
        PayError::Declined(code) | PayError::Refused { code, .. } => Some(code.clone()),
        PayError::Mismatch(what) => Some(format!("mismatch: {what}")),
        PayError::Away(_) => None,
    }
}
