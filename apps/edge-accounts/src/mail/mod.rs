//! Mail: queued in the batch of what it tells, sent by the tick, and again until the provider takes it.

pub mod texts;

use kiosk_edge_platform::Statement;
use kiosk_ids::EventId;
use kiosk_mail::{Fate, Mail, SENT_PER_TICK_MAX, wait_ms};

use crate::app::Region;
use crate::error::Result;
use crate::person::Owner;
use crate::store::{accounts, mails, schema};

/// Queues a mail to an account's owner; to be committed with what it tells.
pub fn queue(region: &Region, owner: &Owner, mail: &Mail) -> Result<Statement> {
    let now_ms = region.now_ms();
    let id = EventId::fresh(now_ms, &region.edge.random_bytes());
    let sealed = owner.seal(region, "mail", &serde_json::to_vec(mail)?);
    Ok(mails::insert(&id, &owner.account.id, sealed, now_ms))
}

/// Sends what is due. Returns how many mails went.
pub async fn deliver(region: &Region) -> Result<u32> {
    let db = &*region.edge.db;
    let mut sent = 0;
    for due in mails::list_due(db, region.now_ms(), SENT_PER_TICK_MAX).await? {
        let now_ms = region.now_ms();
        if !mails::take(db, &due, now_ms, now_ms + wait_ms(due.tries)).await? {
            continue;
        }
        match send(region, &due).await? {
            Fate::Sent => sent += 1,
            Fate::Again => continue,
            Fate::Refused => tracing::error!(mail = due.id, "a mail was given up"),
        }
        db.batch(vec![mails::delete(&due.id)]).await?;
    }
    Ok(sent)
}

async fn send(region: &Region, due: &mails::Due) -> Result<Fate> {
    let select = accounts::select("WHERE a.id = ?1").bind(due.account.as_str());
    let rows = region.edge.db.query(select).await?;
    let Some(row) = rows.first() else { return Ok(Fate::Refused) };
    let Ok(owner) = region.owner(accounts::read(row)?).await else { return Ok(Fate::Refused) };
    let mail: Mail = serde_json::from_slice(&owner.open("mail", &due.sealed)?)?;
    Ok(region.config.mail.send(&*region.edge.http, &mail, (&due.id, due.tries)).await)
}

/// Sends mails and removes what is of no more use. Returns how many mails went.
pub async fn tick(region: &Region) -> Result<u32> {
    let sent = deliver(region).await?;
    let now_ms = region.now_ms();
    if schema::prune_is_due(&*region.edge.db, now_ms).await? {
        region.edge.db.batch(schema::prune(now_ms)).await?;
    }
    Ok(sent)
}
