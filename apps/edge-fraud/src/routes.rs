//! HTTP: reads the question, fetches the counters, answers the decision.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::HeaderName;
use axum::routing::{get, post};
use axum::{Router, middleware};
use kiosk_edge_platform::Edge;
use kiosk_pop_store::velocity;
use kiosk_problem::{Json, Problem, method_not_allowed, route_not_found, with_request_ids};
use kiosk_risk::{Decision, History, Outcome, ScoreRequest, reason_code};
use serde::Serialize;

use crate::Scorer;
use crate::card::Thresholds;

/// Variable that names the model.
const MODEL_VARIABLE: &str = "fraud_model";
const MODEL_DEFAULT: &str = "fraud-v1";

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// A decision, and how long it took.
type Scored = ([(HeaderName, String); 1], Json<Decision>);

#[derive(Clone)]
struct App {
    edge: Edge,
    /// Empty until the first request: the model's name is a variable, and reading one waits.
    scorer: Arc<Mutex<Option<Scorer>>>,
}

/// The app on the ports of a host.
pub fn router(edge: Edge) -> Router {
    Router::new()
        .route("/score", post(score))
        .route("/model", get(describe_model))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(with_request_ids))
        .with_state(App { edge, scorer: Arc::default() })
}

impl App {
    /// Runs `work` with the scorer, which is loaded at first use and kept as long as this instance.
    async fn with_scorer<T>(&self, work: impl FnOnce(&mut Scorer) -> T) -> T {
        if self.lock().is_none() {
            let name =
                self.edge.variables.get(MODEL_VARIABLE).await.unwrap_or_else(|_| MODEL_DEFAULT.to_owned());
            self.lock().get_or_insert_with(|| self.load(&name));
        }
        work(self.lock().get_or_insert_with(|| self.load(MODEL_DEFAULT)))
    }

    fn load(&self, name: &str) -> Scorer {
        let (scorer, error) = Scorer::load(&*self.edge.files, name);
        if let Some(error) = error {
            let (code, error) = (reason_code::MODEL_UNAVAILABLE, &error as &dyn std::error::Error);
            tracing::error!(code, error, name, "the fraud model is unusable");
        }
        scorer
    }

    /// Never held over an `await`.
    fn lock(&self) -> MutexGuard<'_, Option<Scorer>> {
        self.scorer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn score(State(app): State<App>, Json(request): Json<ScoreRequest>) -> Result<Scored, Problem> {
    request.keys.check().map_err(|error| {
        Problem::invalid(
            &format!("keys.{}", error.kind.as_str()),
            "a pseudonym of 1 to 128 letters and digits is expected",
        )
    })?;
    let (history, unreadable) = match velocity::load(&*app.edge.db, &request.keys, request.now_ms).await {
        Ok(history) => (history, None),
        Err(error) => (History::default(), Some(error)),
    };
    let clock = &*app.edge.clock;
    let timed = |scorer: &mut Scorer| {
        let start_us = clock.measure_us();
        let decision = scorer.score(&request, &history);
        (decision, clock.measure_us() - start_us)
    };
    let (mut decision, score_us) = app.with_scorer(timed).await;
    if let Some(error) = unreadable {
        let code = reason_code::VELOCITY_UNAVAILABLE;
        let error = &error as &dyn std::error::Error;
        tracing::error!(code, error, "velocity counters are unreadable");
        let text = "Earlier orders of this buyer could not be counted";
        decision.raise(Outcome::Review, reason_code::VELOCITY_UNAVAILABLE, text);
    }
    // Server Timing (W3C): features, rules, model and reasons, without the counters' query; milliseconds.
    let timing = format!("score;dur={}.{:03}", score_us / 1_000, score_us % 1_000);
    Ok(([(SERVER_TIMING, timing)], Json(decision)))
}

/// Which model decides here.
#[derive(Serialize)]
struct ModelDescription {
    status: &'static str,
    version: Option<String>,
    onnx_sha256: Option<String>,
    features_version: Option<String>,
    thresholds: Option<Thresholds>,
    rule_count: usize,
    metrics: serde_json::Value,
}

async fn describe_model(State(app): State<App>) -> Json<ModelDescription> {
    let describe = |scorer: &mut Scorer| {
        let card = scorer.card();
        ModelDescription {
            status: if scorer.is_ready() { "ready" } else { "unavailable" },
            version: card.map(|card| card.version.clone()),
            onnx_sha256: card.map(|card| card.onnx_sha256.clone()),
            features_version: card.map(|card| card.features.version.clone()),
            thresholds: card.map(|card| card.thresholds),
            rule_count: card.map_or(0, |card| card.rules.len()),
            metrics: card.map(|card| card.metrics.clone()).unwrap_or_default(),
        }
    };
    Json(app.with_scorer(describe).await)
}
