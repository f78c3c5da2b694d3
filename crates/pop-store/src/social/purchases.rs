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

/// Up to `limit` products that `account` bought, with what they were called, after the product `after` in the
/// order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn list_products(
    db: &dyn Database,
    account: &str,
    after: &str,
    limit: u32,
) -> Result<Vec<(ProductId, String)>, StoreError> {
    let select = Statement::new(
        "SELECT product_id, MAX(title) FROM purchase WHERE account = ?1 AND product_id > ?2
         GROUP BY product_id ORDER BY product_id LIMIT ?3",
    );
    let rows = db.query(select.bind(account).bind(after).bind(limit)).await?;
    rows.iter().map(|row| Ok((ProductId::parse(row.get(0)?)?, row.get(1)?))).collect()
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
