//! Looking at payments, and what people decide about them.

use http::StatusCode;
use kiosk_problem::Problem;

use super::book::{Book, GIVEN_UP};
use super::providers::Providers;
use super::retry::OUTCOME_UNKNOWN;
use super::state::{Claim, Kind, Movement, Payment, Step};
use super::statements::{checked_reason, pay_by_hand};
use super::webhooks::Heard;
use super::{movement_store, store, webhook_store};
use crate::clock::Clock;
use crate::config::PaymentsConfig;
use crate::db::Db;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::page::List;

/// Webhooks of an order that are shown, and strays.
const WEBHOOKS_MAX: i64 = 100;
/// Movements that wait to be paid by hand and are shown.
const PAYABLE_MAX: i64 = 200;

/// A payment with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The payment.
    pub payment: Payment,
    /// Its movements, in order.
    pub movements: Vec<Movement>,
    /// What the customer is owed back.
    pub claims: Vec<Claim>,
    /// What providers told of it, newest first.
    pub webhooks: Vec<Heard>,
}

/// What finance has to do.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Payments to look at.
    pub attention: i64,
    /// Movements that wait for a provider.
    pub waiting: i64,
    /// Refunds and payouts to pay by hand.
    pub payable: Vec<Movement>,
    /// Transfers that failed.
    pub failed: Vec<Movement>,
    /// Webhooks that nothing fits: money at a provider without an order.
    pub stray: Vec<Heard>,
}

/// What a person decides about a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Ask the provider again.
    Retry,
    /// Ask no more.
    GiveUp,
    /// It was paid from the bank account, or happened at the provider as a person has seen there: the reason is the
    /// provider's name of it then.
    Paid,
}

impl Decision {
    /// Reads a form's word.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "retry" => Some(Self::Retry),
            "give-up" => Some(Self::GiveUp),
            "paid" => Some(Self::Paid),
            _ => None,
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Retry => "payment.retry",
            Self::GiveUp => "payment.give-up",
            Self::Paid => "payment.paid",
        }
    }
}

/// Payments.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) providers: Providers,
}

impl Service {
    /// Over this database and these providers.
    #[must_use]
    pub fn new(db: Db, clock: Clock, config: &PaymentsConfig) -> Self {
        Self { db, clock, providers: Providers::new(config) }
    }

    /// Payments as the list asks for them, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, list: &List) -> Result<(Vec<Payment>, bool), Error> {
        let mut payments = store::list(&mut *self.db.read().await?, list).await?;
        let more = list.cut(&mut payments);
        Ok((payments, more))
    }

    /// What finance has to do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn desk(&self) -> Result<Desk, Error> {
        let conn = &mut *self.db.read().await?;
        Ok(Desk {
            attention: store::count_attention(conn).await?,
            waiting: movement_store::count_due(conn).await?.0,
            payable: movement_store::list_payable(conn, PAYABLE_MAX).await?,
            failed: movement_store::list_failed_transfers(conn, PAYABLE_MAX).await?,
            stray: webhook_store::list_stray(conn, WEBHOOKS_MAX).await?,
        })
    }

    /// The payment of an order.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, order: &str) -> Result<Dossier, Error> {
        let conn = &mut *self.db.read().await?;
        let payment = store::get(conn, order).await?.ok_or(Error::NotFound("payment"))?;
        Ok(Dossier {
            payment,
            movements: movement_store::list_of_order(conn, order).await?,
            claims: store::list_claims(conn, order).await?,
            webhooks: webhook_store::list_of_order(conn, order, WEBHOOKS_MAX).await?,
        })
    }

    /// The order of a movement; empty for a transfer.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn order_of(&self, id: &str) -> Result<String, Error> {
        let movement = movement_store::get(&mut *self.db.read().await?, id).await?;
        Ok(movement.ok_or(Error::NotFound("movement"))?.order)
    }

    /// Decides about a movement that hangs, failed or is to be paid by hand.
    ///
    /// # Errors
    /// 404, 409 `movement_state` when it cannot be from where it is, 422 without a reason.
    pub async fn decide(&self, by: &Member, id: &str, decision: Decision, reason: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let reason = checked_reason(reason)?;
        let mut tx = self.db.begin().await?;
        let movement = movement_store::get(&mut tx, id).await?.ok_or(Error::NotFound("movement"))?;
        let done = if movement.kind == Kind::Transfer {
            decide_transfer(&mut tx, id, (decision, &reason), now_ms).await?
        } else if movement.step == Step::Payable && decision == Decision::Paid {
            pay_by_hand(&mut tx, id, "by hand", now_ms).await?
        } else {
            let opened = Book::open(&mut tx, &movement.order, now_ms).await?;
            let (mut book, before) = opened.ok_or(Error::NotFound("payment"))?;
            let done = apply(&mut book, id, decision, &reason);
            book.close(&mut tx, &before).await?;
            webhook_store::wake(&mut tx, &[&*movement.order], now_ms).await?;
            done
        };
        if !done {
            return Err(cannot(movement.step));
        }
        let act = Act { action: decision.action(), subject: id, detail: reason };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// A person has looked: nothing calls for attention any more.
    ///
    /// # Errors
    /// 404, 422 without a reason.
    pub async fn settle_attention(&self, by: &Member, order: &str, reason: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let reason = checked_reason(reason)?;
        let mut tx = self.db.begin().await?;
        let opened = Book::open(&mut tx, order, now_ms).await?;
        let (mut book, before) = opened.ok_or(Error::NotFound("payment"))?;
        let detail = format!("{}: {reason}", book.payment.attention);
        book.payment.attention.clear();
        book.close(&mut tx, &before).await?;
        let act = Act { action: "payment.looked-at", subject: order, detail };
        audit::append(&mut tx, &by.id, &act, now_ms).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether the decision could be taken. That something was done at a provider is said by hand only where the provider
/// would not tell any more: `reason` is its name of it then.
fn apply(book: &mut Book, id: &str, decision: Decision, reason: &str) -> bool {
    let Some(movement) = book.movement(id) else { return false };
    let waits = matches!(movement.step, Step::Due | Step::Payable);
    match decision {
        Decision::Retry => book.retry(id),
        Decision::GiveUp if waits => {
            book.failed(id, GIVEN_UP);
            true
        }
        Decision::Paid => book.seen_done(id, reason),
        Decision::GiveUp => false,
    }
}

async fn decide_transfer(
    tx: &mut crate::db::Tx,
    id: &str,
    (decision, reason): (Decision, &str),
    now_ms: i64,
) -> Result<bool, Error> {
    let Some(mut transfer) = movement_store::lock(tx, id).await? else { return Ok(false) };
    let waits = matches!(transfer.step, Step::Due | Step::Payable);
    let unknown = transfer.step == Step::Failed && transfer.reason == OUTCOME_UNKNOWN;
    match decision {
        Decision::Paid if !unknown => return pay_by_hand(tx, id, "by hand", now_ms).await,
        // A person has looked at the provider: it was done, and is called so there, or it was not.
        Decision::Paid => {
            transfer.step = Step::Done;
            reason.clone_into(&mut transfer.reference);
            transfer.reason.clear();
        }
        Decision::GiveUp if unknown => GIVEN_UP.clone_into(&mut transfer.reason),
        Decision::Retry if transfer.step == Step::Due => transfer.next_ms = now_ms,
        Decision::GiveUp if waits => {
            transfer.step = Step::Failed;
            // What the provider was asked for it may have done: a person looks, before anybody pays a second time.
            let reason = if transfer.asked_ms > 0 { OUTCOME_UNKNOWN } else { GIVEN_UP };
            reason.clone_into(&mut transfer.reason);
        }
        _ => return Ok(false),
    }
    transfer.changed_ms = now_ms;
    movement_store::update(tx, &transfer).await?;
    Ok(true)
}

fn cannot(step: Step) -> Error {
    Problem::new(StatusCode::CONFLICT, "movement_state", "This movement cannot be decided so")
        .detail(format!("It is {}.", step.name()))
        .into()
}
