//! The tick: a bounded piece of each kind of sync. One that fails does not hold up the others; a core that is away is
//! left alone for a while.

use kiosk_edge_platform::DbError;
use kiosk_pop_store::sync::{SyncState, core_answers, core_failed, state};
use kiosk_pop_store::{StoreError, incarnation as store, meta};
use serde::Serialize;

use super::core_client::CoreError;
use super::{backoff, events, feed, leases, media, models, upkeep, uploads};
use crate::app::Pop;
use crate::{mail, payments};

/// A tick starts nothing new after this long, in milliseconds; what it started may take one request's timeout more.
const TICK_MS_MAX: i64 = 5_000;
/// Random bytes of an incarnation's name.
const INCARNATION_BYTES: usize = 16;

/// A piece of the sync failed.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The core.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The POP's database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<DbError> for SyncError {
    fn from(error: DbError) -> Self {
        Self::Store(error.into())
    }
}

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TickReport {
    /// Events that the core applied.
    pub delivered: u64,
    /// Changes of the catalogue.
    pub changes: u64,
    /// Units of stock that were granted.
    pub granted: u64,
    /// Units of stock that were given back.
    pub returned: u64,
    /// Pictures that were fetched.
    pub media: u64,
    /// Fraud models that were fetched.
    pub models: u64,
    /// Pictures of customers that were handed in.
    pub uploads: u64,
    /// Payments that were looked after.
    pub payments: u64,
    /// Mails that the provider took.
    pub mails: u64,
}

/// Until when a tick may start something.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    until_ms: i64,
}

impl Budget {
    /// Whether there is time left.
    pub fn lasts(self, pop: &Pop) -> bool {
        pop.now_ms() < self.until_ms
    }
}

/// What is left of the tick is left out.
enum Stop {
    /// The core is away.
    Away,
    /// The core knows this database's events as others.
    Rewound,
}

/// Runs one tick.
pub async fn tick(pop: &Pop) -> Result<TickReport, StoreError> {
    let mut state = state(&*pop.edge.db, pop.now_ms()).await?;
    let mut report = TickReport::default();
    if let Err(error) = upkeep::prune(pop, &state).await {
        tracing::warn!(%error, "old rows could not be removed");
    }
    if state.payments_wait {
        // Providers are there when the core is not. An order that this places is delivered below.
        match payments::tick::look_after(pop).await {
            Ok(looked) => report.payments = looked,
            Err(error) => tracing::warn!(%error, "payments could not be looked after"),
        }
        state.events_wait |= report.payments > 0;
    }
    if state.mails_wait {
        match mail::deliver(pop).await {
            Ok(sent) => report.mails = sent,
            Err(error) => tracing::warn!(%error, "mails could not be sent"),
        }
    }
    if state.core_retry_ms > pop.now_ms() {
        return Ok(report);
    }
    let incarnation = incarnation(pop, &state).await?;
    match sync(pop, &state, &incarnation, &mut report).await {
        Err(stop) => stopped(pop, &state, &incarnation, stop).await?,
        Ok(()) if state.core_failures > 0 => {
            tracing::info!("the core answers again");
            pop.edge.db.batch(core_answers().into()).await?;
        }
        Ok(()) => {}
    }
    Ok(report)
}

/// Delivers what waits, for a host that lets work go on after an answer.
pub async fn deliver_soon(pop: Pop) {
    if let Err(error) = deliver(&pop).await {
        tracing::warn!(%error, "a delivery was left to the tick");
    }
}

async fn deliver(pop: &Pop) -> Result<(), StoreError> {
    let state = state(&*pop.edge.db, pop.now_ms()).await?;
    if !state.events_wait || state.core_retry_ms > pop.now_ms() {
        return Ok(());
    }
    let incarnation = incarnation(pop, &state).await?;
    let budget = Budget { until_ms: pop.now_ms() + TICK_MS_MAX };
    match step("events", events::deliver_events(pop, &incarnation, budget).await) {
        Ok(_) => Ok(()),
        Err(stop) => stopped(pop, &state, &incarnation, stop).await,
    }
}

async fn stopped(pop: &Pop, state: &SyncState, incarnation: &str, stop: Stop) -> Result<(), StoreError> {
    match stop {
        Stop::Away => remember_failure(pop, state).await,
        Stop::Rewound => begin_anew(pop, incarnation).await,
    }
}

async fn sync(pop: &Pop, state: &SyncState, incarnation: &str, report: &mut TickReport) -> Result<(), Stop> {
    let budget = Budget { until_ms: pop.now_ms() + TICK_MS_MAX };
    if state.uploads_wait {
        report.uploads = step("uploads", uploads::hand_in_pictures(pop, budget).await)?;
    }
    if state.events_wait {
        report.delivered = step("events", events::deliver_events(pop, incarnation, budget).await)?;
    }
    if budget.lasts(pop) {
        report.granted = step("leases", leases::renew_leases(pop, state, incarnation).await)?;
    }
    report.changes = step("feed", feed::apply_feed(pop, state.feed_cursor, budget).await)?;
    if state.pictures_wait {
        report.media = step("pictures", media::fetch_pictures(pop, budget).await)?;
    }
    if state.models_wait {
        report.models = step("models", models::follow_plan(pop, budget).await)?;
    }
    report.returned = step("idle stock", leases::return_idle_stock(pop, state).await)?;
    Ok(())
}

fn step(piece: &'static str, result: Result<u64, SyncError>) -> Result<u64, Stop> {
    match result {
        Ok(count) => Ok(count),
        Err(SyncError::Core(error)) if error.is_away() => {
            tracing::warn!(%error, piece, "the core is away");
            Err(Stop::Away)
        }
        Err(SyncError::Core(error)) if error.is_rewound() => Err(Stop::Rewound),
        Err(error) => {
            tracing::error!(%error, piece, "a piece of the sync failed");
            Ok(0)
        }
    }
}

/// The name of this database, made up once.
pub async fn incarnation(pop: &Pop, state: &SyncState) -> Result<String, StoreError> {
    match &state.incarnation {
        Some(name) => Ok(name.clone()),
        None => {
            let name = hex::encode(pop.edge.random_bytes::<INCARNATION_BYTES>());
            meta::get_or_set(&*pop.edge.db, meta::INCARNATION, name).await
        }
    }
}

/// This database was set back to an older copy. It takes another name: its orders are told again, its leases stay with
/// the old name until an operator writes them off.
async fn begin_anew(pop: &Pop, incarnation: &str) -> Result<(), StoreError> {
    let name = hex::encode(pop.edge.random_bytes::<INCARNATION_BYTES>());
    tracing::error!(old = incarnation, new = name, "the database was set back to an older copy");
    store::renew(&*pop.edge.db, incarnation, &name).await
}

/// Leaves the core alone for a while.
pub async fn remember_failure(pop: &Pop, state: &SyncState) -> Result<(), StoreError> {
    let failures = state.core_failures.saturating_add(1);
    let retry_ms = pop.now_ms() + backoff::wait_ms(&pop.edge, failures);
    pop.edge.db.batch(core_failed(failures, retry_ms).into()).await?;
    Ok(())
}
