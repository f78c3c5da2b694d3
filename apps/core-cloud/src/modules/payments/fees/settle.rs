//! Moving payments of fees on. The provider is asked outside of every transaction, with a key that makes it act once, and
//! the answer is written with what it tells, unless somebody else was quicker. Killed anywhere, the next run asks again.

use kiosk_ids::{PaymentId, PromotionId, VendorId};
use kiosk_money::Money;
use kiosk_payments::webhook::{Notice, NoticeKind};
use kiosk_payments::{Capture, Gateway, PayError, Refund, Snapshot, State as At};

use super::service::{CARDS, FeePayment, FeeState, LOOK_MS, Service};
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{Fact, PromotionFee};
use crate::modules::bus::service as bus;
use crate::modules::payments::retry::{self, OUTCOME_UNKNOWN};
use crate::modules::promotions::service as promotions;

/// Payments that one call moves on at most.
const SETTLED_AT_ONCE_MAX: i64 = 50;
/// How long after its end a page that is still open is waited with before it is closed, in milliseconds.
const GRACE_MS: i64 = 600_000;
/// The reason of a payment that its payer wants back.
pub(super) const DISPUTED: &str = "disputed";

/// What the provider said.
enum Answer {
    Seen(Snapshot),
    Taken { capture: String, kept: Option<Money> },
    GivenBack,
}

impl Service {
    /// Moves the payments on whose time has come, a bounded piece; returns how many were asked for.
    ///
    /// # Errors
    /// When the database fails. A provider that is away is asked again later.
    pub async fn settle_due(&self) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let due = store::list_due(&mut *self.db.read().await?, now_ms, SETTLED_AT_ONCE_MAX).await?;
        let mut asked = 0;
        for id in due {
            self.settle(&id).await?;
            asked += 1;
        }
        Ok(asked)
    }

    /// Moves a payment on as far as the provider goes along; returns how far it is then.
    ///
    /// # Errors
    /// When the database fails, [`Error::NotFound`].
    pub async fn settle(&self, id: &str) -> Result<FeeState, Error> {
        loop {
            let payment = store::get(&mut *self.db.read().await?, id).await?;
            let payment = payment.ok_or(Error::NotFound("payment"))?;
            let state = payment.state;
            let moves = matches!(
                state,
                FeeState::Open | FeeState::Capturing | FeeState::Voiding | FeeState::Refunding
            );
            if !moves {
                return Ok(state);
            }
            let answer = self.ask(&payment).await?;
            let now_ms = self.clock.now_ms();
            let mut tx = self.db.begin().await?;
            let Some(mut payment) = store::lock(&mut tx, id).await?.filter(|known| known.state == state)
            else {
                continue;
            };
            payment.changed_ms = now_ms;
            take(&mut tx, &mut payment, answer, now_ms).await?;
            if payment.state != state {
                (payment.tries, payment.asked_ms, payment.next_ms) = (0, 0, now_ms);
            }
            store::update(&mut tx, &payment).await?;
            tx.commit().await?;
            if payment.state == state {
                return Ok(state);
            }
        }
    }

    async fn ask(&self, payment: &FeePayment) -> Result<Result<Answer, PayError>, Error> {
        let Some(gateway) = self.providers.gateway(CARDS) else {
            return Ok(Err(PayError::Away("the provider is not configured".to_owned())));
        };
        let now_ms = self.clock.now_ms();
        if payment.started.is_empty() {
            // Nobody knows of the page, so nobody can have paid.
            let waits = payment.state == FeeState::Open && now_ms < payment.expires_ms;
            let closed = Snapshot { state: At::Closed, authorisation: None, amount: None };
            return Ok(if waits {
                Err(PayError::Away("no page is open yet".to_owned()))
            } else {
                Ok(Answer::Seen(closed))
            });
        }
        if matches!(payment.state, FeeState::Capturing | FeeState::Refunding) {
            if retry::is_forgotten(payment.asked_ms, now_ms) {
                return Ok(Err(retry::unknown()));
            }
            let mut tx = self.db.begin().await?;
            store::set_asked(&mut tx, &payment.id, now_ms).await?;
            tx.commit().await?;
        }
        Ok(ask(gateway, payment).await)
    }
}

async fn ask(gateway: &dyn Gateway, payment: &FeePayment) -> Result<Answer, PayError> {
    let id = PaymentId::parse(&payment.id).map_err(|_| PayError::Mismatch("payment"))?;
    let amount = payment.amount;
    match payment.state {
        FeeState::Open => Ok(Answer::Seen(gateway.look(&id, &payment.started).await?)),
        FeeState::Capturing => {
            let (key, authorisation) = (format!("cap_{id}"), payment.authorisation.clone());
            let taken = gateway.capture(&Capture { key, authorisation, amount, last: true }).await?;
            if taken.amount != amount {
                return Err(PayError::Mismatch("amount"));
            }
            Ok(Answer::Taken { capture: taken.reference, kept: taken.fee })
        }
        FeeState::Refunding => {
            let (key, capture) = (format!("rfd_{id}"), payment.capture.clone());
            let back = gateway.refund(&Refund { key, capture, amount }).await?;
            if back.amount != amount {
                return Err(PayError::Mismatch("amount"));
            }
            Ok(Answer::GivenBack)
        }
        _ => Ok(Answer::Seen(gateway.cancel(&id, &payment.started).await?)),
    }
}

/// Writes what the provider said, and what follows from it.
async fn take(
    tx: &mut Tx,
    payment: &mut FeePayment,
    answer: Result<Answer, PayError>,
    now_ms: i64,
) -> Result<(), Error> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(PayError::Away(why)) => {
            tracing::info!(payment = payment.id, why, "the payment of a fee waits");
            put_off(payment, now_ms);
            return Ok(());
        }
        Err(error) => return refuse(tx, payment, &error).await,
    };
    match (payment.state, answer) {
        (FeeState::Open, Answer::Seen(seen)) => look(tx, payment, seen, now_ms).await,
        (FeeState::Voiding, Answer::Seen(seen)) => {
            match seen.state {
                At::Closed => payment.state = FeeState::Closed,
                At::Captured => fail(payment, "captured_elsewhere"),
                At::Open | At::Authorised => put_off(payment, now_ms),
            }
            Ok(())
        }
        (FeeState::Capturing, Answer::Taken { capture, kept }) => {
            payment.capture = capture;
            tell(tx, payment, |fee| Fact::PromotionPaid(PromotionFee { provider_fee: kept, ..fee }), now_ms)
                .await?;
            if promotions::settle_claimed(tx, &payment.promotion).await? {
                payment.state = FeeState::Paid;
            } else {
                // It was taken back while the money was on its way.
                (payment.state, payment.reason) = (FeeState::Refunding, "not_owed".to_owned());
            }
            Ok(())
        }
        (FeeState::Refunding, Answer::GivenBack) => {
            payment.state = FeeState::Refunded;
            tell(tx, payment, Fact::PromotionRefunded, now_ms).await
        }
        _ => Ok(()),
    }
}

/// What a look at the page tells.
async fn look(tx: &mut Tx, payment: &mut FeePayment, seen: Snapshot, now_ms: i64) -> Result<(), Error> {
    match seen.state {
        At::Open if now_ms > payment.expires_ms + GRACE_MS => {
            (payment.state, payment.reason) = (FeeState::Voiding, "not_paid".to_owned());
        }
        At::Open => payment.next_ms = now_ms + LOOK_MS,
        At::Closed => (payment.state, payment.reason) = (FeeState::Closed, "not_paid".to_owned()),
        At::Captured => fail(payment, "captured_elsewhere"),
        At::Authorised => {
            payment.authorisation = seen.authorisation.unwrap_or_default();
            if seen.amount != Some(payment.amount) || payment.authorisation.is_empty() {
                tracing::error!(payment = payment.id, "a payment is not what it should be and is voided");
                (payment.state, payment.reason) = (FeeState::Voiding, "amount_differs".to_owned());
            } else if promotions::claim(tx, &payment.promotion).await? {
                payment.state = FeeState::Capturing;
            } else {
                (payment.state, payment.reason) = (FeeState::Voiding, "not_owed".to_owned());
            }
        }
    }
    Ok(())
}

/// The provider says no: what was claimed is owed again, and nothing stays reserved.
async fn refuse(tx: &mut Tx, payment: &mut FeePayment, error: &PayError) -> Result<(), Error> {
    tracing::warn!(payment = payment.id, %error, state = payment.state.name(), "a fee was not paid");
    let code = match error {
        PayError::Declined(code) | PayError::Refused { code, .. } => code.clone(),
        PayError::Mismatch(what) if payment.state == FeeState::Open => format!("mismatch: {what}"),
        // What was asked for may have been done.
        PayError::Mismatch(_) => OUTCOME_UNKNOWN.to_owned(),
        PayError::Away(_) => return Ok(()),
    };
    match payment.state {
        // It may have been taken: who asks next finds the money, or nothing.
        FeeState::Capturing if code == OUTCOME_UNKNOWN => fail(payment, &code),
        FeeState::Capturing => {
            promotions::release(tx, &payment.promotion).await?;
            (payment.state, payment.reason) = (FeeState::Voiding, code);
        }
        FeeState::Open if matches!(error, PayError::Declined(_)) => {
            (payment.state, payment.reason) = (FeeState::Voiding, code);
        }
        _ => fail(payment, &code),
    }
    Ok(())
}

fn fail(payment: &mut FeePayment, reason: &str) {
    (payment.state, payment.reason) = (FeeState::Failed, reason.to_owned());
}

/// The next try is later, each time longer.
fn put_off(payment: &mut FeePayment, now_ms: i64) {
    payment.next_ms = now_ms + retry::wait_ms(payment.tries);
    payment.tries += 1;
}

pub(super) async fn tell(
    tx: &mut Tx,
    payment: &FeePayment,
    fact: impl FnOnce(PromotionFee) -> Fact,
    now_ms: i64,
) -> Result<(), Error> {
    let unreadable = |_| Error::NotFound("promotion");
    let fee = PromotionFee {
        promotion: PromotionId::parse(&payment.promotion).map_err(unreadable)?,
        vendor: VendorId::parse(&payment.vendor).map_err(unreadable)?,
        fee: payment.amount,
        due_ms: payment.due_ms,
        provider_fee: None,
    };
    bus::publish(tx, &[fact(fee)], now_ms).await
}

/// A fee is not owed after all: what was paid goes back to the card, and a page that is open is closed.
///
/// # Errors
/// When the database fails.
pub async fn give_back(tx: &mut Tx, promotion: &PromotionId, now_ms: i64) -> Result<(), Error> {
    for mut payment in store::lock_of_promotion(tx, promotion.as_str()).await? {
        payment.state = match payment.state {
            FeeState::Open => FeeState::Voiding,
            FeeState::Paid => FeeState::Refunding,
            // What was taken goes back, also where a person was to look.
            FeeState::Failed if !payment.capture.is_empty() => FeeState::Refunding,
            // What is being taken goes back once it was.
            _ => continue,
        };
        "not_owed".clone_into(&mut payment.reason);
        (payment.tries, payment.asked_ms, payment.next_ms, payment.changed_ms) = (0, 0, now_ms, now_ms);
        store::update(tx, &payment).await?;
    }
    Ok(())
}

/// A webhook is about a fee: the payment is looked at soon, and a dispute is shown to a person. Whether it is.
///
/// # Errors
/// When the database fails.
pub async fn wake(tx: &mut Tx, notice: &Notice, now_ms: i64) -> Result<bool, Error> {
    let id = notice.payment.as_ref().map_or("", PaymentId::as_str);
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let names = [name(&notice.reference), name(&notice.authorisation), name(&notice.capture)];
    let Some(mut payment) = store::lock_named(tx, id, &names).await? else { return Ok(false) };
    payment.next_ms = now_ms;
    if matches!(notice.kind, NoticeKind::Dispute(_)) && payment.state == FeeState::Paid {
        fail(&mut payment, DISPUTED);
    }
    store::update(tx, &payment).await?;
    Ok(true)
}
