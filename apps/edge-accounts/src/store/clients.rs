//! What clients used up of what they may do: the generic cell rate algorithm (ITU-T I.371), one row for each.

use kiosk_edge_platform::{Database, DbError, Statement};

/// How far what was used may run ahead of the clock, in milliseconds; the schema has the same number.
const AHEAD_MS_MAX: i64 = 600_000;

/// Uses `cost_ms` up in `what`. Returns 0, or in how many milliseconds there will be room.
pub async fn spend(db: &dyn Database, what: &str, cost_ms: i64, now_ms: i64) -> Result<i64, DbError> {
    let upsert = Statement::new(
        "INSERT INTO client (what, at_ms, used_until_ms) VALUES (?1, ?2, ?2 + ?3)
         ON CONFLICT (what) DO UPDATE SET at_ms = ?2, used_until_ms = MAX(used_until_ms, ?2) + ?3",
    );
    match db.batch(vec![upsert.bind(what).bind(now_ms).bind(cost_ms)]).await {
        Err(error) if error.violates("client_has_room") => {
            let select = Statement::new("SELECT used_until_ms FROM client WHERE what = ?1").bind(what);
            let used_ms = db.query(select).await?.first().map_or(Ok(now_ms), |row| row.get::<i64>(0))?;
            Ok((used_ms + cost_ms - AHEAD_MS_MAX - now_ms).max(1))
        }
        result => result.map(|()| 0),
    }
}

/// Removes clients that have used nothing for a while.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM client WHERE what IN (SELECT what FROM client WHERE used_until_ms < ?1 LIMIT 10000)",
    )
    .bind(now_ms)
}
