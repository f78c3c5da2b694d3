//! A consumer's way through the facts: batches, one by one when a batch fails, and again later what failed alone.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;

use super::link::Link;
use super::source::{Delivery, Source};
use super::{Consumer, held, store};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;

/// Longest time that a consumer may take for a batch, in milliseconds.
const APPLY_TIMEOUT_MS_MAX: u64 = 20_000;
/// Tries before a fact is a dead letter.
pub const TRIES_MAX: i64 = 10;
/// Wait after the first failure, in milliseconds; it doubles with each.
pub const RETRY_MS: i64 = 1_000;
/// Longest wait between tries, in milliseconds.
pub const RETRY_MS_MAX: i64 = 300_000;
/// Held facts that are tried in one round.
const RETRIES_AT_ONCE_MAX: i64 = 64;
/// Facts that are applied one by one between two words to the broker.
const HOLD_FACTS: usize = 16;
/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 300;

/// Reads for one consumer.
#[derive(Clone)]
pub struct Reader {
    pub db: Db,
    pub clock: Clock,
    pub consumer: Arc<dyn Consumer>,
    /// The way to the broker, if there is one: its stream is read behind the log.
    pub link: Option<Arc<Link>>,
}

/// Why facts were not applied.
enum Failure {
    /// It says nothing about the facts: the database or the broker is busy or away.
    Passing(Error),
    /// The consumer cannot take them.
    Refused(String),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        let error = error.into();
        if error.is_passing() { Self::Passing(error) } else { Self::Refused(reason_of(&error)) }
    }
}

impl Reader {
    pub fn name(&self) -> &'static str {
        self.consumer.name()
    }

    /// Applies what is there, a batch of each kind at most, and returns how many facts moved.
    ///
    /// # Errors
    /// When the database or the broker is away; nothing is lost then.
    pub async fn round(&self) -> Result<usize, Error> {
        let read = self.read().await;
        // What is held is tried again while the broker is away, too.
        let retried = self.retry_due().await?;
        Ok(read? + retried)
    }

    /// The log to its end, then the stream.
    async fn read(&self) -> Result<usize, Error> {
        let moved = self.take(&Source::Log).await?;
        match &self.link {
            Some(link) if moved == 0 => self.take(&Source::Stream(Arc::clone(link.stream().await?))).await,
            _ => Ok(moved),
        }
    }

    async fn take(&self, source: &Source) -> Result<usize, Error> {
        let mut before = store::get_cursor(&mut *self.db.read().await?, self.name(), source.name()).await?;
        let deliveries = source.fetch(&self.db, self.name(), before).await?;
        if deliveries.is_empty() {
            return Ok(0);
        }
        let first = deliveries.iter().map(|fact| fact.number).find(|number| *number > before);
        if let Some(first) = first.filter(|first| *first > before + 1) {
            before = self.pass_over(source, before, first).await?;
        }
        let result = match self.attempt(source, &deliveries).await {
            Err(Failure::Refused(reason)) => {
                tracing::debug!(consumer = self.name(), reason, "a batch failed: facts are tried one by one");
                self.take_each(source, &deliveries).await
            }
            Err(Failure::Passing(error)) => Err(error),
            Ok(cursor) => Ok(cursor),
        };
        let through = *result.as_ref().unwrap_or(&before);
        source.settle(&deliveries, through).await;
        Ok(usize::try_from(result? - before).unwrap_or(0))
    }

    /// Goes on behind numbers that the source does not have any more. What it has comes later.
    async fn pass_over(&self, source: &Source, before: i64, next: i64) -> Result<i64, Error> {
        let through = source.count_missing(before, next).await? + before;
        if through > before {
            tracing::error!(consumer = self.name(), before, through, "facts are gone from the stream");
            let mut tx = self.db.begin().await?;
            if store::lock_cursor(&mut tx, self.name(), source.name()).await? == before {
                store::set_cursor(&mut tx, self.name(), source.name(), through).await?;
                tx.commit().await?;
            }
        }
        Ok(through)
    }

    /// Applies the facts that follow the cursor, all or none, and returns how far the cursor is then.
    async fn attempt(&self, source: &Source, deliveries: &[Delivery]) -> Result<i64, Failure> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let cursor = store::lock_cursor(&mut tx, self.name(), source.name()).await?;
        let run = next_run(cursor, deliveries);
        let Some(last) = run.last() else { return Ok(cursor) };
        let ids: Vec<&str> = run.iter().map(|fact| &*fact.id).collect();
        let topics: Vec<&str> = run.iter().map(|fact| &*fact.topic).collect();
        let mut known = store::list_known(&mut tx, self.name(), &ids).await?;
        let held = held::list_topics(&mut tx, self.name(), &topics).await?;
        let fresh = run.iter().filter(|fact| known.insert(fact.id.clone()));
        let (behind, ready): (Vec<_>, Vec<_>) = fresh.partition(|fact| held.contains(&fact.topic));
        self.apply(&mut tx, &ready).await?;
        let ids: Vec<&str> = ready.iter().map(|fact| &*fact.id).collect();
        store::insert_inbox(&mut tx, self.name(), &ids).await?;
        held::insert(&mut tx, self.name(), &behind, (0, 0, "")).await?;
        store::set_cursor(&mut tx, self.name(), source.name(), last.number).await?;
        tx.commit().await?;
        self.count(&ready, now_ms);
        Ok(last.number)
    }

    async fn apply(&self, tx: &mut Tx, facts: &[&Delivery]) -> Result<(), Failure> {
        if facts.is_empty() {
            return Ok(());
        }
        let told: Result<Vec<_>, _> = facts.iter().map(|fact| fact.told()).collect();
        let told =
            told.map_err(|_| Failure::Refused("this version of the core cannot read it".to_owned()))?;
        let limit = Duration::from_millis(APPLY_TIMEOUT_MS_MAX);
        let applied = AssertUnwindSafe(self.consumer.apply(tx, &told)).catch_unwind();
        match tokio::time::timeout(limit, applied).await {
            Ok(Ok(result)) => Ok(result?),
            Ok(Err(_panic)) => Err(Failure::Refused("the consumer panicked".to_owned())),
            Err(_) => Err(Failure::Refused(format!("it took more than {APPLY_TIMEOUT_MS_MAX} ms"))),
        }
    }

    /// Applies facts one by one and sets aside what fails.
    async fn take_each(&self, source: &Source, deliveries: &[Delivery]) -> Result<i64, Error> {
        let mut through = 0;
        for (place, fact) in deliveries.iter().enumerate() {
            if place % HOLD_FACTS == 0 {
                source.hold(&deliveries[place..]).await;
            }
            through = match self.attempt(source, std::slice::from_ref(fact)).await {
                Ok(cursor) => cursor,
                Err(Failure::Refused(reason)) => self.set_aside(source, fact, &reason).await?,
                Err(Failure::Passing(error)) => return Err(error),
            };
            if through < fact.number {
                break;
            }
        }
        Ok(through)
    }

    async fn set_aside(&self, source: &Source, fact: &Delivery, reason: &str) -> Result<i64, Error> {
        tracing::warn!(consumer = self.name(), fact = fact.id, reason, "a fact waits");
        let next_ms = self.clock.now_ms() + RETRY_MS;
        let mut tx = self.db.begin().await?;
        let cursor = store::lock_cursor(&mut tx, self.name(), source.name()).await?;
        if cursor >= fact.number {
            return Ok(cursor);
        }
        held::insert(&mut tx, self.name(), &[fact], (1, next_ms, reason)).await?;
        store::set_cursor(&mut tx, self.name(), source.name(), fact.number).await?;
        tx.commit().await?;
        Ok(fact.number)
    }

    /// Tries held facts that are due, the first of each key.
    async fn retry_due(&self) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let conn = &mut *self.db.read().await?;
        let due = held::list_due(conn, self.name(), now_ms, RETRIES_AT_ONCE_MAX).await?;
        for id in &due {
            match self.retry(id, now_ms).await {
                Ok(()) => {}
                Err(Failure::Refused(reason)) => self.put_off(id, &reason, now_ms).await?,
                Err(Failure::Passing(error)) => return Err(error),
            }
        }
        Ok(due.len())
    }

    async fn retry(&self, id: &str, now_ms: i64) -> Result<(), Failure> {
        let mut tx = self.db.begin().await?;
        store::lock_cursor(&mut tx, self.name(), store::LOG).await?;
        let Some(held) = held::get_due(&mut tx, self.name(), id, now_ms).await? else { return Ok(()) };
        self.apply(&mut tx, &[&held.fact]).await?;
        store::insert_inbox(&mut tx, self.name(), &[id]).await?;
        held::delete(&mut tx, self.name(), id).await?;
        tx.commit().await?;
        self.count(&[&held.fact], now_ms);
        Ok(())
    }

    async fn put_off(&self, id: &str, reason: &str, now_ms: i64) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        store::lock_cursor(&mut tx, self.name(), store::LOG).await?;
        let Some(held) = held::get_due(&mut tx, self.name(), id, now_ms).await? else { return Ok(()) };
        let tries = held.tries + 1;
        let dead_ms = (tries >= TRIES_MAX).then_some(now_ms);
        let wait_ms = RETRY_MS_MAX.min(RETRY_MS << held.tries.clamp(0, 20));
        held::set_failed(&mut tx, (self.name(), id), (now_ms + wait_ms, dead_ms), reason).await?;
        tx.commit().await?;
        if dead_ms.is_some() {
            tracing::error!(consumer = self.name(), fact = id, reason, "a fact was given up");
        }
        Ok(())
    }

    fn count(&self, facts: &[&Delivery], now_ms: i64) {
        let labels = [("consumer", self.name())];
        metrics::counter!("core_bus_facts_applied_total", &labels).increment(facts.len() as u64);
        if let Some(first) = facts.first() {
            let delay_s = Duration::from_millis(u64::try_from(now_ms - first.written_ms).unwrap_or(0));
            metrics::histogram!("core_bus_delay_seconds", &labels).record(delay_s);
        }
    }
}

/// The facts that follow the cursor without a gap.
fn next_run(cursor: i64, deliveries: &[Delivery]) -> &[Delivery] {
    let read = deliveries.iter().take_while(|fact| fact.number <= cursor).count();
    let unread = &deliveries[read..];
    let run = unread.iter().zip(cursor + 1..).take_while(|(fact, number)| fact.number == *number).count();
    &unread[..run]
}

/// What an admin reads of an error: what failed, and no value.
fn reason_of(error: &Error) -> String {
    let mut reason = error.to_string();
    if let Error::Database(sqlx::Error::Database(cause)) = error {
        let code = cause.code().unwrap_or_default();
        let constraint = cause.constraint().map(|name| format!(", constraint {name}")).unwrap_or_default();
        reason = format!("{reason}: code {code}{constraint}");
    }
    reason.chars().take(REASON_CHARS_MAX).collect()
}

/// Names of consumers, each once: their inboxes go by them.
pub fn are_distinct(consumers: &[Arc<dyn Consumer>]) -> bool {
    let names: HashSet<_> = consumers.iter().map(|consumer| consumer.name()).collect();
    names.len() == consumers.len()
}
