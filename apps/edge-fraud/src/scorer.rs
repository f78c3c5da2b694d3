//! From facts and counters to a decision: rules, features, network, thresholds, reasons.

use kiosk_edge_platform::Files;
use kiosk_risk::{
    Decision, FEATURES_MAX, FeatureError, History, Outcome, ScoreRequest, Shadow, features, reason_code,
};

use crate::card::ModelCard;
use crate::explain::Explainer;
use crate::model::{Model, ModelError, load_card, load_network};
use crate::network::{Network, NetworkError, Prediction};

const NO_MODEL: &str = "none";

/// Scores orders with one model. Keeps its buffers, so a score allocates for its answer only.
pub struct Scorer {
    card: Option<ModelCard>,
    model: Option<(Network, Explainer)>,
}

impl Scorer {
    /// The scorer of the model called `name`, and what is wrong with it. A scorer without a network, or even without
    /// a card, answers too: with reviews, and with the blocks of its rules.
    #[must_use]
    pub fn load(files: &dyn Files, name: &str) -> (Self, Option<ModelError>) {
        match load_card(files, name) {
            Err(error) => (Self { card: None, model: None }, Some(error)),
            Ok(card) => match load_network(files, name, &card) {
                Ok(network) => {
                    let explainer = Explainer::new(&card);
                    (Self { card: Some(card), model: Some((network, explainer)) }, None)
                }
                Err(error) => (Self { card: Some(card), model: None }, Some(error)),
            },
        }
    }

    /// The scorer of a model that was read.
    #[must_use]
    pub fn of(model: Model) -> Self {
        let explainer = Explainer::new(&model.card);
        Self { card: Some(model.card), model: Some((model.network, explainer)) }
    }

    /// A scorer without a model: all that it sees is reviewed.
    pub(crate) fn unavailable() -> Self {
        Self { card: None, model: None }
    }

    /// Whether it is that of a model, which works.
    pub(crate) fn is(&self, version: &str) -> bool {
        self.is_ready() && self.card.as_ref().is_some_and(|card| card.version == version)
    }

    /// The card in use, if there is one.
    #[must_use]
    pub fn card(&self) -> Option<&ModelCard> {
        self.card.as_ref()
    }

    /// Whether the model decides; otherwise the rules alone do.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.card.is_some() && self.model.is_some()
    }

    /// Decides on one order. Never allows what it cannot judge.
    pub fn score(&mut self, request: &ScoreRequest, history: &History) -> Decision {
        self.decide(request, history, true)
    }

    /// What it would decide, without the model's reasons, which cost more than the score.
    pub fn watch(&mut self, request: &ScoreRequest, history: &History) -> Shadow {
        let Decision { outcome, score, model_version, .. } = self.decide(request, history, false);
        Shadow { model_version, score, outcome }
    }

    fn decide(&mut self, request: &ScoreRequest, history: &History, reasoned: bool) -> Decision {
        let mut decision = self.ask_model(request, history, reasoned);
        let rules = self.card.iter().flat_map(|card| &card.rules);
        for rule in rules {
            // A value that cannot be computed has already made the model's answer a review.
            if rule.source.value(request, history).is_ok_and(|value| value > rule.above) {
                decision.raise(rule.outcome, &rule.code, &rule.text);
            }
        }
        if history.clock_is_wrong(request.now_ms) {
            tracing::error!(
                code = reason_code::CLOCK_SKEW,
                now_ms = request.now_ms,
                newest_ms = history.newest_ms
            );
            let text = "The times of this buyer's orders do not fit together";
            decision.raise(Outcome::Review, reason_code::CLOCK_SKEW, text);
        }
        decision
    }

    fn ask_model(&mut self, request: &ScoreRequest, history: &History, reasoned: bool) -> Decision {
        let version = self.card.as_ref().map_or(NO_MODEL, |card| &card.version);
        let (Some(card), Some((network, explainer))) = (&self.card, &mut self.model) else {
            return model_unavailable(version);
        };
        let mut buffer = [0.0; FEATURES_MAX];
        let row = &mut buffer[..card.features.len()];
        if let Err(error) = features(request, history, &card.features, row) {
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
        // Nobody asks why an order was allowed, and the reasons cost more than the score.
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
    Decision::review(reason_code::MODEL_UNAVAILABLE, "No fraud model could judge this order", version)
}

fn input_implausible(card: &ModelCard, error: &FeatureError) -> Decision {
    let what = match error {
        FeatureError::Implausible { index } => &card.features.features[*index].name,
        FeatureError::Unknown { field } => *field,
        FeatureError::Width { .. } => return model_unavailable(&card.version),
    };
    tracing::error!(
        code = reason_code::INPUT_IMPLAUSIBLE,
        feature = what,
        "an order's facts are implausible"
    );
    let text = format!("The order's {} is outside what is plausible", what.replace('_', " "));
    Decision::review(reason_code::INPUT_IMPLAUSIBLE, &text, &card.version)
}
