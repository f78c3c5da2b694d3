//! One product with all a page or a cart needs, in one statement.

use std::collections::HashMap;

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_money::Money;
use kiosk_wire::{Product, Variant};
use serde::Deserialize;

use super::promotions::is_promoted;
use super::reviews::Stars;
use crate::{StoreError, currency_of};

/// A product, its seller and what can be sold of it here and now.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductView {
    /// As the feed told it.
    pub product: Product,
    /// Trading name of the seller.
    pub vendor_name: String,
    /// Country the seller ships from.
    pub vendor_region: String,
    /// A paragraph about the seller.
    pub vendor_about: String,
    /// Stock of each stock item that its variants draw on.
    pub stock: HashMap<String, Stock>,
    /// Whether the seller pays for it to be shown.
    pub promoted: bool,
    /// How it was rated.
    pub stars: Stars,
}

/// Stock of one item as this POP sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Stock {
    /// Units this POP may sell without asking.
    pub here: i64,
    /// Units the core had to give when it last said so; none while it cannot be reached.
    pub core: i64,
}

impl ProductView {
    /// Pieces of `variant` that can be sold here without asking the core.
    #[must_use]
    pub fn pieces_here(&self, variant: &Variant) -> u32 {
        let stock = self.stock.get(variant.stock.item.as_str()).copied().unwrap_or_default();
        u32::try_from(stock.here.max(0) / i64::from(variant.stock.units.max(1))).unwrap_or(u32::MAX)
    }

    /// Whether the core may have more of `variant`, so that a checkout asks it before it refuses.
    #[must_use]
    pub fn core_has_more(&self, variant: &Variant) -> bool {
        let stock = self.stock.get(variant.stock.item.as_str()).copied().unwrap_or_default();
        stock.core >= i64::from(variant.stock.units)
    }
}

const SELECT: &str = "SELECT p.doc, v.name, v.region, v.about,
    (SELECT json_group_object(l.item, json_object('here', l.granted - l.taken - l.returned, 'core', CASE
         WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'core_retry_ms' AND CAST(value AS INTEGER) > 0) THEN 0
         ELSE l.core_available END))
       FROM lease l WHERE l.item IN (SELECT stock_item FROM variant WHERE product_id = p.id)),
    (SELECT counts FROM rating WHERE product_id = p.id)";

fn view(mut row: Row) -> Result<ProductView, StoreError> {
    Ok(ProductView {
        product: serde_json::from_str(row.get(0)?)?,
        vendor_name: row.take_text(1)?,
        vendor_region: row.take_text(2)?,
        vendor_about: row.take_text(3)?,
        stock: serde_json::from_str(row.get(4)?)?,
        stars: Stars::of(row.get(5)?)?,
        promoted: row.get(6)?,
    })
}

async fn one(
    db: &dyn Database,
    column: &'static str,
    value: &str,
    now_ms: i64,
) -> Result<Option<ProductView>, StoreError> {
    let promoted = is_promoted(2);
    let select = format!(
        "{SELECT}, {promoted} FROM product p JOIN vendor v ON v.id = p.vendor_id WHERE p.{column} = ?1"
    );
    let rows = db.query(Statement::new(select).bind(value).bind(now_ms)).await?;
    rows.into_iter().next().map(view).transpose()
}

/// The product at `handle`, as it is promoted at `now_ms`.
///
/// # Errors
/// When the database fails.
pub async fn product_by_handle(
    db: &dyn Database,
    handle: &str,
    now_ms: i64,
) -> Result<Option<ProductView>, StoreError> {
    one(db, "handle", handle, now_ms).await
}

/// The product `id`, as it is promoted at `now_ms`.
///
/// # Errors
/// When the database fails.
pub async fn product_by_id(
    db: &dyn Database,
    id: &str,
    now_ms: i64,
) -> Result<Option<ProductView>, StoreError> {
    one(db, "id", id, now_ms).await
}

/// A variant as carts and checkouts need it.
#[derive(Clone, Debug, PartialEq)]
pub struct SkuView {
    /// The SKU.
    pub sku: String,
    /// Its product.
    pub product_id: String,
    /// Address of the product.
    pub handle: String,
    /// Title of the product.
    pub title: String,
    /// Values of the options.
    pub options: Vec<String>,
    /// Seller.
    pub vendor_id: String,
    /// Seller's trading name.
    pub vendor_name: String,
    /// Goes by freight.
    pub bulky: bool,
    /// `<hash>.<ext>` of the main picture.
    pub picture: Option<String>,
    /// Price of one piece.
    pub price: Money,
    /// Stock item it draws on.
    pub stock_item: String,
    /// Units of it for one piece.
    pub stock_units: u32,
    /// Stock of that item.
    pub stock: Stock,
    /// Epoch of the lease.
    pub epoch: u64,
}

/// Columns that [`sku_view`] reads.
pub(crate) const SKU_COLUMNS: usize = 16;

/// The variants among `skus` that are sold, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn skus(db: &dyn Database, skus: &[&str]) -> Result<Vec<SkuView>, StoreError> {
    let select = Statement::new(
        "SELECT s.sku, p.id, p.handle, p.title, s.options, p.vendor_id, v.name, p.bulky, p.picture, s.price, s.currency,
           s.stock_item, s.stock_units, l.granted - l.taken - l.returned, l.core_available, l.epoch
         FROM json_each(?1) j JOIN variant s ON s.sku = j.value JOIN product p ON p.id = s.product_id
           JOIN vendor v ON v.id = p.vendor_id JOIN lease l ON l.item = s.stock_item",
    );
    let rows = db.query(select.bind(serde_json::to_string(skus)?)).await?;
    rows.iter().map(sku_view).collect()
}

/// Reads a variant from the first [`SKU_COLUMNS`] columns of a row.
pub(crate) fn sku_view(row: &Row) -> Result<SkuView, StoreError> {
    Ok(SkuView {
        sku: row.get(0)?,
        product_id: row.get(1)?,
        handle: row.get(2)?,
        title: row.get(3)?,
        options: serde_json::from_str(row.get(4)?)?,
        vendor_id: row.get(5)?,
        vendor_name: row.get(6)?,
        bulky: row.get(7)?,
        picture: row.get(8)?,
        price: Money::new(row.get(9)?, currency_of(row.get(10)?)?),
        stock_item: row.get(11)?,
        stock_units: row.get(12)?,
        stock: Stock { here: row.get(13)?, core: row.get(14)? },
        epoch: row.get(15)?,
    })
}
