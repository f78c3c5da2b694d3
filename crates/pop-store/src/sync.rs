//! What the tick has to do, in one statement, so that a tick with nothing to do costs next to nothing.

use std::collections::HashMap;

use kiosk_edge_platform::{Database, Statement};

use crate::{StoreError, meta};

/// The state of the sync with the core.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncState {
    /// Names this database; `None` before the first tick.
    pub incarnation: Option<String>,
    /// Events wait for delivery.
    pub events_wait: bool,
    /// Number of the last event that was written, 0 when there was none.
    pub last_seq: u64,
    /// A picture may be fetched.
    pub pictures_wait: bool,
    /// A customer's picture is to be handed in.
    pub uploads_wait: bool,
    /// A payment is to be looked after.
    pub payments_wait: bool,
    /// A mail is to be sent.
    pub mails_wait: bool,
    /// Fraud models are to be fetched or changed.
    pub models_wait: bool,
    /// Cursor of the feed.
    pub feed_cursor: u64,
    /// When the leases lapse by the POP's clock, Unix milliseconds.
    pub leases_expire_ms: i64,
    /// How often the core took back what this database held, as far as it knows.
    pub lease_fence: u64,
    /// When the core last answered a lease request, Unix milliseconds.
    pub contact_ms: i64,
    /// The core is not asked before, Unix milliseconds.
    pub core_retry_ms: i64,
    /// Failures in a row.
    pub core_failures: u32,
    /// When old rows were last removed, Unix milliseconds.
    pub pruned_ms: i64,
    /// When idle stock was last looked for, Unix milliseconds.
    pub idle_stock_ms: i64,
}

const LAST_SEQ: &str = "outbox_last_seq";
const WAITING: &str = "outbox_waiting";
const PICTURES: &str = "pictures_missing";
const UPLOADS: &str = "uploads_waiting";
const PAYMENTS: &str = "payments_due";
const MAILS: &str = "mails_due";
const MODELS: &str = "models_due";

/// Loads the state.
///
/// # Errors
/// When the database fails.
pub async fn state(db: &dyn Database, now_ms: i64) -> Result<SyncState, StoreError> {
    let select = Statement::new(format!(
        "SELECT key, value FROM meta
         UNION ALL SELECT 'outbox_last_seq', CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = 'outbox'
         UNION ALL SELECT column1, '1' FROM (VALUES
           ('outbox_waiting', EXISTS (SELECT 1 FROM outbox)),
           ('pictures_missing', EXISTS (SELECT 1 FROM media WHERE bytes IS NULL AND tried_ms <= ?1)),
           ('uploads_waiting', EXISTS (SELECT 1 FROM upload WHERE state = 'waiting')),
           ('payments_due', EXISTS (SELECT 1 FROM payment WHERE due_ms <= ?2)),
           ('mails_due', EXISTS (SELECT 1 FROM order_mail WHERE due_ms <= ?2)
             OR EXISTS (SELECT 1 FROM step_up WHERE due_ms <= ?2 AND expires_ms > ?2))
         ) WHERE column2
         UNION ALL SELECT '{MODELS}', '1' WHERE {}",
        crate::models::IS_DUE
    ));
    let mut values = HashMap::new();
    for row in db.query(select.bind(now_ms - crate::media::RETRY_MS).bind(now_ms)).await? {
        values.insert(row.get::<String>(0)?, row.get::<String>(1)?);
    }
    let number = |key: &str| values.get(key).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
    Ok(SyncState {
        events_wait: values.contains_key(WAITING),
        last_seq: number(LAST_SEQ).unsigned_abs(),
        pictures_wait: values.contains_key(PICTURES),
        uploads_wait: values.contains_key(UPLOADS),
        payments_wait: values.contains_key(PAYMENTS),
        mails_wait: values.contains_key(MAILS),
        models_wait: values.contains_key(MODELS),
        feed_cursor: number(meta::FEED_CURSOR).unsigned_abs(),
        leases_expire_ms: number(meta::LEASES_EXPIRE_MS),
        lease_fence: number(meta::LEASE_FENCE).unsigned_abs(),
        contact_ms: number(meta::CONTACT_MS),
        core_retry_ms: number(meta::CORE_RETRY_MS),
        core_failures: u32::try_from(number(meta::CORE_FAILURES)).unwrap_or(0),
        pruned_ms: number(meta::PRUNED_MS),
        idle_stock_ms: number(meta::IDLE_STOCK_MS),
        incarnation: values.remove(meta::INCARNATION),
    })
}

/// Remembers that the core could not be reached for the `failures`th time in a row; it is asked again at `retry_ms`.
#[must_use]
pub fn core_failed(failures: u32, retry_ms: i64) -> [Statement; 2] {
    [
        meta::set(meta::CORE_FAILURES, failures.to_string()),
        meta::set(meta::CORE_RETRY_MS, retry_ms.to_string()),
    ]
}

/// Remembers that the core answers again.
#[must_use]
pub fn core_answers() -> [Statement; 2] {
    core_failed(0, 0)
}
