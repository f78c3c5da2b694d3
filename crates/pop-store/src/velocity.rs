//! Velocity counters: which keys ordered when and for how much, kept for seven days at this POP.
//!
//! edge-orders adds [`record`] to the batch of a checkout (and runs it alone for an order that was blocked, so that
//! attempts count too); edge-fraud asks [`load`] before it scores. Keys are keyed pseudonyms, never personal values.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_risk::{
    IdentityKeys, KeyKind, Velocity, WINDOW_1H_MS, WINDOW_7D_MS, WINDOW_24H_MS, reference_minor_or_par,
};

/// Most rows of one key that are counted: counters saturate there, far above every limit, and a score stays cheap.
pub const ROWS_PER_KEY_MAX: i64 = 1_000;
/// Most rows that one [`prune`] removes.
pub const PRUNED_ROWS_MAX: i64 = 5_000;

/// The tables and indexes of this module, for the POP's schema.
///
/// Without a rowid the row lies in its own key, so counting reads one range and recording writes one place; the index
/// by time is for [`prune`] alone.
pub const SCHEMA: [&str; 2] = [
    "CREATE TABLE IF NOT EXISTS velocity (
         kind INTEGER NOT NULL,
         key TEXT NOT NULL,
         at_ms INTEGER NOT NULL,
         order_id TEXT NOT NULL,
         amount_minor INTEGER NOT NULL,
         PRIMARY KEY (kind, key, at_ms, order_id)
     ) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS velocity_by_time ON velocity (at_ms)",
];

/// Statements that remember one attempt to order under each of its keys, none when it has no key.
///
/// `amount_minor` is in minor units of `currency`; it is stored in reference units. Recording the same order twice
/// at the same time changes nothing.
#[must_use]
pub fn record(
    keys: &IdentityKeys,
    at_ms: i64,
    amount_minor: i64,
    currency: &str,
    order_id: &str,
) -> Vec<Statement> {
    let amount = reference_minor_or_par(amount_minor, currency);
    let insert = |(kind, key): (KeyKind, &str)| {
        Statement::new(
            "INSERT OR IGNORE INTO velocity (kind, key, at_ms, order_id, amount_minor) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .bind(kind as i64)
        .bind(key)
        .bind(at_ms)
        .bind(order_id)
        .bind(amount)
    };
    keys.present().map(insert).collect()
}

/// One key's branch of the question [`load`] asks; `?1` to `?3` are the starts of the windows.
macro_rules! count_key {
    ($key:literal, $kind:literal) => {
        concat!(
            "SELECT ",
            $kind,
            ", total(at_ms > ?1), total(at_ms > ?2), count(*), ",
            "total(amount_minor * (at_ms > ?1)), total(amount_minor * (at_ms > ?2)), total(amount_minor) ",
            "FROM (SELECT at_ms, amount_minor FROM velocity WHERE kind = ",
            $kind,
            " AND key = ",
            $key,
            " AND at_ms > ?3 ORDER BY at_ms DESC LIMIT ?8)"
        )
    };
}

const LOAD: &str = concat!(
    count_key!("?4", "0"),
    " UNION ALL ",
    count_key!("?5", "1"),
    " UNION ALL ",
    count_key!("?6", "2"),
    " UNION ALL ",
    count_key!("?7", "3"),
);

/// Counts the orders of all `keys` over all windows that end at `now_ms`, in one query.
///
/// A row from the future, left by a clock that was wrong, is counted as recent: skew may cause a review, not hide one.
///
/// # Errors
/// [`DbError`] when the database does not answer; the caller then reviews the order.
pub async fn load(db: &dyn Database, keys: &IdentityKeys, now_ms: i64) -> Result<Velocity, DbError> {
    let mut velocity = Velocity::default();
    if keys.present().next().is_none() {
        return Ok(velocity);
    }
    let mut statement = Statement::new(LOAD);
    for window_ms in [WINDOW_1H_MS, WINDOW_24H_MS, WINDOW_7D_MS] {
        statement = statement.bind(now_ms.saturating_sub(window_ms));
    }
    for kind in KeyKind::ALL {
        // An absent key is NULL, which equals nothing.
        statement = statement.bind(keys.get(kind));
    }
    for row in db.query(statement.bind(ROWS_PER_KEY_MAX)).await? {
        let kind = KeyKind::from_number(row.get(0)?).ok_or(DbError::Type { index: 0 })?;
        let counters = velocity.get_mut(kind);
        for window in 0..3 {
            counters.count[window] = whole(row.get(1 + window)?);
            counters.amount_minor[window] = whole(row.get(4 + window)?);
        }
    }
    Ok(velocity)
}

/// `total()` answers a float, so that it cannot overflow; counters are whole and saturate.
#[allow(clippy::cast_possible_truncation)]
fn whole(total: f64) -> i64 {
    total as i64
}

/// Removes up to [`PRUNED_ROWS_MAX`] rows that no window reaches any more; to be run at each tick.
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM velocity WHERE (kind, key, at_ms, order_id) IN \
         (SELECT kind, key, at_ms, order_id FROM velocity WHERE at_ms <= ?1 ORDER BY at_ms LIMIT ?2)",
    )
    .bind(now_ms.saturating_sub(WINDOW_7D_MS))
    .bind(PRUNED_ROWS_MAX)
}
