//! edge-fraud, scripted.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use http::StatusCode;
use kiosk_risk::{Decision, Outcome, Reason, RegistrationFacts};

pub const HOST: &str = "edge-fraud.spin.internal";

/// Answers what it is told to; allows until then.
#[derive(Clone, Default)]
pub struct FakeFraud(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answer: Option<(StatusCode, String)>,
    asked: Vec<String>,
}

fn decision(outcome: Outcome) -> String {
    let reason = Reason { code: "many_alike".into(), text: "many alike".into(), contribution: 1.0 };
    let reasons = if outcome == Outcome::Allow { vec![] } else { vec![reason] };
    let model_version = "registrations-test".to_owned();
    let decision = Decision { outcome, score: Some(0.25), reasons, model_version, shadow: None };
    serde_json::to_string(&decision).unwrap()
}

impl FakeFraud {
    /// Decides like this from now on.
    pub fn decide(&self, outcome: Outcome) {
        self.answer(StatusCode::OK, &decision(outcome));
    }

    /// Answers like this from now on.
    pub fn answer(&self, status: StatusCode, body: &str) {
        self.0.lock().unwrap().answer = Some((status, body.to_owned()));
    }

    /// What it was asked, as it was sent.
    pub fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    /// What it was asked last.
    pub fn last(&self) -> RegistrationFacts {
        serde_json::from_str(self.asked().last().unwrap()).unwrap()
    }

    pub fn router(&self) -> Router {
        let state = self.0.clone();
        let score = move |body: String| async move {
            let mut state = state.lock().unwrap();
            state.asked.push(body);
            state.answer.clone().unwrap_or_else(|| (StatusCode::OK, decision(Outcome::Allow)))
        };
        Router::new().route("/score/registration", post(score))
    }
}
