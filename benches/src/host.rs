//! `edge-node` beside `wasmtime serve` on the same component: with instances that are reused, and with one for each
//! request.

use std::time::Duration;

use anyhow::Result;
use kiosk_testkit::{Process, edge_node_with};
use tokio::process::Command;

use crate::load::saturate;
use crate::report::Report;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 7;
/// As edge-node's `INSTANCE_REQUESTS_MAX`.
const REUSED: &str = "1024";
const FRESH: &str = "1";

/// How `wasmtime serve` is told to run.
struct Peer {
    name: &'static str,
    options: &'static [&'static str],
}

const POOLING: Peer = Peer { name: "wasmtime serve, pooling", options: &["-O", "pooling-allocator=y"] };
const DEADLINE: Peer = Peer {
    name: "wasmtime serve, pooling, with a deadline as edge-node",
    options: &["-O", "pooling-allocator=y", "-W", "timeout=10s"],
};
const PLAIN: Peer = Peer { name: "wasmtime serve, not pooling", options: &[] };

async fn wasmtime_serve(dir: &std::path::Path, number: usize, peer: &Peer, reuse: &str) -> Result<Process> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    drop(listener);
    let mut command = Command::new("wasmtime");
    command.kill_on_drop(true).args(["serve", "-W", "component-model-async=y", "-S", "p3=y,cli=y,http=y"]);
    command.args(peer.options).args(["--max-instance-reuse-count", reuse]);
    command.args(["--addr", &address, "dist/hello-guest.wasm"]);
    let log = dir.join(format!("wasmtime-{reuse}-{number}.log"));
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
async fn beside(reuse: &str, peers: &[Peer], aim: &str, duration: Duration, report: &Report) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/hello.spin.toml");
    let node = edge_node_with(manifest, &[], &["--instance-requests-max", reuse]).await?;
    let mut contenders = vec![Contender::new("edge-node", node.process)];
    if Command::new("wasmtime").arg("--version").output().await.is_ok() {
        for (number, peer) in peers.iter().enumerate() {
            let process = wasmtime_serve(dir.path(), number, peer, reuse).await?;
            contenders.push(Contender::new(peer.name, process));
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
            report.line("  edge-node beside it", &format!("{:.2}", own / rate), aim);
        }
    }
    report.instance_starts(&contenders[0].process.url, "hello").await
}

/// With reuse, then without.
pub async fn run(duration: Duration, report: &mut Report) -> Result<()> {
    report.section("Host (hello component), instances reused for up to 1,024 requests");
    beside(REUSED, &[POOLING, DEADLINE], "at least 1.00", duration, report).await?;
    report.section("Host (hello component), a fresh instance for each request");
    beside(FRESH, &[POOLING, PLAIN], "at least 1.30", duration, report).await
}
