//! Doing what is due: a provider is asked outside of every transaction, with the movement's id as its idempotency key,
//! and the answer is written with what it tells. Killed anywhere in between, the next run asks the same again.

use futures::{FutureExt as _, StreamExt as _};
use kiosk_ids::PaymentId;
use kiosk_money::Money;
use kiosk_payments::{CAPTURE_ONCE_ONLY, Capture, PayError, Refund, State as At, Transfer};

use super::book::{Book, GIVEN_UP};
use super::retry::{self, OUTCOME_UNKNOWN};
use super::service::Service;
use super::state::{Kind, Movement, Payment, Step};
use super::{movement_store, store, webhook_store};
use crate::db::Tx;
use crate::error::Error;

/// Movements that one call does at most.
const SETTLED_AT_ONCE_MAX: i64 = 100;
/// Of those, how many are asked for at the same time.
const SETTLED_TOGETHER_MAX: usize = 8;

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
        self.settle_due_by(SETTLED_TOGETHER_MAX).await
    }

    /// [`Self::settle_due`], with so many asked for at the same time; one after the other, they are asked for in their
    /// order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_due_by(&self, together: usize) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let due = movement_store::list_due(&mut *self.db.read().await?, now_ms, SETTLED_AT_ONCE_MAX).await?;
        let asks = due.into_iter().map(|movement| {
            let service = self.clone();
            async move { service.settle(&movement).await }.boxed()
        });
        let results: Vec<_> = futures::stream::iter(asks).buffer_unordered(together).collect().await;
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
        let forgotten = keyed && retry::is_forgotten(movement.asked_ms, now_ms);
        let result = if forgotten {
            Err(retry::unknown())
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
        let payment = payment.ok_or_else(|| unasked("no_payment"))?;
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
                let capture = capture.ok_or_else(|| unasked("no_capture"))?;
                let done = gateway.refund(&Refund { key, capture, amount }).await?;
                if done.amount != amount {
                    return Err(PayError::Mismatch("amount"));
                }
                Ok(Outcome::Refunded { reference: done.reference })
            }
            Kind::Chargeback | Kind::Receipt | Kind::Transfer => Err(unasked("nothing_to_ask")),
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
        Err(PayError::Refused { code, .. }) if code == CAPTURE_ONCE_ONLY && book.capture_whole(id) => false,
        Err(error) => match final_reason(movement.kind, &error) {
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
    if settled {
        webhook_store::wake(tx, &[&*movement.order], now_ms).await?;
    }
    Ok(settled)
}

async fn close_transfer(
    tx: &mut Tx,
    id: &str,
    result: Result<Outcome, PayError>,
    now_ms: i64,
) -> Result<bool, Error> {
    let Some(mut transfer) = movement_store::lock(tx, id).await? else { return Ok(false) };
    if !answered(&mut transfer, result, now_ms) {
        return Ok(false);
    }
    movement_store::update(tx, &transfer).await?;
    Ok(transfer.step != Step::Due)
}

/// Whether an answer changed a transfer. That it was made counts, also where somebody gave it up meanwhile.
fn answered(transfer: &mut Movement, result: Result<Outcome, PayError>, now_ms: i64) -> bool {
    let id = &*transfer.id;
    match result {
        Ok(Outcome::Transferred { reference }) if transfer.is_undecided() => {
            if transfer.reason == GIVEN_UP {
                tracing::error!(movement = id, "a transfer that was given up was made");
            }
            transfer.step = Step::Done;
            transfer.reference = reference;
            transfer.reason.clear();
        }
        Err(error) if transfer.step == Step::Due => match final_reason(Kind::Transfer, &error) {
            Some(reason) => {
                tracing::warn!(movement = id, %error, "a transfer was refused");
                transfer.step = Step::Failed;
                transfer.reason = reason;
            }
            None => put_off(transfer, now_ms),
        },
        Ok(_) | Err(_) => return false,
    }
    transfer.changed_ms = now_ms;
    true
}

/// The next try is later, each time longer.
fn put_off(movement: &mut Movement, now_ms: i64) {
    if movement.step == Step::Due {
        movement.next_ms = now_ms + retry::wait_ms(movement.tries);
        movement.tries += 1;
        "provider_away".clone_into(&mut movement.reason);
    }
}

/// What cannot even be asked for.
fn unasked(code: &str) -> PayError {
    PayError::Refused { status: 0, code: code.to_owned() }
}

/// The code of an answer that another try would not change. What was asked for and answered with something that cannot be
/// read may have been done: a person looks.
fn final_reason(kind: Kind, error: &PayError) -> Option<String> {
    match error {
        PayError::Declined(code) | PayError::Refused { code, .. } => Some(code.clone()),
        // Closing a payment twice closes it once.
        PayError::Mismatch(what) if kind == Kind::Void => Some(format!("mismatch: {what}")),
        PayError::Mismatch(_) => Some(OUTCOME_UNKNOWN.to_owned()),
        PayError::Away(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use kiosk_money::Currency;

    use super::*;
    use crate::modules::payments::state::Provider;

    fn transfer(step: Step, reason: &str) -> Movement {
        Movement {
            id: "trf_pyt_1".to_owned(),
            order: String::new(),
            seq: 0,
            kind: Kind::Transfer,
            subject: "pyt_1".to_owned(),
            source: String::new(),
            provider: Provider::Stripe,
            destination: "acct_1".to_owned(),
            amount: Money::new(1_234, Currency::EUR),
            short: 0,
            fee: 0,
            last: false,
            step,
            reference: String::new(),
            reason: reason.to_owned(),
            tries: 0,
            asked_ms: 1,
            next_ms: 1,
            created_ms: 1,
            changed_ms: 1,
        }
    }

    #[test]
    fn what_cannot_be_read_may_have_been_done() {
        let unreadable = PayError::Mismatch("form of the answer");
        for kind in [Kind::Transfer, Kind::Capture, Kind::Refund] {
            assert_eq!(final_reason(kind, &unreadable).as_deref(), Some(OUTCOME_UNKNOWN), "{kind:?}");
        }
        let void = final_reason(Kind::Void, &unreadable);
        assert_eq!(void.as_deref(), Some("mismatch: form of the answer"));
        let never = final_reason(Kind::Refund, &unasked("no_capture"));
        assert_eq!(never.as_deref(), Some("no_capture"));
        let mut unread = transfer(Step::Due, "");
        assert!(answered(&mut unread, Err(unreadable), 2));
        assert_eq!((unread.step, &*unread.reason), (Step::Failed, OUTCOME_UNKNOWN));
    }

    #[test]
    fn a_transfer_that_was_made_counts_however_late_the_answer() {
        let made = || Ok(Outcome::Transferred { reference: "tr_1".to_owned() });
        for reason in [OUTCOME_UNKNOWN, GIVEN_UP] {
            let mut late = transfer(Step::Failed, reason);
            assert!(!answered(&mut late, Err(PayError::Declined("no".to_owned())), 2), "{reason}");
            assert!(answered(&mut late, made(), 2), "{reason}");
            assert_eq!((late.step, &*late.reference, &*late.reason), (Step::Done, "tr_1", ""));
        }
        for (step, reason) in [(Step::Done, ""), (Step::Failed, "declined")] {
            let mut decided = transfer(step, reason);
            assert!(!answered(&mut decided, made(), 2), "{step:?}");
        }
    }
}
