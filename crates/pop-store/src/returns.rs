//! Returns that customers asked for here, until the feed tells what became of them.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::{EventId, OrderId};
use kiosk_wire::{EventBody, ReturnRecord};

use crate::idempotency::{Remembered, remember};
use crate::{StoreError, outbox};

/// Most returns that are asked for of one order.
pub const ASKED_MAX: u32 = 20;

/// The tables, one migration. `number` counts the returns of an order, so that the check bounds them.
pub(crate) const SCHEMA: [&str; 1] = ["CREATE TABLE order_return (
        id TEXT PRIMARY KEY, order_id TEXT NOT NULL, number INTEGER NOT NULL, doc TEXT NOT NULL,
        asked_ms INTEGER NOT NULL, refused TEXT, UNIQUE (order_id, number),
        CONSTRAINT returns_in_bounds CHECK (number <= 20)
    ) STRICT"];

/// The core refused what was asked for: the notices in the array `?1`.
pub(crate) const REFUSE: &str = "UPDATE order_return SET refused = told.reason
    FROM (SELECT value ->> 'returned' AS id, COALESCE(value ->> 'reason', '') AS reason FROM json_each(?1)) told
    WHERE order_return.id = told.id";

/// A return that was asked for here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What was asked for.
    pub record: ReturnRecord,
    /// Unix milliseconds.
    pub asked_ms: i64,
    /// Why it was refused, as a code; none while it waits or was opened.
    pub refused: Option<String>,
}

/// What was asked for of an order, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &dyn Database, order: &OrderId) -> Result<Vec<Asked>, StoreError> {
    let select = Statement::new(
        "SELECT doc, asked_ms, refused FROM order_return WHERE order_id = ?1 ORDER BY number LIMIT ?2",
    );
    let rows = db.query(select.bind(order.as_str()).bind(ASKED_MAX)).await?;
    let asked = rows.iter().map(|row| {
        Ok(Asked { record: serde_json::from_str(row.get(0)?)?, asked_ms: row.get(1)?, refused: row.get(2)? })
    });
    asked.collect()
}

/// The answer that was given to `key` before.
///
/// # Errors
/// When the database fails.
pub async fn remembered(
    db: &dyn Database,
    order: &OrderId,
    key: &str,
) -> Result<Option<Remembered>, StoreError> {
    let select = Statement::new(
        "SELECT request_hash, status, response FROM idempotency WHERE scope = ?1 AND key = ?2",
    );
    let rows = db.query(select.bind(order.as_str()).bind(key)).await?;
    let read = |row: &kiosk_edge_platform::Row| {
        Ok(Remembered {
            request_hash: row.get(0)?,
            status: u16::try_from(row.get::<u32>(1)?).unwrap_or(0),
            response: row.get(2)?,
        })
    };
    rows.first().map(read).transpose()
}

/// Asks for returns of an order, each with the event that tells it, and remembers the answer: all or nothing.
///
/// # Errors
/// A constraint, see [`is_out_of_bounds`] and [`crate::social::was_answered`], or when the database fails.
pub async fn ask(
    db: &dyn Database,
    order: &OrderId,
    asked: &[(EventId, ReturnRecord)],
    (key, answer): (&str, &Remembered),
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut batch = vec![remember(order.as_str(), key, answer, now_ms)];
    for (event, record) in asked {
        let insert = Statement::new(
            "INSERT INTO order_return (id, order_id, number, doc, asked_ms)
             SELECT ?1, ?2, COUNT(*) + 1, ?3, ?4 FROM order_return WHERE order_id = ?2",
        );
        batch.push(
            insert
                .bind(record.id.as_str())
                .bind(order.as_str())
                .bind(serde_json::to_string(record)?)
                .bind(now_ms),
        );
        batch.push(outbox::append(event, now_ms, &EventBody::ReturnAsked(Box::new(record.clone())))?);
    }
    db.batch(batch).await?;
    Ok(())
}

/// Whether a batch failed because too many returns of the order were asked for.
#[must_use]
pub fn is_out_of_bounds(error: &StoreError) -> bool {
    matches!(error, StoreError::Db(error @ DbError::Constraint(_)) if error.violates("returns_in_bounds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_has_the_bound() {
        assert!(SCHEMA[0].contains(&format!("CHECK (number <= {ASKED_MAX})")));
    }
}
