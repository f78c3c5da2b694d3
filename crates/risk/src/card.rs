//! The model card: everything about a model but its weights, as `ml/fraud/train.py` writes it. edge-fraud decides by it,
//! edge-orders checks by it what it fetches, and the core shows it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{FeatureSpec, Outcome, Source, SpecError};

/// Most rules a card may have.
const RULES_MAX: usize = 64;
/// Most reason groups a card may have.
const REASON_GROUPS_MAX: usize = 32;

/// Largest model card, bytes.
pub const CARD_BYTES_MAX: usize = 1 << 20;
/// Longest version, bytes.
pub const VERSION_BYTES_MAX: usize = 64;

/// Whether `name` can be a model's version, which is a file name and a part of an address: letters, digits, `-`, `_` and
/// `.`, which it does not begin with, up to [`VERSION_BYTES_MAX`].
#[must_use]
pub fn is_version(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=VERSION_BYTES_MAX).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

/// What `models/<name>.json` says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ModelCard<S = Source> {
    /// Version, for example `fraud-v3`.
    pub version: String,
    /// SHA-256 of the ONNX file, lower-case hexadecimal.
    pub onnx_sha256: String,
    /// From which score on an order is stepped up, reviewed or blocked.
    pub thresholds: Thresholds,
    /// Hard limits that hold without the model.
    pub rules: Vec<Rule<S>>,
    /// Features that people understand as one thing, with its words.
    pub reasons: Vec<ReasonGroup>,
    /// Per feature, its scaled mean over honest orders.
    pub baseline: Vec<f32>,
    /// Rows whose score is known, to be scored once when the model is loaded.
    pub golden: Vec<Golden>,
    /// The model's input.
    pub features: FeatureSpec<S>,
    /// Figures of the evaluation, for people.
    #[serde(default)]
    pub metrics: serde_json::Value,
}

/// Scores are probabilities, 0 to 1.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Thresholds {
    /// Stepped up from here on; never, when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<f32>,
    /// Reviewed from here on.
    pub review: f32,
    /// Blocked from here on.
    pub block: f32,
}

impl Thresholds {
    /// The outcome for a score. A score that is not a number is reviewed.
    #[must_use]
    pub fn outcome(self, score: f32) -> Outcome {
        if score >= self.block {
            Outcome::Block
        } else if score >= self.review || score.is_nan() {
            Outcome::Review
        } else if self.step_up.is_some_and(|step_up| score >= step_up) {
            Outcome::StepUp
        } else {
            Outcome::Allow
        }
    }
}

/// A hard limit on one raw value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Rule<S = Source> {
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words.
    pub text: String,
    /// What the rule asks for.
    pub outcome: Outcome,
    /// The value it looks at.
    pub source: S,
    /// It applies to values above this one.
    pub above: f64,
}

/// Features that make one reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReasonGroup {
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words.
    pub text: String,
    /// Names of its features.
    pub features: Vec<String>,
    /// The words are true only when one of the features is above its baseline ("many", "large", "was used").
    #[serde(default)]
    pub above_baseline: bool,
}

/// A row of scaled features and its score.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Golden {
    /// Scaled features in the order of the list.
    pub features: Vec<f32>,
    /// The score that training saw.
    pub score: f32,
}

/// Why a card is unusable.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// Not JSON of a card's shape.
    #[error("the model card is not readable")]
    Json(#[from] serde_json::Error),
    /// Its feature list is unusable.
    #[error("the model card's feature list is unusable")]
    Spec(#[from] SpecError),
    /// Some other part does not fit.
    #[error("the model card's {0} do not fit")]
    Part(&'static str),
}

impl<S: DeserializeOwned> ModelCard<S> {
    /// Reads and checks a card.
    ///
    /// # Errors
    /// [`CardError`] for the first part that does not fit.
    pub fn from_json(json: &[u8]) -> Result<Self, CardError> {
        let card: Self = serde_json::from_slice(json)?;
        card.features.check()?;
        let width = card.features.len();
        let known = |name: &String| card.features.features.iter().any(|feature| feature.name == *name);
        let Thresholds { step_up, review, block } = card.thresholds;
        let parts = [
            // A review threshold of 0 would be fine, one above the blocking threshold would hide reviews.
            ("thresholds", (0.0..=1.0).contains(&review) && (review..=1.0).contains(&block)),
            ("thresholds", step_up.is_none_or(|step_up| (0.0..=review).contains(&step_up))),
            // A rule can only make an outcome more severe.
            ("rules", card.rules.len() <= RULES_MAX && card.rules.iter().all(Rule::is_sound)),
            ("reasons", card.reasons.len() <= REASON_GROUPS_MAX),
            ("reasons", card.reasons.iter().flat_map(|group| &group.features).all(known)),
            ("baseline values", card.baseline.len() == width && all_finite(&card.baseline)),
            ("golden rows", !card.golden.is_empty() && card.golden.iter().all(|row| row.fits(width))),
        ];
        match parts.iter().find(|(_, fits)| !fits) {
            Some((part, _)) => Err(CardError::Part(part)),
            None => Ok(card),
        }
    }
}

impl<S> Rule<S> {
    fn is_sound(&self) -> bool {
        self.above.is_finite() && self.outcome > Outcome::Allow
    }
}

impl Golden {
    fn fits(&self, width: usize) -> bool {
        self.features.len() == width && all_finite(&self.features) && (0.0..=1.0).contains(&self.score)
    }
}

fn all_finite(values: &[f32]) -> bool {
    values.iter().all(|value| value.is_finite())
}
