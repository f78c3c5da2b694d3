//! What people decide about payments of fees that failed.

use http::StatusCode;
use kiosk_problem::Problem;

use super::service::{FeePayment, FeeState, Service};
use super::settle::{DISPUTED, tell};
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::bus::fact::Fact;
use crate::modules::members::service::Member;
use crate::modules::payments::service::Decision;
use crate::modules::payments::statements::checked_reason;
use crate::modules::promotions::service as promotions;

impl FeePayment {
    /// Whether what it took is disputed: the provider decides that, and is not asked for anything.
    #[must_use]
    pub fn is_disputed(&self) -> bool {
        !self.capture.is_empty() && self.reason == DISPUTED
    }

    /// What can be decided about it now.
    #[must_use]
    pub fn decisions(&self) -> &'static [Decision] {
        if self.state != FeeState::Failed {
            &[]
        } else if self.is_disputed() {
            &[Decision::Paid, Decision::GiveUp]
        } else if self.capture.is_empty() {
            &[Decision::Retry, Decision::Paid, Decision::GiveUp]
        } else {
            // The fee is not owed any more: it has to go back.
            &[Decision::Retry, Decision::Paid]
        }
    }
}

impl Service {
    /// Decides about a payment that failed: to ask the provider again, that what it was asked for was done (where that was
    /// to take the money, the reason is the provider's name of it), or that it was not.
    ///
    /// # Errors
    /// 409 `fee_payment_state` when that cannot be decided of it, 422 without a reason, [`Error::NotFound`].
    pub async fn decide(&self, by: &Member, id: &str, decision: Decision, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut payment = store::lock(&mut tx, id).await?.ok_or(Error::NotFound("payment"))?;
        if !payment.decisions().contains(&decision) {
            return Err(cannot(payment.state));
        }
        let action = match decision {
            Decision::Retry => {
                retry(&mut tx, &mut payment).await?;
                "promotion.pay-retry"
            }
            Decision::Paid => {
                done(&mut tx, &mut payment, &reason, now_ms).await?;
                "promotion.pay-done"
            }
            Decision::GiveUp => {
                not_done(&mut tx, &mut payment, now_ms).await?;
                "promotion.pay-not-done"
            }
        };
        if matches!(payment.state, FeeState::Paid | FeeState::Refunded) {
            payment.reason.clear();
        }
        // With a person's decision the provider's memory of the key begins anew.
        (payment.tries, payment.asked_ms, payment.next_ms, payment.changed_ms) = (0, 0, now_ms, now_ms);
        store::update(&mut tx, &payment).await?;
        let act = Act { action, subject: &payment.promotion, detail: format!("{id}: {reason}") };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// Asks again for what failed; where the promotion is not claimed for it, a look says what is to be asked for.
async fn retry(tx: &mut Tx, payment: &mut FeePayment) -> Result<(), Error> {
    if !payment.capture.is_empty() {
        payment.state = FeeState::Refunding;
        return Ok(());
    }
    if store::find_open(tx, &payment.promotion).await?.is_some() {
        return Err(cannot(payment.state));
    }
    let claimed = promotions::is_claimed(tx, &payment.promotion).await?;
    let takes = claimed && !payment.authorisation.is_empty();
    payment.state = if takes { FeeState::Capturing } else { FeeState::Open };
    Ok(())
}

/// A person has seen at the provider that it was done, or that a dispute was won.
async fn done(tx: &mut Tx, payment: &mut FeePayment, reference: &str, now_ms: i64) -> Result<(), Error> {
    if payment.is_disputed() {
        payment.state = FeeState::Paid;
        return Ok(());
    }
    if !payment.capture.is_empty() {
        payment.state = FeeState::Refunded;
        return tell(tx, payment, Fact::PromotionRefunded, now_ms).await;
    }
    reference.clone_into(&mut payment.capture);
    tell(tx, payment, Fact::PromotionPaid, now_ms).await?;
    let id = &payment.promotion;
    if promotions::settle_claimed(tx, id).await? || promotions::settle(tx, id).await? {
        payment.state = FeeState::Paid;
    } else {
        (payment.state, payment.reason) = (FeeState::Refunding, "not_owed".to_owned());
    }
    Ok(())
}

/// Nothing was taken: the fee is owed again, and what may be reserved is given back. A dispute that was lost has taken the
/// money back.
async fn not_done(tx: &mut Tx, payment: &mut FeePayment, now_ms: i64) -> Result<(), Error> {
    if payment.is_disputed() {
        payment.state = FeeState::Refunded;
        promotions::reopen(tx, &payment.promotion).await?;
        return tell(tx, payment, Fact::PromotionRefunded, now_ms).await;
    }
    promotions::release(tx, &payment.promotion).await?;
    payment.state = FeeState::Voiding;
    Ok(())
}

fn cannot(state: FeeState) -> Error {
    let title = "This payment cannot be decided so";
    let problem = Problem::new(StatusCode::CONFLICT, "fee_payment_state", title);
    problem.detail(format!("It is {}, or another one of its promotion is on its way.", state.name())).into()
}
