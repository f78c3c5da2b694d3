//! Queueing mails and sending what waits.

use std::sync::Arc;

use super::postmark;
use super::store;
use crate::clock::Clock;
use crate::config::MailConfig;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::random::random;

/// Mails that one call sends at most.
const SENT_AT_ONCE_MAX: i64 = 20;
/// Tries before a mail is given up.
const TRIES_MAX: i64 = 12;
/// Wait after the first failure, in milliseconds; it doubles with each.
const RETRY_MS: i64 = 5_000;
/// Longest wait, in milliseconds.
const RETRY_MS_MAX: i64 = 3_600_000;

/// A mail, plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// Queues a mail.
///
/// # Errors
/// When the database fails.
pub async fn queue(tx: &mut Tx, mail: &Mail, now_ms: i64) -> Result<(), Error> {
    Ok(store::insert(tx, &hex::encode(random::<16>()?), mail, now_ms).await?)
}

/// Sends mails.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
    client: reqwest::Client,
    config: Arc<MailConfig>,
}

impl Service {
    /// Over this database and the provider of `config`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, config: &MailConfig) -> Self {
        Self { db, clock, client: postmark::client(), config: Arc::new(config.clone()) }
    }

    /// Sends what is due and returns how many mails the provider took.
    ///
    /// # Errors
    /// When the database fails. A provider that fails is asked again later.
    pub async fn send_due(&self) -> Result<u32, Error> {
        let now_ms = self.clock.now_ms();
        let due = store::list_due(&mut *self.db.read().await?, now_ms, SENT_AT_ONCE_MAX).await?;
        let mut sent = 0;
        for (id, mail, tries) in due {
            let result = postmark::send(&self.client, &self.config, &mail).await;
            let mut tx = self.db.begin().await?;
            match &result {
                Ok(()) => {
                    store::delete(&mut tx, &id).await?;
                    sent += 1;
                }
                Err(error) if tries + 1 >= TRIES_MAX || error.is_final() => {
                    tracing::error!(%error, mail = id, "a mail was given up");
                    store::delete(&mut tx, &id).await?;
                }
                Err(error) => {
                    tracing::warn!(%error, mail = id, "a mail waits");
                    let wait_ms = RETRY_MS_MAX.min(RETRY_MS << tries.min(20));
                    store::set_next(&mut tx, &id, now_ms + wait_ms).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(sent)
    }
}
