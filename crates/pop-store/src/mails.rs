//! Mails to who ordered here: what is to be told of an order, until the mail provider took it. A row stays when its mail
//! went, so that what is told twice is sent once; the mail itself is written when it is sent, of the order and its
//! person.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::OrderId;
use kiosk_wire::Notice;

use crate::StoreError;

/// The tables, one migration.
pub(crate) const SCHEMA: [&str; 4] = [
    // `notice` is what the core told; without one it is how to pay for the order. `due_ms` is null once the mail went.
    "CREATE TABLE order_mail (
        id TEXT PRIMARY KEY, order_id TEXT NOT NULL REFERENCES orders (id), notice TEXT, told_ms INTEGER NOT NULL,
        tries INTEGER NOT NULL DEFAULT 0, due_ms INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX order_mail_due ON order_mail (due_ms) WHERE due_ms IS NOT NULL",
    "CREATE INDEX order_mail_by_age ON order_mail (told_ms)",
    // In the batch of the checkout, whoever does it.
    "CREATE TRIGGER order_mail_how_to_pay AFTER INSERT ON order_person BEGIN
        INSERT INTO order_mail (id, order_id, told_ms, due_ms) SELECT id, id, placed_ms, placed_ms FROM orders
          WHERE id = NEW.order_id AND payment_method = 'bank_transfer';
     END",
];

/// How long it is known what was told, in milliseconds: longer than the core tells it.
const KEPT_MS: i64 = 40 * 24 * 3_600_000;
/// Most rows that one [`prune`] removes.
const PRUNED_ROWS_MAX: u32 = 500;

/// Queues a mail for each of the notices in the array `?1` whose order was placed here. A page of the feed has no clock:
/// what it tells is due at once.
pub(crate) const PUT_NOTICES: &str = "INSERT INTO order_mail (id, order_id, notice, told_ms, due_ms)
    SELECT value ->> 'id', value ->> 'order', value, value ->> 'happened_ms', value ->> 'happened_ms'
    FROM json_each(?1) WHERE EXISTS (SELECT 1 FROM order_person p WHERE p.order_id = value ->> 'order')
    ON CONFLICT (id) DO NOTHING";

/// A mail that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// The order.
    pub order: OrderId,
    /// What to tell; how to pay for the order when there is none.
    pub notice: Option<Notice>,
    /// Failures so far.
    pub tries: u32,
}

/// Up to `limit` mails that are due, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_due(db: &dyn Database, now_ms: i64, limit: u32) -> Result<Vec<Due>, StoreError> {
    let select = Statement::new(
        "SELECT id, order_id, notice, tries FROM order_mail WHERE due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2",
    );
    let rows = db.query(select.bind(now_ms).bind(limit)).await?;
    let due = rows.iter().map(|row| {
        Ok(Due {
            id: row.get(0)?,
            order: OrderId::parse(row.get(1)?)?,
            notice: row.get::<Option<&str>>(2)?.map(serde_json::from_str).transpose()?,
            tries: row.get(3)?,
        })
    });
    due.collect()
}

/// Takes a mail to send it, unless another instance has: it is due again at `again_ms` if nobody says that it went.
///
/// # Errors
/// When the database fails.
pub async fn take(db: &dyn Database, due: &Due, now_ms: i64, again_ms: i64) -> Result<bool, StoreError> {
    let update = Statement::new(
        "UPDATE order_mail SET tries = tries + 1, due_ms = ?4 WHERE id = ?1 AND tries = ?2 AND due_ms <= ?3",
    );
    let update = update.bind(due.id.as_str()).bind(due.tries).bind(now_ms).bind(again_ms);
    db.batch(vec![update]).await?;
    let select = Statement::new("SELECT 1 FROM order_mail WHERE id = ?1 AND tries = ?2 AND due_ms = ?3");
    Ok(!db.query(select.bind(due.id.as_str()).bind(due.tries + 1).bind(again_ms)).await?.is_empty())
}

/// The mail went, or nobody takes it.
#[must_use]
pub fn close(id: &str) -> Statement {
    Statement::new("UPDATE order_mail SET due_ms = NULL WHERE id = ?1").bind(id)
}

/// The provider is away: nothing is tried before `until_ms`.
#[must_use]
pub fn rest(until_ms: i64) -> Statement {
    Statement::new("UPDATE order_mail SET due_ms = ?1 WHERE due_ms < ?1").bind(until_ms)
}

/// Removes up to [`PRUNED_ROWS_MAX`] rows of what was told long ago.
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM order_mail WHERE id IN (SELECT id FROM order_mail WHERE told_ms < ?1 ORDER BY told_ms LIMIT ?2)",
    )
    .bind(now_ms - KEPT_MS)
    .bind(PRUNED_ROWS_MAX)
}
