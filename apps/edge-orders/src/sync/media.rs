//! Fetches pictures that the feed named, and checks that they are the ones.

use futures::future::join_all;
use kiosk_edge_platform::Statement;
use kiosk_pop_store::media;
use sha2::{Digest, Sha256};

use super::core_client::{self, CoreError};
use super::service::{Budget, SyncError};
use crate::app::Pop;

/// Most pictures of one tick.
const PICTURES_MAX: u32 = 32;
/// Pictures fetched at once.
const FETCHES_MAX: usize = 8;

/// Fetches missing pictures and returns how many were stored.
pub async fn fetch_pictures(pop: &Pop, budget: Budget) -> Result<u64, SyncError> {
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    let missing = media::missing(db, now_ms, PICTURES_MAX).await?;
    let mut stored = 0;
    for hashes in missing.chunks(FETCHES_MAX) {
        if !budget.lasts(pop) {
            break;
        }
        let answers = join_all(hashes.iter().map(|hash| fetch(pop, hash))).await;
        let mut batch: Vec<Statement> = Vec::with_capacity(answers.len());
        let mut away = None;
        for (hash, answer) in hashes.iter().zip(answers) {
            match answer {
                Ok(bytes) => {
                    stored += 1;
                    batch.push(media::put(hash, bytes));
                }
                Err(FetchError::Core(error)) if error.is_away() => away = Some(error),
                Err(error) => {
                    tracing::warn!(%error, hash, "a picture could not be fetched");
                    batch.push(media::failed(hash, now_ms));
                }
            }
        }
        if !batch.is_empty() {
            db.batch(batch).await?;
        }
        if let Some(error) = away {
            return Err(error.into());
        }
    }
    Ok(stored)
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Core(#[from] CoreError),
    #[error("the bytes are not those of the hash")]
    Hash,
}

async fn fetch(pop: &Pop, hash: &str) -> Result<Vec<u8>, FetchError> {
    let bytes = core_client::get(pop, &format!("/sync/v1/media/{hash}")).await?;
    if hex::encode(Sha256::digest(&bytes)) == hash { Ok(bytes.into()) } else { Err(FetchError::Hash) }
}
