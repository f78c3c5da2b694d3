//! Hands in the pictures of customers before the events that name them.

use kiosk_pop_store::social::uploads;

use super::core_client::{self, CoreError};
use super::service::{Budget, SyncError};
use crate::app::Pop;

/// Most pictures of one tick.
const PICTURES_MAX: u32 = 8;
/// How long the core may take for one, in milliseconds: it makes a picture of its own from it, and the tick has to end in
/// time for its host.
const TIMEOUT_MS_MAX: u32 = 4_000;

/// Hands in what waits, and returns how many pictures are dealt with. One that the core refuses is dropped: its event goes
/// without it.
pub async fn hand_in_pictures(pop: &Pop, budget: Budget) -> Result<u64, SyncError> {
    let db = &*pop.edge.db;
    let mut done = 0;
    for (account, hash) in uploads::waiting(db, PICTURES_MAX).await? {
        if !budget.lasts(pop) {
            break;
        }
        let taken = match uploads::get(db, &account, &hash).await? {
            Some(upload) => hand_in(pop, &hash, upload.bytes).await?,
            None => false,
        };
        db.batch(uploads::handed_in(&account, &hash, taken)).await?;
        done += 1;
    }
    Ok(done)
}

/// Whether the core took the picture.
async fn hand_in(pop: &Pop, hash: &str, bytes: Vec<u8>) -> Result<bool, CoreError> {
    match core_client::post_file(pop, "/sync/v1/media", bytes, TIMEOUT_MS_MAX).await {
        Ok(_) => Ok(true),
        Err(error @ CoreError::Refused { .. }) if !error.is_away() => {
            tracing::warn!(%error, hash, "the core refused a picture");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
