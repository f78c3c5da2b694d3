//! The way to the broker, which may be away when the core starts: the stream is opened by whoever needs it first.

use std::sync::Arc;

use async_nats::ServerAddr;
use tokio::sync::OnceCell;

use super::store;
use super::stream::Stream;
use crate::config::NatsConfig;
use crate::db::Db;
use crate::error::Error;

/// A stream that is opened once its broker is there.
#[derive(Debug)]
pub struct Link {
    config: NatsConfig,
    db: Db,
    /// Names of those who read it.
    consumers: Vec<&'static str>,
    stream: OnceCell<Arc<Stream>>,
}

impl Link {
    /// A link to the broker of these consumers; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no address of a broker.
    pub fn new(db: &Db, config: &NatsConfig, consumers: Vec<&'static str>) -> Result<Self, Error> {
        for server in config.url.split(',') {
            let read = server.trim().parse::<ServerAddr>();
            read.map_err(|error| Error::invalid("nats_url", error.to_string()))?;
        }
        Ok(Self { config: config.clone(), db: db.clone(), consumers, stream: OnceCell::new() })
    }

    /// The stream; the first who asks opens it, with the cursors of its readers.
    ///
    /// # Errors
    /// When the database or the broker is away; the next who asks tries again.
    pub async fn stream(&self) -> Result<&Arc<Stream>, Error> {
        self.stream.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Arc<Stream>, Error> {
        let mut stream = Stream::open(&self.config).await?;
        let (start, last) = stream.bounds();
        let mut tx = self.db.begin().await?;
        store::put_head(&mut tx, stream.name(), last).await?;
        store::set_head(&mut tx, stream.name(), last).await?;
        let mut cursors = Vec::with_capacity(self.consumers.len());
        for consumer in &self.consumers {
            store::put_cursor(&mut tx, consumer, stream.name(), start).await?;
            cursors.push(store::get_cursor(&mut tx, consumer, stream.name()).await?);
        }
        tx.commit().await?;
        for (consumer, cursor) in self.consumers.iter().zip(cursors) {
            stream.follow(consumer, cursor).await?;
        }
        warn_of_unread(&self.db, Some(stream.name())).await?;
        Ok(Arc::new(stream))
    }
}

/// Facts in a stream that is not read any more would wait for ever.
///
/// # Errors
/// When the database fails.
pub async fn warn_of_unread(db: &Db, stream: Option<&str>) -> Result<(), Error> {
    for (unread, facts) in store::list_unread(&mut *db.read().await?).await? {
        if unread != store::LOG && stream != Some(&unread) {
            tracing::error!(stream = unread, facts, "facts are left in a stream that is not read");
        }
    }
    Ok(())
}
