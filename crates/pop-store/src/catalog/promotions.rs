//! Promoted products. A promotion begins and ends by the POP's own clock, so that it does while the core is away.

use kiosk_edge_platform::{Database, Statement};

use super::list::{Card, card, card_columns};
use crate::StoreError;

/// Most products that take turns at being shown.
const TURNS_MAX: u32 = 100;
/// How long a turn is, in milliseconds.
const TURN_MS: i64 = 60_000;
/// A promotion that is over is kept for this long, in milliseconds, in case that the clock is set back.
pub const PROMOTED_KEPT_MS: i64 = 24 * 3_600_000;
/// Most promotions that one [`prune`] removes.
const PRUNED_ROWS_MAX: u32 = 500;

/// Whether the product `p` is promoted at the time that parameter `now` holds.
pub(super) fn is_promoted(now: usize) -> String {
    format!(
        "EXISTS (SELECT 1 FROM promotion m WHERE m.product_id = p.id AND m.until_ms > ?{now} AND m.from_ms <= ?{now})"
    )
}

/// Up to `limit` products that are promoted at `now_ms`, of `categories` or, when that is empty, of the whole shop. When
/// there are more they take turns, so that each vendor gets what they paid for.
///
/// # Errors
/// When the database fails.
pub async fn promoted(
    db: &dyn Database,
    categories: &[String],
    now_ms: i64,
    limit: usize,
) -> Result<Vec<Card>, StoreError> {
    // The promotions come first: they are few, and the products many.
    let select = Statement::new(format!(
        "SELECT {} FROM (SELECT DISTINCT product_id AS id FROM promotion WHERE until_ms > ?1 AND from_ms <= ?1) m
           CROSS JOIN product p ON p.id = m.id JOIN vendor v ON v.id = p.vendor_id
           LEFT JOIN rating r ON r.product_id = p.id
         WHERE ?2 = '[]' OR p.category IN (SELECT value FROM json_each(?2)) ORDER BY m.id LIMIT ?3",
        card_columns(1)
    ));
    let select = select.bind(now_ms).bind(serde_json::to_string(categories)?).bind(TURNS_MAX);
    let rows = db.query(select).await?;
    let mut cards = rows.into_iter().map(card).collect::<Result<Vec<_>, _>>()?;
    if cards.len() > limit {
        let turn = usize::try_from(now_ms.div_euclid(TURN_MS)).unwrap_or(0);
        let first = turn % cards.len();
        cards.rotate_left(first);
        cards.truncate(limit);
    }
    Ok(cards)
}

/// Removes promotions that have been over for [`PROMOTED_KEPT_MS`].
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM promotion WHERE id IN (SELECT id FROM promotion WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2)",
    )
    .bind(now_ms - PROMOTED_KEPT_MS)
    .bind(PRUNED_ROWS_MAX)
}
