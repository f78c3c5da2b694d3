//! Mail: queued in the batch of what it tells, sent by the tick, and again until the provider takes it.

mod postmark;
pub mod texts;

use kiosk_edge_platform::Statement;
use kiosk_ids::EventId;
use serde::{Deserialize, Serialize};

use crate::app::Region;
use crate::error::Result;
use crate::person::Owner;
use crate::store::{accounts, mails, schema};

/// First wait after the provider did not take a mail, in milliseconds; each further one doubles it.
const RETRY_MS: i64 = 2_000;
/// Longest wait, in milliseconds.
const RETRY_MS_MAX: i64 = 10 * 60_000;

/// A mail. It is personal as a whole: it is kept sealed, and goes to the provider alone.
#[derive(Serialize, Deserialize)]
pub struct Mail {
    /// Address of the receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

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
    for due in mails::list_due(db, region.now_ms()).await? {
        let wait_ms = RETRY_MS.saturating_mul(1 << due.tries.min(20)).min(RETRY_MS_MAX);
        let now_ms = region.now_ms();
        if !mails::take(db, &due, now_ms, now_ms + wait_ms).await? {
            continue;
        }
        match send(region, &due).await? {
            Fate::Sent => sent += 1,
            Fate::Again if due.tries + 1 < mails::TRIES_MAX => continue,
            Fate::Again | Fate::Refused => tracing::error!(mail = due.id, "a mail was given up"),
        }
        db.batch(vec![mails::delete(&due.id)]).await?;
    }
    Ok(sent)
}

enum Fate {
    /// The provider took it.
    Sent,
    /// It may take it later.
    Again,
    /// It never will.
    Refused,
}

async fn send(region: &Region, due: &mails::Due) -> Result<Fate> {
    let select = accounts::select("WHERE a.id = ?1").bind(due.account.as_str());
    let rows = region.edge.db.query(select).await?;
    let Some(row) = rows.first() else { return Ok(Fate::Refused) };
    let Ok(owner) = region.owner(accounts::read(row)?).await else { return Ok(Fate::Refused) };
    let mail: Mail = serde_json::from_slice(&owner.open("mail", &due.sealed)?)?;
    Ok(match postmark::send(region, &mail).await {
        Ok(()) => Fate::Sent,
        Err(error) if error.is_final() => {
            tracing::error!(%error, mail = due.id, "the mail provider refuses a mail");
            Fate::Refused
        }
        Err(error) => {
            tracing::warn!(%error, mail = due.id, tries = due.tries + 1, "a mail did not go");
            Fate::Again
        }
    })
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
