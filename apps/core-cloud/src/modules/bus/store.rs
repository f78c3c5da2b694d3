//! Table `bus_outbox`.

use kiosk_ids::EventId;
use sqlx::AssertSqlSafe;

use crate::db::{Conn, batches, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Stores facts to be told: id, key, body.
pub async fn insert(conn: &mut Conn, facts: &[(EventId, String, String)], now_ms: i64) -> Result<()> {
    for facts in batches(facts, 4) {
        let values = tuples(facts.len(), 4);
        let sql = format!("INSERT INTO bus_outbox (id, topic, written_ms, body) VALUES {values}");
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, key, body) in facts {
            query = query.bind(id.as_str()).bind(&**key).bind(now_ms).bind(&**body);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}
