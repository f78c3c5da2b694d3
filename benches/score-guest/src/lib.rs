//! The fraud model timed by itself, and whole decisions with facts, rules and reasons: as a component in WASM and as a library
//! natively, so that both do the same.
#![allow(missing_docs, clippy::unwrap_used)]

pub mod orders;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use edge_fraud::{ModelCard, Network, Scorer};
use kiosk_edge_platform::Files;
use kiosk_risk::{History, Outcome, ScoreRequest};
use serde::Deserialize;

pub const MODEL: &str = "fraud-v3";
/// Rows of one pass: benches/score.py takes as many.
const ROWS: usize = 4_096;
const WARM_UP_PASSES: usize = 1;
const PASSES: usize = 5;
const LOADS: usize = 30;

#[derive(Deserialize)]
struct Parity {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    features: Vec<f32>,
}

/// `models` and `parity` below a folder.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path.trim_start_matches('/'))).ok()
    }
}

/// Orders of the held-out days, mixed: feature j of row i is that of order (7 i + 13 j) mod n.
fn rows(folder: &Folder, width: usize) -> Vec<f32> {
    let parity: Parity = serde_json::from_slice(&folder.read("parity/fraud-v3.json").unwrap()).unwrap();
    let orders = parity.orders;
    let value = |row: usize, column: usize| orders[(7 * row + 13 * column) % orders.len()].features[column];
    (0..ROWS).flat_map(|row| (0..width).map(move |column| (row, column))).map(|(r, c)| value(r, c)).collect()
}

fn nanoseconds(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// How long each run of `batch` rows took, nanoseconds.
#[must_use]
pub fn scores(folder: &Path, batch: usize) -> Vec<u64> {
    let folder = Folder(folder.to_owned());
    let card = <ModelCard>::from_json(&folder.read(&format!("models/{MODEL}.json")).unwrap()).unwrap();
    let width = card.features.len();
    let onnx = folder.read(&format!("models/{MODEL}.onnx")).unwrap();
    let mut network = Network::new(&onnx, width).unwrap();
    let rows = rows(&folder, width);
    let mut took = Vec::with_capacity(PASSES * ROWS / batch);
    for pass in 0..WARM_UP_PASSES + PASSES {
        for batch in rows.chunks_exact(width * batch) {
            let started = Instant::now();
            network.predict(batch, |_, prediction| _ = black_box(prediction)).unwrap();
            if pass >= WARM_UP_PASSES {
                took.push(nanoseconds(started));
            }
        }
    }
    took
}

/// How long it took to read card and file, check them, build the session and score the golden rows, nanoseconds; the first
/// is of a runtime that has done nothing before.
#[must_use]
pub fn loads(folder: &Path) -> Vec<u64> {
    let folder = Folder(folder.to_owned());
    let once = || {
        let started = Instant::now();
        let (scorer, error) = Scorer::load(&folder, MODEL);
        assert!(scorer.is_ready(), "{error:?}");
        nanoseconds(started)
    };
    std::iter::repeat_with(once).take(LOADS).collect()
}

/// How long each decision took on orders one after the other: features, rules and network, and reasons where it is `refused`;
/// nanoseconds.
#[must_use]
pub fn decisions(folder: &Path, refused: bool) -> Vec<u64> {
    type Order = fn(u32) -> ScoreRequest;
    type Remembered = fn(u32) -> History;
    let (order, remembered): (Order, Remembered) = match refused {
        true => (orders::card_testing, orders::of_bot),
        false => (orders::ordinary, orders::of_shopper),
    };
    let (mut scorer, error) = Scorer::load(&Folder(folder.to_owned()), MODEL);
    assert!(scorer.is_ready(), "{error:?}");
    // Reasons cost ten times as much, and a request has seconds.
    let count = if refused { ROWS / 16 } else { ROWS };
    let orders: Vec<_> = (0..count as u32).map(|n| (order(n), remembered(n))).collect();
    let mut took = Vec::with_capacity(PASSES * ROWS);
    for pass in 0..WARM_UP_PASSES + PASSES {
        for (request, history) in &orders {
            let started = Instant::now();
            let decision = black_box(scorer.score(request, history));
            let elapsed = nanoseconds(started);
            assert_eq!(decision.outcome > Outcome::Allow, refused, "{decision:?}");
            if pass >= WARM_UP_PASSES {
                took.push(elapsed);
            }
        }
    }
    took
}

#[cfg(target_os = "wasi")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> String {
    let root = Path::new("/");
    let took = match request.uri().path() {
        "/load" => loads(root),
        "/allowed" => decisions(root, false),
        "/refused" => decisions(root, true),
        batch => scores(root, batch.trim_start_matches('/').parse().unwrap()),
    };
    serde_json::to_string(&took).unwrap()
}
