//! `edge-node` beside `wasmtime serve` on the same component.

use std::time::Duration;

use anyhow::Result;
use kiosk_testkit::{Process, edge_node};
use tokio::process::Command;

use crate::load::saturate;
use crate::report::Report;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 7;
/// As edge-node's `INSTANCE_REQUESTS_MAX`.
const INSTANCE_REQUESTS: &str = "1024";

/// `wasmtime serve` with pooling and with instances that live as long as edge-node's. `deadline` makes it stop requests
/// that take too long, as edge-node does.
async fn wasmtime_serve(dir: &std::path::Path, deadline: bool) -> Result<Process> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    drop(listener);
    let mut command = Command::new("wasmtime");
    command.kill_on_drop(true).args(["serve", "-W", "component-model-async=y", "-S", "p3=y,cli=y,http=y"]);
    command.args(["-O", "pooling-allocator=y", "--max-instance-reuse-count", INSTANCE_REQUESTS]);
    if deadline {
        command.args(["-W", "timeout=10s"]);
    }
    command.args(["--addr", &address, "dist/hello-guest.wasm"]);
    let log = dir.join(format!("wasmtime-{deadline}.log"));
    Process::start_at(command, &log, &format!("http://{address}")).await
}

/// A host and what it did in each round.
struct Contender {
    name: &'static str,
    process: Process,
    rates: Vec<f64>,
}

impl Contender {
    fn new(name: &'static str, process: Process) -> Self {
        Self { name, process, rates: Vec::new() }
    }

    fn median(&mut self) -> f64 {
        self.rates.sort_by(f64::total_cmp);
        self.rates[self.rates.len() / 2]
    }
}

/// Hello on all hosts in turn, round after round, so that a drifting machine favours none.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("Host (hello component)");
    let dir = tempfile::tempdir()?;
    let node = edge_node(concat!(env!("CARGO_MANIFEST_DIR"), "/hello.spin.toml"), &[]).await?;
    let mut contenders = vec![Contender::new("edge-node", node.process)];
    if Command::new("wasmtime").arg("--version").output().await.is_ok() {
        let peers = [("wasmtime serve, pooling", false), ("wasmtime serve, pooling, with a deadline", true)];
        for (name, deadline) in peers {
            contenders.push(Contender::new(name, wasmtime_serve(dir.path(), deadline).await?));
        }
    } else {
        report.line("wasmtime serve", "not on this machine", "scripts/bench installs it");
    }
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            let measured = saturate(&contender.process.url, "/", CONNECTIONS, duration / 3).await?;
            contender.rates.push(measured.rate());
        }
    }
    let own = contenders[0].median();
    for (index, contender) in contenders.iter_mut().enumerate() {
        let rate = contender.median();
        report.line(contender.name, &format!("{rate:.0}/s"), "");
        if index > 0 {
            report.line("  edge-node beside it", &format!("{:.2}", own / rate), "at least 1.00");
        }
    }
    report.instance_starts(&contenders[0].process.url, "hello").await
}
