//! HTTP: reads the question, fetches the counters, answers the decision.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderName;
use axum::routing::{get, post};
use axum::{Router, middleware};
use kiosk_edge_platform::Edge;
use kiosk_pop_store::{models, velocity};
use kiosk_problem::{Json, Problem, method_not_allowed, route_not_found, with_request_ids};
use kiosk_risk::{Decision, Outcome, RegistrationFact, RegistrationFacts, ScoreRequest, reason_code};
use serde::Serialize;

use crate::card::Thresholds;
use crate::released::Released;
use crate::serving::{Pair, Serving};

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// The release's model of registrations.
const REGISTRATIONS_MODEL: &str = "registrations-v1";

/// A decision, and how long it took.
type Scored = ([(HeaderName, String); 1], Json<Decision>);

#[derive(Clone)]
struct App {
    edge: Edge,
    /// Empty until the first request, and kept as long as this instance.
    serving: Arc<Serving>,
    registrations: Arc<Released<RegistrationFact>>,
}

/// The app on the ports of a host.
pub fn router(edge: Edge) -> Router {
    let registrations = Arc::new(Released::new(REGISTRATIONS_MODEL));
    Router::new()
        .route("/score", post(score))
        .route("/score/registration", post(score_registration))
        .route("/model", get(describe_model))
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn(with_request_ids))
        .with_state(App { edge, serving: Arc::default(), registrations })
}

async fn score(State(app): State<App>, Json(request): Json<ScoreRequest>) -> Result<Scored, Problem> {
    request.keys.check().map_err(|error| {
        Problem::invalid(
            &format!("keys.{}", error.kind.as_str()),
            "a pseudonym of 1 to 128 letters and digits is expected",
        )
    })?;
    let (loaded, unreadable) = match velocity::load_all(&*app.edge.db, &request.keys, request.now_ms).await {
        Ok(loaded) => (loaded, None),
        // Which models run is not known either: those that ran go on.
        Err(error) => (velocity::Loaded { active: app.serving.wanted(), ..Default::default() }, Some(error)),
    };
    app.serving.prepare(&app.edge, loaded.active).await;
    let (clock, history) = (&*app.edge.clock, &loaded.history);
    let (mut decision, score_us) = app.serving.with(|pair| {
        let start_us = clock.measure_us();
        let mut decision = pair.decides.score(&request, history);
        let score_us = clock.measure_us() - start_us;
        // What is judged without its history says nothing of a model.
        if unreadable.is_none() {
            decision.shadow = pair.shadow.as_mut().map(|shadow| shadow.watch(&request, history));
        }
        (decision, score_us)
    });
    if let Some(error) = unreadable {
        let code = reason_code::VELOCITY_UNAVAILABLE;
        let error = &error as &dyn std::error::Error;
        tracing::error!(code, error, "velocity counters are unreadable");
        let text = "Earlier orders of this buyer could not be counted";
        decision.raise(Outcome::Review, reason_code::VELOCITY_UNAVAILABLE, text);
    }
    Ok(scored(decision, score_us))
}

/// Decides on somebody who opens an account. All counts are among the facts, so nothing is looked up.
async fn score_registration(State(app): State<App>, Json(facts): Json<RegistrationFacts>) -> Scored {
    let (decision, score_us) = app.registrations.decide(&app.edge, &facts);
    scored(decision, score_us)
}

/// With Server Timing (W3C): features, rules, model and reasons, without the counters' query and the model that is watched;
/// milliseconds.
fn scored(decision: Decision, score_us: i64) -> Scored {
    let timing = format!("score;dur={}.{:03}", score_us / 1_000, score_us % 1_000);
    ([(SERVER_TIMING, timing)], Json(decision))
}

/// Which model decides here, and which is watched.
#[derive(Serialize)]
struct ModelDescription {
    status: &'static str,
    version: Option<String>,
    onnx_sha256: Option<String>,
    features_version: Option<String>,
    thresholds: Option<Thresholds>,
    rule_count: usize,
    metrics: serde_json::Value,
    shadow: Option<String>,
}

async fn describe_model(State(app): State<App>) -> Json<ModelDescription> {
    let wanted = models::active(&*app.edge.db).await.unwrap_or_else(|_| app.serving.wanted());
    app.serving.prepare(&app.edge, wanted).await;
    let describe = |pair: &mut Pair| {
        let card = pair.decides.card();
        let shadow = pair.shadow.as_ref().and_then(|shadow| shadow.card());
        ModelDescription {
            status: if pair.decides.is_ready() { "ready" } else { "unavailable" },
            version: card.map(|card| card.version.clone()),
            onnx_sha256: card.map(|card| card.onnx_sha256.clone()),
            features_version: card.map(|card| card.features.version.clone()),
            thresholds: card.map(|card| card.thresholds),
            rule_count: card.map_or(0, |card| card.rules.len()),
            metrics: card.map(|card| card.metrics.clone()).unwrap_or_default(),
            shadow: shadow.map(|card| card.version.clone()),
        }
    };
    Json(app.serving.with(describe))
}
