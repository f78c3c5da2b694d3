//! Loading a model: card and network, checked against each other before the first score.

use kiosk_edge_platform::Files;
use kiosk_risk::Source;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::card::{CARD_BYTES_MAX, CardError, ModelCard, is_version};
use crate::network::{Network, NetworkError};

/// Largest ONNX file, bytes. An empty part of two bytes takes some 400 when it is read, and an instance has 128 MB.
pub const ONNX_BYTES_MAX: usize = 256 << 10;
/// How far a golden row's score may be off.
const GOLDEN_TOLERANCE: f32 = 1e-5;

/// A card and the network it describes; its features are of sources `S`.
pub struct Model<S = Source> {
    /// Everything but the weights.
    pub card: ModelCard<S>,
    /// The weights.
    pub network: Network,
}

impl<S: DeserializeOwned> Model<S> {
    /// Reads the model `version` from its two files, and scores the golden rows with it.
    ///
    /// # Errors
    /// [`ModelError`] for the first thing that does not fit.
    pub fn read(version: &str, card: &[u8], onnx: &[u8]) -> Result<Self, ModelError> {
        for (what, length, bytes_max) in
            [("card", card.len(), CARD_BYTES_MAX), ("network", onnx.len(), ONNX_BYTES_MAX)]
        {
            if length > bytes_max {
                return Err(ModelError::TooLarge { path: what.to_owned(), bytes_max });
            }
        }
        let card = ModelCard::from_json(card)?;
        if card.version != version {
            return Err(ModelError::Version(card.version));
        }
        let network = build_network(onnx, &card)?;
        Ok(Self { card, network })
    }
}

/// Why a model may not decide.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The name is not one of letters, digits, `-`, `_` and `.`.
    #[error("the model's name is not a file name")]
    Name,
    /// No such file.
    #[error("{0} is missing")]
    Missing(String),
    /// A file above its limit.
    #[error("{path} is larger than {bytes_max} bytes")]
    TooLarge {
        /// Which file.
        path: String,
        /// The limit.
        bytes_max: usize,
    },
    /// The card is unusable.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The card is another version's.
    #[error("the card is that of {0}")]
    Version(String),
    /// The ONNX file is not the one the card speaks of.
    #[error("the ONNX file is not the one its card describes: its SHA-256 is {found}")]
    Hash {
        /// SHA-256 of the file that lies there.
        found: String,
    },
    /// The POP's database did not give it.
    #[error("the model could not be read from the database")]
    Database(#[from] kiosk_pop_store::StoreError),
    /// The network is unusable.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The network runs, and scores known rows wrongly.
    #[error("golden row {row} scores {found}, training saw {expected}")]
    Golden {
        /// Index of the row.
        row: usize,
        /// Score here.
        found: f32,
        /// Score in training.
        expected: f32,
    },
}

/// Reads the card of the model called `name`.
///
/// # Errors
/// [`ModelError`] when it is missing, too large or unusable.
pub fn load_card<S: DeserializeOwned>(files: &dyn Files, name: &str) -> Result<ModelCard<S>, ModelError> {
    if !is_version(name) {
        return Err(ModelError::Name);
    }
    let json = read(files, format!("/models/{name}.json"), CARD_BYTES_MAX)?;
    Ok(ModelCard::from_json(&json)?)
}

/// Reads the network that belongs to `card`, and scores the golden rows with it.
///
/// # Errors
/// [`ModelError`] when it is missing, too large, another file than the card describes, or scores otherwise.
pub fn load_network<S>(files: &dyn Files, name: &str, card: &ModelCard<S>) -> Result<Network, ModelError> {
    build_network(&read(files, format!("/models/{name}.onnx"), ONNX_BYTES_MAX)?, card)
}

/// Builds the network of `card` from its file, and scores the golden rows with it.
///
/// # Errors
/// [`ModelError`] when it is another file than the card describes, or scores otherwise.
pub fn build_network<S>(onnx: &[u8], card: &ModelCard<S>) -> Result<Network, ModelError> {
    let found = hex::encode(Sha256::digest(onnx));
    if found != card.onnx_sha256 {
        return Err(ModelError::Hash { found });
    }
    let mut network = Network::new(onnx, card.features.len())?;
    check_golden(&mut network, card)?;
    Ok(network)
}

fn read(files: &dyn Files, path: String, bytes_max: usize) -> Result<Vec<u8>, ModelError> {
    match files.read(&path) {
        Some(bytes) if bytes.len() <= bytes_max => Ok(bytes),
        Some(_) => Err(ModelError::TooLarge { path, bytes_max }),
        None => Err(ModelError::Missing(path)),
    }
}

fn check_golden<S>(network: &mut Network, card: &ModelCard<S>) -> Result<(), ModelError> {
    let rows: Vec<f32> = card.golden.iter().flat_map(|row| row.features.iter().copied()).collect();
    let mut wrong = None;
    network.predict(&rows, |row, prediction| {
        let expected = card.golden[row].score;
        if (prediction.score - expected).abs() > GOLDEN_TOLERANCE && wrong.is_none() {
            wrong = Some(ModelError::Golden { row, found: prediction.score, expected });
        }
    })?;
    wrong.map_or(Ok(()), Err)
}
