//! The POP's copy of the catalogue.

pub mod apply;
mod browse;
pub mod list;
pub mod product;
mod promotions;
pub mod reviews;

pub use browse::{Cover, Shown, VENDORS_MAX, covers, shown, vendor_names, vendors};
pub use list::{Card, Facet, FacetValue, ListQuery, Page, Sort};
pub use product::{ProductView, SkuView, Stock, product_by_handle, product_by_id, skus};
pub use promotions::{PROMOTED_KEPT_MS, promoted, prune as prune_promotions};
pub use reviews::Stars;

use kiosk_edge_platform::{Database, Statement};
use kiosk_wire::{Category, Vendor};

use crate::StoreError;

/// All categories, top level first, each level in order. Few enough to hold in memory.
///
/// # Errors
/// When the database fails.
pub async fn categories(db: &dyn Database) -> Result<Vec<Category>, StoreError> {
    let select = Statement::new(
        "SELECT slug, name, parent, position, blurb FROM category ORDER BY parent IS NOT NULL, position, name",
    );
    let rows = db.query(select).await?;
    rows.iter()
        .map(|row| {
            Ok(Category {
                slug: row.get(0)?,
                name: row.get(1)?,
                parent: row.get(2)?,
                position: row.get(3)?,
                blurb: row.get(4)?,
                attributes: Vec::new(),
            })
        })
        .collect()
}

/// The vendor, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn vendor(db: &dyn Database, id: &str) -> Result<Option<Vendor>, StoreError> {
    let rows =
        db.query(Statement::new("SELECT id, name, region, about FROM vendor WHERE id = ?1").bind(id)).await?;
    rows.first().map(browse::vendor_of).transpose()
}

/// A number that grows whenever the catalogue copy changes: what is derived from it can be kept until then.
///
/// # Errors
/// When the database fails.
pub async fn revision(db: &dyn Database) -> Result<u64, StoreError> {
    let text = crate::meta::get(db, crate::meta::FEED_CURSOR).await?;
    Ok(text.and_then(|text| text.parse().ok()).unwrap_or(0))
}
