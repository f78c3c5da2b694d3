//! Delivers the outbox, in order and without a gap.

use kiosk_pop_store::outbox;
use kiosk_wire::{EVENTS_PER_BATCH_MAX, Event, EventAck, EventBatch, SYNC_BODY_BYTES_MAX};

use super::core_client::{self, CoreError, TICK_TIMEOUT_MS_MAX};
use super::service::{Budget, SyncError};
use crate::app::Pop;

/// Most deliveries of one tick.
const DELIVERIES_MAX: usize = 5;

/// Delivers what waits and returns how many events the core has applied.
pub async fn deliver_events(pop: &Pop, incarnation: &str, budget: Budget) -> Result<u64, SyncError> {
    let mut delivered = 0;
    for _ in 0..DELIVERIES_MAX {
        if !budget.lasts(pop) {
            break;
        }
        let limit = u32::try_from(EVENTS_PER_BATCH_MAX).unwrap_or(u32::MAX);
        let events = outbox::pending(&*pop.edge.db, limit).await?;
        let full = events.len() == EVENTS_PER_BATCH_MAX;
        let Some(first) = events.first().map(|event| event.seq) else { break };
        let (body, last) = message(incarnation, events)?;
        let ack: EventAck = core_client::post(pop, "/sync/v1/events", body, TICK_TIMEOUT_MS_MAX).await?;
        // What was not sent is not removed, whatever the core says.
        let through = ack.applied_through.min(last);
        if through < first {
            tracing::error!(
                first,
                applied_through = ack.applied_through,
                "the core did not apply a delivery"
            );
            break;
        }
        pop.edge.db.batch(vec![outbox::acknowledge(through, incarnation)]).await?;
        delivered += through + 1 - first;
        if !full && through == last {
            break;
        }
    }
    Ok(delivered)
}

/// A delivery that is not too large, and the number of its last event.
fn message(incarnation: &str, events: Vec<Event>) -> Result<(Vec<u8>, u64), CoreError> {
    let mut batch = EventBatch { incarnation: incarnation.to_owned(), events };
    loop {
        let body = core_client::json(&batch)?;
        if body.len() <= SYNC_BODY_BYTES_MAX || batch.events.len() == 1 {
            return Ok((body, batch.events.last().map_or(0, |event| event.seq)));
        }
        batch.events.truncate(batch.events.len() / 2);
    }
}
