//! Serves both providers and delivers their webhooks.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Parser;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use psp_sandbox::{Config, Hook, Provider, Sandbox, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long a webhook may take, in milliseconds.
const WEBHOOK_TIMEOUT_MS_MAX: u64 = 10_000;
/// How often webhooks that wait for their next try are looked for, in milliseconds.
const DELIVERY_INTERVAL_MS: u64 = 250;
/// How often what has changed is written, in milliseconds.
const SAVE_INTERVAL_MS: u64 = 1_000;

/// Payment providers for a local shop: Stripe's and PayPal's APIs, their pages and their webhooks.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Address to serve on.
    #[arg(long, default_value = "127.0.0.1:8009")]
    listen: SocketAddr,
    /// Where browsers reach it; the address to serve on by default.
    #[arg(long)]
    public_url: Option<String>,
    /// Where Stripe's events go; several are possible.
    #[arg(long, value_name = "URL")]
    stripe_webhook: Vec<String>,
    /// Where PayPal's events go; several are possible.
    #[arg(long, value_name = "URL")]
    paypal_webhook: Vec<String>,
    /// Stripe's secret key.
    #[arg(long, env = "KIOSK_STRIPE_KEY", default_value = "sk_test_kiosk", hide_env_values = true)]
    stripe_key: String,
    /// What Stripe's webhooks are signed with.
    #[arg(long, env = "KIOSK_STRIPE_WEBHOOK_SECRET", default_value = "whsec_kiosk", hide_env_values = true)]
    stripe_webhook_secret: String,
    /// PayPal's client id.
    #[arg(long, env = "KIOSK_PAYPAL_CLIENT_ID", default_value = "kiosk-client")]
    paypal_client: String,
    /// PayPal's client secret.
    #[arg(long, env = "KIOSK_PAYPAL_SECRET", default_value = "kiosk-secret", hide_env_values = true)]
    paypal_secret: String,
    /// The id of PayPal's webhook.
    #[arg(long, env = "KIOSK_PAYPAL_WEBHOOK_ID", default_value = "WH-KIOSK")]
    paypal_webhook_id: String,
    /// A file that what happened is kept in; without it all is forgotten at the end.
    #[arg(long)]
    state: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let args = Args::parse();
    let listener =
        TcpListener::bind(args.listen).await.with_context(|| format!("cannot listen on {}", args.listen))?;
    let address = listener.local_addr()?;
    let sandbox = open(&args, address)?;
    println!("listening on http://{address}");
    let deliveries = tokio::spawn(deliver_for_ever(sandbox.clone()));
    let savings = args.state.clone().map(|path| tokio::spawn(save_for_ever(sandbox.clone(), path)));
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        ended = serve(&listener, &sandbox) => ended?,
    }
    deliveries.abort();
    if let (Some(task), Some(path)) = (savings, &args.state) {
        task.abort();
        save(&sandbox, path)?;
    }
    Ok(())
}

fn open(args: &Args, address: SocketAddr) -> Result<Sandbox> {
    let hooks = |provider, urls: &[String], secret: &str| {
        urls.iter()
            .map(|url| Hook { provider, url: url.clone(), secret: secret.to_owned() })
            .collect::<Vec<_>>()
    };
    let mut all = hooks(Provider::Stripe, &args.stripe_webhook, &args.stripe_webhook_secret);
    all.extend(hooks(Provider::Paypal, &args.paypal_webhook, &args.paypal_webhook_id));
    let public_url = args.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let config = Config {
        public_url: public_url.trim_end_matches('/').to_owned(),
        stripe_key: args.stripe_key.clone(),
        paypal_client: args.paypal_client.clone(),
        paypal_secret: args.paypal_secret.clone(),
        hooks: all,
        seed: u64::try_from(unix_ms()).unwrap_or_default(),
        ..Config::default()
    };
    let clock = Arc::new(unix_ms);
    match args.state.as_ref().filter(|path| path.exists()) {
        None => Ok(Sandbox::new(config, clock)),
        Some(path) => {
            let saved = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            Sandbox::restore(&saved, config, clock)
                .with_context(|| format!("{} was not written by this version", path.display()))
        }
    }
}

fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

async fn serve(listener: &TcpListener, sandbox: &Sandbox) -> Result<()> {
    let service = TowerToHyperService::new(router(sandbox.clone()));
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let served =
                Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            if let Err(error) = served {
                tracing::debug!(error = &*error, "a connection ended");
            }
        });
    }
}

async fn deliver_for_ever(sandbox: Sandbox) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().timeout(Duration::from_millis(WEBHOOK_TIMEOUT_MS_MAX)).build()?;
    loop {
        for (id, request) in sandbox.due() {
            let (client, sandbox) = (client.clone(), sandbox.clone());
            tokio::spawn(async move {
                let outcome = send(&client, request).await;
                sandbox.sent(id, outcome);
            });
        }
        // Woken by what happens, and by the clock for what waits for its next try.
        let pause = Duration::from_millis(DELIVERY_INTERVAL_MS);
        let _ = tokio::time::timeout(pause, sandbox.woken()).await;
    }
}

async fn send(client: &reqwest::Client, request: http::Request<bytes::Bytes>) -> Result<u16, String> {
    let request = reqwest::Request::try_from(request).map_err(|error| error.to_string())?;
    let answer = client.execute(request).await.map_err(|error| error.without_url().to_string())?;
    Ok(answer.status().as_u16())
}

async fn save_for_ever(sandbox: Sandbox, path: PathBuf) {
    loop {
        tokio::time::sleep(Duration::from_millis(SAVE_INTERVAL_MS)).await;
        if let Err(error) = save(&sandbox, &path) {
            tracing::warn!(%error, "what happened is not kept");
        }
    }
}

/// Writes beside the file and moves it there, so that a crash leaves the old one or the new one.
fn save(sandbox: &Sandbox, path: &Path) -> Result<()> {
    let Some(saved) = sandbox.save() else { return Ok(()) };
    let beside = path.with_extension("new");
    std::fs::write(&beside, saved)?;
    std::fs::rename(&beside, path)?;
    Ok(())
}
