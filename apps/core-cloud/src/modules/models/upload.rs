//! Reading a model strictly before it is registered: the code that scores at POPs loads it here first.

use edge_fraud::{Model, ModelError};
use kiosk_risk::card::{CardError, ModelCard, is_version};
use kiosk_wire::{MODEL_CARD_BYTES_MAX, MODEL_ONNX_BYTES_MAX};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::store::Registered;
use crate::error::Error;

/// Reads a model: the card is whole, the network is the card's, it loads, and it scores the card's golden rows as in
/// training.
///
/// # Errors
/// 422 that names `card` or `file` and says what does not fit.
pub fn read(card: Vec<u8>, onnx: Vec<u8>) -> Result<Registered, Error> {
    let model = describe(card, onnx)?;
    <Model>::read(&model.version, model.card.as_bytes(), &model.onnx).map_err(|error| refusal(&error))?;
    Ok(model)
}

const _: () = assert!(MODEL_ONNX_BYTES_MAX == edge_fraud::ONNX_BYTES_MAX, "POPs load what the core takes");

/// Reads a model's card alone.
///
/// # Errors
/// 422 that names `card` or `file`.
pub fn describe(card: Vec<u8>, onnx: Vec<u8>) -> Result<Registered, Error> {
    if card.len() > MODEL_CARD_BYTES_MAX {
        return Err(Error::invalid("card", format!("at most {MODEL_CARD_BYTES_MAX} bytes")));
    }
    if onnx.is_empty() || onnx.len() > MODEL_ONNX_BYTES_MAX {
        return Err(Error::invalid("file", format!("1 to {MODEL_ONNX_BYTES_MAX} bytes")));
    }
    let text = String::from_utf8(card).map_err(|_| Error::invalid("card", "is not text"))?;
    let card = <ModelCard>::from_json(text.as_bytes()).map_err(|error| refusal(&error.into()))?;
    if !is_version(&card.version) {
        return Err(Error::invalid("card", "its version is not one of letters, digits, -, _ and ."));
    }
    let trained_on = serde_json::from_str::<Value>(&text)?["trained_on"].take();
    Ok(Registered {
        version: card.version,
        onnx_sha256: card.onnx_sha256,
        features_version: card.features.version,
        data_hash: data_hash(&trained_on),
        card: text,
        onnx,
    })
}

/// The SHA-256 of the training data as the card has it. Data that was made by a recipe is known by what the recipe was
/// given: that is hashed then.
fn data_hash(trained_on: &Value) -> String {
    match trained_on["data_sha256"].as_str() {
        Some(hash) => hash.to_owned(),
        None => hex::encode(Sha256::digest(trained_on.to_string())),
    }
}

fn refusal(error: &ModelError) -> Error {
    match error {
        ModelError::Card(CardError::Json(json)) => Error::invalid("card", format!("not readable: {json}")),
        ModelError::Card(CardError::Spec(spec)) => Error::invalid("card", format!("its features: {spec}")),
        ModelError::Card(_) | ModelError::Version(_) | ModelError::Name => {
            Error::invalid("card", error.to_string())
        }
        _ => Error::invalid("file", error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::release;
    use super::*;

    #[test]
    fn the_models_of_the_release_are_all_and_whole() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ml/fraud/models");
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
        // Those of other subjects are no POP's to choose.
        let of_orders = files.filter(|name| name.to_str().unwrap().starts_with("fraud-")).count();
        assert_eq!(of_orders, 2 * release::MODELS.len());
        for (card, onnx) in release::MODELS {
            let model = read(card.to_vec(), onnx.to_vec()).unwrap();
            assert_eq!(model.data_hash.len(), 64);
        }
    }

    #[test]
    fn the_data_is_known_by_its_hash_or_by_its_recipe() {
        assert_eq!(data_hash(&serde_json::json!({ "data_sha256": "abc", "days": 90 })), "abc");
        let seeds = [1, 2].map(|seed| data_hash(&serde_json::json!({ "recipe_seed": seed })));
        assert_ne!(seeds[0], seeds[1]);
    }
}
