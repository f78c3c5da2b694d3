//! Applies the catalogue feed, page by page.

use std::sync::atomic::Ordering;

use kiosk_pop_store::catalog;
use kiosk_wire::FeedPage;

use super::core_client::{self, CoreError};
use super::service::{Budget, SyncError};
use crate::app::Pop;

/// The feed is asked for this often, in milliseconds.
const POLL_MS: i64 = 1_000;
/// Most pages of one tick.
const PAGES_MAX: usize = 10;
/// Changes of one page: a product may be hundreds of rows, and a page is one batch.
const CHANGES: u32 = 50;

/// Applies what changed since `cursor` and returns the number of changes.
pub async fn apply_feed(pop: &Pop, mut cursor: u64, budget: Budget) -> Result<u64, SyncError> {
    let now_ms = pop.now_ms();
    let polled_ms = pop.feed_polled_ms.load(Ordering::Relaxed);
    if (0..POLL_MS).contains(&(now_ms - polled_ms)) {
        return Ok(0);
    }
    let mut changes = 0;
    for _ in 0..PAGES_MAX {
        if !budget.lasts(pop) {
            break;
        }
        let body = core_client::get(pop, &format!("/sync/v1/feed?after={cursor}&limit={CHANGES}")).await?;
        let page: FeedPage = serde_json::from_slice(&body).map_err(CoreError::from)?;
        if page.next != cursor || !page.changes.is_empty() {
            catalog::apply::apply(&*pop.edge.db, &page).await?;
        }
        changes += page.changes.len() as u64;
        cursor = page.next;
        if !page.more {
            // Up to date: the next look can wait.
            pop.feed_polled_ms.store(now_ms, Ordering::Relaxed);
            break;
        }
    }
    Ok(changes)
}
