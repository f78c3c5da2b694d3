//! A missing, damaged or mismatched model means review, its rules still block, and no request fails.

use std::fs;
use std::path::Path;

use axum::body::Body;
use edge_fraud::{ModelError, Scorer};
use http::StatusCode;
use kiosk_edge_platform::native::{DirFiles, NativeEdge};
use kiosk_risk::{Counters, History, Outcome, Velocity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{app, call, database, ml, model_copy, ordinary, post_score};

const ONNX: &str = "models/fraud-v3.onnx";
const CARD: &str = "models/fraud-v3.json";

fn edit_card(folder: &Path, edit: impl FnOnce(&mut Value)) {
    let mut card: Value = serde_json::from_slice(&fs::read(folder.join(CARD)).unwrap()).unwrap();
    edit(&mut card);
    fs::write(folder.join(CARD), card.to_string()).unwrap();
}

/// Replaces the ONNX file and makes the card vouch for it, as a careless or hostile deployment might.
pub fn replace_onnx(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join(ONNX), bytes).unwrap();
    edit_card(folder, |card| card["onnx_sha256"] = json!(hex::encode(Sha256::digest(bytes))));
}

/// The damaged model's orders are reviewed, by the scorer and over HTTP. Returns what was found wrong.
pub fn assert_reviews(folder: &Path) -> ModelError {
    let (mut scorer, error) = Scorer::load(&DirFiles(folder.to_owned()), "fraud-v3");
    let decision = scorer.score(&ordinary(), &History::default());
    assert_eq!(decision.outcome, Outcome::Review);
    assert_eq!(decision.reasons[0].code, "model_unavailable");
    assert_eq!(decision.score, None);

    let (router, _native) = app(database(), folder.to_owned());
    let answer = post_score(&router, &serde_json::to_value(ordinary()).unwrap());
    assert_eq!(answer["outcome"], "review");
    assert_eq!(call(&router, "GET", "/model", Body::empty()).2["status"], "unavailable");
    error.expect("a damaged model is reported")
}

#[test]
fn missing_files() {
    let folder = model_copy();
    fs::remove_file(folder.path().join(ONNX)).unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::Missing(path) if path.ends_with(".onnx")));
    fs::remove_file(folder.path().join(CARD)).unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::Missing(path) if path.ends_with(".json")));
}

#[test]
fn wrong_hash_and_truncation() {
    let folder = model_copy();
    let whole = fs::read(folder.path().join(ONNX)).unwrap();
    let mut flipped = whole.clone();
    flipped[100] ^= 1;
    fs::write(folder.path().join(ONNX), &flipped).unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::Hash { .. }));
    fs::write(folder.path().join(ONNX), &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::Hash { .. }));
}

#[test]
fn a_truncated_or_foreign_onnx_file_that_the_card_vouches_for() {
    let whole = fs::read(ml().join(ONNX)).unwrap();
    for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 1], b"", b"not an onnx file", &[0xff; 64]]
    {
        let folder = model_copy();
        replace_onnx(folder.path(), bytes);
        let error = assert_reviews(folder.path());
        assert!(matches!(error, ModelError::Network(_)), "{} bytes: {error}", bytes.len());
    }
}

#[test]
fn a_network_of_another_width() {
    let folder = model_copy();
    edit_card(folder.path(), |card| {
        card["features"]["features"].as_array_mut().unwrap().pop();
        card["baseline"].as_array_mut().unwrap().pop();
        for row in card["golden"].as_array_mut().unwrap() {
            row["features"].as_array_mut().unwrap().pop();
        }
        card["reasons"] = json!([]);
    });
    assert!(matches!(assert_reviews(folder.path()), ModelError::Network(_)));
}

#[test]
fn a_network_that_scores_otherwise_than_in_training() {
    let folder = model_copy();
    edit_card(folder.path(), |card| {
        let score = card["golden"][0]["score"].as_f64().unwrap();
        card["golden"][0]["score"] = json!(1.0 - score);
    });
    assert!(matches!(assert_reviews(folder.path()), ModelError::Golden { row: 0, .. }));
}

#[test]
fn cards_that_do_not_fit() {
    let edits: [fn(&mut Value); 10] = [
        |card| card["thresholds"]["review"] = json!(0.9),
        |card| card["thresholds"]["block"] = json!(1.5),
        |card| card["baseline"] = json!([1.0]),
        |card| card["golden"] = json!([]),
        |card| card["features"]["features"] = json!([]),
        |card| card["features"]["features"][1]["name"] = json!("amount"),
        |card| card["features"]["features"][0]["min"] = json!(-5.0),
        |card| card["features"]["features"][0]["source"] = json!("horoscope"),
        |card| card["rules"][0]["outcome"] = json!("allow"),
        |card| card["reasons"][0]["features"][0] = json!("horoscope"),
    ];
    for (index, edit) in edits.into_iter().enumerate() {
        let folder = model_copy();
        edit_card(folder.path(), edit);
        let error = assert_reviews(folder.path());
        assert!(matches!(error, ModelError::Card(_)), "edit {index}: {error}");
    }
    let folder = model_copy();
    fs::write(folder.path().join(CARD), "{").unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::Card(_)));
}

#[test]
fn a_card_above_its_limit() {
    let folder = model_copy();
    fs::write(folder.path().join(CARD), vec![b' '; edge_fraud::CARD_BYTES_MAX + 1]).unwrap();
    assert!(matches!(assert_reviews(folder.path()), ModelError::TooLarge { .. }));
}

#[test]
fn rules_block_without_a_network() {
    let folder = model_copy();
    fs::remove_file(folder.path().join(ONNX)).unwrap();
    let (mut scorer, _) = Scorer::load(&DirFiles(folder.path().to_owned()), "fraud-v3");
    let card = Counters { count: [21; 3], amount_minor: [2_100; 3] };
    let decision = scorer.score(&ordinary(), &Velocity { card, ..Velocity::default() }.into());
    assert_eq!(decision.outcome, Outcome::Block);
    let codes: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    assert_eq!(codes, ["card_velocity_limit", "model_unavailable"]);
}

#[test]
fn the_variable_names_the_model_and_cannot_leave_its_folder() {
    for name in ["../models/fraud-v3", "", "fraud-v9", ".hidden", "a/b"] {
        let native = NativeEdge::new(database(), &[("fraud_model", name)], ml(), 1);
        let router = edge_fraud::router(native.edge);
        let answer = post_score(&router, &serde_json::to_value(ordinary()).unwrap());
        assert_eq!(answer["reasons"][0]["code"], "model_unavailable", "{name}");
    }
    let native = NativeEdge::new(database(), &[("fraud_model", "fraud-v3")], ml(), 1);
    let (status, _, model) = call(&edge_fraud::router(native.edge), "GET", "/model", Body::empty());
    assert_eq!(status, StatusCode::OK);
    assert_eq!(model["status"], "ready");
    assert_eq!(model["version"], "fraud-v3");
    assert_eq!(model["features_version"], "features-v3");
    assert!(model["metrics"]["auc"].as_f64().is_some_and(|auc| auc > 0.9), "{model}");
}
