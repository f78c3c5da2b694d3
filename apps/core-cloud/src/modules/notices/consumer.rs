//! Tells regions what customers are to be told.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use kiosk_wire::Change;

use super::{compose, store};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::Told;
use crate::modules::catalog::{feed, service as catalog};

/// What happened longer ago is not told any more, in milliseconds: a shop that begins to tell does not write of the past.
pub const TOLD_WITHIN_MS: i64 = 3 * 24 * 3_600_000;

/// Makes a notice of each fact that a customer is to hear of.
#[derive(Clone, Debug)]
pub struct Notices {
    clock: Clock,
}

impl Notices {
    /// With this clock.
    #[must_use]
    pub const fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Consumer for Notices {
    fn name(&self) -> &'static str {
        "notices"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let now_ms = self.clock.now_ms();
            let fresh = |told: &&Told| told.written_ms > now_ms - TOLD_WITHIN_MS;
            let told: Vec<_> = facts.iter().filter(|told| compose::order_of(&told.fact).is_some()).collect();
            if told.is_empty() {
                return Ok(());
            }
            catalog::lock_writers(tx).await?;
            let mut notices: BTreeMap<String, Vec<Change>> = BTreeMap::new();
            for told in told.into_iter().filter(fresh) {
                // The fact's own id, so that a region that hears of it twice knows.
                if !store::insert_told(tx, &told.id, now_ms).await? {
                    continue;
                }
                if let Some((region, notice)) = compose::compose(tx, told).await? {
                    notices.entry(region).or_default().push(Change::Notice(Box::new(notice)));
                }
            }
            for (region, changes) in notices {
                feed::publish(tx, Some(&region), &changes).await?;
            }
            Ok(())
        })
    }
}
