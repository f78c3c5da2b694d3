//! What the fraud check remembers: which keys ordered when and for how much. Orders by customer are kept for half a year,
//! which tells what is usual for somebody; those by device, address and card for seven days.
//!
//! edge-orders adds [`record`] to the batch of a checkout (and runs it alone for an order that was blocked, so that
//! attempts count too); edge-fraud asks [`load_all`] before it scores. Keys are keyed pseudonyms, never personal values.

use std::collections::HashSet;

use kiosk_edge_platform::{Database, DbError, Row, Statement};
use kiosk_risk::{
    History, IdentityKeys, KeyKind, Spending, WINDOW_1H_MS, WINDOW_7D_MS, WINDOW_24H_MS,
    reference_minor_or_par,
};

use crate::models::Active;

/// Most rows of one key that are counted: counters saturate there, far above every limit, and a score stays cheap.
pub const ROWS_PER_KEY_MAX: i64 = 1_000;
/// Most past orders that tell what a customer usually spends, and most orders of a key whose other keys are looked at.
pub const PAST_ORDERS_MAX: i64 = 100;
/// How long the orders of a customer are remembered, in milliseconds: half a year.
pub const CUSTOMERS_KEPT_MS: i64 = 183 * 24 * WINDOW_1H_MS;
/// Most rows that one statement of [`prune`] removes.
pub const PRUNED_ROWS_MAX: i64 = 5_000;

/// The table of this module, for the POP's schema.
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

/// Indexes that came later: by order, which links its keys, and by time of what is kept for long and of the rest.
pub const SCHEMA_LINKS: [&str; 4] = [
    "CREATE INDEX velocity_by_order ON velocity (order_id, kind)",
    "CREATE INDEX velocity_of_customers ON velocity (at_ms) WHERE kind = 0",
    "CREATE INDEX velocity_of_others ON velocity (at_ms) WHERE kind <> 0",
    "DROP INDEX velocity_by_time",
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

/// What is counted of one key, and its newest order; `?1` to `?3` are the starts of the windows. `$more` are the columns that
/// its kind has beside the counters: two counts of linked keys, and past orders.
macro_rules! count_key {
    ($key:literal, $kind:literal, $more:expr) => {
        concat!(
            "SELECT ",
            $kind,
            ", total(at_ms > ?1), total(at_ms > ?2), count(*), ",
            "total(amount_minor * (at_ms > ?1)), total(amount_minor * (at_ms > ?2)), total(amount_minor), ",
            $more,
            ", max(at_ms)",
            " FROM (SELECT at_ms, amount_minor FROM velocity WHERE kind = ",
            $kind,
            " AND key = ",
            $key,
            " AND at_ms > ?3 ORDER BY at_ms DESC LIMIT ?8)"
        )
    };
}

/// The keys of the kind `$to` that came with a key, as JSON. They are counted here: SQLite needs a hundred times as long to
/// count distinct ones in several subqueries.
macro_rules! linked {
    ($key:literal, $kind:literal, $to:literal) => {
        concat!(
            "(SELECT json_group_array((SELECT other.key FROM velocity AS other ",
            "WHERE other.order_id = this.order_id AND other.kind = ",
            $to,
            ")) FROM (SELECT order_id FROM velocity WHERE kind = ",
            $kind,
            " AND key = ",
            $key,
            " AND at_ms > ?3 ORDER BY at_ms DESC LIMIT ?9) AS this)"
        )
    };
}

/// Past orders of the customer, newest first.
macro_rules! past {
    () => {
        "(SELECT json_group_array(json_array(at_ms, amount_minor)) FROM (SELECT at_ms, amount_minor FROM velocity \
         WHERE kind = 0 AND key = ?4 ORDER BY at_ms DESC LIMIT ?9))"
    };
}

const LOAD: &str = concat!(
    count_key!("?4", "0", concat!(linked!("?4", "0", "1"), ", ", linked!("?4", "0", "2"), ", ", past!())),
    " UNION ALL ",
    count_key!("?5", "1", concat!(linked!("?5", "1", "0"), ", NULL, NULL")),
    " UNION ALL ",
    count_key!("?6", "2", concat!(linked!("?6", "2", "0"), ", NULL, NULL")),
    " UNION ALL ",
    count_key!("?7", "3", "NULL, NULL, NULL"),
    // D1 takes no sixth term.
    " UNION ALL SELECT -1, decides, shadows, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM fraud_active",
);

/// The kind that stands for no key in an answer: the row has the models that run here.
const ACTIVE: i64 = -1;

/// What edge-fraud needs of the POP to score an order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// What is remembered of the order's keys.
    pub history: History,
    /// The models that run here; none before the core told of any.
    pub active: Option<Active>,
}

/// What is remembered of all `keys` at `now_ms`, as [`load_all`] has it.
///
/// # Errors
/// [`DbError`] when the database does not answer.
pub async fn load(db: &dyn Database, keys: &IdentityKeys, now_ms: i64) -> Result<History, DbError> {
    Ok(load_all(db, keys, now_ms).await?.history)
}

/// What is remembered of all `keys` at `now_ms`, and which models run, in one query.
///
/// A row from the future, left by a clock that was wrong, is counted as recent, and [`History::clock_is_wrong`] tells of it.
///
/// # Errors
/// [`DbError`] when the database does not answer; the caller then reviews the order.
pub async fn load_all(db: &dyn Database, keys: &IdentityKeys, now_ms: i64) -> Result<Loaded, DbError> {
    let mut loaded = Loaded::default();
    let history = &mut loaded.history;
    let mut statement = Statement::new(LOAD);
    for window_ms in [WINDOW_1H_MS, WINDOW_24H_MS, WINDOW_7D_MS] {
        statement = statement.bind(now_ms.saturating_sub(window_ms));
    }
    for kind in KeyKind::ALL {
        // An absent key is NULL, which equals nothing.
        statement = statement.bind(keys.get(kind));
    }
    for row in db.query(statement.bind(ROWS_PER_KEY_MAX).bind(PAST_ORDERS_MAX)).await? {
        let kind: i64 = row.get(0)?;
        if kind == ACTIVE {
            loaded.active = Some(Active { decides: row.get(1)?, shadows: row.get(2)? });
            continue;
        }
        let kind = KeyKind::from_number(kind).ok_or(DbError::Type { index: 0 })?;
        let counters = history.velocity.get_mut(kind);
        for window in 0..3 {
            counters.count[window] = whole(row.get(1 + window)?);
            counters.amount_minor[window] = whole(row.get(4 + window)?);
        }
        history.newest_ms = history.newest_ms.max(row.get(10)?);
        let links = &mut history.links;
        match kind {
            KeyKind::Customer => {
                links.customer_devices = distinct(&row, 7)?;
                links.customer_addresses = distinct(&row, 8)?;
                history.spending = replay(&row.get::<String>(9)?).ok_or(DbError::Type { index: 9 })?;
            }
            KeyKind::Device => links.device_customers = distinct(&row, 7)?,
            KeyKind::Address => links.address_customers = distinct(&row, 7)?,
            KeyKind::Card => {}
        }
    }
    Ok(loaded)
}

/// How many keys a column lists, each once.
fn distinct(row: &Row, index: usize) -> Result<i64, DbError> {
    let listed: String = row.get(index)?;
    let keys: HashSet<Option<&str>> = serde_json::from_str(&listed).map_err(|_| DbError::Type { index })?;
    Ok(i64::try_from(keys.len() - usize::from(keys.contains(&None))).unwrap_or(i64::MAX))
}

/// What orders, newest first, say of who made them.
fn replay(past: &str) -> Option<Spending> {
    let past: Vec<(i64, i64)> = serde_json::from_str(past).ok()?;
    let mut spending = Spending::default();
    for (at_ms, amount_minor) in past.into_iter().rev() {
        spending.add(amount_minor, at_ms);
    }
    Some(spending)
}

/// `total()` answers a float, so that it cannot overflow; counters are whole and saturate.
#[allow(clippy::cast_possible_truncation)]
fn whole(total: f64) -> i64 {
    total as i64
}

/// Statements that remove rows which nothing reaches any more, up to [`PRUNED_ROWS_MAX`] each; to be run at each tick.
#[must_use]
pub fn prune(now_ms: i64) -> [Statement; 2] {
    let older = |sql: &'static str, span_ms: i64| {
        Statement::new(sql).bind(now_ms.saturating_sub(span_ms)).bind(PRUNED_ROWS_MAX)
    };
    [
        older(
            "DELETE FROM velocity WHERE (kind, key, at_ms, order_id) IN \
             (SELECT kind, key, at_ms, order_id FROM velocity WHERE kind <> 0 AND at_ms <= ?1 ORDER BY at_ms LIMIT ?2)",
            WINDOW_7D_MS,
        ),
        older(
            "DELETE FROM velocity WHERE (kind, key, at_ms, order_id) IN \
             (SELECT kind, key, at_ms, order_id FROM velocity INDEXED BY velocity_of_customers \
             WHERE kind = 0 AND at_ms <= ?1 ORDER BY at_ms LIMIT ?2)",
            CUSTOMERS_KEPT_MS,
        ),
    ]
}
