//! Telling facts.

use super::fact::Fact;
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::random::random;

/// Tells facts, in order, with what the transaction does.
///
/// # Errors
/// When the database fails.
pub async fn publish(tx: &mut Tx, facts: &[Fact], now_ms: i64) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(facts.len());
    for fact in facts {
        let id = kiosk_ids::EventId::fresh(now_ms, &random()?);
        rows.push((id, fact.key().to_owned(), serde_json::to_string(fact)?));
    }
    Ok(store::insert(tx, &rows, now_ms).await?)
}
