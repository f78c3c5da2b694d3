//! The answer: what to do with an order, how sure the model is, and why in words.

use serde::{Deserialize, Serialize};

/// Most reasons a decision carries.
pub const REASONS_MAX: usize = 3;

/// Stable codes of reasons that do not come from the model. Reasons of the model carry the codes of its card.
pub mod reason_code {
    /// No usable model: missing, truncated, of the wrong hash, or not fitting its feature list.
    pub const MODEL_UNAVAILABLE: &str = "model_unavailable";
    /// The order's facts are outside what the feature list calls plausible.
    pub const INPUT_IMPLAUSIBLE: &str = "input_implausible";
    /// The velocity counters could not be read.
    pub const VELOCITY_UNAVAILABLE: &str = "velocity_unavailable";
    /// Orders are remembered from after the one that is scored, or it is of no time at all: a clock is wrong.
    pub const CLOCK_SKEW: &str = "clock_skew";
    /// edge-fraud did not answer, so its caller decided.
    pub const SCORER_UNAVAILABLE: &str = "scorer_unavailable";
    /// The account that orders was doubted when it was opened, not long ago.
    pub const WATCHED_ACCOUNT: &str = "watched_account";
}

/// What to do with the order, from least to most severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Take the order.
    Allow,
    /// Take the order once the buyer has shown more of who they are: 3-D Secure for a card, a code by mail otherwise.
    StepUp,
    /// Take the order and let a person look before it ships.
    Review,
    /// Refuse the order.
    Block,
}

impl Outcome {
    /// The name on the wire: `allow`, `step_up`, `review` or `block`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::StepUp => "step_up",
            Self::Review => "review",
            Self::Block => "block",
        }
    }
}

/// One ground of a decision. Holds no personal value, so it may travel to the core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable, for machines: `card_velocity`, `model_unavailable` ...
    pub code: String,
    /// For people, in English.
    pub text: String,
    /// By how much this ground raised the score, in log-odds; 0 where a rule and not the model spoke.
    pub contribution: f32,
}

/// What edge-fraud answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    pub outcome: Outcome,
    /// Calibrated probability of fraud, 0 to 1; `None` when no model scored the order.
    pub score: Option<f32>,
    /// At most [`REASONS_MAX`], strongest first; empty for an order that is allowed.
    pub reasons: Vec<Reason>,
    /// Version of the model that decided, or `none`.
    pub model_version: String,
    /// What a second model would have decided, where one is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<Shadow>,
}

/// What a model that only watches says of an order. It changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// Its version.
    pub model_version: String,
    /// Its probability of fraud, 0 to 1; `None` when it could not score the order.
    pub score: Option<f32>,
    /// What it would have decided, rules included.
    pub outcome: Outcome,
}

impl Decision {
    /// A review that no model asked for, with one reason.
    #[must_use]
    pub fn review(code: &str, text: &str, model_version: &str) -> Self {
        Self {
            outcome: Outcome::Review,
            score: None,
            reasons: vec![Reason { code: code.to_owned(), text: text.to_owned(), contribution: 0.0 }],
            model_version: model_version.to_owned(),
            shadow: None,
        }
    }

    /// What a caller uses when edge-fraud gave no answer it can read: a review, never an allowance.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::review(reason_code::SCORER_UNAVAILABLE, "The fraud check did not answer in time", "none")
    }

    /// Makes the decision at least as severe as `outcome`, with this reason before the others.
    pub fn raise(&mut self, outcome: Outcome, code: &str, text: &str) {
        self.outcome = self.outcome.max(outcome);
        self.reasons.insert(0, Reason { code: code.to_owned(), text: text.to_owned(), contribution: 0.0 });
        self.reasons.truncate(REASONS_MAX);
    }
}
