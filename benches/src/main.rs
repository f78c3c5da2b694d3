//! Kiosk's figures on this machine, in one run: `scripts/bench`, or `kiosk-bench --help` for parts of it.
//!
//! Everything is measured over HTTP on loopback with the load generator on the same cores; ratios come from one run.
#![allow(missing_docs)]

mod checkout;
mod fraud;
mod host;
mod load;
mod pages;
mod report;

use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use kiosk_testkit::{ProductSpec, Shop};

use crate::report::Report;

#[derive(Parser)]
#[command(about = "Prints Kiosk's figures on this machine")]
struct Options {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Checkouts to measure.
    #[arg(long, default_value_t = 5_000)]
    checkouts: usize,
    /// Parts to run: pages, checkout, fraud, host (default: all).
    parts: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    let wants = |part: &str| options.parts.is_empty() || options.parts.iter().any(|wanted| wanted == part);
    let duration = Duration::from_secs(options.seconds);
    let mut report = Report::default();

    if wants("pages") || wants("checkout") {
        let stock = u32::try_from(options.checkouts)? * 4;
        let shop =
            Shop::builder().demo().products(&[ProductSpec::new("BENCH", 1_990, stock)]).start().await?;
        if wants("pages") {
            pages::run(&shop, duration, &mut report).await?;
        }
        if wants("checkout") {
            checkout::run(&shop, options.checkouts, &mut report).await?;
        }
        for component in ["storefront", "edge-orders", "edge-fraud"] {
            report.instance_starts(&shop.pops[0].url, component).await?;
        }
        report.memory("edge-node after this load", shop.pops[0].process.resident_bytes()?, 250);
        report.memory("core after this load", shop.core.resident_bytes()?, 150);
    }
    if wants("fraud") {
        fraud::run(&mut report).await?;
    }
    if wants("host") {
        host::run(duration, &mut report).await?;
    }
    Ok(())
}
