//! edge-fraud, scripted.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use http::StatusCode;
use kiosk_risk::{Decision, Outcome, Reason, ScoreRequest};

/// Answers what it is told to; allows until then.
#[derive(Clone, Default)]
pub struct FakeFraud(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    answer: Option<(StatusCode, String)>,
    asked: Vec<ScoreRequest>,
}

pub fn decision(outcome: Outcome) -> Decision {
    let reason = Reason { code: "amount".into(), text: "a large amount".into(), contribution: 1.0 };
    let reasons = if outcome == Outcome::Allow { vec![] } else { vec![reason] };
    Decision { outcome, score: Some(0.25), reasons, model_version: "fraud-test".into(), shadow: None }
}

impl FakeFraud {
    /// Decides like this from now on.
    pub fn decide(&self, outcome: Outcome) {
        self.answer(StatusCode::OK, &serde_json::to_string(&decision(outcome)).unwrap());
    }

    /// Answers like this from now on.
    pub fn answer(&self, status: StatusCode, body: &str) {
        self.0.lock().unwrap().answer = Some((status, body.to_owned()));
    }

    /// What it was asked.
    pub fn asked(&self) -> Vec<ScoreRequest> {
        self.0.lock().unwrap().asked.clone()
    }

    pub fn router(&self) -> Router {
        let state = self.0.clone();
        let score = move |body: String| async move {
            let mut state = state.lock().unwrap();
            let request: ScoreRequest = serde_json::from_str(&body).unwrap();
            request.keys.check().unwrap();
            state.asked.push(request);
            let allow = || (StatusCode::OK, serde_json::to_string(&decision(Outcome::Allow)).unwrap());
            let answer: Response = state.answer.clone().unwrap_or_else(allow).into_response();
            answer
        };
        Router::new().route("/score", post(score))
    }
}
