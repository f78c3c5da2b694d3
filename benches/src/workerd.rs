//! The same shop on `workerd`, the runtime of Cloudflare Workers, beside `edge-node`.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use kiosk_testkit::{Host, Shop};

use crate::load::{paced, saturate};
use crate::pages::{PRODUCT, catalogue_is_shown};
use crate::progress;
use crate::report::Report;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;
/// Pages a second at which both are far from their limits.
const STEADY_RATE: u32 = 100;

/// The product page on both.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("Host (Kiosk's product page), workerd with D1 in place of edge-node with SQLite");
    if !Path::new("dist/worker/index.js").is_file() {
        report.line("workerd", "not built", "scripts/bench builds it");
        return Ok(());
    }
    let mut rates = [const { Vec::new() }; 2];
    let mut shops = Vec::new();
    for host in [Host::EdgeNode, Host::Workerd] {
        progress(&format!("a shop on {}", host.name()));
        let shop = Shop::builder().host(host).demo().start().await?;
        catalogue_is_shown(&shop.pops[0].url).await?;
        saturate(&shop.pops[0].url, PRODUCT, CONNECTIONS, Duration::from_secs(2)).await?;
        shops.push((host, shop));
    }
    for _ in 0..ROUNDS {
        for ((_, shop), rates) in shops.iter().zip(&mut rates) {
            rates.push(saturate(&shop.pops[0].url, PRODUCT, CONNECTIONS, duration / 2).await?.rate());
        }
    }
    let medians = rates.map(|mut rates| {
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    });
    for ((host, shop), rate) in shops.iter().zip(medians) {
        report.line(&format!("{}, {CONNECTIONS} connections", host.name()), &format!("{rate:.0}/s"), "");
        let steady = paced(&shop.pops[0].url, PRODUCT, STEADY_RATE, 4, duration / 2).await?;
        report.latency(&format!("{} at {STEADY_RATE}/s", host.name()), &steady, "");
    }
    report.line("  edge-node beside workerd", &format!("{:.1}", medians[0] / medians[1]), "");
    Ok(())
}
