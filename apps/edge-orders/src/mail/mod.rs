//! Mails to who ordered here, and codes to who wants to: queued by the batch that applies what the core tells, and by the checkout of an order that
//! is paid by bank transfer; sent by the tick, and again until the provider takes them.

mod texts;

use kiosk_mail::{Fate, Provider, SENT_PER_TICK_MAX, wait_ms};
use kiosk_pop_store::catalog::vendor_names;
use kiosk_pop_store::mails::{self, Due};
use kiosk_pop_store::{StoreError, orders, step_ups};

use crate::app::Pop;

/// Sends what is due, until the provider does not answer: codes first, since somebody waits for them. Returns how many
/// mails went.
pub async fn deliver(pop: &Pop) -> Result<u64, StoreError> {
    let Some(provider) = &pop.config.mail else { return Ok(0) };
    let db = &*pop.edge.db;
    let Some(mut sent) = deliver_codes(pop, provider).await? else { return Ok(0) };
    for due in mails::list_due(db, pop.now_ms(), SENT_PER_TICK_MAX).await? {
        let now_ms = pop.now_ms();
        let again_ms = now_ms + wait_ms(due.tries);
        if !mails::take(db, &due, now_ms, again_ms).await? {
            continue;
        }
        match send(pop, provider, &due).await? {
            Fate::Sent => sent += 1,
            // The others would wait as long for the same provider, and the tick with them.
            Fate::Again => {
                db.batch(vec![mails::rest(again_ms)]).await?;
                break;
            }
            Fate::Refused => tracing::error!(mail = due.id, "a mail was given up"),
        }
        db.batch(vec![mails::close(&due.id)]).await?;
    }
    Ok(sent)
}

/// Sends the codes that are due; `None` when the provider does not answer.
async fn deliver_codes(pop: &Pop, provider: &Provider) -> Result<Option<u64>, StoreError> {
    let db = &*pop.edge.db;
    let mut sent = 0;
    for due in step_ups::list_due(db, pop.now_ms(), SENT_PER_TICK_MAX).await? {
        db.batch(vec![step_ups::take(&due, pop.now_ms() + wait_ms(due.tries))]).await?;
        let code = pop.config.step_up_code(&due.cart, &due.nonce);
        let mail = texts::code(&due.name, &code).to(&due.email);
        match provider.send(&*pop.edge.http, &mail, (&due.nonce, due.tries)).await {
            Fate::Sent => sent += 1,
            Fate::Again => return Ok(None),
            Fate::Refused => tracing::error!("the mail with a code was given up"),
        }
        db.batch(vec![step_ups::close(&due)]).await?;
    }
    Ok(Some(sent))
}

async fn send(pop: &Pop, provider: &Provider, due: &Due) -> Result<Fate, StoreError> {
    let db = &*pop.edge.db;
    let Some(order) = orders::get(db, &due.order).await? else { return Ok(Fate::Refused) };
    let vendor = due.notice.as_ref().and_then(|notice| notice.vendor.as_ref());
    let names = match vendor {
        Some(vendor) => vendor_names(db, &[vendor.as_str()]).await?,
        None => Default::default(),
    };
    let seller = vendor.and_then(|vendor| names.get(vendor.as_str())).map(String::as_str);
    // How to pay is not told by a POP that has no account any more.
    let Some(letter) = texts::letter(pop, &order, due.notice.as_ref(), seller) else {
        return Ok(Fate::Refused);
    };
    let mail = letter.to(order.shopper.contact.email.reveal());
    Ok(provider.send(&*pop.edge.http, &mail, (&due.id, due.tries)).await)
}
