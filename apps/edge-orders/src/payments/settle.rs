//! The next step of a payment, from whatever state it is in.

use kiosk_edge_platform::DbError;
use kiosk_ids::EventId;
use kiosk_payments::{NewPayment, PayError, Purpose, Snapshot, Started, State as AtProvider};
use kiosk_pop_store::StoreError;
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::payments::{self as store, Failure, Payment, State, Success};
use kiosk_risk::Outcome;
use kiosk_wire::CLOCK_SKEW_MS_MAX;

use crate::app::Pop;
use crate::error::ApiError;
use crate::sync;

/// A payment that was begun is looked after this much later for the first time, in milliseconds.
const FIRST_LOOK_MS: i64 = 15_000;
/// How long the core is waited for when leases have lapsed under a payment, in milliseconds.
const RENEW_TIMEOUT_MS_MAX: u32 = 800;
/// A provider is asked again this much after it said that nothing will come of a payment, in milliseconds. A request that
/// looked before it was given up may reserve the money after: by then it has, or never will.
const SURE_AFTER_MS: i64 = 60_000;

/// A step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The provider.
    #[error(transparent)]
    Provider(#[from] PayError),
    /// The POP's database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a step is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To see how far it is.
    Settle,
    /// To be rid of it, unless it is paid by now.
    GiveUp,
}

/// Takes the steps that can be taken now; which ones they were, the payment shows when it is read again.
pub async fn settle(pop: &Pop, payment: &Payment, wish: Wish) -> Result<(), Trouble> {
    match payment.state {
        State::Starting if wish == Wish::GiveUp => give_up(pop, payment, true, "given_up").await,
        State::Starting => {
            start(pop, payment).await?;
            match store::get(&*pop.edge.db, &payment.id).await? {
                Some(payment) if payment.state == State::Open => look(pop, &payment, wish).await,
                _ => Ok(()),
            }
        }
        State::Open => look(pop, payment, wish).await,
        State::Voiding => void(pop, payment).await,
        State::Paid | State::Closed => Ok(()),
    }
}

/// Has the provider begin. When it does not, the order is as if it had never been.
pub async fn start(pop: &Pop, payment: &Payment) -> Result<(), Trouble> {
    match begin(pop, payment).await {
        Ok(()) => Ok(()),
        Err(Trouble::Provider(error)) => {
            // What was refused is not there. Whatever else happened may have begun it.
            let void = !matches!(error, PayError::Declined(_) | PayError::Refused { .. });
            let failure = Failure {
                id: &payment.id,
                was: Some(State::Starting),
                void,
                reason: "not_started",
                order_is_kept: false,
                now_ms: pop.now_ms(),
            };
            if !decided(store::fail(&*pop.edge.db, failure).await)? {
                // Another request has begun it meanwhile.
                return Ok(());
            }
            Err(error.into())
        }
        Err(error) => Err(error),
    }
}

/// Has the provider begin and keeps what it calls the payment: the same, however often it is asked.
async fn begin(pop: &Pop, payment: &Payment) -> Result<(), Trouble> {
    let Started { reference, url } =
        pop.providers.get(&payment.provider)?.start(&new_payment(pop, payment)).await?;
    let due_ms = pop.now_ms() + FIRST_LOOK_MS;
    Ok(store::opened(&*pop.edge.db, &payment.id, &reference, &url, due_ms).await?)
}

fn new_payment(pop: &Pop, payment: &Payment) -> NewPayment {
    let back = format!("{}/checkout/return?order={}", pop.config.payments.shop_url, payment.order);
    NewPayment {
        id: payment.id.clone(),
        purpose: Purpose::Order(payment.order.clone()),
        amount: payment.amount,
        cancel_url: format!("{back}&unfinished=1"),
        return_url: back,
        expires_ms: payment.expires_ms,
        challenge: payment.record.fraud.outcome == Outcome::StepUp.as_str(),
    }
}

/// Asks the provider how far it is, and does what follows.
async fn look(pop: &Pop, payment: &Payment, wish: Wish) -> Result<(), Trouble> {
    let expired = pop.now_ms() >= payment.expires_ms;
    let ends = expired || wish == Wish::GiveUp;
    let reason = match (wish, expired) {
        (Wish::GiveUp, _) => "given_up",
        (_, true) => "expired",
        (..) => "not_paid",
    };
    match ask(pop, payment).await {
        Ok(seen) => match seen.state {
            AtProvider::Authorised | AtProvider::Captured => paid(pop, payment, seen).await,
            AtProvider::Closed => give_up(pop, payment, false, reason).await,
            AtProvider::Open if ends => close(pop, payment, reason).await,
            AtProvider::Open => Ok(()),
        },
        Err(PayError::Declined(code)) => {
            tracing::info!(payment = %payment.id, code, "a payment was declined");
            give_up(pop, payment, true, "declined").await
        }
        Err(error @ PayError::Mismatch(_)) => {
            tracing::error!(%error, payment = %payment.id, "a payment is not what it should be and is voided");
            give_up(pop, payment, true, "mismatch").await
        }
        // Whoever gives up need not wait: the provider is told as soon as it listens.
        Err(error) if ends => {
            tracing::warn!(%error, payment = %payment.id, "a payment was given up without its provider");
            give_up(pop, payment, true, reason).await
        }
        Err(error) => Err(error.into()),
    }
}

/// How far a payment is at the provider.
async fn ask(pop: &Pop, payment: &Payment) -> Result<Snapshot, PayError> {
    let gateway = pop.providers.get(&payment.provider)?;
    let reference = payment.reference.as_deref().ok_or(PayError::Mismatch("reference"))?;
    gateway.look(&payment.id, reference).await
}

/// Gives up a payment that is open at its provider, here before there: another request may see it paid at this moment, and
/// would place the order on money that is let go.
async fn close(pop: &Pop, payment: &Payment, reason: &str) -> Result<(), Trouble> {
    give_up(pop, payment, true, reason).await?;
    let Some(payment) = store::get(&*pop.edge.db, &payment.id).await? else { return Ok(()) };
    if payment.state != State::Voiding {
        return Ok(());
    }
    match void(pop, &payment).await {
        // The tick goes on with it.
        Err(Trouble::Provider(error)) => {
            tracing::warn!(%error, payment = %payment.id, "a payment that was given up is still open there");
            Ok(())
        }
        done => done,
    }
}

/// Places the order that was paid for. When that is not possible any more, it is given up and the money is let go.
async fn paid(pop: &Pop, payment: &Payment, seen: Snapshot) -> Result<(), Trouble> {
    let (Some(authorisation), Some(amount)) = (seen.authorisation, seen.amount) else {
        tracing::error!(payment = %payment.id, "a paid payment has no authorisation");
        return give_up(pop, payment, true, "mismatch").await;
    };
    if amount != payment.amount {
        let expected = payment.amount;
        tracing::error!(payment = %payment.id, %amount, %expected, "another amount was paid; it is voided");
        return give_up(pop, payment, true, "mismatch").await;
    }
    for renewed in [false, true] {
        let now_ms = pop.now_ms();
        let mut record = payment.record.clone();
        record.payment.provider = Some(payment.provider.clone());
        record.payment.reference = Some(authorisation.clone());
        record.payment.started.clone_from(&payment.reference);
        let success = Success {
            id: &payment.id,
            record,
            event: EventId::fresh(now_ms, &pop.edge.random_bytes()),
            leases_until_ms: now_ms + CLOCK_SKEW_MS_MAX,
            now_ms,
        };
        match store::succeed(&*pop.edge.db, success).await {
            Ok(()) => return Ok(()),
            Err(error) if Guard::PaymentWaits.broke(&error) => return Ok(()),
            Err(error) if Guard::LeasesHaveNotLapsed.broke(&error) && !renewed => {
                // The core may only not have been asked for a while.
                if let Err(ApiError(problem)) = sync::leases::ask_now(pop, &[], RENEW_TIMEOUT_MS_MAX).await {
                    tracing::warn!(code = problem.code, "leases could not be renewed");
                }
            }
            Err(StoreError::Db(DbError::Constraint(guard))) => {
                tracing::warn!(guard, payment = %payment.id, "the stock of a paid order is gone; it is voided");
                return give_up(pop, payment, true, "stock_gone").await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    give_up(pop, payment, true, "stock_gone").await
}

/// Cancels the order of a payment; with `void` the provider still has to be told.
async fn give_up(pop: &Pop, payment: &Payment, void: bool, reason: &str) -> Result<(), Trouble> {
    let now_ms = pop.now_ms();
    let failure = Failure { id: &payment.id, was: None, void, reason, order_is_kept: true, now_ms };
    decided(store::fail(&*pop.edge.db, failure).await)?;
    Ok(())
}

/// Whether it was decided now, and not before by another request.
fn decided(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if Guard::PaymentWaits.broke(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells the provider that a payment was given up. One that it never told its name is begun again first, by the same
/// key: that finds it.
async fn void(pop: &Pop, payment: &Payment) -> Result<(), Trouble> {
    let db = &*pop.edge.db;
    if payment.reference.is_none() {
        match begin(pop, payment).await {
            Ok(()) => {}
            Err(Trouble::Provider(PayError::Declined(_) | PayError::Refused { .. })) => {
                return Ok(store::closed(db, &payment.id).await?);
            }
            Err(error) => return Err(error),
        }
    }
    let named = store::get(db, &payment.id).await?.and_then(|payment| payment.reference);
    let reference = named.ok_or(PayError::Mismatch("reference"))?;
    let seen = pop.providers.get(&payment.provider)?.cancel(&payment.id, &reference).await?;
    let now_ms = pop.now_ms();
    match (seen.state, payment.told_ms) {
        (AtProvider::Closed, None) => Ok(store::told(db, &payment.id, now_ms, now_ms + SURE_AFTER_MS).await?),
        (AtProvider::Closed, Some(told_ms)) if now_ms < told_ms + SURE_AFTER_MS => Ok(()),
        (AtProvider::Closed, Some(_)) => Ok(store::closed(db, &payment.id).await?),
        (AtProvider::Captured, _) => {
            // The core has its order: this POP's database was set back to before it was paid.
            tracing::error!(payment = %payment.id, "a payment that was given up has been captured");
            Ok(store::closed(db, &payment.id).await?)
        }
        (AtProvider::Open | AtProvider::Authorised, _) => {
            Err(PayError::Away("not closed yet".to_owned()).into())
        }
    }
}
