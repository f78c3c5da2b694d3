//! Training and scoring must agree: scores from tract against those of ONNX Runtime, which training wrote down.

use edge_fraud::Network;
use kiosk_risk::FeatureSpec;
use serde::Deserialize;

use crate::common::{committed_scorer, ml};

const TOLERANCE: f32 = 1e-5;

#[derive(Deserialize)]
pub struct Parity {
    pub orders: Vec<Row>,
    /// Scores of rows that mix the orders: feature j of row i is that of order (7 i + 13 j) mod n.
    pub mixed: Vec<f32>,
}

#[derive(Deserialize)]
pub struct Row {
    pub pattern: String,
    pub features: Vec<f32>,
    pub score: f32,
}

impl Parity {
    pub fn read(version: &str) -> Self {
        serde_json::from_slice(&std::fs::read(ml().join(format!("parity/{version}.json"))).unwrap()).unwrap()
    }
}

fn parity() -> Parity {
    Parity::read("fraud-v3")
}

fn scores(rows: &[f32]) -> Vec<f32> {
    let onnx = std::fs::read(ml().join("models/fraud-v3.onnx")).unwrap();
    let width = committed_scorer().card().unwrap().features.len();
    let mut scores = Vec::new();
    let mut network = Network::new(&onnx, width).unwrap();
    network.predict(rows, |_, prediction| scores.push(prediction.score)).unwrap();
    scores
}

#[test]
fn orders_score_as_in_training() {
    let Parity { orders, .. } = parity();
    assert_eq!(orders.len(), 200);
    let rows: Vec<f32> = orders.iter().flat_map(|row| row.features.iter().copied()).collect();
    for (place, (here, row)) in scores(&rows).into_iter().zip(&orders).enumerate() {
        assert!(
            (here - row.score).abs() <= TOLERANCE,
            "order {place}: {here} here, {} in training",
            row.score
        );
    }
}

#[test]
fn ten_thousand_rows_score_as_in_training() {
    let Parity { orders, mixed } = parity();
    assert_eq!(mixed.len(), 10_000);
    let width = orders[0].features.len();
    let value = |row: usize, column: usize| orders[(7 * row + 13 * column) % orders.len()].features[column];
    let rows: Vec<f32> = (0..mixed.len())
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| value(row, column))
        .collect();
    for (place, (here, there)) in scores(&rows).into_iter().zip(&mixed).enumerate() {
        assert!((here - there).abs() <= TOLERANCE, "row {place}: {here} here, {there} in training");
    }
    assert!(mixed.iter().any(|score| *score < 0.01) && mixed.iter().any(|score| *score > 0.9));
}

#[test]
fn the_sample_holds_honest_orders_and_every_kind_of_fraud() {
    let orders = parity().orders;
    let patterns = [
        "shopper",
        "card_testing",
        "stolen_card",
        "reshipping",
        "account_farm",
        "takeover",
        "promotion_abuse",
    ];
    for pattern in patterns {
        assert!(orders.iter().any(|row| row.pattern == pattern), "{pattern} is missing");
    }
}

#[test]
fn the_card_carries_the_feature_list_that_training_read() {
    let spec = FeatureSpec::from_json(&std::fs::read(ml().join("features-v3.json")).unwrap()).unwrap();
    assert_eq!(committed_scorer().card().unwrap().features, spec);
}
