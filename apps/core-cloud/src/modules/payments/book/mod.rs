//! A payment with its movements, opened for a change: what facts ask for becomes movements, what happened becomes
//! sums and facts. Nothing here asks a provider or the clock.

mod asked;
mod gift;
mod happened;
mod seen;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use kiosk_ids::{OrderId, PaymentId};
use kiosk_money::Money;

use super::retry::OUTCOME_UNKNOWN;
use super::state::{Claim, Hold, Kind, Movement, Payment, Provider, Step};
use super::{movement_store, store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{Fact, PaymentFailed, PaymentMoved};
use crate::modules::bus::service::publish;
pub use asked::{LAPSE_NOTICE_MS, payment_of};
pub use happened::GIVEN_UP;
pub use seen::Dispute;

/// A payment that is being changed.
#[derive(Debug)]
pub struct Book {
    /// The payment.
    pub payment: Payment,
    /// Its movements, in order.
    pub movements: Vec<Movement>,
    /// What the customer is owed back.
    pub claims: Vec<Claim>,
    facts: Vec<Fact>,
    now_ms: i64,
}

/// What stood in the tables when a book was opened.
#[derive(Debug)]
pub struct Before {
    payment: Payment,
    movements: HashMap<String, Movement>,
    claims: HashMap<String, Claim>,
}

impl Book {
    /// Opens the payment of an order and locks it; none when the core has not heard of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(tx: &mut Tx, order: &str, now_ms: i64) -> Result<Option<(Self, Before)>, Error> {
        let Some(payment) = store::lock(tx, order).await? else { return Ok(None) };
        let movements = movement_store::list_of_order(tx, order).await?;
        let claims = store::list_claims(tx, order).await?;
        let before = Before {
            payment: payment.clone(),
            movements: movements.iter().map(|movement| (movement.id.clone(), movement.clone())).collect(),
            claims: claims.iter().map(|claim| (claim.id.clone(), claim.clone())).collect(),
        };
        Ok(Some((Self { payment, movements, claims, facts: Vec::new(), now_ms }, before)))
    }

    /// Stores what changed, and tells of it.
    ///
    /// # Errors
    /// When the database fails, or refuses: sums that cannot be are constraints of the tables.
    pub async fn close(mut self, tx: &mut Tx, before: &Before) -> Result<(), Error> {
        let order = self.payment.order.clone();
        for movement in &mut self.movements {
            match before.movements.get(&movement.id) {
                Some(old) if old == movement => {}
                Some(_) => {
                    movement.changed_ms = self.now_ms;
                    movement_store::update(tx, movement).await?;
                }
                None => movement_store::insert(tx, movement).await?,
            }
        }
        for claim in &self.claims {
            match before.claims.get(&claim.id) {
                Some(old) if old == claim => {}
                Some(_) => store::update_claim(tx, claim).await?,
                None => store::insert_claim(tx, &order, claim, self.now_ms).await?,
            }
        }
        if self.payment != before.payment {
            self.payment.changed_ms = self.now_ms;
            store::update(tx, &self.payment).await?;
        }
        if self.facts.is_empty() { Ok(()) } else { publish(tx, &self.facts, self.now_ms).await }
    }

    /// A book of a payment that is in no table yet, for tests of the rules alone.
    #[cfg(test)]
    pub fn of(payment: Payment) -> Self {
        Self { payment, movements: Vec::new(), claims: Vec::new(), facts: Vec::new(), now_ms: 0 }
    }

    /// The movement of this id.
    #[must_use]
    pub fn movement(&self, id: &str) -> Option<&Movement> {
        self.movements.iter().find(|movement| movement.id == id)
    }

    fn movement_mut(&mut self, id: &str) -> Option<&mut Movement> {
        self.movements.iter_mut().find(|movement| movement.id == id)
    }

    fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Movement> {
        self.movements.iter().filter(move |movement| movement.kind == kind)
    }

    /// Whether a movement of this kind is still to be done.
    #[must_use]
    pub fn waits_for(&self, kind: Kind) -> bool {
        self.of_kind(kind).any(|movement| matches!(movement.step, Step::Due | Step::Payable))
    }

    /// What captures that are due will take.
    fn due_captures(&self) -> i64 {
        let due = self.of_kind(Kind::Capture).filter(|movement| movement.step == Step::Due);
        due.map(|movement| movement.amount.amount).sum()
    }

    /// What of a capture or receipt was not given back, and is not about to be.
    fn room_of(&self, capture: &Movement) -> i64 {
        if capture.step != Step::Done {
            return 0;
        }
        let taken = self.movements.iter().filter(|movement| {
            movement.source == capture.id
                && matches!(movement.step, Step::Due | Step::Payable | Step::Done)
                && matches!(movement.kind, Kind::Refund | Kind::Chargeback)
        });
        (capture.amount.amount - taken.map(|movement| movement.amount.amount).sum::<i64>()).max(0)
    }

    /// A new movement of this order at the end; nothing when there is one of this id. Whether it is new.
    fn add(
        &mut self,
        id: String,
        kind: Kind,
        subject: &str,
        amount: i64,
        step: Step,
    ) -> Option<&mut Movement> {
        if self.movement(&id).is_some() {
            return None;
        }
        let seq = self.movements.last().map_or(1, |last| last.seq + 1);
        self.movements.push(Movement {
            id,
            order: self.payment.order.clone(),
            seq,
            kind,
            subject: subject.to_owned(),
            source: String::new(),
            provider: self.payment.provider,
            destination: String::new(),
            amount: self.payment.money(amount),
            short: 0,
            fee: 0,
            last: false,
            step,
            reference: String::new(),
            reason: String::new(),
            tries: 0,
            asked_ms: 0,
            next_ms: self.now_ms,
            created_ms: self.now_ms,
            changed_ms: self.now_ms,
        });
        self.movements.last_mut()
    }

    /// Asks a person to look; what is asked for already stays.
    pub fn call_attention(&mut self, code: &str) {
        if self.payment.attention.is_empty() {
            code.clone_into(&mut self.payment.attention);
        }
    }

    /// Tells that money moved.
    fn tell(&mut self, fact: fn(PaymentMoved) -> Fact, movement: &Movement) {
        let (Ok(payment), Ok(order)) =
            (PaymentId::parse(&self.payment.id), OrderId::parse(&self.payment.order))
        else {
            return;
        };
        self.facts.push(fact(PaymentMoved {
            payment,
            order,
            provider: self.payment.provider.name().to_owned(),
            movement: movement.subject.clone(),
            reference: movement.reference.clone(),
            amount: movement.amount,
            fee: Money::new(movement.fee, movement.amount.currency),
        }));
    }

    /// Tells that no more money can be had.
    fn tell_failed(&mut self, reason: &str) {
        if let (Ok(payment), Ok(order)) =
            (PaymentId::parse(&self.payment.id), OrderId::parse(&self.payment.order))
        {
            let reason = reason.to_owned();
            self.facts.push(Fact::PaymentFailed(PaymentFailed { payment, order, reason }));
        }
    }

    /// Whether money comes through a provider.
    const fn at_provider(&self) -> bool {
        !matches!(self.payment.provider, Provider::Bank)
    }

    /// Whether nothing more will be captured.
    fn is_ended(&self) -> bool {
        self.payment.hold != Hold::Held && self.due_captures() == 0
    }
}
