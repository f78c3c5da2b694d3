//! Telling facts, and looking at what became of them.

use super::fact::Fact;
use super::{held, store};
use crate::clock::Clock;
use crate::db::{Conn, Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::members::service::Member;
use crate::random::random;

/// Places of a millisecond: facts of one transaction follow each other in it.
const PLACES_PER_MS: i64 = 1_000;

/// Tells facts, in order, with what the transaction does. Whoever tells of a key holds what serialises its changes (the
/// row of the order, of the promotion) by then.
///
/// # Errors
/// When the database fails.
pub async fn publish(tx: &mut Tx, facts: &[Fact], now_ms: i64) -> Result<(), Error> {
    if facts.is_empty() {
        return Ok(());
    }
    // Behind what waits, whatever the clock of the process that wrote it: what was told of a key before is among it.
    let last = store::last_place(tx).await?;
    let first = last.map_or(0, |last| last + 1).max(now_ms.saturating_mul(PLACES_PER_MS));
    let mut rows = Vec::with_capacity(facts.len());
    for (fact, place) in facts.iter().zip(first..) {
        let id = kiosk_ids::EventId::fresh(now_ms, &random()?);
        rows.push(store::Told {
            id: id.to_string(),
            topic: fact.key(),
            place,
            body: serde_json::to_string(fact)?,
        });
    }
    store::insert(tx, &rows, now_ms).await?;
    tx.tell();
    Ok(())
}

/// How far a consumer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its name.
    pub consumer: String,
    /// Facts it has not read.
    pub lag: i64,
    /// Facts that are tried again, or wait behind one of their key.
    pub waiting: i64,
    /// Facts that were given up.
    pub dead: i64,
}

/// A fact that a consumer could not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Who could not.
    pub consumer: String,
    /// The fact, `evt_…`.
    pub id: String,
    /// What the fact is about.
    pub topic: String,
    /// What happened, as `order_placed`.
    pub kind: String,
    /// When it was written, Unix milliseconds.
    pub written_ms: i64,
    /// When it was given up, Unix milliseconds.
    pub dead_ms: i64,
    /// Tries.
    pub tries: i64,
    /// Why the last of them failed.
    pub reason: String,
    /// Later facts of the same key that wait for it.
    pub behind: i64,
}

/// What becomes of facts, as admins see it.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// How far the consumers are, by name, and how many facts wait for the dispatcher.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_progress(&self) -> Result<(Vec<Progress>, i64), Error> {
        list_progress(&mut *self.db.read().await?).await
    }

    /// Dead letters, the newest first, `offset` of them passed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_dead(&self, offset: i64, limit: i64) -> Result<Vec<DeadLetter>, Error> {
        Ok(held::list_dead(&mut *self.db.read().await?, offset, limit).await?)
    }

    /// Gives a consumer a dead letter again, or all of its dead letters, and returns how many they are. Facts of a key
    /// keep their order.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn replay(&self, actor: &Member, consumer: &str, id: Option<&str>) -> Result<u64, Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let revived = held::revive(&mut tx, consumer, id, now_ms).await?;
        if revived == 0 {
            return Err(Error::NotFound("dead letter"));
        }
        let act = Act {
            action: "event.replay",
            subject: id.unwrap_or(consumer),
            detail: format!("{consumer}: {revived}"),
        };
        audit::append(&mut tx, &actor.id, &act, now_ms).await?;
        tx.tell();
        tx.commit().await?;
        Ok(revived)
    }
}

/// See [`Service::list_progress`].
///
/// # Errors
/// When the database fails.
pub async fn list_progress(conn: &mut Conn) -> Result<(Vec<Progress>, i64), Error> {
    let lags = store::list_lag(conn).await?;
    let mut progress: Vec<_> =
        lags.into_iter().map(|(consumer, lag)| Progress { consumer, lag, waiting: 0, dead: 0 }).collect();
    for (consumer, waiting, dead) in held::count(conn).await? {
        if let Some(known) = progress.iter_mut().find(|known| known.consumer == consumer) {
            (known.waiting, known.dead) = (waiting, dead);
        }
    }
    Ok((progress, store::count_outbox(conn).await?))
}
