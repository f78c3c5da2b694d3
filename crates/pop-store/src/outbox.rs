//! Events for the core, in order. An event is appended in the batch of what it tells and is removed when the core has
//! applied it.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::EventId;
use kiosk_wire::{Event, EventBody};

use crate::StoreError;
use crate::guard::integer;

/// Appends an event; its number is given by the database.
///
/// # Errors
/// When the event cannot be serialised.
pub fn append(id: &EventId, occurred_ms: i64, body: &EventBody) -> Result<Statement, StoreError> {
    Ok(Statement::new("INSERT INTO outbox (id, occurred_ms, body) VALUES (?1, ?2, ?3)")
        .bind(id.as_str())
        .bind(occurred_ms)
        .bind(serde_json::to_string(body)?))
}

/// The first `limit` events that are not acknowledged, up to one whose pictures the core does not have yet.
///
/// # Errors
/// When the database fails or an event cannot be read.
pub async fn pending(db: &dyn Database, limit: u32) -> Result<Vec<Event>, StoreError> {
    let select = Statement::new(
        "SELECT seq, id, occurred_ms, body FROM outbox
         WHERE seq < COALESCE((SELECT MIN(o.seq) FROM upload u JOIN outbox o ON o.id = u.event_id
           WHERE u.state = 'waiting'), 9223372036854775807) ORDER BY seq LIMIT ?1",
    );
    let rows = db.query(select.bind(limit)).await?;
    rows.iter()
        .map(|row| {
            Ok(Event {
                seq: row.get(0)?,
                id: EventId::parse(row.get(1)?)?,
                occurred_ms: row.get(2)?,
                body: serde_json::from_str(row.get(3)?)?,
            })
        })
        .collect()
}

/// Removes the events up to `through`, which the core has applied. Their numbers are not given again.
///
/// Numbers count within an incarnation: when the database is not called `incarnation` any more, nothing is removed.
#[must_use]
pub fn acknowledge(through: u64, incarnation: &str) -> Statement {
    Statement::new(
        "DELETE FROM outbox WHERE seq <= ?1
           AND EXISTS (SELECT 1 FROM meta WHERE key = 'incarnation' AND value = ?2)",
    )
    .bind(integer(through))
    .bind(incarnation)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use futures::executor::block_on;
    use kiosk_edge_platform::native::NativeDb;
    use kiosk_ids::Sku;
    use kiosk_wire::StockTake;

    use super::*;

    fn event(number: u8) -> Statement {
        let take = StockTake { item: Sku::parse("MUG").unwrap(), epoch: 1, units: 1 };
        append(&EventId::fresh(0, &[number; 10]), 0, &EventBody::StockReturned { take }).unwrap()
    }

    #[test]
    fn numbers_have_no_gap_and_are_not_given_again() {
        block_on(async {
            let db = NativeDb::in_memory().unwrap();
            crate::schema::migrate(&db).await.unwrap();
            db.batch(vec![event(1), event(2), crate::meta::set(crate::meta::INCARNATION, "name")])
                .await
                .unwrap();
            // The same event again breaks its batch, which takes its number back.
            assert!(db.batch(vec![event(3), event(1)]).await.is_err());
            db.batch(vec![acknowledge(2, "name")]).await.unwrap();
            db.batch(vec![event(3)]).await.unwrap();
            let pending = pending(&db, 10).await.unwrap();
            assert_eq!(pending.iter().map(|event| event.seq).collect::<Vec<_>>(), [3]);
        });
    }
}
