//! Asking providers how far payments are that hang, and those whose authorisation is about to lapse. A movement that
//! hangs needs nothing of this: asking for it again with its key is asking what became of it.

use kiosk_ids::PaymentId;
use kiosk_payments::{Snapshot, State as At};

use super::book::Book;
use super::service::Service;
use super::state::{Hold, Kind, Payment, Provider};
use super::store;
use crate::error::Error;

/// Payments that one call looks at at most.
const LOOKED_AT_ONCE_MAX: i64 = 50;
/// When a payment is looked at again whose provider was away, in milliseconds.
const AWAY_MS: i64 = 300_000;
/// When one is looked at again whose authorisation is about to lapse, in milliseconds.
const LAPSING_MS: i64 = 3_600_000;

impl Service {
    /// Looks at payments that are due to be looked at, a bounded piece; returns how many.
    ///
    /// # Errors
    /// When the database fails. A provider that is away is asked again later.
    pub async fn reconcile_due(&self) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let orders = store::list_to_look(&mut *self.db.read().await?, now_ms, LOOKED_AT_ONCE_MAX).await?;
        let mut looked = 0;
        for order in orders {
            let payment = store::get(&mut *self.db.read().await?, &order).await?;
            let Some(payment) = payment else { continue };
            let seen = self.look_at(&payment).await;
            let mut tx = self.db.begin().await?;
            if let Some((mut book, before)) = Book::open(&mut tx, &order, now_ms).await? {
                compare(&mut book, seen, now_ms);
                book.close(&mut tx, &before).await?;
            }
            tx.commit().await?;
            looked += 1;
        }
        Ok(looked)
    }

    /// How far the provider says a payment is; none when it is away, or the money comes on the bank account.
    async fn look_at(&self, payment: &Payment) -> Option<Snapshot> {
        let gateway = self.providers.gateway(payment.provider)?;
        let id = PaymentId::parse(&payment.id).ok()?;
        let seen = gateway.look(&id, &payment.started).await;
        seen.inspect_err(
            |error| tracing::warn!(order = payment.order, %error, "a payment cannot be looked at"),
        )
        .ok()
    }
}

/// What a look tells of a payment.
fn compare(book: &mut Book, seen: Option<Snapshot>, now_ms: i64) {
    if book.payment.provider == Provider::Bank {
        // A part of it may have come; what is missing is given up, and a person sees what came.
        if book.payment.hold == Hold::None && book.outstanding() > 0 {
            book.lapsed("transfer_not_received");
        }
        book.payment.look_ms = 0;
        return;
    }
    if book.payment.hold != Hold::Held {
        book.payment.look_ms = 0;
        return;
    }
    let Some(seen) = seen else {
        book.payment.look_ms = now_ms + AWAY_MS;
        return;
    };
    match seen.state {
        At::Authorised => {
            let reserved = book.payment.money(book.payment.authorised);
            if seen.amount.is_some_and(|amount| amount != reserved) {
                book.call_attention("amount_differs");
            }
            if book.payment.lapses_ms - now_ms <= super::book::LAPSE_NOTICE_MS {
                book.call_attention("authorisation_lapses");
                book.payment.look_ms = now_ms + LAPSING_MS;
            } else {
                book.payment.look_ms = book.payment.lapses_ms - super::book::LAPSE_NOTICE_MS;
            }
        }
        // While something is due, that tells more: it finds out what became of it by itself.
        _ if book.waits_for(Kind::Capture) || book.waits_for(Kind::Void) => {
            book.payment.look_ms = now_ms + AWAY_MS;
        }
        At::Closed => book.lapsed("authorisation_gone"),
        At::Captured => {
            let taken = seen.amount.map_or(0, |amount| amount.amount);
            if taken != book.payment.captured {
                book.call_attention("captured_elsewhere");
                book.payment.look_ms = 0;
            } else {
                // The rest was given back on the provider's pages, or has lapsed.
                book.lapsed("authorisation_gone");
            }
        }
        At::Open => {
            book.call_attention("authorisation_missing");
            book.payment.look_ms = now_ms + LAPSING_MS;
        }
    }
}
