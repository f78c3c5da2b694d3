//! Pages: how many a second, and how long one takes at a steady rate.

use std::time::Duration;

use anyhow::{Context, Result};
use kiosk_testkit::Shop;

use crate::load::{Connection, paced, saturate};
use crate::report::Report;

const CONNECTIONS: usize = 16;
const STEADY_RATE: u32 = 500;

/// Address of a product with pictures and variants: the first of the home page.
async fn product_path(url: &str) -> Result<String> {
    let (_, body) = Connection::open(url).await?.get("/").await?;
    let html = String::from_utf8_lossy(&body).into_owned();
    let start = html.find("href=\"/p/").context("no product on the home page")? + 6;
    Ok(html[start..].split('"').next().unwrap_or_default().to_owned())
}

/// Home and product page.
pub async fn run(shop: &Shop, duration: Duration, report: &mut Report) -> Result<()> {
    let url = &shop.pops[0].url;
    let product = product_path(url).await?;
    report.section("Pages (Leptos SSR in WASM, catalogue from SQLite)");
    for (name, path, aim) in [("home page", "/", ""), ("product page", product.as_str(), "at least 4,000/s")]
    {
        let (_, body) = Connection::open(url).await?.get(path).await?;
        report.line(&format!("{name}, size"), &format!("{:.1} kB", body.len() as f64 / 1_000.0), "");
        saturate(url, path, CONNECTIONS, Duration::from_secs(2)).await?;
        report.throughput(
            &format!("{name}, {CONNECTIONS} connections"),
            &saturate(url, path, CONNECTIONS, duration).await?,
            aim,
        );
        let steady = paced(url, path, STEADY_RATE, 16, duration).await?;
        report.latency(&format!("{name} at {STEADY_RATE}/s"), &steady, "p99 under 10 ms");
    }
    Ok(())
}
