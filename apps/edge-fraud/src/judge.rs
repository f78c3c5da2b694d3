//! From a subject's facts to a decision: features, network, thresholds, reasons, rules.

use kiosk_edge_platform::Files;
use kiosk_risk::{Decision, FEATURES_MAX, FeatureError, Outcome, Subject, features, reason_code};
use serde::de::DeserializeOwned;

use crate::card::ModelCard;
use crate::explain::Explainer;
use crate::model::{Model, ModelError, load_card, load_network};
use crate::network::{Network, NetworkError, Prediction};

const NO_MODEL: &str = "none";

/// Decides with one model on subjects of one kind, whose raw values are named by `S`. Keeps its buffers, so a decision
/// allocates for its answer only.
pub struct Judge<S> {
    card: Option<ModelCard<S>>,
    model: Option<(Network, Explainer)>,
}

impl<S: Copy + DeserializeOwned> Judge<S> {
    /// The judge with the model called `name`, and what is wrong with it. One without a network, or even without a card,
    /// answers too: with reviews, and with the blocks of its rules.
    #[must_use]
    pub fn load(files: &dyn Files, name: &str) -> (Self, Option<ModelError>) {
        match load_card(files, name) {
            Err(error) => (Self::unavailable(), Some(error)),
            Ok(card) => match load_network(files, name, &card) {
                Ok(network) => (Self::of(Model { card, network }), None),
                Err(error) => (Self { card: Some(card), model: None }, Some(error)),
            },
        }
    }

    /// The judge with a model that was read.
    #[must_use]
    pub fn of(model: Model<S>) -> Self {
        let explainer = Explainer::new(&model.card);
        Self { card: Some(model.card), model: Some((model.network, explainer)) }
    }

    /// A judge without a model: all that it sees is reviewed.
    #[must_use]
    pub const fn unavailable() -> Self {
        Self { card: None, model: None }
    }

    /// The card in use, if there is one.
    #[must_use]
    pub const fn card(&self) -> Option<&ModelCard<S>> {
        self.card.as_ref()
    }

    /// Whether the model decides; otherwise the rules alone do.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.card.is_some() && self.model.is_some()
    }

    /// Decides on one subject. Never allows what it cannot judge. The model's reasons cost more than the score.
    pub fn decide<T: Subject<Source = S>>(&mut self, subject: &T, reasoned: bool) -> Decision {
        let mut decision = self.ask_model(subject, reasoned);
        let rules = self.card.iter().flat_map(|card| &card.rules);
        for rule in rules {
            // A value that cannot be computed has already made the model's answer a review.
            if subject.value(rule.source).is_ok_and(|value| value > rule.above) {
                decision.raise(rule.outcome, &rule.code, &rule.text);
            }
        }
        decision
    }

    fn ask_model<T: Subject<Source = S>>(&mut self, subject: &T, reasoned: bool) -> Decision {
        let version = self.card.as_ref().map_or(NO_MODEL, |card| &card.version);
        let (Some(card), Some((network, explainer))) = (&self.card, &mut self.model) else {
            return model_unavailable(version);
        };
        let mut buffer = [0.0; FEATURES_MAX];
        let row = &mut buffer[..card.features.len()];
        if let Err(error) = features(subject, &card.features, row) {
            return input_implausible(card, &error);
        }
        let prediction = match predict_one(network, row) {
            Ok(prediction) => prediction,
            Err(error) => {
                let code = reason_code::MODEL_UNAVAILABLE;
                tracing::error!(code, %error, model = card.version, "the fraud model failed on a row");
                return model_unavailable(&card.version);
            }
        };
        let outcome = card.thresholds.outcome(prediction.score);
        let mut decision = Decision {
            outcome,
            score: Some(prediction.score),
            reasons: Vec::new(),
            model_version: card.version.clone(),
            shadow: None,
        };
        // Nobody asks why something was allowed, and the reasons cost more than the score.
        if reasoned && outcome > Outcome::Allow {
            match explainer.explain(card, network, row, prediction) {
                Ok(reasons) => decision.reasons = reasons,
                Err(error) => {
                    let code = reason_code::MODEL_UNAVAILABLE;
                    tracing::error!(code, %error, model = card.version, "the fraud model gave no reasons");
                }
            }
        }
        decision
    }
}

fn predict_one(network: &mut Network, row: &[f32]) -> Result<Prediction, NetworkError> {
    let mut answer = None;
    network.predict(row, |_, prediction| answer = Some(prediction))?;
    answer.ok_or(NetworkError::Shape)
}

fn model_unavailable(version: &str) -> Decision {
    Decision::review(reason_code::MODEL_UNAVAILABLE, "No fraud model could judge this", version)
}

fn input_implausible<S>(card: &ModelCard<S>, error: &FeatureError) -> Decision {
    let what = match error {
        FeatureError::Implausible { index } => &card.features.features[*index].name,
        FeatureError::Unknown { field } => *field,
        FeatureError::Width { .. } => return model_unavailable(&card.version),
    };
    tracing::error!(code = reason_code::INPUT_IMPLAUSIBLE, feature = what, "facts are implausible");
    let text = format!("The {} is outside what is plausible", what.replace('_', " "));
    Decision::review(reason_code::INPUT_IMPLAUSIBLE, &text, &card.version)
}
