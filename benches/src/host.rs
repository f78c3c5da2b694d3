//! `edge-node` beside `wasmtime serve` on the same component.

use std::time::Duration;

use anyhow::Result;
use kiosk_testkit::{Process, edge_node};
use tokio::process::Command;

use crate::load::saturate;
use crate::report::Report;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;

/// `wasmtime serve` with pooling and instance reuse, as fast as its options make it.
async fn wasmtime_serve(dir: &std::path::Path) -> Result<Option<Process>> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    drop(listener);
    let mut command = Command::new("wasmtime");
    command.kill_on_drop(true).args(["serve", "-W", "component-model-async=y", "-S", "p3=y,cli=y,http=y"]);
    command.args(["-O", "pooling-allocator=y", "--addr", &address]).arg("dist/hello-guest.wasm");
    if Command::new("wasmtime").arg("--version").output().await.is_err() {
        return Ok(None);
    }
    Process::start_at(command, &dir.join("wasmtime.log"), &format!("http://{address}")).await.map(Some)
}

/// Hello on both hosts in turn, so that a drifting machine does not favour one.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/hello.spin.toml");
    let dir = tempfile::tempdir()?;
    let node = edge_node(manifest, &[]).await?;
    report.section("Host (hello component)");
    let Some(peer) = wasmtime_serve(dir.path()).await? else {
        let own = saturate(&node.process.url, "/", CONNECTIONS, duration).await?;
        report.throughput("edge-node", &own, "");
        report.line("wasmtime serve", "not on this machine", "scripts/bench installs it");
        return Ok(());
    };
    let (mut own_rates, mut peer_rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        own_rates.push(saturate(&node.process.url, "/", CONNECTIONS, duration / 2).await?.rate());
        peer_rates.push(saturate(&peer.url, "/", CONNECTIONS, duration / 2).await?.rate());
    }
    own_rates.sort_by(f64::total_cmp);
    peer_rates.sort_by(f64::total_cmp);
    let (own, other) = (own_rates[ROUNDS / 2], peer_rates[ROUNDS / 2]);
    report.line("edge-node", &format!("{own:.0}/s"), "");
    report.line("wasmtime serve, pooling", &format!("{other:.0}/s"), "");
    report.line("edge-node / wasmtime serve", &format!("{:.2}", own / other), "at least 1.00");
    report.instance_starts(&node.process.url, "hello").await
}
