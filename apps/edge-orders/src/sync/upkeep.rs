//! Removes rows that are of no more use.

use kiosk_pop_store::social::uploads;
use kiosk_pop_store::sync::SyncState;
use kiosk_pop_store::{carts, catalog, discounts, idempotency, mails, meta, payments, step_ups, velocity};

use super::service::SyncError;
use crate::app::Pop;

/// Old rows are removed this often, in milliseconds: so often that the caps of one removal keep pace with what a busy
/// sale writes.
const PRUNE_MS: i64 = 1_000;

/// Removes old carts, remembered answers, velocity rows, promotions, discounts, providers' notices, mails that went, codes
/// that are over and pictures of customers, when that is due.
pub async fn prune(pop: &Pop, state: &SyncState) -> Result<(), SyncError> {
    let now_ms = pop.now_ms();
    if (0..PRUNE_MS).contains(&(now_ms - state.pruned_ms)) {
        return Ok(());
    }
    let mut batch = vec![
        meta::set(meta::PRUNED_MS, now_ms.to_string()),
        idempotency::prune(now_ms),
        catalog::prune_promotions(now_ms),
        payments::prune(now_ms),
        mails::prune(now_ms),
        step_ups::prune(now_ms),
    ];
    batch.extend(velocity::prune(now_ms));
    batch.extend(carts::prune(now_ms));
    batch.extend(discounts::prune(now_ms));
    batch.extend(uploads::prune(now_ms));
    pop.edge.db.batch(batch).await?;
    Ok(())
}
