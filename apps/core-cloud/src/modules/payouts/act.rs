//! What admins decide about payouts.

use super::files::iban_of;
use super::run::wrong_state;
use super::send::mark_sent;
use super::service::{Payout, Service, State};
use super::{files_store, store};
use crate::db::{Conn, Tx};
use crate::error::Error;
use crate::modules::accounting::journal::{Books, Draft, Posting};
use crate::modules::accounting::service::get_of_source;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::modules::vendors::business::line;

impl Service {
    /// Lets a payout be sent. One that goes by bank needs an IBAN, since the bank takes a file whole or not at all.
    ///
    /// # Errors
    /// 409 `payout_state`, 409 `iban_wrong`, [`Error::NotFound`].
    pub async fn approve(&self, actor: &Member, id: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut payout = moved(&mut tx, id, State::Due).await?;
        if payout.provider == "bank" {
            iban_of(&payout.vendor, id, &payout.destination)?;
        }
        payout.state = State::Due;
        store::set(&mut tx, &payout, now_ms, now_ms).await?;
        self.note(&mut tx, actor, "payout.approve", &payout).await?;
        Ok(tx.commit().await?)
    }

    /// Notes a payout that was sent by hand, through the bank.
    ///
    /// # Errors
    /// 409 `payout_state`, 422 `reference`, [`Error::NotFound`].
    pub async fn note_sent(&self, actor: &Member, id: &str, reference: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut payout = moved(&mut tx, id, State::Sent).await?;
        if payout.provider != "bank" {
            return Err(Error::invalid("provider", "tells by itself what it has sent"));
        }
        payout.reference = line("reference", reference)?;
        self.sender.note_sent(&mut tx, &payout).await?;
        self.note(&mut tx, actor, "payout.sent", &payout).await?;
        mark_sent(&mut tx, payout, now_ms).await?;
        Ok(tx.commit().await?)
    }

    /// Whether a payout can be taken back: also one that waits for the bank and is in no file yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_revocable(&self, payout: &Payout) -> Result<bool, Error> {
        is_revocable(&mut *self.db.read().await?, payout).await
    }

    /// Takes a payout back, with its entry in the journal: the vendor is owed it again, and is paid by its terms of then.
    ///
    /// # Errors
    /// 409 `payout_state`, [`Error::NotFound`].
    pub async fn cancel(&self, actor: &Member, id: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut books = Books::open(&mut tx).await?;
        let mut payout = store::lock(&mut tx, id).await?.ok_or(Error::NotFound("payout"))?;
        if !is_revocable(&mut tx, &payout).await? {
            return Err(wrong_state(payout.state));
        }
        // Only what waits for the bank can still be paid by somebody.
        if payout.state == State::Due && !self.sender.withdraw(&mut tx, &payout).await? {
            return Err(wrong_state(State::Sent));
        }
        let booked = get_of_source(&mut tx, id).await?.ok_or(Error::NotFound("entry"))?;
        let reversed = booked.postings.into_iter();
        let reversed = reversed.map(|Posting { debit, credit, amount }| Posting {
            debit: credit,
            credit: debit,
            amount,
        });
        books.enter(Draft {
            at_ms: now_ms,
            source: format!("{id}:cancelled"),
            kind: "payout_cancelled",
            subject: payout.vendor.clone(),
            note: id.to_owned(),
            postings: reversed.collect(),
        })?;
        books.close(&mut tx).await?;
        payout.state = State::Cancelled;
        store::set(&mut tx, &payout, now_ms, now_ms).await?;
        self.note(&mut tx, actor, "payout.cancel", &payout).await?;
        Ok(tx.commit().await?)
    }

    async fn note(&self, tx: &mut Tx, actor: &Member, action: &str, payout: &Payout) -> Result<(), Error> {
        let detail = format!("{} to {}", payout.amount, payout.vendor);
        let act = Act { action, subject: &payout.id, detail };
        audit::append(tx, &actor.id, &act, self.clock.now_ms()).await
    }
}

async fn is_revocable(conn: &mut Conn, payout: &Payout) -> Result<bool, Error> {
    if payout.state.may_become(State::Cancelled) {
        return Ok(true);
    }
    let waits = payout.state == State::Due && payout.provider == "bank";
    Ok(waits && !files_store::has_line(conn, &payout.id).await?)
}

/// A payout that may get into a state, locked.
async fn moved(tx: &mut Tx, id: &str, next: State) -> Result<Payout, Error> {
    let payout = store::lock(tx, id).await?.ok_or(Error::NotFound("payout"))?;
    if payout.state.may_become(next) { Ok(payout) } else { Err(wrong_state(payout.state)) }
}
