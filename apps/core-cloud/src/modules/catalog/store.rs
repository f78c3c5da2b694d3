//! Tables `catalog_vendors`, `catalog_categories`, `catalog_products`, `catalog_variants`, `catalog_feed`,
//! `catalog_feed_counter`.

use std::collections::HashMap;

use kiosk_wire::{Category, Product, Variant, Vendor};
use sqlx::AssertSqlSafe;

use crate::db::{Conn, batches, lock_by, placeholders, tuples};

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

/// Takes the next `count` numbers of the feed and returns the first.
async fn reserve(conn: &mut Conn, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let query = sqlx::query_as::<_, (i64,)>(
        "UPDATE catalog_feed_counter SET seq = seq + $1 WHERE id = 1 RETURNING seq",
    );
    let (last,) = query.bind(count).fetch_one(&mut *conn).await?;
    Ok(last - count + 1)
}

/// Records of one kind by key. A product that is not listed is left out.
pub async fn list_bodies(conn: &mut Conn, kind: Kind, keys: &[&str]) -> Result<HashMap<String, String>> {
    let select = match kind {
        Kind::Vendor => "SELECT id, body FROM catalog_vendors WHERE id IN",
        Kind::Category => "SELECT slug, body FROM catalog_categories WHERE slug IN",
        Kind::Product => "SELECT id, body FROM catalog_products WHERE listed = 1 AND id IN",
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

/// SKUs of these that are taken, and the products that have them.
pub async fn list_skus(conn: &mut Conn, skus: &[&str]) -> Result<HashMap<String, String>> {
    pairs(conn, "SELECT sku, product FROM catalog_variants WHERE sku IN", skus).await
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

/// Writes products as they now are, each with its JSON, and which SKUs are theirs.
pub async fn put_products(conn: &mut Conn, products: &[(&Product, &str)]) -> Result<()> {
    for rows in batches(products, 7) {
        let sql = format!(
            "INSERT INTO catalog_products (id, handle, vendor, category, title, listed, body) VALUES {} \
             ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, vendor = excluded.vendor, \
             category = excluded.category, title = excluded.title, listed = 1, body = excluded.body",
            tuples(rows.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (product, body) in rows {
            query = query.bind(product.id.as_str()).bind(&*product.handle).bind(product.vendor.as_str());
            query = query.bind(&*product.category).bind(&*product.title).bind(1_i64).bind(*body);
        }
        query.execute(&mut *conn).await?;
    }
    delete_variants(conn, products).await?;
    insert_variants(conn, products).await
}

async fn delete_variants(conn: &mut Conn, products: &[(&Product, &str)]) -> Result<()> {
    for rows in batches(products, 1) {
        let sql = format!("DELETE FROM catalog_variants WHERE product IN ({})", placeholders(1, rows.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (product, _) in rows {
            query = query.bind(product.id.as_str());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

async fn insert_variants(conn: &mut Conn, products: &[(&Product, &str)]) -> Result<()> {
    let variants: Vec<(&Product, &Variant)> = products
        .iter()
        .flat_map(|(product, _)| product.variants.iter().map(|variant| (*product, variant)))
        .collect();
    for rows in batches(&variants, 4) {
        let sql = format!(
            "INSERT INTO catalog_variants (sku, product, item, units) VALUES {}",
            tuples(rows.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (product, variant) in rows {
            query = query.bind(variant.sku.as_str()).bind(product.id.as_str());
            query = query.bind(variant.stock.item.as_str()).bind(i64::from(variant.stock.units));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Takes a product off the shop. False when it was not listed.
pub async fn unlist_product(conn: &mut Conn, id: &str) -> Result<bool> {
    let query = sqlx::query("UPDATE catalog_products SET listed = 0 WHERE id = $1 AND listed = 1");
    Ok(query.bind(id).execute(conn).await?.rows_affected() == 1)
}

/// Vendors, categories and listed products in the catalogue.
pub async fn count_records(conn: &mut Conn) -> Result<(i64, i64, i64)> {
    sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM catalog_vendors), (SELECT COUNT(*) FROM catalog_categories), \
         (SELECT COUNT(*) FROM catalog_products WHERE listed = 1)",
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
