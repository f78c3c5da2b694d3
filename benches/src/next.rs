//! Kiosk's pages beside the same pages by Next.js, rendered for each request from the same database file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use kiosk_testkit::{Process, Shop};
use tokio::process::Command;

use crate::load::{Connection, paced, saturate};
use crate::pages::{PRODUCT, catalogue_is_shown};
use crate::report::Report;
use crate::{progress, text};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;
/// As many processes as processors: Node renders on one thread.
const PROCESSES: usize = 2;
/// V8 compiles what is hot only after a while.
const WARM_UP: Duration = Duration::from_secs(4);
/// Pages a second at which both are far from their limits.
const STEADY_RATE: u32 = 50;

fn app() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("next")
}

/// `next start` of the built application on the database of the first POP.
async fn next_start(shop: &Shop, number: usize) -> Result<Process> {
    let program = app().join("node_modules/next/dist/bin/next");
    ensure!(
        program.is_file() && app().join(".next/BUILD_ID").is_file(),
        "benches/next is not built; scripts/bench next does that"
    );
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut command = Command::new("node");
    command
        .kill_on_drop(true)
        .arg(program)
        .args(["start", "-H", "127.0.0.1", "-p", &port.to_string()])
        .current_dir(app())
        .env("NODE_ENV", "production")
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .env("KIOSK_POP_DB", shop.dir().join(&shop.pops[0].id).join("default.sqlite"));
    let log = shop.dir().join(format!("next-{number}.log"));
    Process::start_at(command, &log, &format!("http://127.0.0.1:{port}")).await
}

async fn page(url: &str, path: &str) -> Result<String> {
    let (_, body) = Connection::open(url).await?.get(path).await?;
    String::from_utf8(body.to_vec()).context("a page that is not UTF-8")
}

/// Checks that both show the same, and tells how large they are.
async fn compare(own: &str, peer: &str, path: &str, report: &Report) -> Result<()> {
    let (own, peer) = (page(own, path).await?, page(peer, path).await?);
    let words = text::same(&own, &peer).with_context(|| path.to_owned())?;
    report.line("text of both", &format!("equal, {words} words"), "");
    let size =
        |html: &str| format!("{} elements, {:.1} kB", text::elements(html), html.len() as f64 / 1_000.0);
    report.line("edge-node sends", &size(&own), "");
    report.line("Next.js sends, its data for the browser included", &size(&peer), "");
    Ok(())
}

/// Pages a second of several processes at once, which share the connections.
async fn rate(urls: &[&str], path: &str, duration: Duration) -> Result<f64> {
    let each = CONNECTIONS / urls.len();
    let runs = urls.iter().map(|url| saturate(url, path, each, duration));
    Ok(futures::future::try_join_all(runs).await?.iter().map(crate::load::Measured::rate).sum())
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

async fn beside(own: &str, peers: &[&str], path: &str, duration: Duration, report: &Report) -> Result<()> {
    compare(own, peers[0], path, report).await?;
    progress("warming up");
    for urls in [&[own][..], peers] {
        rate(urls, path, WARM_UP).await?;
    }
    let contenders = [&[own][..], &peers[..1], peers];
    let mut rates = [const { Vec::new() }; 3];
    for round in 1..=ROUNDS {
        progress(&format!("{path}, round {round} of {ROUNDS}"));
        for (urls, rates) in contenders.iter().zip(&mut rates) {
            rates.push(rate(urls, path, duration / 2).await?);
        }
    }
    let [own_rate, one, several] = rates.map(median);
    let best = one.max(several);
    report.line("edge-node", &format!("{own_rate:.0}/s"), "");
    report.line("Next.js, one process", &format!("{one:.0}/s"), "");
    report.line(&format!("Next.js, {PROCESSES} processes"), &format!("{several:.0}/s"), "");
    report.line("  edge-node beside the better of these", &format!("{:.1}", own_rate / best), "at least 15");
    for (name, url) in [("edge-node", own), ("Next.js", peers[0])] {
        let steady = paced(url, path, STEADY_RATE, 4, duration / 2).await?;
        report.latency(&format!("{name} at {STEADY_RATE}/s"), &steady, "");
    }
    Ok(())
}

/// The product page and the home page.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    progress("a shop");
    let shop = Shop::builder().demo().start().await?;
    let own = &shop.pops[0].url;
    catalogue_is_shown(own).await?;
    let mut peers = Vec::new();
    for number in 0..PROCESSES {
        peers.push(next_start(&shop, number).await?);
    }
    let urls: Vec<&str> = peers.iter().map(|peer| peer.url.as_str()).collect();
    for (name, path) in [("Product page", PRODUCT), ("Home page", "/")] {
        report.section(&format!("{name} beside Next.js (force-dynamic, same markup, same data)"));
        beside(own, &urls, path, duration, report).await?;
    }
    report.memory("edge-node after this load", shop.pops[0].process.resident_bytes()?, 250);
    for peer in &peers {
        let bytes = peer.resident_bytes()? / (1024 * 1024);
        report.line("a process of Next.js after this load", &format!("{bytes} MB resident"), "");
    }
    Ok(())
}
