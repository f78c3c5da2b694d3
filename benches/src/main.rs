//! Kiosk's figures on this machine, in one run: `scripts/bench`, or `kiosk-bench --help` for parts of it.
//!
//! Everything is measured over HTTP on loopback with the load generator on the same cores; ratios come from one run.
#![allow(missing_docs)]

mod alone;
mod broadcast;
mod catalogue;
mod central;
mod checkout;
mod distance;
mod fraud;
mod growth;
mod host;
mod ingest;
mod ledger;
mod load;
mod logins;
mod next;
mod pages;
mod pops;
mod postgres;
mod report;
mod score;
mod text;
mod wire;
mod workerd;

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
    /// Sizes of the catalogue for `growth`.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    products: Vec<usize>,
    /// Numbers of POPs for `growth`.
    #[arg(long, value_delimiter = ',', default_value = "2,8,32")]
    pops: Vec<usize>,
    /// Times the fraud model in this process, on `tract` or `onnxruntime`, and prints the times; for `fraud` itself.
    #[arg(long, hide = true)]
    score_with: Option<String>,
    /// Rows at once, with `--score-with`.
    #[arg(long, hide = true, default_value_t = 1)]
    batch: usize,
    /// Parts to run: pages, next, checkout, logins, fraud, host, broadcast, ingest, ledger, growth
    /// (default: all).
    parts: Vec<String>,
}

impl Options {
    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }

    fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Tells what goes on, apart from the figures.
fn progress(what: &str) {
    eprintln!("    {what}");
}

/// A shop of the demo catalogue, one product that everybody buys, and some others.
async fn demo_shop(checkouts: usize) -> Result<Shop> {
    let stock = u32::try_from(checkouts)? * 6 + 10_000;
    let mut products = vec![ProductSpec::new(checkout::HOT, 1_990, stock)];
    products.extend((0..checkout::SPREAD).map(|n| ProductSpec::new(&checkout::spread_sku(n), 1_990, stock)));
    Shop::builder().demo().products(&products).start().await
}

/// The parts that share one shop.
async fn in_one_shop(options: &Options, report: &mut Report) -> Result<()> {
    progress("a shop");
    let mut shop = demo_shop(options.checkouts).await?;
    if options.wants("pages") {
        pages::run(&shop, options.duration(), report).await?;
    }
    if options.wants("checkout") {
        checkout::run(&shop, options.checkouts, report).await?;
    }
    for component in ["storefront", "edge-orders", "edge-fraud"] {
        report.instance_starts(&shop.pops[0].url, component).await?;
    }
    report.memory("edge-node after this load", shop.pops[0].process.resident_bytes()?, 250);
    report.memory("core after this load", shop.core.resident_bytes()?, 150);
    if options.wants("checkout") {
        checkout::beside(&mut shop, options.checkouts, options.duration(), report).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(runtime) = &options.score_with {
        return score::child(runtime, options.batch);
    }
    let mut report = Report::default();
    if options.wants("pages") || options.wants("checkout") {
        in_one_shop(&options, &mut report).await?;
    }
    if options.wants("logins") {
        logins::run(options.duration(), &mut report).await?;
    }
    if options.wants("next") {
        next::run(options.duration(), &mut report).await?;
    }
    if options.wants("fraud") {
        fraud::run(&mut report).await?;
        score::run(&mut report).await?;
    }
    if options.wants("host") {
        host::run(options.duration(), &mut report).await?;
        workerd::run(options.duration(), &mut report).await?;
    }
    if options.wants("broadcast") {
        broadcast::run(options.duration(), &mut report).await?;
    }
    if options.wants("ingest") {
        ingest::run(options.duration(), &mut report).await?;
    }
    if options.wants("ledger") {
        ledger::run(options.duration(), &mut report).await?;
    }
    if options.wants("growth") {
        growth::run(&options.products, options.duration(), &mut report).await?;
        pops::run(&options.pops, &mut report).await?;
    }
    Ok(())
}
