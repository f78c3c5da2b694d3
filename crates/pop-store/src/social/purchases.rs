//! What accounts bought, as the feed tells it.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::ProductId;

use crate::StoreError;

/// A product that an account bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// What it was called.
    pub title: String,
    /// Whether a parcel with it has arrived.
    pub delivered: bool,
}

/// Whether `account` bought `product`, and has it.
///
/// # Errors
/// When the database fails.
pub async fn get(
    db: &dyn Database,
    account: &str,
    product: &ProductId,
) -> Result<Option<Purchase>, StoreError> {
    let select = Statement::new(
        "SELECT title, delivered FROM purchase WHERE account = ?1 AND product_id = ?2
         ORDER BY delivered DESC, order_id DESC LIMIT 1",
    );
    let rows = db.query(select.bind(account).bind(product.as_str())).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Purchase { title: row.get(0)?, delivered: row.get(1)? }))
}
