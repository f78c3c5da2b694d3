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

use std::collections::HashMap;

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

/// Most levels of categories that are looked through.
const LEVELS_MAX: u32 = 10;

/// The slugs of the categories that each of `products` is in, those above its own included.
///
/// # Errors
/// When the database fails.
pub async fn categories_of(
    db: &dyn Database,
    products: &[&str],
) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let select = Statement::new(
        "WITH RECURSIVE above (product_id, slug, level) AS (
           SELECT p.id, p.category, 1 FROM json_each(?1) j JOIN product p ON p.id = j.value
           UNION ALL
           SELECT a.product_id, c.parent, a.level + 1 FROM above a JOIN category c ON c.slug = a.slug
             WHERE c.parent IS NOT NULL AND a.level < ?2
         ) SELECT product_id, slug FROM above",
    );
    let mut categories: HashMap<String, Vec<String>> = HashMap::new();
    for row in db.query(select.bind(serde_json::to_string(products)?).bind(LEVELS_MAX)).await? {
        categories.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(categories)
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
