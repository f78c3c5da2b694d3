//! Pages: how many a second, and how long one takes at a steady rate.

use std::time::Duration;

use anyhow::Result;
use kiosk_testkit::{Shop, wait_until};

use crate::load::{Connection, paced, saturate};
use crate::report::Report;

const CONNECTIONS: usize = 16;
const STEADY_RATE: u32 = 500;
/// Of ten categories in header, footer and tiles.
const CATEGORY_LINKS_MIN: usize = 20;

/// A product of the demo catalogue with pictures and variants.
pub const PRODUCT: &str = "/p/mushroom-table-lamp";

/// Waits until the home page shows the demo catalogue: what a page keeps for seconds may be older.
pub async fn catalogue_is_shown(url: &str) -> Result<()> {
    wait_until("the demo catalogue on the home page", || async {
        let (_, body) = Connection::open(url).await?.get("/").await?;
        Ok((String::from_utf8_lossy(&body).matches("/c/").count() >= CATEGORY_LINKS_MIN).then_some(()))
    })
    .await
}

/// Home and product page.
pub async fn run(shop: &Shop, duration: Duration, report: &mut Report) -> Result<()> {
    let url = &shop.pops[0].url;
    catalogue_is_shown(url).await?;
    report.section("Pages (Leptos SSR in WASM, catalogue from SQLite)");
    for (name, path, aim) in [("home page", "/", ""), ("product page", PRODUCT, "at least 4,000/s")] {
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
