//! Serving: HTTP until a signal asks to stop, and the housekeeping beside it.

use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;

/// How often old nonces and lag samples are forgotten, in seconds.
const PRUNE_INTERVAL_S: u64 = 60;
/// Longest time that open requests get when the core stops, in milliseconds.
const SHUTDOWN_MS_MAX: u64 = 10_000;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(app: App, listen: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    // The first line of standard output tells a script where the core is, port 0 included.
    println!("listening on http://{}", listener.local_addr()?);
    let sync = app.services.sync.clone();
    let housekeeping = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(PRUNE_INTERVAL_S));
        loop {
            ticks.tick().await;
            if let Err(error) = sync.prune().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "pruning failed");
            }
        }
    });
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    let server = axum::serve(listener, app.router).with_graceful_shutdown(async move {
        stop_asked().await;
        tracing::info!("stopping");
        let _ = stop.send(true);
    });
    let deadline = async move {
        let _ = stopping.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(Duration::from_millis(SHUTDOWN_MS_MAX)).await;
    };
    tokio::select! {
        done = server => done?,
        () = deadline => tracing::warn!("requests were still open"),
    }
    housekeeping.abort();
    Ok(())
}

async fn stop_asked() {
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
