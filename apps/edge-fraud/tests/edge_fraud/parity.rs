//! Training and scoring must agree: features from the Rust code, scores from tract, against Python's.

use kiosk_risk::{FEATURES_MAX, FeatureSpec, Outcome, ScoreRequest, Velocity, features};
use serde::Deserialize;

use crate::common::{committed_scorer, ml};

const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
struct Row {
    pattern: String,
    request: ScoreRequest,
    velocity: Velocity,
    features: Vec<f32>,
    score: f32,
}

fn rows() -> Vec<Row> {
    let rows: Vec<Row> =
        serde_json::from_slice(&std::fs::read(ml().join("parity/fraud-v1.json")).unwrap()).unwrap();
    assert_eq!(rows.len(), 200);
    rows
}

#[test]
fn features_are_those_of_training() {
    let spec = FeatureSpec::from_json(&std::fs::read(ml().join("features-v1.json")).unwrap()).unwrap();
    for (index, row) in rows().iter().enumerate() {
        let mut buffer = [0.0; FEATURES_MAX];
        let buffer = &mut buffer[..spec.len()];
        features(&row.request, &row.velocity.into(), &spec, buffer).unwrap();
        for (place, (here, there)) in buffer.iter().zip(&row.features).enumerate() {
            let name = &spec.features[place].name;
            assert!(
                (here - there).abs() <= TOLERANCE,
                "row {index}, {name}: {here} here, {there} in training"
            );
        }
    }
}

#[test]
fn scores_are_those_of_training() {
    let mut scorer = committed_scorer();
    let thresholds = scorer.card().unwrap().thresholds;
    for (index, row) in rows().iter().enumerate() {
        let decision = scorer.score(&row.request, &row.velocity.into());
        let score = decision.score.unwrap();
        assert!(
            (score - row.score).abs() <= TOLERANCE,
            "row {index}: {score} here, {} in training",
            row.score
        );
        assert!(decision.outcome >= thresholds.outcome(score), "rules only add to the model's outcome");
        assert_eq!(decision.reasons.is_empty(), decision.outcome == Outcome::Allow, "row {index}");
    }
}

#[test]
fn the_sample_holds_honest_orders_and_every_kind_of_fraud() {
    let rows = rows();
    let patterns = ["shopper", "card_testing", "stolen_card", "reshipping", "account_farm", "takeover"];
    for pattern in patterns {
        assert!(rows.iter().any(|row| row.pattern == pattern), "{pattern} is missing");
    }
}

#[test]
fn the_card_carries_the_feature_list_that_training_read() {
    let spec = FeatureSpec::from_json(&std::fs::read(ml().join("features-v1.json")).unwrap()).unwrap();
    assert_eq!(committed_scorer().card().unwrap().features, spec);
}
