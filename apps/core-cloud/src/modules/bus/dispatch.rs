//! The dispatcher: takes facts from the outbox to where consumers read them.

use std::sync::Arc;

use super::link::Link;
use super::stream::Stream;
use super::{source::Delivery, store};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;

/// Facts that are taken at once.
const FACTS_AT_ONCE_MAX: i64 = 1_000;
/// How long one process hands facts to the broker alone, in milliseconds; longer than a batch of them takes.
const CLAIM_MS_MAX: i64 = 30_000;

/// Takes facts from the outbox.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    pub db: Db,
    pub clock: Clock,
    /// The way to the broker; else facts go to the log.
    pub link: Option<Arc<Link>>,
    /// This process among those that dispatch.
    pub holder: String,
}

impl Dispatcher {
    /// Takes what waits, at most [`FACTS_AT_ONCE_MAX`], and returns how many facts it were.
    ///
    /// # Errors
    /// When the database or the broker is away; what was not taken waits.
    pub async fn dispatch(&self) -> Result<u64, Error> {
        if !store::has_outbox(&mut *self.db.read().await?).await? {
            return Ok(0);
        }
        let moved = match &self.link {
            None => self.to_log().await?,
            Some(link) => self.to_stream(link.stream().await?).await?,
        };
        metrics::counter!("core_bus_facts_dispatched_total").increment(moved);
        Ok(moved)
    }

    async fn to_log(&self) -> Result<u64, Error> {
        let mut tx = self.db.begin().await?;
        let moved = store::move_to_log(&mut tx, FACTS_AT_ONCE_MAX).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// The broker is asked outside of transactions: what it has taken is deleted afterwards, and what it is told again
    /// after a failure it knows by its id, or the consumers' inboxes do.
    async fn to_stream(&self, stream: &Stream) -> Result<u64, Error> {
        if !self.claim(stream, CLAIM_MS_MAX).await? {
            return Ok(0);
        }
        let facts = store::list_outbox(&mut *self.db.read().await?, FACTS_AT_ONCE_MAX).await?;
        let told = stream.publish(&facts).await;
        let ids: Vec<&str> = told.taken.iter().map(|place| &*facts[*place].id).collect();
        let mut tx = self.db.begin().await?;
        store::delete_outbox(&mut tx, &ids).await?;
        store::set_head(&mut tx, stream.name(), told.head).await?;
        tx.commit().await?;
        self.claim(stream, 0).await?;
        told.result.map(|()| ids.len() as u64)
    }

    async fn claim(&self, stream: &Stream, for_ms: i64) -> Result<bool, Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let span = (now_ms, now_ms + for_ms);
        let claimed = store::claim_head(&mut tx, stream.name(), &self.holder, span).await?;
        tx.commit().await?;
        Ok(claimed)
    }
}

/// Facts in waves: each has one fact of a key at most, so that those of a key can be told one after the other.
pub fn waves(facts: &[Delivery]) -> Vec<Vec<usize>> {
    let mut of_key = std::collections::HashMap::new();
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (place, fact) in facts.iter().enumerate() {
        let wave = of_key.entry(&*fact.topic).or_insert(0_usize);
        if *wave == waves.len() {
            waves.push(Vec::new());
        }
        waves[*wave].push(place);
        *wave += 1;
    }
    waves
}
