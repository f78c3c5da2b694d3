//! One `Network`, two runtimes: tract, which POPs run, and Microsoft's ONNX Runtime say the same of ten thousand rows.
//!
//! `ort` takes one runtime for the life of a process, so the test runs itself once more for each of the two.
#![cfg(not(target_family = "wasm"))]
// Whose child a process is, and where the library lies, comes from outside: this is no code of the edge.
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::Command;

use edge_fraud::{ModelCard, Network};
use serde::Deserialize;

const ROWS: usize = 10_000;
const TOLERANCE: f32 = 1e-5;
/// Which runtime a child takes, and where it writes its scores.
const CHILD: &str = "KIOSK_SCORE_WITH";
const ANSWER: &str = "KIOSK_SCORES";
/// Where the library is; `./test` sets it.
const LIBRARY: &str = "KIOSK_ONNXRUNTIME";

#[derive(Deserialize)]
struct Parity {
    orders: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    features: Vec<f32>,
}

fn ml() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ml/fraud")
}

/// Rows that mix orders, so that each tree is asked what no order asks of it.
fn rows(width: usize) -> Vec<f32> {
    let parity: Parity =
        serde_json::from_slice(&std::fs::read(ml().join("parity/fraud-v3.json")).unwrap()).unwrap();
    let orders = parity.orders;
    let value = |row: usize, column: usize| orders[(7 * row + 13 * column) % orders.len()].features[column];
    (0..ROWS).flat_map(|row| (0..width).map(move |column| (row, column))).map(|(r, c)| value(r, c)).collect()
}

/// In a child: the scores of all rows, as JSON.
fn score(runtime: &str) -> Vec<f32> {
    if runtime == "onnxruntime" {
        let library =
            std::env::var(LIBRARY).expect("KIOSK_ONNXRUNTIME names libonnxruntime.so; ./test sets it");
        let version = kiosk_onnxruntime::load(Path::new(&library)).unwrap();
        assert!(version.starts_with("1."), "{version}");
    }
    let card = <ModelCard>::from_json(&std::fs::read(ml().join("models/fraud-v3.json")).unwrap()).unwrap();
    let onnx = std::fs::read(ml().join("models/fraud-v3.onnx")).unwrap();
    let mut network = Network::new(&onnx, card.features.len()).unwrap();
    let mut scores = Vec::with_capacity(ROWS);
    network.predict(&rows(card.features.len()), |_, prediction| scores.push(prediction.score)).unwrap();
    scores
}

fn scores_of(runtime: &str, answer: &Path) -> Vec<f32> {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tract_and_onnx_runtime_agree", "--nocapture"])
        .env(CHILD, runtime)
        .env(ANSWER, answer)
        .output()
        .unwrap();
    assert!(child.status.success(), "{runtime}: {}", String::from_utf8_lossy(&child.stderr));
    serde_json::from_slice(&std::fs::read(answer).unwrap()).unwrap()
}

#[test]
fn tract_and_onnx_runtime_agree() {
    if let Ok(runtime) = std::env::var(CHILD) {
        let answer = std::env::var(ANSWER).unwrap();
        std::fs::write(answer, serde_json::to_vec(&score(&runtime)).unwrap()).unwrap();
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let tract = scores_of("tract", &dir.path().join("tract.json"));
    let microsoft = scores_of("onnxruntime", &dir.path().join("onnxruntime.json"));
    assert_eq!((tract.len(), microsoft.len()), (ROWS, ROWS));
    for (row, (here, there)) in tract.iter().zip(&microsoft).enumerate() {
        assert!((here - there).abs() <= TOLERANCE, "row {row}: {here} of tract, {there} of ONNX Runtime");
    }
    assert!(tract.iter().any(|score| *score < 0.01) && tract.iter().any(|score| *score > 0.9));
    // Two implementations of the same sums: that no last digit differs would mean that one ran twice.
    assert!(tract != microsoft, "both children ran on the same runtime");
}
