//! What is done beside: forgetting what everybody has read, and measuring.

use std::sync::Arc;

use kiosk_ids::EventId;

use super::run::Bus;
use super::source::{BATCH_FACTS_MAX, Source};
use super::{service, store};
use crate::error::Error;

/// How long facts are kept that everybody has read, in milliseconds.
const KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// Facts that are forgotten at once.
const PRUNED_AT_ONCE: i64 = 5_000;

impl Bus {
    /// Forgets what everybody has read long ago.
    ///
    /// # Errors
    /// When the database or the broker fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let before_ms = self.clock.now_ms() - KEPT_MS;
        let before = EventId::fresh(before_ms, &[0; 10]);
        let mut sources = vec![Source::Log];
        if let Some(link) = &self.link {
            sources.push(Source::Stream(Arc::clone(link.stream().await?)));
        }
        for source in &sources {
            let mut through = i64::MAX;
            for reader in self.readers.iter() {
                let conn = &mut *self.db.read().await?;
                through = through.min(store::get_cursor(conn, reader.name(), source.name()).await?);
            }
            match source {
                Source::Log => self.prune_log(through, before_ms).await?,
                Source::Stream(stream) => stream.prune(through, before_ms).await?,
            }
        }
        for reader in self.readers.iter() {
            let mut tx = self.db.begin().await?;
            let mut lag = 0;
            for source in &sources {
                lag += store::get_lag(&mut tx, reader.name(), source.name()).await?;
            }
            // A consumer that is far behind may meet a fact again that it applied long ago.
            if lag < BATCH_FACTS_MAX {
                store::delete_inbox(&mut tx, reader.name(), before.as_str()).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    async fn prune_log(&self, through: i64, before_ms: i64) -> Result<(), Error> {
        loop {
            let mut tx = self.db.begin().await?;
            let pruned = store::delete_log(&mut tx, through, before_ms, PRUNED_AT_ONCE).await?;
            tx.commit().await?;
            if pruned < PRUNED_AT_ONCE.unsigned_abs() {
                return Ok(());
            }
        }
    }

    /// Sets the metrics of lag and dead letters.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn measure(&self) -> Result<(), Error> {
        let (progress, waiting) = service::list_progress(&mut *self.db.read().await?).await?;
        metrics::gauge!("core_bus_outbox").set(to_f64(waiting));
        for known in progress {
            let labels = [("consumer", known.consumer)];
            metrics::gauge!("core_bus_lag", &labels).set(to_f64(known.lag));
            metrics::gauge!("core_bus_waiting", &labels).set(to_f64(known.waiting));
            metrics::gauge!("core_bus_dead_letters", &labels).set(to_f64(known.dead));
        }
        Ok(())
    }
}
fn to_f64(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
