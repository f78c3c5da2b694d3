//! Forgets what was told long ago.

use super::store;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Error;
use crate::modules::catalog::feed;

/// How long a notice stays in the feed, in milliseconds: a POP that is away for longer does not write of it.
pub const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How long a refund is known whose money is not on its way, in milliseconds.
const REFUNDS_KEPT_MS: i64 = 180 * 24 * 3_600_000;
/// Notices that are forgotten at once.
const PRUNED_AT_ONCE: i64 = 500;

/// What becomes of notices.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub const fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Takes old notices out of the feed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn prune(&self) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        loop {
            let mut tx = self.db.begin().await?;
            let old = store::list_told(&mut tx, now_ms - KEPT_MS, PRUNED_AT_ONCE).await?;
            let ids: Vec<&str> = old.iter().map(String::as_str).collect();
            feed::forget_notices(&mut tx, &ids).await?;
            for id in &ids {
                store::delete_told(&mut tx, id).await?;
            }
            store::delete_refunds(&mut tx, now_ms - REFUNDS_KEPT_MS).await?;
            tx.commit().await?;
            if i64::try_from(old.len()).unwrap_or(0) < PRUNED_AT_ONCE {
                return Ok(());
            }
        }
    }
}
