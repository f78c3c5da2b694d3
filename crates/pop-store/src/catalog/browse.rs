//! What the way into the shop shows: its vendors, and a picture for each category.

use std::collections::HashMap;

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::VendorId;
use kiosk_wire::Vendor;

use crate::StoreError;

/// Most vendors that are listed.
pub const VENDORS_MAX: u32 = 200;

pub(super) fn vendor_of(row: &Row) -> Result<Vendor, StoreError> {
    Ok(Vendor {
        id: VendorId::parse(row.get(0)?)?,
        name: row.get(1)?,
        region: row.get(2)?,
        about: row.get(3)?,
        methods: Vec::new(),
    })
}

/// The vendors that sell something, by name.
///
/// # Errors
/// When the database fails.
pub async fn vendors(db: &dyn Database) -> Result<Vec<Vendor>, StoreError> {
    let select = Statement::new(
        "SELECT id, name, region, about FROM vendor WHERE EXISTS (SELECT 1 FROM product WHERE vendor_id = vendor.id)
         ORDER BY name COLLATE NOCASE LIMIT ?1",
    );
    db.query(select.bind(VENDORS_MAX)).await?.iter().map(vendor_of).collect()
}

/// What stands for a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// `<hash>.<ext>` of a product; none when no product of it has a picture.
    pub picture: Option<String>,
    /// Whether the product is featured, which makes its picture the better choice of several.
    pub featured: bool,
    /// Products of this category itself, without those below it.
    pub products: u32,
}

/// A cover for each category that has products: a featured product's picture, else the newest's.
///
/// # Errors
/// When the database fails.
pub async fn covers(db: &dyn Database) -> Result<HashMap<String, Cover>, StoreError> {
    // Each category's best picture is the first in an index. A pass over all products would take as long as they are many.
    let select = Statement::new(
        "SELECT c.slug, best.picture, COALESCE(best.featured, 0),
           (SELECT COUNT(*) FROM product WHERE category = c.slug)
         FROM category c LEFT JOIN product best ON best.rowid =
           (SELECT rowid FROM product WHERE category = c.slug AND picture IS NOT NULL
            ORDER BY featured DESC, created_ms DESC LIMIT 1)",
    );
    let mut covers = HashMap::new();
    for row in db.query(select).await? {
        let cover = Cover { picture: row.get(1)?, featured: row.get(2)?, products: row.get(3)? };
        if cover.products > 0 {
            covers.insert(row.get(0)?, cover);
        }
    }
    Ok(covers)
}

/// What an order that was placed elsewhere does not tell of a product: its address and its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Address.
    pub handle: String,
    /// `<hash>.<ext>` of the main picture.
    pub picture: Option<String>,
}

/// Those of `products` that are still sold, by id, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn shown(db: &dyn Database, products: &[&str]) -> Result<HashMap<String, Shown>, StoreError> {
    let select = Statement::new(
        "SELECT p.id, p.handle, p.picture FROM json_each(?1) j JOIN product p ON p.id = j.value",
    );
    let rows = db.query(select.bind(serde_json::to_string(products)?)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, Shown { handle: row.get(1)?, picture: row.get(2)? }))).collect()
}

/// Trading names of `vendors`, by id, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn vendor_names(
    db: &dyn Database,
    vendors: &[&str],
) -> Result<HashMap<String, String>, StoreError> {
    let select = Statement::new("SELECT v.id, v.name FROM json_each(?1) j JOIN vendor v ON v.id = j.value");
    let rows = db.query(select.bind(serde_json::to_string(vendors)?)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
