//! Payouts through the payments service, which writes its own intent and asks the provider later.

use futures::future::BoxFuture;
use kiosk_payments::{PayError, Transfer, Transferred};

use super::send::Sender;
use super::service::Payout;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::payments::payouts::{Payer, PayoutOrder, PayoutState};
use crate::modules::payments::service::Service;
use crate::modules::payments::state::Provider;

/// Sends through payments; a transfer that has no answer yet is asked about again.
#[derive(Debug)]
pub struct Payments {
    /// For the transaction of the intent.
    pub db: Db,
    /// Who asks providers.
    pub payments: Service,
}

impl Sender for Payments {
    fn transfer<'a>(
        &'a self,
        provider: &'a str,
        transfer: &'a Transfer,
    ) -> BoxFuture<'a, Result<Option<Transferred>, PayError>> {
        Box::pin(async move {
            let provider =
                Provider::parse(provider).ok_or_else(|| PayError::Declined("provider".to_owned()))?;
            let order = PayoutOrder {
                payout: transfer.key.clone(),
                provider,
                destination: transfer.destination.clone(),
                amount: transfer.amount,
            };
            let state = self.ask(&order).await.map_err(|error| PayError::Away(error.to_string()))?;
            match state {
                Some(PayoutState::Sent(reference)) => Ok(Some(Transferred { reference })),
                Some(PayoutState::Refused(code)) => Err(PayError::Declined(code)),
                Some(PayoutState::Waiting) | None => Ok(None),
            }
        })
    }

    fn note_sent<'a>(&'a self, tx: &'a mut Tx, payout: &'a Payout) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move { self.payments.note_paid(tx, &by_bank(payout), &payout.reference).await })
    }

    fn withdraw<'a>(&'a self, tx: &'a mut Tx, payout: &'a Payout) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move { self.payments.withdraw(tx, &by_bank(payout)).await })
    }
}

fn by_bank(payout: &Payout) -> PayoutOrder {
    PayoutOrder {
        payout: payout.id.clone(),
        provider: Provider::Bank,
        destination: payout.destination.clone(),
        amount: payout.amount,
    }
}

impl Payments {
    async fn ask(&self, order: &PayoutOrder) -> Result<Option<PayoutState>, Error> {
        let mut tx = self.db.begin().await?;
        self.payments.transfer(&mut tx, order).await?;
        let state = self.payments.payout(&mut tx, &order.payout).await?;
        tx.commit().await?;
        Ok(state)
    }
}
