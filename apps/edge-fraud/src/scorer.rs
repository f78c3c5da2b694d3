//! From facts and counters to a decision: rules, features, network, thresholds, reasons.

use kiosk_edge_platform::Files;
use kiosk_risk::{
    Decision, FEATURES_MAX, REASONS_MAX, Reason, ScoreRequest, Velocity, features, reason_code,
};
use kiosk_risk::{FeatureError, Outcome};

use crate::card::ModelCard;
use crate::model::{ModelError, load_card, load_network};
use crate::network::{Network, NetworkError, Prediction};

/// Least contribution that is worth telling, log-odds.
const CONTRIBUTION_MIN: f32 = 0.1;
const NO_MODEL: &str = "none";

/// Scores orders with one model. Keeps its buffers, so a score allocates for its answer only.
pub struct Scorer {
    card: Option<ModelCard>,
    network: Option<Network>,
    /// Per reason group, the indexes of its features.
    groups: Vec<Vec<usize>>,
    /// One row per reason group, for [`Scorer::explain`].
    rows: Vec<f32>,
    contributions: Vec<(usize, f32)>,
}

impl Scorer {
    /// The scorer of the model called `name`, and what is wrong with it. A scorer without a network, or even without
    /// a card, answers too: with reviews, and with the blocks of its rules.
    #[must_use]
    pub fn load(files: &dyn Files, name: &str) -> (Self, Option<ModelError>) {
        match load_card(files, name) {
            Err(error) => (Self::new(None, None), Some(error)),
            Ok(card) => match load_network(files, name, &card) {
                Ok(network) => (Self::new(Some(card), Some(network)), None),
                Err(error) => (Self::new(Some(card), None), Some(error)),
            },
        }
    }

    fn new(card: Option<ModelCard>, network: Option<Network>) -> Self {
        let index_of = |card: &ModelCard, name: &String| {
            card.features.features.iter().position(|feature| feature.name == *name)
        };
        let groups: Vec<Vec<usize>> = card
            .iter()
            .flat_map(|card| {
                let indexes =
                    |names: &[String]| names.iter().filter_map(|name| index_of(card, name)).collect();
                card.reasons.iter().map(move |group| indexes(&group.features))
            })
            .collect();
        let width = card.as_ref().map_or(0, |card| card.features.len());
        let rows = vec![0.0; groups.len() * width];
        let contributions = Vec::with_capacity(groups.len());
        Self { card, network, groups, rows, contributions }
    }

    /// The card in use, if there is one.
    #[must_use]
    pub fn card(&self) -> Option<&ModelCard> {
        self.card.as_ref()
    }

    /// Whether the model decides; otherwise the rules alone do.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.card.is_some() && self.network.is_some()
    }

    /// Decides on one order. Never allows what it cannot judge.
    pub fn score(&mut self, request: &ScoreRequest, velocity: &Velocity) -> Decision {
        let mut decision = self.ask_model(request, velocity);
        let rules = self.card.iter().flat_map(|card| &card.rules);
        for rule in rules {
            // A value that cannot be computed has already made the model's answer a review.
            if rule.source.value(request, velocity).is_ok_and(|value| value > rule.above) {
                decision.raise(rule.outcome, &rule.code, &rule.text);
            }
        }
        decision
    }

    fn ask_model(&mut self, request: &ScoreRequest, velocity: &Velocity) -> Decision {
        let version = self.card.as_ref().map_or(NO_MODEL, |card| &card.version);
        let (Some(card), Some(network)) = (&self.card, &mut self.network) else {
            return model_unavailable(version);
        };
        let mut buffer = [0.0; FEATURES_MAX];
        let row = &mut buffer[..card.features.len()];
        if let Err(error) = features(request, velocity, &card.features, row) {
            return input_implausible(card, &error);
        }
        let prediction = match predict_one(network, row) {
            Ok(prediction) => prediction,
            Err(error) => {
                tracing::error!(%error, model = card.version, "the fraud model failed on a row");
                return model_unavailable(&card.version);
            }
        };
        let outcome = card.thresholds.outcome(prediction.score);
        let mut decision = Decision {
            outcome,
            score: Some(prediction.score),
            reasons: Vec::new(),
            model_version: card.version.clone(),
        };
        // Nobody asks why an order was allowed, and the reasons cost more than the score.
        if outcome > Outcome::Allow {
            match explain(
                card,
                network,
                &self.groups,
                &mut self.rows,
                &mut self.contributions,
                row,
                prediction,
            ) {
                Ok(reasons) => decision.reasons = reasons,
                Err(error) => {
                    tracing::error!(%error, model = card.version, "the fraud model gave no reasons")
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

/// Occlusion (Zeiler and Fergus 2014), by groups of features: how far the log-odds fall when a group is as in an average
/// honest order. All groups are one batch, so that this costs one more run, not one per group.
fn explain(
    card: &ModelCard,
    network: &mut Network,
    groups: &[Vec<usize>],
    rows: &mut [f32],
    contributions: &mut Vec<(usize, f32)>,
    row: &[f32],
    prediction: Prediction,
) -> Result<Vec<Reason>, NetworkError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    for (occluded, group) in rows.chunks_exact_mut(row.len()).zip(groups) {
        occluded.copy_from_slice(row);
        for &index in group {
            occluded[index] = card.baseline[index];
        }
    }
    contributions.clear();
    network.predict(rows, |group, without| contributions.push((group, prediction.logit - without.logit)))?;
    contributions.sort_unstable_by(|a, b| b.1.total_cmp(&a.1));
    let told =
        contributions.iter().take(REASONS_MAX).filter(|(_, contribution)| *contribution >= CONTRIBUTION_MIN);
    let reason = |&(group, contribution): &(usize, f32)| {
        let group = &card.reasons[group];
        Reason { code: group.code.clone(), text: group.text.clone(), contribution }
    };
    Ok(told.map(reason).collect())
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
    tracing::warn!(feature = what, "an order's facts are implausible");
    let text = format!("The order's {} is outside what is plausible", what.replace('_', " "));
    Decision::review(reason_code::INPUT_IMPLAUSIBLE, &text, &card.version)
}
