//! Command line of edge-node.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Parser, Subcommand};
use edge_node::limits::Limits;
use edge_node::manifest::{Application, VariableSource};
use edge_node::node::{Node, NodeOptions, is_precompiled, precompile};
use edge_node::server;
use edge_node::ticker::Ticker;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// A request makes some hundred small allocations on changing threads, which glibc's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What Kiosk's POPs call at each tick.
const DEFAULT_TICK_URLS: [&str; 2] =
    ["http://edge-orders.spin.internal/internal/tick", "http://edge-accounts.spin.internal/internal/tick"];

/// Serves the components of a Spin manifest.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT.
    Up(Up),
    /// Compile the components into the cache and stop.
    Precompile(Precompile),
}

#[derive(Args)]
struct ManifestArgs {
    /// The manifest.
    #[arg(long, default_value = "spin.toml")]
    manifest: PathBuf,
    /// A variable as `name=value`; others come from `SPIN_VARIABLE_<NAME>`.
    #[arg(long = "variable", value_parser = key_value)]
    variables: Vec<(String, String)>,
    /// Compiled components, which hosts share; default: `kiosk/modules` in the user's cache.
    #[arg(long, env = "KIOSK_MODULES")]
    cache_dir: Option<PathBuf>,
    /// Databases and other state.
    #[arg(long, default_value = ".kiosk/edge-node")]
    state_dir: PathBuf,
}

#[derive(Args)]
struct Up {
    #[command(flatten)]
    manifest: ManifestArgs,
    /// Address to serve on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8001")]
    listen: SocketAddr,
    /// Milliseconds between two ticks.
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..))]
    tick_ms: u64,
    /// What is called at each tick, may be given several times; by default a path of each of Kiosk's components that
    /// the manifest has.
    #[arg(long = "tick-url")]
    tick_urls: Vec<String>,
    #[command(flatten)]
    limits: LimitArgs,
}

#[derive(Args)]
struct LimitArgs {
    /// Milliseconds until the response of a request must begin.
    #[arg(long, default_value_t = Limits::default().request_ms_max)]
    request_ms_max: u64,
    /// Milliseconds that a guest may compute without a pause.
    #[arg(long, default_value_t = Limits::default().guest_busy_ms_max)]
    guest_busy_ms_max: u64,
    /// Requests at once; further ones are answered 503.
    #[arg(long, default_value_t = Limits::default().requests_in_flight_max)]
    requests_in_flight_max: usize,
    /// Bytes of a request body; larger ones are answered 413.
    #[arg(long, default_value_t = Limits::default().request_body_bytes_max)]
    request_body_bytes_max: u64,
    /// Milliseconds that a stopping host waits for requests in flight.
    #[arg(long, default_value_t = Limits::default().drain_ms_max)]
    drain_ms_max: u64,
    /// Requests that one instance serves before it is replaced; 1 for a fresh instance each.
    #[arg(long, default_value_t = Limits::default().instance_requests_max, value_parser = positive)]
    instance_requests_max: usize,
}

#[derive(Args)]
struct Precompile {
    #[command(flatten)]
    manifest: ManifestArgs,
}

impl From<LimitArgs> for Limits {
    fn from(args: LimitArgs) -> Self {
        Self {
            request_ms_max: args.request_ms_max,
            guest_busy_ms_max: args.guest_busy_ms_max,
            requests_in_flight_max: args.requests_in_flight_max,
            request_body_bytes_max: args.request_body_bytes_max,
            drain_ms_max: args.drain_ms_max,
            instance_requests_max: args.instance_requests_max,
        }
    }
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or("a number from 1 on".to_owned())
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a variable is given as name=value")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl ManifestArgs {
    fn application(&self) -> Result<Application> {
        let source = VariableSource::new(self.variables.iter().cloned()).with_environment(std::env::vars());
        Application::load(&self.manifest, &source)
            .with_context(|| format!("manifest {}", self.manifest.display()))
    }

    fn sources(&self) -> Result<Vec<(String, PathBuf)>> {
        Application::sources(&self.manifest).with_context(|| format!("manifest {}", self.manifest.display()))
    }

    fn cache_dir(&self) -> PathBuf {
        let user_cache = || {
            let xdg = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
            xdg.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
        };
        match &self.cache_dir {
            Some(folder) => folder.clone(),
            None => user_cache()
                .map_or_else(|| self.state_dir.join("modules"), |cache| cache.join("kiosk/modules")),
        }
    }
}

fn main() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match Cli::parse().command {
        // Values of variables do not matter to the code, so they need not be given.
        Command::Precompile(args) => precompile(&args.manifest.sources()?, &args.manifest.cache_dir()),
        Command::Up(args) => {
            let application = args.manifest.application()?;
            compile_apart(&args.manifest)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let result = runtime.block_on(up(args, application));
            // Instances that are still busy are not waited for.
            runtime.shutdown_timeout(Duration::from_millis(500));
            result
        }
    }
}

/// Compiles what is missing in a process of its own: compiling takes several times the memory of serving, and
/// would leave it behind.
fn compile_apart(args: &ManifestArgs) -> Result<()> {
    let cache_dir = args.cache_dir();
    if is_precompiled(&args.sources()?, &cache_dir)? {
        return Ok(());
    }
    let program = std::env::current_exe().context("cannot find this program")?;
    let status = std::process::Command::new(program)
        .arg("precompile")
        .arg("--manifest")
        .arg(&args.manifest)
        .arg("--cache-dir")
        .arg(&cache_dir)
        .stdout(std::process::Stdio::null())
        .status()
        .context("cannot start the compiler")?;
    ensure!(status.success(), "compiling failed: {status}");
    Ok(())
}

async fn up(args: Up, application: Application) -> Result<()> {
    let options = NodeOptions {
        state_dir: args.manifest.state_dir.clone(),
        cache_dir: args.manifest.cache_dir(),
        limits: args.limits.into(),
    };
    let node = tokio::task::spawn_blocking(move || Node::load(application, &options)).await??;
    let listener =
        TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let period = Duration::from_millis(args.tick_ms);
    let tickers: Vec<_> = if args.tick_urls.is_empty() {
        // Another application has no such components, and is not ticked.
        DEFAULT_TICK_URLS.iter().filter_map(|url| Ticker::new(&node, url, period).ok()).collect()
    } else {
        args.tick_urls.iter().map(|url| Ticker::new(&node, url, period)).collect::<Result<_>>()?
    };
    println!("listening on http://{}", listener.local_addr()?);
    let mut ticking = tokio::task::JoinSet::new();
    for ticker in tickers {
        ticking.spawn(ticker.run(node.clone()));
    }
    server::serve(node, listener, stop_signal()?).await?;
    ticking.abort_all();
    tracing::info!("stopped");
    Ok(())
}

/// Resolves at SIGTERM or SIGINT.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
