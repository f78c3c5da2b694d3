//! Applies a page of the feed: all its changes and the new cursor in one batch, so that a crash loses nothing and
//! applying a page twice changes nothing.
//!
//! A page is a handful of statements however much it tells: each takes rows as one JSON array. A statement for each row
//! would cross to the host thousands of times, and D1 takes a thousand in all.

mod discounts;
mod notices;
mod people;
mod rows;
mod social;

use kiosk_edge_platform::{Database, Statement};
use kiosk_wire::{Change, FeedPage, Product};
use serde::Serialize;

use self::people::PeopleChanges;
use self::rows::{Facet, ProductRow, VariantRow};
use crate::{StoreError, meta, models};

/// Rows of one statement stop here, in bytes: D1 takes values of up to 2,000,000.
const ROWS_BYTES_MAX: usize = 1_000_000;

/// Applies `page`.
///
/// # Errors
/// When the database fails; then nothing of the page is applied.
pub async fn apply(db: &dyn Database, page: &FeedPage) -> Result<(), StoreError> {
    let changes = Changes::of(page);
    let mut batch = Vec::new();
    push(&mut batch, PUT_VENDORS, changes.vendors)?;
    push(&mut batch, PUT_VENDOR_RISKS, changes.vendor_risks)?;
    push(&mut batch, PUT_CATEGORIES, changes.categories)?;
    push(&mut batch, REMOVE_CATEGORIES, changes.categories_removed)?;
    put_products(&changes.products, &changes.products_removed, &mut batch)?;
    changes.people.put(&mut batch)?;
    discounts::put(page, &mut batch)?;
    social::put(page, &mut batch)?;
    notices::put(page, &mut batch)?;
    for change in &page.changes {
        if let Change::FraudPlan(plan) = change {
            batch.push(models::tell(plan)?);
        }
    }
    batch.push(meta::set(meta::FEED_CURSOR, page.next.to_string()));
    db.batch(batch).await?;
    Ok(())
}

/// The changes of a page by kind; their order matters only within one.
#[derive(Default)]
struct Changes<'a> {
    vendors: Vec<&'a kiosk_wire::Vendor>,
    vendor_risks: Vec<&'a kiosk_wire::VendorRisk>,
    categories: Vec<&'a kiosk_wire::Category>,
    categories_removed: Vec<&'a str>,
    products: Vec<&'a Product>,
    products_removed: Vec<&'a str>,
    people: PeopleChanges<'a>,
}

impl<'a> Changes<'a> {
    fn of(page: &'a FeedPage) -> Self {
        let mut changes = Self::default();
        for change in &page.changes {
            match change {
                Change::Vendor(vendor) => changes.vendors.push(vendor),
                Change::VendorRisk(risk) => changes.vendor_risks.push(risk),
                Change::Category(category) => changes.categories.push(category),
                Change::CategoryRemoved { slug } => changes.categories_removed.push(slug),
                // A product without a variant cannot be sold.
                Change::Product(product) if product.variants.is_empty() => {
                    changes.products_removed.push(product.id.as_str());
                }
                Change::Product(product) => changes.products.push(product),
                Change::ProductRemoved { id } => changes.products_removed.push(id.as_str()),
                Change::Promotion(promotion) => changes.people.promotions.push(promotion),
                Change::PromotionRemoved { id } => changes.people.promotions_removed.push(id.as_str()),
                Change::Rating(rating) => changes.people.ratings.push(rating),
                Change::Review(review) => changes.people.reviews.push(review),
                Change::ReviewRemoved { id } => changes.people.reviews_removed.push(id.as_str()),
                Change::Standing(standing) => changes.people.standing(standing),
                Change::Loyalty(loyalty) => changes.people.loyalties.push(loyalty),
                Change::Order(order) => changes.people.orders.push(order),
                Change::Discount(_)
                | Change::DiscountRemoved { .. }
                | Change::GiftCard(_)
                | Change::FraudPlan(_)
                | Change::Notice(_)
                | Change::Room(_)
                | Change::Message(_) => {}
            }
        }
        changes
    }
}

/// The products of a page replace what stood under their ids and at their handles. Another product at a handle has
/// moved, and its own change comes later in the feed, which tells only the last state of each.
fn put_products(
    products: &[&Product],
    removed: &[&str],
    batch: &mut Vec<Statement>,
) -> Result<(), StoreError> {
    let ids: Vec<&str> =
        products.iter().map(|product| product.id.as_str()).chain(removed.iter().copied()).collect();
    let handles: Vec<&str> = products.iter().map(|product| product.handle.as_str()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let (ids, handles) = (serde_json::to_string(&ids)?, serde_json::to_string(&handles)?);
    for sql in REMOVE_PRODUCTS {
        batch.push(Statement::new(sql).bind(ids.as_str()).bind(handles.as_str()));
    }
    push(batch, PUT_PRODUCTS, products.iter().filter_map(|product| ProductRow::of(product)))?;
    push(batch, PUT_VARIANTS, products.iter().flat_map(|product| VariantRow::of(product)))?;
    // The lease starts empty; the tick asks the core to fill it.
    let items =
        products.iter().flat_map(|product| &product.variants).map(|variant| variant.stock.item.as_str());
    push(batch, PUT_LEASES, items)?;
    push(batch, PUT_FACETS, products.iter().flat_map(|product| Facet::of(product)))?;
    push(batch, EXPECT_PICTURES, products.iter().flat_map(|product| &product.pictures))
}

/// Pushes `sql` once for each [`ROWS_BYTES_MAX`] of rows, which it takes as a JSON array.
fn push<T: Serialize>(
    batch: &mut Vec<Statement>,
    sql: &'static str,
    rows: impl IntoIterator<Item = T>,
) -> Result<(), StoreError> {
    let mut array = String::new();
    for row in rows {
        let row = serde_json::to_string(&row)?;
        if !array.is_empty() && array.len() + row.len() > ROWS_BYTES_MAX {
            batch.push(Statement::new(sql).bind(std::mem::take(&mut array) + "]"));
        }
        array.push(if array.is_empty() { '[' } else { ',' });
        array.push_str(&row);
    }
    if !array.is_empty() {
        batch.push(Statement::new(sql).bind(array + "]"));
    }
    Ok(())
}

// `WHERE 1` tells SQLite's parser that `ON CONFLICT` does not belong to a join.
const PUT_VENDORS: &str = "INSERT INTO vendor (id, name, region, about, methods)
    SELECT value ->> 'id', value ->> 'name', value ->> 'region', value ->> 'about', COALESCE(value ->> 'methods', '[]')
    FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, region = excluded.region, about = excluded.about,
      methods = excluded.methods";

const PUT_VENDOR_RISKS: &str = "INSERT INTO vendor_risk (vendor_id, ppm)
    SELECT value ->> 'vendor', value ->> 'ppm' FROM json_each(?1) WHERE 1
    ON CONFLICT (vendor_id) DO UPDATE SET ppm = excluded.ppm";

const PUT_CATEGORIES: &str = "INSERT INTO category (slug, name, parent, position, blurb)
    SELECT value ->> 'slug', value ->> 'name', value ->> 'parent', value ->> 'position', value ->> 'blurb'
    FROM json_each(?1) WHERE 1
    ON CONFLICT (slug) DO UPDATE SET name = excluded.name, parent = excluded.parent, position = excluded.position,
      blurb = excluded.blurb";

const REMOVE_CATEGORIES: &str = "DELETE FROM category WHERE slug IN (SELECT value FROM json_each(?1))";

/// `?1` are ids, `?2` handles.
const REMOVE_PRODUCTS: [&str; 3] = [
    "DELETE FROM facet WHERE product_id IN (SELECT id FROM product WHERE id IN (SELECT value FROM json_each(?1))
       OR handle IN (SELECT value FROM json_each(?2)))",
    "DELETE FROM variant WHERE product_id IN (SELECT id FROM product WHERE id IN (SELECT value FROM json_each(?1))
       OR handle IN (SELECT value FROM json_each(?2)))",
    "DELETE FROM product WHERE id IN (SELECT value FROM json_each(?1)) OR handle IN (SELECT value FROM json_each(?2))",
];

const PUT_PRODUCTS: &str = "INSERT INTO product (id, handle, title, vendor_id, category, featured, bulky, created_ms,
      price_min, price_max, compare_at, currency, picture, picture_alt, doc)
    SELECT value ->> 'id', value ->> 'handle', value ->> 'title', value ->> 'vendor', value ->> 'category',
      value ->> 'featured', value ->> 'bulky', value ->> 'created_ms', value ->> 'price_min', value ->> 'price_max',
      value ->> 'compare_at', value ->> 'currency', value ->> 'picture', value ->> 'picture_alt', value ->> 'doc'
    FROM json_each(?1)";

// A SKU that moved from one product to another stands with the product that was told last.
const PUT_VARIANTS: &str =
    "INSERT OR REPLACE INTO variant (sku, product_id, position, options, price, currency, weight_g,
      stock_item, stock_units)
    SELECT value ->> 'sku', value ->> 'product', value ->> 'position', value ->> 'options', value ->> 'price',
      value ->> 'currency', value ->> 'weight_g', value ->> 'stock_item', value ->> 'stock_units'
    FROM json_each(?1)";

const PUT_LEASES: &str =
    "INSERT INTO lease (item, epoch, granted) SELECT DISTINCT value, 0, 0 FROM json_each(?1) WHERE 1
    ON CONFLICT (item) DO NOTHING";

const PUT_FACETS: &str = "INSERT INTO facet (product_id, name, value)
    SELECT value ->> 'product', value ->> 'name', value ->> 'value' FROM json_each(?1) WHERE 1 ON CONFLICT DO NOTHING";

// A picture in other widths is so many more.
const EXPECT_PICTURES: &str = "INSERT INTO media (hash, ext)
    SELECT hash, ext FROM (
      SELECT value ->> 'hash' AS hash, value ->> 'ext' AS ext FROM json_each(?1)
      UNION SELECT size.value ->> 'hash', size.value ->> 'ext'
        FROM json_each(?1) picture JOIN json_each(picture.value, '$.widths') size
    ) WHERE 1 ON CONFLICT (hash) DO NOTHING";
