//! Tables `catalog_vendors`, `catalog_categories`, `catalog_products`, `catalog_variants`, `catalog_feed`,
//! `catalog_feed_counter`, `catalog_prices`.

use std::collections::HashMap;

use kiosk_wire::{Category, Product, Variant, Vendor};
use sqlx::AssertSqlSafe;

use super::listing::Listing;
use super::service::Write;
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use crate::page::List;

/// Most price changes that are shown of a product.
const PRICES_MAX: i64 = 100;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A kind of record in the feed, and its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A vendor, by id.
    Vendor,
    /// A category, by slug.
    Category,
    /// A product, by id.
    Product,
}

impl Kind {
    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Category => "category",
            Self::Product => "product",
        }
    }

    /// Reads what [`Self::name`] wrote.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Vendor, Self::Category, Self::Product].into_iter().find(|kind| kind.name() == name)
    }
}

/// Locks out other writers of the catalogue until the transaction ends.
pub async fn lock_writers(conn: &mut Conn) -> Result<()> {
    let sql = format!("SELECT seq FROM catalog_feed_counter WHERE id = 1{}", lock_by(conn, "id"));
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await.map(|_| ())
}

/// The last number of the feed.
pub async fn get_latest(conn: &mut Conn) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT seq FROM catalog_feed_counter WHERE id = 1");
    Ok(query.fetch_one(conn).await?.0)
}

/// Moves records to the end of the feed, in their order here.
pub async fn advance_feed(conn: &mut Conn, changed: &[(Kind, &str)]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let first = reserve(conn, changed.len()).await?;
    let numbered: Vec<_> = (first..).zip(changed).collect();
    for rows in batches(&numbered, 3) {
        let sql = format!(
            "INSERT INTO catalog_feed (kind, key, seq) VALUES {} \
             ON CONFLICT (kind, key) DO UPDATE SET seq = excluded.seq",
            tuples(rows.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (seq, (kind, key)) in rows {
            query = query.bind(kind.name()).bind(*key).bind(*seq);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// A change in the feed: its number, kind and key, and what the record now is unless the catalogue holds it.
pub type ChangeRow = (i64, String, String, Option<String>);

/// What changed after a number and up to another, in order: what all POPs are told, and those of `region`.
pub async fn list_changes(
    conn: &mut Conn,
    region: &str,
    (after, through): (i64, i64),
    limit: i64,
) -> Result<Vec<ChangeRow>> {
    sqlx::query_as(
        "SELECT seq, kind, key, body FROM catalog_feed \
         WHERE seq > $1 AND seq <= $2 AND (region IS NULL OR region = $3) ORDER BY seq LIMIT $4",
    )
    .bind(after)
    .bind(through)
    .bind(region)
    .bind(limit)
    .fetch_all(conn)
    .await
}

/// Puts records of other modules at the end of the feed, in their order here: kind, key, region, what they now are.
pub async fn publish(conn: &mut Conn, records: &[(&str, String, Option<&str>, String)]) -> Result<()> {
    let mut next = reserve(conn, records.len()).await?;
    for rows in batches(records, 5) {
        let sql = format!(
            "INSERT INTO catalog_feed (kind, key, seq, region, body) VALUES {} ON CONFLICT (kind, key) \
             DO UPDATE SET seq = excluded.seq, region = excluded.region, body = excluded.body",
            tuples(rows.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (kind, key, region, body) in rows {
            query = query.bind(*kind).bind(&**key).bind(next).bind(*region).bind(&**body);
            next += 1;
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes records of other modules out of the feed.
pub async fn delete_records(conn: &mut Conn, kind: &str, keys: &[&str]) -> Result<()> {
    for keys in batches(keys, 1) {
        let sql =
            format!("DELETE FROM catalog_feed WHERE kind = $1 AND key IN ({})", placeholders(2, keys.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(kind);
        for key in keys {
            query = query.bind(*key);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes the next `count` numbers of the feed and returns the first.
async fn reserve(conn: &mut Conn, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let query = sqlx::query_as::<_, (i64,)>(
        "UPDATE catalog_feed_counter SET seq = seq + $1 WHERE id = 1 RETURNING seq",
    );
    let (last,) = query.bind(count).fetch_one(&mut *conn).await?;
    Ok(last - count + 1)
}

/// Records of one kind by key, as POPs are told. A product that is not for sale is left out.
pub async fn list_bodies(conn: &mut Conn, kind: Kind, keys: &[&str]) -> Result<HashMap<String, String>> {
    let select = match kind {
        Kind::Vendor => "SELECT id, body FROM catalog_vendors WHERE id IN",
        Kind::Category => "SELECT slug, body FROM catalog_categories WHERE slug IN",
        Kind::Product => {
            "SELECT id, body FROM catalog_products WHERE state = 'listed' AND NOT EXISTS (SELECT 1 FROM \
             catalog_vendors v WHERE v.id = catalog_products.vendor AND v.hidden = 1) AND id IN"
        }
    };
    pairs(conn, select, keys).await
}

/// Two text columns of the rows whose key is among `keys`.
async fn pairs(conn: &mut Conn, select: &str, keys: &[&str]) -> Result<HashMap<String, String>> {
    let mut found = HashMap::with_capacity(keys.len());
    for keys in batches(keys, 1) {
        let sql = format!("{select} ({})", placeholders(1, keys.len()));
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
        for key in keys {
            query = query.bind(*key);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Handles of these that are taken, and the products that have them.
pub async fn list_handles(conn: &mut Conn, handles: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT handle, id FROM catalog_products WHERE handle IN", handles).await
}

/// Titles of products, by id.
pub async fn list_product_titles(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT id, title FROM catalog_products WHERE id IN", ids).await
}

/// SKUs of these that are taken, and the products that have them.
pub async fn list_skus(conn: &mut Conn, skus: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT sku, product FROM catalog_variants WHERE sku IN", skus).await
}

/// What a piece of these SKUs takes from stock: SKU, item, units of it, and whether it is bulky.
pub async fn list_drawn(conn: &mut Conn, skus: &[&str]) -> Result<Vec<(String, String, i64, i64)>> {
    let mut found = Vec::with_capacity(skus.len());
    for skus in batches(skus, 1) {
        let sql = format!(
            "SELECT sku, item, units, bulky FROM catalog_variants WHERE sku IN ({})",
            placeholders(1, skus.len())
        );
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for sku in skus {
            query = query.bind(*sku);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Variants of a vendor that draw on a stock item.
pub async fn count_drawing(conn: &mut Conn, vendor: &str, item: &str) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM catalog_variants v JOIN catalog_products p ON p.id = v.product \
         WHERE p.vendor = $1 AND v.item = $2",
    );
    Ok(query.bind(vendor).bind(item).fetch_one(conn).await?.0)
}

/// Variants of a vendor of this SKU: one or none.
pub async fn count_variants(conn: &mut Conn, vendor: &str, sku: &str) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM catalog_variants v JOIN catalog_products p ON p.id = v.product \
         WHERE p.vendor = $1 AND v.sku = $2",
    );
    Ok(query.bind(vendor).bind(sku).fetch_one(conn).await?.0)
}

/// Writes vendors as they now are, each with its JSON.
pub async fn put_vendors(conn: &mut Conn, vendors: &[(&Vendor, &str)]) -> Result<()> {
    for rows in batches(vendors, 3) {
        let sql = format!(
            "INSERT INTO catalog_vendors (id, name, body) VALUES {} \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body",
            tuples(rows.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (vendor, body) in rows {
            query = query.bind(vendor.id.as_str()).bind(&*vendor.name).bind(*body);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Writes categories as they now are, each with its JSON.
pub async fn put_categories(conn: &mut Conn, categories: &[(&Category, &str)]) -> Result<()> {
    for rows in batches(categories, 4) {
        let sql = format!(
            "INSERT INTO catalog_categories (slug, parent, position, body) VALUES {} ON CONFLICT (slug) \
             DO UPDATE SET parent = excluded.parent, position = excluded.position, body = excluded.body",
            tuples(rows.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (category, body) in rows {
            query = query.bind(&*category.slug).bind(category.parent.as_deref());
            query = query.bind(i64::from(category.position)).bind(*body);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// The last position among the children of a category, or among the top ones.
pub async fn get_last_position(conn: &mut Conn, parent: Option<&str>) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COALESCE(MAX(position), 0) FROM catalog_categories WHERE COALESCE(parent, '') = $1",
    );
    Ok(query.bind(parent.unwrap_or("")).fetch_one(conn).await?.0)
}

/// Writes products as they now are, and which SKUs are theirs.
pub async fn put_products(conn: &mut Conn, products: &[Write], now_ms: i64) -> Result<()> {
    for rows in batches(products, 8) {
        let sql = format!(
            "INSERT INTO catalog_products (id, handle, vendor, category, title, state, changed_ms, body) VALUES {} \
             ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, vendor = excluded.vendor, \
             category = excluded.category, title = excluded.title, state = excluded.state, \
             changed_ms = excluded.changed_ms, version = catalog_products.version + 1, body = excluded.body",
            tuples(rows.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for Write { product, body, state, .. } in rows {
            query = query.bind(product.id.as_str()).bind(&*product.handle).bind(product.vendor.as_str());
            query = query.bind(&*product.category).bind(&*product.title).bind(state.name()).bind(now_ms);
            query = query.bind(&**body);
        }
        query.execute(&mut *conn).await?;
    }
    delete_variants(conn, products).await?;
    insert_variants(conn, products).await?;
    insert_prices(conn, products, now_ms).await
}

async fn delete_variants(conn: &mut Conn, products: &[Write]) -> Result<()> {
    for rows in batches(products, 1) {
        let sql = format!("DELETE FROM catalog_variants WHERE product IN ({})", placeholders(1, rows.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for Write { product, .. } in rows {
            query = query.bind(product.id.as_str());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

async fn insert_variants(conn: &mut Conn, products: &[Write]) -> Result<()> {
    let variants: Vec<(&Product, &Variant)> = products
        .iter()
        .flat_map(|Write { product, .. }| product.variants.iter().map(move |variant| (product, variant)))
        .collect();
    for rows in batches(&variants, 5) {
        let sql = format!(
            "INSERT INTO catalog_variants (sku, product, item, units, bulky) VALUES {}",
            tuples(rows.len(), 5)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (product, variant) in rows {
            query = query.bind(variant.sku.as_str()).bind(product.id.as_str());
            query = query.bind(variant.stock.item.as_str()).bind(i64::from(variant.stock.units));
            query = query.bind(i64::from(product.bulky));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Notes the prices that changed.
async fn insert_prices(conn: &mut Conn, products: &[Write], now_ms: i64) -> Result<()> {
    let repriced: Vec<(&Product, &Variant)> = products
        .iter()
        .flat_map(|write| write.repriced().map(move |variant| (&write.product, variant)))
        .collect();
    for rows in batches(&repriced, 6) {
        let sql = format!(
            "INSERT INTO catalog_prices (sku, product, at_ms, amount, compare_at, currency) VALUES {} \
             ON CONFLICT (sku, at_ms) DO UPDATE SET product = excluded.product, amount = excluded.amount, \
             compare_at = excluded.compare_at, currency = excluded.currency",
            tuples(rows.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (product, variant) in rows {
            query = query.bind(variant.sku.as_str()).bind(product.id.as_str()).bind(now_ms);
            query = query.bind(variant.price.amount).bind(variant.compare_at.map(|price| price.amount));
            query = query.bind(variant.price.currency.code());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What a variant has cost: SKU, since when, amount, amount before a reduction, currency.
pub type PriceRow = (String, i64, i64, Option<i64>, String);

/// What a product's variants have cost, the newest first.
pub async fn list_prices(conn: &mut Conn, product: &str) -> Result<Vec<PriceRow>> {
    let query = sqlx::query_as(
        "SELECT sku, at_ms, amount, compare_at, currency FROM catalog_prices WHERE product = $1 \
         ORDER BY at_ms DESC, sku LIMIT $2",
    );
    query.bind(product).bind(PRICES_MAX).fetch_all(conn).await
}

/// A product with where it stands: JSON, state, reason, version, when it changed.
pub type ListedRow = (String, String, String, i64, i64);

const LISTED_COLUMNS: &str = "body, state, reason, version, changed_ms";
/// Columns that products are sorted by.
const PRODUCT_SORTS: &[(&str, &str)] = &[
    ("title", "LOWER(title)"),
    ("state", "state"),
    ("changed", "changed_ms"),
    ("vendor", "vendor"),
    ("category", "category"),
];

/// Products of a vendor, or of all, as the list asks for them.
pub async fn list_products(conn: &mut Conn, vendor: Option<&str>, list: &List) -> Result<Vec<ListedRow>> {
    let (limit, skip) = list.window();
    let sql = format!(
        "SELECT {LISTED_COLUMNS} FROM catalog_products WHERE ($1 = '' OR vendor = $1) AND ($2 = '' OR state = $2) \
         AND (LOWER(title) LIKE $3 OR handle LIKE $3 OR id LIKE $3 OR id IN (SELECT product FROM catalog_variants \
         WHERE LOWER(sku) LIKE $3)) {} LIMIT $4 OFFSET $5",
        list.order_by(PRODUCT_SORTS, "id")
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(vendor.unwrap_or("")).bind(&*list.state);
    query.bind(list.like()).bind(limit).bind(skip).fetch_all(conn).await
}

/// Products of these ids.
pub async fn list_products_by_id(conn: &mut Conn, ids: &[&str]) -> Result<Vec<ListedRow>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in batches(ids, 1) {
        let places = placeholders(1, ids.len());
        let sql = format!("SELECT {LISTED_COLUMNS} FROM catalog_products WHERE id IN ({places})");
        let mut query = sqlx::query_as::<_, ListedRow>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Where a product now stands, and why.
pub async fn set_state(conn: &mut Conn, id: &str, state: Listing, reason: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE catalog_products SET state = $2, reason = $3, changed_ms = $4, version = version + 1 WHERE id = $1",
    );
    query.bind(id).bind(state.name()).bind(reason).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Takes a product off the shop. False when it was not listed.
pub async fn unlist_product(conn: &mut Conn, id: &str) -> Result<bool> {
    let query = sqlx::query(
        "UPDATE catalog_products SET state = 'archived', version = version + 1 WHERE id = $1 AND state = 'listed'",
    );
    Ok(query.bind(id).execute(conn).await?.rows_affected() == 1)
}

/// Whether a vendor's products are off the shop. False when that is what it was.
pub async fn set_hidden(conn: &mut Conn, vendor: &str, hidden: bool) -> Result<bool> {
    let query = sqlx::query("UPDATE catalog_vendors SET hidden = $2 WHERE id = $1 AND hidden <> $2");
    Ok(query.bind(vendor).bind(i64::from(hidden)).execute(conn).await?.rows_affected() == 1)
}

/// The ids of a vendor's listed products.
pub async fn list_listed_of_vendor(conn: &mut Conn, vendor: &str) -> Result<Vec<String>> {
    let sql = "SELECT id FROM catalog_products WHERE vendor = $1 AND state = 'listed' ORDER BY id";
    let rows: Vec<(String,)> = sqlx::query_as(sql).bind(vendor).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// All categories, JSON.
pub async fn list_categories(conn: &mut Conn) -> Result<Vec<String>> {
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT body FROM catalog_categories ORDER BY position, slug").fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(body,)| body).collect())
}

/// Products in a category and categories below it.
pub async fn count_in_category(conn: &mut Conn, slug: &str) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT (SELECT COUNT(*) FROM catalog_products WHERE category = $1) \
         + (SELECT COUNT(*) FROM catalog_categories WHERE parent = $1)",
    );
    Ok(query.bind(slug).fetch_one(conn).await?.0)
}

/// Removes a category.
pub async fn delete_category(conn: &mut Conn, slug: &str) -> Result<()> {
    sqlx::query("DELETE FROM catalog_categories WHERE slug = $1").bind(slug).execute(conn).await.map(|_| ())
}

/// Vendors, categories and listed products in the catalogue.
pub async fn count_records(conn: &mut Conn) -> Result<(i64, i64, i64)> {
    sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM catalog_vendors), (SELECT COUNT(*) FROM catalog_categories), \
         (SELECT COUNT(*) FROM catalog_products WHERE state = 'listed')",
    )
    .fetch_one(conn)
    .await
}

/// Titles of the products that draw on these stock items, by item; one of them when there are several.
pub async fn list_titles(conn: &mut Conn, items: &[&str]) -> Result<HashMap<String, String>> {
    let select =
        "SELECT v.item, MIN(p.title) FROM catalog_variants v JOIN catalog_products p ON p.id = v.product";
    let mut found = HashMap::with_capacity(items.len());
    for items in batches(items, 1) {
        let sql = format!("{select} WHERE v.item IN ({}) GROUP BY v.item", placeholders(1, items.len()));
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
        for item in items {
            query = query.bind(*item);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}
