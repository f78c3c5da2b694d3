//! Sending payouts. The payout itself is the intent: it is due before the provider is asked, outside of any transaction,
//! and its id is the key, so that asking again does not pay twice.

use futures::future::BoxFuture;
use kiosk_ids::{PayoutId, VendorId};
use kiosk_payments::{PayError, Transfer, Transferred};

use super::service::{Payout, Service, State};
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{Fact, PayoutSent};
use crate::modules::bus::service as bus;

/// Most payouts that are sent by one call.
const SENT_AT_ONCE: i64 = 20;
/// First wait before another try, in milliseconds; it doubles.
const WAIT_MS: i64 = 30_000;
/// Longest wait, in milliseconds.
const WAIT_MS_MAX: i64 = 3_600_000;
/// Wait for an answer that is on its way, in milliseconds.
const ANSWER_MS: i64 = 1_000;
/// Wait for a bank statement that has the debit, in milliseconds.
const STATEMENT_MS: i64 = 600_000;
/// Longest text of an error that is kept, in characters.
const ERROR_CHARS_MAX: usize = 200;

/// Transfers money to vendors at a provider.
pub trait Sender: Send + Sync {
    /// Transfers; asked again with the same key it does so once. None while the answer is on its way, or the debit of a
    /// bank transfer on no statement.
    fn transfer<'a>(
        &'a self,
        provider: &'a str,
        transfer: &'a Transfer,
    ) -> BoxFuture<'a, Result<Option<Transferred>, PayError>>;

    /// Somebody sent it by hand, by its reference, which is noted in the transaction: nobody is to do it a second time.
    fn note_sent<'a>(&'a self, tx: &'a mut Tx, payout: &'a Payout) -> BoxFuture<'a, Result<(), Error>>;

    /// It is not to be sent any more, which is noted in the transaction; false when it was sent.
    fn withdraw<'a>(&'a self, tx: &'a mut Tx, payout: &'a Payout) -> BoxFuture<'a, Result<bool, Error>>;
}

impl Service {
    /// Sends payouts that are due, a bounded number; how many the provider took. Those that leave in a file for the bank
    /// are taken when a statement has their debit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_due(&self) -> Result<usize, Error> {
        let due = store::list_due(&mut *self.db.read().await?, self.clock.now_ms(), SENT_AT_ONCE).await?;
        let mut sent = 0;
        for payout in due {
            let transfer = Transfer {
                key: payout.id.clone(),
                destination: payout.destination.clone(),
                amount: payout.amount,
                description: payout.id.clone(),
            };
            let answer = self.sender.transfer(&payout.provider, &transfer).await;
            sent += usize::from(matches!(answer, Ok(Some(_))));
            self.settle_sent(&payout.id, answer).await?;
        }
        Ok(sent)
    }

    async fn settle_sent(
        &self,
        id: &str,
        answer: Result<Option<Transferred>, PayError>,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let found = store::lock(&mut tx, id).await?;
        // Another process may have been quicker.
        let Some(mut payout) = found.filter(|payout| payout.state == State::Due) else { return Ok(()) };
        match answer {
            Ok(Some(Transferred { reference })) => {
                payout.attempts += 1;
                payout.reference = reference;
                mark_sent(&mut tx, payout, now_ms).await?;
            }
            Ok(None) => {
                let wait_ms = if payout.provider == "bank" { STATEMENT_MS } else { ANSWER_MS };
                store::set(&mut tx, &payout, payout.changed_ms, now_ms + wait_ms).await?;
            }
            Err(error) => {
                payout.attempts += 1;
                payout.error = error.to_string().chars().take(ERROR_CHARS_MAX).collect();
                let away = matches!(error, PayError::Away(_));
                if !away {
                    payout.state = State::Failed;
                }
                tracing::warn!(payout = payout.id, error = payout.error, away, "a payout was not sent");
                let doubled = WAIT_MS << payout.attempts.clamp(1, 8).saturating_sub(1);
                store::set(&mut tx, &payout, now_ms, now_ms + doubled.min(WAIT_MS_MAX)).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

/// A payout is with the provider, or was sent by hand.
pub(super) async fn mark_sent(tx: &mut Tx, mut payout: Payout, now_ms: i64) -> Result<(), Error> {
    payout.state = State::Sent;
    payout.error.clear();
    store::set(tx, &payout, now_ms, now_ms).await?;
    let unreadable = |_| Error::NotFound("payout");
    let sent = PayoutSent {
        payout: PayoutId::parse(&payout.id).map_err(unreadable)?,
        vendor: VendorId::parse(&payout.vendor).map_err(unreadable)?,
        provider: payout.provider,
        reference: payout.reference,
        amount: payout.amount,
    };
    bus::publish(tx, &[Fact::PayoutSent(sent)], now_ms).await
}
