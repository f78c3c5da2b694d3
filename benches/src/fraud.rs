//! The fraud score inside WASM, as the component itself times it, and over HTTP.

use std::time::Duration;

use anyhow::{Context, Result};
use http::Request;
use http_body_util::Full;
use kiosk_testkit::edge_node;
use serde_json::json;

use crate::load::{Connection, Measured};
use crate::report::Report;

const SCORES: usize = 20_000;

/// Microseconds that `server-timing: score;dur=<ms>` tells.
fn score_micros(parts: &http::response::Parts) -> Option<u64> {
    let timing = parts.headers.get("server-timing")?.to_str().ok()?;
    let ms: f64 = timing.split("score;dur=").nth(1)?.split([',', ';']).next()?.trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some((ms * 1_000.0).round() as u64)
}

/// A plausible order of a returning shopper.
fn order(n: usize) -> serde_json::Value {
    json!({"n": n})
}

/// Scores one order after the other on a warm session.
pub async fn run(_duration: Duration, report: &mut Report) -> Result<()> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/fraud.spin.toml");
    let node = edge_node(manifest, &[]).await?;
    let mut connection = Connection::open(&node.process.url).await?;
    let mut inside = Vec::with_capacity(SCORES);
    let mut outside = Vec::with_capacity(SCORES);
    for n in 0..SCORES {
        let body = order(n).to_string();
        let request = Request::post("/score")
            .header("content-type", "application/json")
            .body(Full::new(body.into()))?;
        let sent = std::time::Instant::now();
        let (parts, _) = connection.send(request).await?;
        outside.push(u64::try_from(sent.elapsed().as_micros())?);
        inside.push(score_micros(&parts).context("the answer has no server-timing")?);
    }
    report.section("Fraud score (ONNX through tract, in WASM)");
    report.latency("inside the component", &Measured::of_micros(inside)?, "p99 under 0.200 ms");
    report.latency("one POST /score over HTTP", &Measured::of_micros(outside)?, "");
    Ok(())
}
