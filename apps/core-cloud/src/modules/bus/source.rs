//! Where consumers read facts: the log of the database, or a stream of a broker.

use std::sync::Arc;

use async_nats::jetstream;

use super::fact::{Fact, Told};
use super::store::{self, LOG};
use super::stream::Stream;
use crate::db::Db;
use crate::error::Error;

/// Facts that are read and applied at once.
pub const BATCH_FACTS_MAX: i64 = 256;

/// A fact as it is read.
#[derive(Debug)]
pub struct Delivery {
    /// Counts the facts of the source without a gap.
    pub number: i64,
    /// Identifier.
    pub id: String,
    /// Its key.
    pub topic: String,
    /// Unix milliseconds.
    pub written_ms: i64,
    /// JSON.
    pub body: String,
    /// What the broker is answered with.
    pub message: Option<jetstream::Message>,
}

impl Delivery {
    /// What a consumer is told.
    ///
    /// # Errors
    /// When this version of the core does not know such a fact.
    pub fn told(&self) -> Result<Told, serde_json::Error> {
        let fact: Fact = serde_json::from_str(&self.body)?;
        Ok(Told { id: self.id.clone(), written_ms: self.written_ms, fact })
    }
}

/// Where facts are read.
#[derive(Clone, Debug)]
pub enum Source {
    /// Table `bus_log`.
    Log,
    /// A stream of JetStream.
    Stream(Arc<Stream>),
}

impl Source {
    /// Its name among the cursors.
    pub fn name(&self) -> &str {
        match self {
            Self::Log => LOG,
            Self::Stream(stream) => stream.name(),
        }
    }

    /// The next facts behind `after`, at most [`BATCH_FACTS_MAX`]. Some may have been read before, and some may be
    /// missing before them.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn fetch(&self, db: &Db, consumer: &str, after: i64) -> Result<Vec<Delivery>, Error> {
        match self {
            Self::Log => Ok(store::list_log(&mut *db.read().await?, after, BATCH_FACTS_MAX).await?),
            Self::Stream(stream) => stream.fetch(consumer).await,
        }
    }

    /// These facts are read up to `through`; the others come again.
    pub async fn settle(&self, deliveries: &[Delivery], through: i64) {
        if let Self::Stream(_) = self {
            super::stream::settle(deliveries, through).await;
        }
    }

    /// These facts are being worked on: they are not to be given to somebody else yet.
    pub async fn hold(&self, deliveries: &[Delivery]) {
        if let Self::Stream(_) = self {
            super::stream::hold(deliveries).await;
        }
    }

    /// How many numbers between `after` and `next` the source does not have any more, counted from the first.
    ///
    /// # Errors
    /// When the source cannot be asked.
    pub async fn count_missing(&self, after: i64, next: i64) -> Result<i64, Error> {
        match self {
            Self::Log => Ok(0),
            Self::Stream(stream) => stream.count_missing(after, next).await,
        }
    }
}
