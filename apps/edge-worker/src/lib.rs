//! A POP as one Cloudflare Worker: the routers of the edge apps behind `fetch`, and the tick behind a cron trigger.
//!
//! What `spin.toml` says for Spin is said here: which app answers which path. Nothing else is.

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod files;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod pop;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod tick;

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod entry {
    use worker::{Context, Env, HttpRequest, Response, Result, ScheduleContext, ScheduledEvent, event};

    use crate::{pop, tick};

    /// A shopper.
    #[event(fetch)]
    async fn fetch(request: HttpRequest, env: Env, _context: Context) -> Result<Response> {
        let pop = pop::of(&env)?;
        let router = pop.router_of(request.uri().path());
        kiosk_edge_platform::workers::serve(router, request).await
    }

    /// The cron trigger.
    #[event(scheduled)]
    async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
        match pop::of(&env) {
            Ok(pop) => {
                tick::run(pop.orders).await;
                tick::run(pop.accounts).await;
            }
            Err(error) => worker::console_error!("the POP could not be set up: {error}"),
        }
    }
}
