//! Serving: connections until a signal asks to stop, and the housekeeping beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use crate::app::{App, Services};
use crate::modules::bus::run::Bus;

/// How often old nonces and lag samples are forgotten, in seconds.
const PRUNE_INTERVAL_S: u64 = 60;
/// How often the event bus is measured, in seconds.
const MEASURE_INTERVAL_S: u64 = 5;
/// How often mails that wait are looked for, in milliseconds.
const MAIL_INTERVAL_MS: u64 = 500;
/// How often payments that are due are looked for, in milliseconds.
const PAYMENTS_INTERVAL_MS: u64 = 500;
/// How often customers are looked for whose tier time has changed, in seconds.
const RECOUNT_INTERVAL_S: u64 = 30;
/// How often reviews, vendors and discounts are looked for that are to be scored, in seconds.
const SCORE_INTERVAL_S: u64 = 5;
/// How often it is looked whether vendors are to be settled with, in seconds.
const PAYOUT_INTERVAL_S: u64 = 30;
/// Most connections at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 2_048;
/// Longest time to send a request's headers, in milliseconds.
const HEADERS_TIMEOUT_MS_MAX: u64 = 10_000;
/// A client of HTTP/2 is asked this often whether it is still there, in seconds.
const KEEP_ALIVE_S: u64 = 20;
/// Longest time that open requests get when the core stops, in milliseconds.
const SHUTDOWN_MS_MAX: u64 = 10_000;
/// Pause after a connection could not be accepted, in milliseconds: most often no file descriptor is free.
const ACCEPT_PAUSE_MS: u64 = 50;

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(app: App, listen: &str) -> anyhow::Result<()> {
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    // The first line of standard output tells a script where the core is, port 0 included.
    println!("listening on http://{}", listener.local_addr()?);
    let housekeeping = [
        tokio::spawn(prune_for_ever(app.services.clone(), app.bus.clone())),
        tokio::spawn(measure_for_ever(app.bus.clone())),
        tokio::spawn(send_mails_for_ever(app.services.clone())),
        tokio::spawn(settle_payments_for_ever(app.services.clone())),
        tokio::spawn(pay_vendors_for_ever(app.services.clone())),
        tokio::spawn(recount_customers_for_ever(app.services.clone())),
        tokio::spawn(score_subjects_for_ever(app.services.clone())),
    ];
    let bus = app.bus.start();
    let open = accept_until_stopped(&listener, &app.router).await?;
    drop(listener);
    tracing::info!("stopping");
    if tokio::time::timeout(Duration::from_millis(SHUTDOWN_MS_MAX), open.shutdown()).await.is_err() {
        tracing::warn!("requests were still open");
    }
    housekeeping.iter().for_each(tokio::task::JoinHandle::abort);
    if tokio::time::timeout(Duration::from_millis(SHUTDOWN_MS_MAX), bus.stop()).await.is_err() {
        tracing::warn!("facts were still being applied");
    }
    Ok(())
}

async fn accept_until_stopped(listener: &TcpListener, router: &Router) -> anyhow::Result<GracefulShutdown> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let open = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            _ = interrupt.recv() => return Ok(open),
            _ = terminate.recv() => return Ok(open),
            (place, accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    let connection = serve_connection(stream, router.clone(), &open);
                    tokio::spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
                }
            },
        }
    }
}

fn serve_connection(
    stream: TcpStream,
    router: Router,
    open: &GracefulShutdown,
) -> impl Future<Output = ()> + use<> {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEADERS_TIMEOUT_MS_MAX));
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(KEEP_ALIVE_S));
    let spoken = Arc::new(AtomicBool::new(false));
    let (first_request, router) = (spoken.clone(), TowerToHyperService::new(router));
    let service = service_fn(move |request| {
        first_request.store(true, Ordering::Relaxed);
        router.call(request)
    });
    let connection = open.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
    async move {
        tokio::select! {
            result = connection => if let Err(error) = result {
                tracing::debug!(%error, "a connection broke off");
            },
            () = silence(&spoken) => tracing::debug!("a client connected and said nothing"),
        }
    }
}

/// Resolves when a client has connected and said nothing. hyper's own limit begins only with the first bytes of a
/// request, when it knows which HTTP they are.
async fn silence(spoken: &AtomicBool) {
    tokio::time::sleep(Duration::from_millis(HEADERS_TIMEOUT_MS_MAX)).await;
    if spoken.load(Ordering::Relaxed) {
        std::future::pending().await
    }
}

async fn prune_for_ever(services: Services, bus: Bus) {
    let mut ticks = tokio::time::interval(Duration::from_secs(PRUNE_INTERVAL_S));
    loop {
        ticks.tick().await;
        let pruned = [
            services.sync.prune().await,
            services.members.prune().await,
            services.payments.prune().await,
            services.notices.prune().await,
            services.models.prune().await,
            bus.prune().await,
        ];
        for pruned in pruned {
            if let Err(error) = pruned {
                tracing::warn!(error = &error as &dyn std::error::Error, "pruning failed");
            }
        }
    }
}

async fn measure_for_ever(bus: Bus) {
    let mut ticks = tokio::time::interval(Duration::from_secs(MEASURE_INTERVAL_S));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = bus.measure().await {
            tracing::debug!(error = &error as &dyn std::error::Error, "the event bus could not be measured");
        }
    }
}

async fn send_mails_for_ever(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_millis(MAIL_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = services.mail.send_due().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "mails wait");
        }
    }
}

async fn settle_payments_for_ever(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_millis(PAYMENTS_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let payments = &services.payments;
        let done = [
            payments.settle_due().await.map(drop),
            payments.apply_webhooks_due().await.map(drop),
            payments.reconcile_due().await.map(drop),
            services.payouts.send_due().await.map(drop),
            services.fees.settle_due().await.map(drop),
        ];
        for error in done.into_iter().filter_map(Result::err) {
            tracing::warn!(error = &error as &dyn std::error::Error, "payments wait");
        }
    }
}

async fn recount_customers_for_ever(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_secs(RECOUNT_INTERVAL_S));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        loop {
            match services.customers.recount_due().await {
                Ok(0) => break,
                Ok(_) => tokio::task::yield_now().await,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "customers wait to be counted");
                    break;
                }
            }
        }
    }
}

async fn score_subjects_for_ever(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_secs(SCORE_INTERVAL_S));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = services.fraud.score_subjects().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "reviews, vendors and discounts wait to be scored"
            );
        }
    }
}

async fn pay_vendors_for_ever(services: Services) {
    let mut ticks = tokio::time::interval(Duration::from_secs(PAYOUT_INTERVAL_S));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = services.payouts.run_due().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "payouts wait");
        }
    }
}
