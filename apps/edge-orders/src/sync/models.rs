//! Fetches the fraud models of the core's plan, and makes the plan active once all of them are here.

use kiosk_pop_store::models;
use kiosk_risk::card::{CardError, ModelCard};
use kiosk_wire::{MODEL_CARD_BYTES_MAX, MODEL_ONNX_BYTES_MAX};
use sha2::{Digest, Sha256};

use super::core_client::{self, CoreError};
use super::service::{Budget, SyncError};
use crate::app::Pop;

/// Follows the plan, and returns how many models were stored. One that cannot be had leaves what is active as it is.
pub async fn follow_plan(pop: &Pop, budget: Budget) -> Result<u64, SyncError> {
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    let Some(told) = models::due(db, now_ms).await? else { return Ok(0) };
    let mut stored = 0;
    for version in models::missing(db, &told.plan).await? {
        if !budget.lasts(pop) {
            return Ok(stored);
        }
        match fetch(pop, &version).await {
            Ok((card, onnx)) => db.batch(vec![models::put(&version, &card, onnx)]).await?,
            Err(FetchError::Core(error)) if error.is_away() => return Err(error.into()),
            Err(error) => {
                let (code, revision) = ("fraud_model_refused", told.plan.revision);
                tracing::error!(%error, code, version, revision, "a fraud model could not be fetched");
                db.batch(vec![models::failed(now_ms)]).await?;
                return Ok(stored);
            }
        }
        stored += 1;
    }
    db.batch(models::activate(&told, pop.config.pop_id.as_str()).into()).await?;
    tracing::info!(revision = told.plan.revision, "the plan of fraud models is active");
    Ok(stored)
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error(transparent)]
    Core(#[from] CoreError),
    #[error(transparent)]
    Card(#[from] CardError),
    #[error("the card is not text")]
    Text(#[from] std::string::FromUtf8Error),
    #[error("the card is that of another model")]
    Version,
    #[error("the model is too large")]
    TooLarge,
    #[error("the network is not the one of the card")]
    Hash,
}

/// The card and the network of a model, checked against each other. Whether it works is seen where it is loaded.
async fn fetch(pop: &Pop, version: &str) -> Result<(String, Vec<u8>), FetchError> {
    let json = core_client::get(pop, &format!("/sync/v1/models/{version}")).await?;
    let card = <ModelCard>::from_json(&json)?;
    if card.version != version {
        return Err(FetchError::Version);
    }
    let onnx = core_client::get(pop, &format!("/sync/v1/models/{version}/onnx")).await?;
    if json.len() > MODEL_CARD_BYTES_MAX || onnx.len() > MODEL_ONNX_BYTES_MAX {
        return Err(FetchError::TooLarge);
    }
    if hex::encode(Sha256::digest(&onnx)) != card.onnx_sha256 {
        return Err(FetchError::Hash);
    }
    Ok((String::from_utf8(json.into())?, onnx.into()))
}
