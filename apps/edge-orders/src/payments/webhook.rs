//! What providers tell by themselves. A notice only says where to look: what it tells of amounts and states is asked for.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use kiosk_payments::PayError;
use kiosk_payments::webhook::{Notice, NoticeError, NoticeKind, STRIPE_SIGNATURE, read_stripe};
use kiosk_pop_store::payments::{self as store, Payment};
use kiosk_problem::Problem;

use super::settle::{self, Trouble, Wish};
use super::view;
use crate::app::Pop;
use crate::error::Result;

/// Acts on a notice of `provider`, once.
pub async fn notice(pop: &Pop, provider: &str, headers: &HeaderMap, body: &Bytes) -> Result<()> {
    let notice = read(pop, provider, headers, body).await.map_err(refused)?;
    let db = &*pop.edge.db;
    if store::is_noticed(db, provider, &notice.id).await? {
        return Ok(());
    }
    if notice.kind == NoticeKind::Payment
        && let Some(payment) = payment_of(pop, provider, &notice).await?
    {
        match settle::settle(pop, &payment, Wish::Settle).await {
            Ok(()) => {}
            // The tick finishes it: to the provider it was said.
            Err(Trouble::Provider(error @ (PayError::Declined(_) | PayError::Refused { .. }))) => {
                tracing::warn!(%error, payment = %payment.id, "a notice led to nothing");
            }
            Err(error) => return Err(error.into()),
        }
    }
    // Last: a notice that broke off on the way is sent again, and does no harm twice.
    Ok(store::noticed(db, provider, &notice.id, pop.now_ms()).await?)
}

async fn read(
    pop: &Pop,
    provider: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Notice, Option<NoticeError>> {
    let settings = &pop.config.payments;
    match (provider, &settings.stripe, &settings.paypal, &pop.providers.paypal) {
        ("stripe", Some(stripe), ..) => {
            let signature = headers.get(STRIPE_SIGNATURE).and_then(|value| value.to_str().ok());
            let signature = signature.ok_or(NoticeError::Unsigned)?;
            Ok(read_stripe(&[stripe.webhook_secret.text()], signature, body, pop.now_ms())?)
        }
        ("paypal", _, Some(account), Some(paypal)) => {
            Ok(paypal.notice(&account.webhook_id, headers, body).await?)
        }
        _ => Err(None),
    }
}

/// None when it is another POP's, or not a shop's at all: providers tell everybody everything.
async fn payment_of(pop: &Pop, provider: &str, notice: &Notice) -> Result<Option<Payment>> {
    let db = &*pop.edge.db;
    let by_id = match &notice.payment {
        Some(id) => store::get(db, id).await?.filter(|payment| payment.provider == provider),
        None => None,
    };
    match (by_id, &notice.reference) {
        (Some(payment), _) => Ok(Some(payment)),
        (None, Some(reference)) => Ok(store::by_reference(db, provider, reference).await?),
        (None, None) => Ok(None),
    }
}

/// 400, and no more of why: whoever forges learns nothing. `None` is a provider that the POP does not have.
fn refused(error: Option<NoticeError>) -> Problem {
    let Some(error) = error else { return Problem::not_found("provider") };
    tracing::warn!(%error, "a webhook was refused");
    match error {
        NoticeError::Away(_) => view::unavailable(),
        _ => Problem::new(StatusCode::BAD_REQUEST, "webhook_refused", "This webhook is not taken"),
    }
}
