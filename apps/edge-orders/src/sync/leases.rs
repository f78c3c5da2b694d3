//! Asks for stock ahead of demand, renews the leases, and gives back what is idle.

use kiosk_ids::EventId;
use kiosk_pop_store::leases::{self, Want};
use kiosk_pop_store::sync::SyncState;
use kiosk_pop_store::{StoreError, meta, sync};
use kiosk_wire::{LEASE_ASKS_MAX, LeaseReply, LeaseRequest};

use super::core_client::{self, TICK_TIMEOUT_MS_MAX};
use super::service::{self, SyncError};
use crate::app::Pop;
use crate::error::Result;

/// The leases are renewed this often, in milliseconds; it also shows the core that the POP is there.
pub const RENEW_MS: i64 = 5_000;

/// Asks for what runs low, or renews when that is due. Returns the units that were granted.
pub async fn renew_leases(pop: &Pop, state: &SyncState, incarnation: &str) -> Result<u64, SyncError> {
    let now_ms = pop.now_ms();
    let limit = u32::try_from(LEASE_ASKS_MAX).unwrap_or(u32::MAX);
    let wants = leases::due(&*pop.edge.db, now_ms, limit).await?;
    // A contact in the future is one of a clock that was set back.
    let rested = (0..RENEW_MS).contains(&(now_ms - state.contact_ms));
    if wants.is_empty() && rested {
        return Ok(0);
    }
    ask(pop, incarnation, state, &wants, TICK_TIMEOUT_MS_MAX).await
}

async fn ask(
    pop: &Pop,
    incarnation: &str,
    state: &SyncState,
    wants: &[Want],
    timeout_ms_max: u32,
) -> Result<u64, SyncError> {
    let request = LeaseRequest {
        incarnation: incarnation.to_owned(),
        last_seq: state.last_seq,
        fence: state.lease_fence,
        asks: wants.iter().map(|want| want.ask.clone()).collect(),
    };
    // Before it is sent: the core's answer is counted from the earliest moment that it can mean.
    let asked_ms = pop.now_ms();
    let body = core_client::json(&request)?;
    let reply: LeaseReply = match core_client::post(pop, "/sync/v1/leases", body, timeout_ms_max).await {
        // Another instance took the fence in and showed it while this request was on its way.
        Err(error) if error.is_fenced() && fence(pop).await? != state.lease_fence => return Ok(0),
        reply => reply?,
    };
    if !reply.fenced.is_empty() {
        tracing::warn!(items = reply.fenced.len(), "the core took leases back");
    }
    Ok(leases::apply(&*pop.edge.db, wants, &reply, asked_ms, incarnation).await?)
}

async fn fence(pop: &Pop) -> Result<u64, StoreError> {
    Ok(sync::state(&*pop.edge.db, pop.now_ms()).await?.lease_fence)
}

/// Asks while a shopper waits. A core that does not answer is remembered, so that the next shopper does not wait.
pub async fn ask_now(pop: &Pop, wants: &[Want], timeout_ms_max: u32) -> Result<()> {
    let db = &*pop.edge.db;
    let state = sync::state(db, pop.now_ms()).await?;
    let incarnation = service::incarnation(pop, &state).await?;
    match ask(pop, &incarnation, &state, wants, timeout_ms_max).await {
        Ok(_) => Ok(()),
        Err(SyncError::Store(error)) => Err(error.into()),
        // The next tick sees the same and takes another name.
        Err(SyncError::Core(error)) if error.is_rewound() => Ok(()),
        Err(SyncError::Core(error)) => {
            tracing::warn!(%error, "the core was asked for stock and did not answer");
            Ok(service::remember_failure(pop, &state).await?)
        }
    }
}

/// Gives back stock that nobody buys, and lowers what the POP would like to hold of it. Returns the units.
pub async fn return_idle_stock(pop: &Pop, state: &SyncState) -> Result<u64, SyncError> {
    let (db, now_ms) = (&*pop.edge.db, pop.now_ms());
    if state.idle_stock_ms == 0 {
        // A database that has just begun: nothing was idle yet.
        db.batch(vec![meta::set(meta::IDLE_STOCK_MS, now_ms.to_string())]).await?;
        return Ok(0);
    }
    if (0..leases::IDLE_MS).contains(&(now_ms - state.idle_stock_ms)) {
        return Ok(0);
    }
    let idle = leases::idle(db, now_ms).await?;
    let units = idle.iter().map(|take| u64::from(take.units)).sum();
    if !idle.is_empty() {
        let event = || EventId::fresh(now_ms, &pop.edge.random_bytes());
        let returns = idle.into_iter().map(|take| (event(), take)).collect();
        match leases::give_back(db, returns, now_ms).await {
            Ok(()) => {}
            // Somebody bought it meanwhile: then it is not idle. The next look finds what still is.
            Err(StoreError::Db(error @ kiosk_edge_platform::DbError::Constraint(_))) => {
                tracing::debug!(%error, "idle stock was sold meanwhile");
                return Ok(0);
            }
            Err(error) => return Err(error.into()),
        }
    }
    db.batch(leases::decay(now_ms).into()).await?;
    Ok(units)
}
