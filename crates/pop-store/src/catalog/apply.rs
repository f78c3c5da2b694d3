//! Applies a page of the feed: all its changes and the new cursor in one batch, so that a crash loses nothing and
//! applying a page twice changes nothing.

use kiosk_edge_platform::{Database, Statement};
use kiosk_money::Money;
use kiosk_wire::{Category, Change, FeedPage, Product, Vendor};

use crate::{StoreError, media, meta};

/// Applies `page`.
///
/// # Errors
/// When the database fails; then nothing of the page is applied.
pub async fn apply(db: &dyn Database, page: &FeedPage) -> Result<(), StoreError> {
    let mut batch = Vec::new();
    for change in &page.changes {
        match change {
            Change::Vendor(vendor) => batch.push(put_vendor(vendor)),
            Change::Category(category) => batch.push(put_category(category)),
            Change::Product(product) => put_product(product, &mut batch)?,
            Change::ProductRemoved { id } => batch.extend(remove_product(id.as_str())),
            Change::CategoryRemoved { slug } => {
                batch.push(Statement::new("DELETE FROM category WHERE slug = ?1").bind(slug.as_str()));
            }
        }
    }
    batch.push(meta::set(meta::FEED_CURSOR, page.next.to_string()));
    db.batch(batch).await?;
    Ok(())
}

fn put_vendor(vendor: &Vendor) -> Statement {
    Statement::new(
        "INSERT INTO vendor (id, name, region, about) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, region = excluded.region, about = excluded.about",
    )
    .bind(vendor.id.as_str())
    .bind(vendor.name.as_str())
    .bind(vendor.region.as_str())
    .bind(vendor.about.as_str())
}

fn put_category(category: &Category) -> Statement {
    Statement::new(
        "INSERT INTO category (slug, name, parent, position, blurb) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (slug) DO UPDATE SET name = excluded.name, parent = excluded.parent,
           position = excluded.position, blurb = excluded.blurb",
    )
    .bind(category.slug.as_str())
    .bind(category.name.as_str())
    .bind(category.parent.as_deref())
    .bind(category.position)
    .bind(category.blurb.as_str())
}

fn remove_product(id: &str) -> [Statement; 3] {
    [
        "DELETE FROM facet WHERE product_id = ?1",
        "DELETE FROM variant WHERE product_id = ?1",
        "DELETE FROM product WHERE id = ?1",
    ]
    .map(|sql| Statement::new(sql).bind(id))
}

/// Makes room for a product at `handle`. Another one that stands there has moved, and its own change comes later in the
/// feed, which tells only the last state of each.
fn vacate(handle: &str) -> [Statement; 3] {
    [
        "DELETE FROM facet WHERE product_id IN (SELECT id FROM product WHERE handle = ?1)",
        "DELETE FROM variant WHERE product_id IN (SELECT id FROM product WHERE handle = ?1)",
        "DELETE FROM product WHERE handle = ?1",
    ]
    .map(|sql| Statement::new(sql).bind(handle))
}

fn put_product(product: &Product, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
    batch.extend(remove_product(product.id.as_str()));
    batch.extend(vacate(product.handle.as_str()));
    // A product without a variant cannot be sold; the core does not send one.
    let Some(first) = product.variants.first() else { return Ok(()) };
    let prices = || product.variants.iter().map(|variant| variant.price.amount);
    let main = product.pictures.first();
    batch.push(
        Statement::new(
            "INSERT INTO product (id, handle, title, vendor_id, category, featured, bulky, created_ms, price_min,
               price_max, compare_at, currency, picture, picture_alt, doc)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )
        .bind(product.id.as_str())
        .bind(product.handle.as_str())
        .bind(product.title.as_str())
        .bind(product.vendor.as_str())
        .bind(product.category.as_str())
        .bind(product.featured)
        .bind(product.bulky)
        .bind(product.created_ms)
        .bind(prices().min().unwrap_or(0))
        .bind(prices().max().unwrap_or(0))
        .bind(product.variants.iter().find_map(|variant| variant.compare_at).map(|money: Money| money.amount))
        .bind(first.price.currency.code())
        .bind(main.map(|picture| format!("{}.{}", picture.hash, picture.ext)))
        .bind(main.map(|picture| picture.alt.as_str()))
        .bind(serde_json::to_string(product)?),
    );
    put_variants(product, batch)?;
    batch.extend(product.pictures.iter().map(media::expect));
    Ok(())
}

fn put_variants(product: &Product, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
    for (position, variant) in product.variants.iter().enumerate() {
        batch.push(
            Statement::new(
                // A SKU that moved from one product to another stands with the product that was told last.
                "INSERT OR REPLACE INTO variant (sku, product_id, position, options, price, currency, weight_g, stock_item,
                   stock_units) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )
            .bind(variant.sku.as_str())
            .bind(product.id.as_str())
            .bind(i64::try_from(position).unwrap_or(i64::MAX))
            .bind(serde_json::to_string(&variant.options)?)
            .bind(variant.price.amount)
            .bind(variant.price.currency.code())
            .bind(variant.weight_g)
            .bind(variant.stock.item.as_str())
            .bind(variant.stock.units),
        );
        // The lease starts empty; the tick asks the core to fill it.
        batch.push(
            Statement::new(
                "INSERT INTO lease (item, epoch, granted) VALUES (?1, 0, 0) ON CONFLICT (item) DO NOTHING",
            )
            .bind(variant.stock.item.as_str()),
        );
        for (name, value) in product.options.iter().zip(&variant.options) {
            batch.push(
                Statement::new(
                    "INSERT INTO facet (product_id, name, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                )
                .bind(product.id.as_str())
                .bind(name.as_str())
                .bind(value.as_str()),
            );
        }
    }
    Ok(())
}
