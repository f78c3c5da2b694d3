//! The fraud model on the same rows in four runtimes: tract in WASM and natively, Microsoft's ONNX Runtime behind the same Rust
//! code, and in Python. `ort` takes one runtime for the life of a process, so each native one has a process of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use kiosk_testkit::edge_node;
use tokio::process::Command;

use crate::report::Report;

const BATCHES: [usize; 2] = [1, 256];
const ROUNDS: usize = 3;
/// As `kiosk_bench --score-with RUNTIME --batch N` names them.
const RUNTIMES: [&str; 2] = ["tract", "onnxruntime"];

fn ml() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ml/fraud")
}

/// In a child: prints how long each run took.
pub fn child(runtime: &str, batch: usize) -> Result<()> {
    if runtime == "onnxruntime" {
        kiosk_onnxruntime::load(&microsoft()?.join("lib/libonnxruntime.so"))?;
    }
    println!("{}", serde_json::to_string(&score_guest::scores(&ml(), batch))?);
    Ok(())
}

/// What `scripts/onnxruntime` brought.
fn microsoft() -> Result<PathBuf> {
    Ok(std::env::var("KIOSK_ONNXRUNTIME_DIR").context("scripts/bench sets KIOSK_ONNXRUNTIME_DIR")?.into())
}

async fn run_for_times(mut command: Command) -> Result<Vec<u64>> {
    let output = command.output().await?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

async fn native(runtime: &str, batch: usize) -> Result<Vec<u64>> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--score-with", runtime, "--batch", &batch.to_string()]);
    run_for_times(command).await
}

async fn python(batch: usize) -> Result<Vec<u64>> {
    let mut command = Command::new(microsoft()?.join("bin/python"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/score.py")).arg(ml()).arg(batch.to_string());
    run_for_times(command).await
}

async fn wasm(url: &str, path: &str) -> Result<Vec<u64>> {
    let answer = reqwest::get(format!("{url}/{path}")).await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}

/// Microseconds at a quantile of sorted nanoseconds.
#[allow(clippy::cast_precision_loss)]
fn micros(sorted: &[u64], percent: usize) -> f64 {
    sorted[(sorted.len() - 1) * percent / 100] as f64 / 1e3
}

/// Latency and throughput of each, the runtimes in turn for several rounds, so that a drifting machine favours none.
async fn beside(url: &str, batch: usize, report: &Report) -> Result<()> {
    let mut took = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        took[0].extend(wasm(url, &batch.to_string()).await?);
        took[1].extend(native(RUNTIMES[0], batch).await?);
        took[2].extend(native(RUNTIMES[1], batch).await?);
        took[3].extend(python(batch).await?);
    }
    took.iter_mut().for_each(|times| times.sort_unstable());
    let names = ["tract in WASM", "tract natively", "ONNX Runtime natively", "ONNX Runtime in Python"];
    let own = micros(&took[3], 50);
    for (name, times) in names.into_iter().zip(&took) {
        #[allow(clippy::cast_precision_loss)]
        let rate = (times.len() * batch) as f64 / times.iter().sum::<u64>() as f64 * 1e9;
        let value =
            format!("p50 {:.1} µs, p99 {:.1} µs, {rate:.0} rows/s", micros(times, 50), micros(times, 99));
        report.line(&format!("{name}, {batch} at once"), &value, "");
        report.line("  Python's p50 over its own", &format!("{:.2}", own / micros(times, 50)), "");
    }
    Ok(())
}

/// Both sizes of batch, and what a cold start costs.
pub async fn run(report: &mut Report) -> Result<()> {
    report.section("Fraud model alone, the same rows in four runtimes");
    let node = edge_node(concat!(env!("CARGO_MANIFEST_DIR"), "/score.spin.toml"), &[]).await?;
    let url = &node.process.url;
    let mut loads = wasm(url, "load").await?;
    let first = loads.remove(0);
    loads.sort_unstable();
    report.instance_starts(url, "score").await?;
    report.line(
        "model load in WASM, the instance's first",
        &format!("{:.0} µs", micros(&[first], 50)),
        "under 10 ms",
    );
    report.line("model load in WASM, further ones, p50", &format!("{:.0} µs", micros(&loads, 50)), "");
    for (path, what, aim) in [
        ("allowed", "whole decision in WASM, order allowed", "p99 under 50 µs"),
        ("refused", "whole decision in WASM, order refused, with reasons", ""),
    ] {
        let mut took = wasm(url, path).await?;
        took.sort_unstable();
        report.line(what, &format!("p50 {:.1} µs, p99 {:.1} µs", micros(&took, 50), micros(&took, 99)), aim);
    }
    for batch in BATCHES {
        beside(url, batch, report).await?;
    }
    Ok(())
}
