//! Decides on orders: what the model and its rules say, and whether the times fit together.

use kiosk_edge_platform::Files;
use kiosk_risk::{Decision, History, Outcome, Placed, ScoreRequest, Shadow, Source, reason_code};

use crate::card::ModelCard;
use crate::judge::Judge;
use crate::model::{Model, ModelError};

/// Scores orders with one model.
pub struct Scorer(Judge<Source>);

impl Scorer {
    /// The scorer of the model called `name`, and what is wrong with it: [`Judge::load`].
    #[must_use]
    pub fn load(files: &dyn Files, name: &str) -> (Self, Option<ModelError>) {
        let (judge, error) = Judge::load(files, name);
        (Self(judge), error)
    }

    /// The scorer of a model that was read.
    #[must_use]
    pub fn of(model: Model) -> Self {
        Self(Judge::of(model))
    }

    /// A scorer without a model: all that it sees is reviewed.
    pub(crate) const fn unavailable() -> Self {
        Self(Judge::unavailable())
    }

    /// Whether it is that of a model, which works.
    pub(crate) fn is(&self, version: &str) -> bool {
        self.is_ready() && self.card().is_some_and(|card| card.version == version)
    }

    /// The card in use, if there is one.
    #[must_use]
    pub const fn card(&self) -> Option<&ModelCard> {
        self.0.card()
    }

    /// Whether the model decides; otherwise the rules alone do.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        self.0.is_ready()
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
        let mut decision = self.0.decide(&Placed { request, history }, reasoned);
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
}
