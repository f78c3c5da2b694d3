//! Paying vendors: a transfer at a provider, or a line of a payment run of the bank. Who decides what is paid asks
//! through [`Payer`] and asks again until it is sent; the key makes it one transfer.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use kiosk_money::Money;

use super::book::GIVEN_UP;
use super::movement_store;
use super::retry::OUTCOME_UNKNOWN;
use super::service::Service;
use super::state::{Kind, Movement, Provider, Step};
use super::statements::pay_by_hand;
use crate::db::Tx;
use crate::error::Error;

/// A vendor is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutOrder {
    /// `pyt_…`: the same is paid once.
    pub payout: String,
    /// Through whom.
    pub provider: Provider,
    /// The vendor's account at the provider, or IBAN.
    pub destination: String,
    /// How much; above zero.
    pub amount: Money,
}

/// How far a payout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutState {
    /// The provider or the payment run has not answered yet.
    Waiting,
    /// It is paid; the provider's or bank's name of it.
    Sent(String),
    /// It is not paid and will not be: the code of why. Another payout takes another key.
    Refused(String),
}

/// Pays vendors.
pub trait Payer: Send + Sync {
    /// Has a payout sent, in the transaction that decides it; nothing happens the second time. The provider is asked
    /// after the commit.
    fn transfer<'a>(&'a self, tx: &'a mut Tx, order: &'a PayoutOrder) -> BoxFuture<'a, Result<(), Error>>;

    /// How far a payout is; none when it was never asked for.
    fn payout<'a>(
        &'a self,
        tx: &'a mut Tx,
        payout: &'a str,
    ) -> BoxFuture<'a, Result<Option<PayoutState>, Error>>;
}

impl Payer for Service {
    fn transfer<'a>(&'a self, tx: &'a mut Tx, order: &'a PayoutOrder) -> BoxFuture<'a, Result<(), Error>> {
        transfer(tx, order, self.clock.now_ms()).boxed()
    }

    fn payout<'a>(
        &'a self,
        tx: &'a mut Tx,
        payout: &'a str,
    ) -> BoxFuture<'a, Result<Option<PayoutState>, Error>> {
        async move {
            let transfer = movement_store::get(tx, &key(payout)).await?;
            Ok(transfer.map(|transfer| match transfer.step {
                Step::Due | Step::Payable => PayoutState::Waiting,
                Step::Done | Step::Won => PayoutState::Sent(transfer.reference),
                // It may have been done: a person looks, before anybody pays a second time.
                Step::Failed if transfer.reason == OUTCOME_UNKNOWN => PayoutState::Waiting,
                Step::Failed => PayoutState::Refused(transfer.reason),
            }))
        }
        .boxed()
    }
}

impl Service {
    /// A payout was paid by hand. It stands here from now on, so that nobody is asked to pay it later.
    ///
    /// # Errors
    /// 422 `amount`, or when the database fails.
    pub async fn note_paid(&self, tx: &mut Tx, order: &PayoutOrder, reference: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        transfer(tx, order, now_ms).await?;
        pay_by_hand(tx, &key(&order.payout), reference, now_ms).await.map(|_| ())
    }

    /// A payout by bank is not to be paid. It stands here from now on, so that who comes late with it has nobody pay it.
    /// False when it was paid.
    ///
    /// # Errors
    /// 422 `amount`, or when the database fails.
    pub async fn withdraw(&self, tx: &mut Tx, order: &PayoutOrder) -> Result<bool, Error> {
        let now_ms = self.clock.now_ms();
        transfer(tx, order, now_ms).await?;
        let found = movement_store::lock(tx, &key(&order.payout)).await?;
        let Some(mut transfer) = found.filter(|transfer| transfer.step == Step::Payable) else {
            return Ok(false);
        };
        transfer.step = Step::Failed;
        GIVEN_UP.clone_into(&mut transfer.reason);
        transfer.changed_ms = now_ms;
        movement_store::update(tx, &transfer).await?;
        Ok(true)
    }
}

/// The movement of a payout.
fn key(payout: &str) -> String {
    format!("trf_{payout}")
}

async fn transfer(tx: &mut Tx, order: &PayoutOrder, now_ms: i64) -> Result<(), Error> {
    if order.amount.amount <= 0 {
        return Err(Error::invalid("amount", "must be above zero"));
    }
    let id = key(&order.payout);
    if movement_store::lock(tx, &id).await?.is_some() {
        return Ok(());
    }
    let movement = Movement {
        id,
        order: String::new(),
        seq: 0,
        kind: Kind::Transfer,
        subject: order.payout.clone(),
        source: String::new(),
        provider: order.provider,
        destination: order.destination.clone(),
        amount: order.amount,
        short: 0,
        fee: 0,
        last: false,
        step: if order.provider == Provider::Bank { Step::Payable } else { Step::Due },
        reference: String::new(),
        reason: String::new(),
        tries: 0,
        asked_ms: 0,
        next_ms: now_ms,
        created_ms: now_ms,
        changed_ms: now_ms,
    };
    Ok(movement_store::insert(tx, &movement).await?)
}
