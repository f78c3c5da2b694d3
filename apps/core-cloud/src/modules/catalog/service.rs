//! What the shop does with its catalogue. Functions on a [`Tx`] take part in another module's transaction, whose
//! first act is [`lock_writers`].

use std::collections::{HashMap, HashSet};

use kiosk_ids::ProductId;
use kiosk_wire::{Category, FeedPage, Product, Variant, Vendor};

use super::feed;
use super::listing::Listing;
use super::products::{self, Listed};
pub use super::products::{get_vendor, hide_vendor};
use super::store::{self, Kind};
use crate::db::{Conn, Db, Tx};
use crate::error::Error;

/// What writing a record did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It differs from what was there.
    Changed,
    /// It is what was there; the feed does not move.
    Unchanged,
}

/// A product to write.
#[derive(Clone, Debug)]
pub struct ProductDraft {
    /// The product. Its handle is a wish: another vendor may have it already.
    pub product: Product,
    /// Whether the source says when it was created; otherwise the first import is when.
    pub dated: bool,
    /// Where it is to stand: where it stood when none is given, as a draft when it is new. A suspended product stays so.
    pub state: Option<Listing>,
}

/// A product to store.
pub(super) struct Write {
    pub product: Product,
    /// Its JSON.
    pub body: String,
    pub state: Listing,
    /// What it was before.
    pub before: Option<Product>,
}

impl Write {
    /// The variants whose price is new or changed.
    pub fn repriced(&self) -> impl Iterator<Item = &Variant> {
        products::repriced(&self.product, self.before.as_ref())
    }
}

/// Why a product cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An SKU is unique over the whole shop.
    #[error("SKU {0} belongs to another product")]
    SkuTaken(String),
    /// A handle is part of the product's address.
    #[error("handle {0} belongs to another product")]
    HandleTaken(String),
}

/// How many records there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Vendors.
    pub vendors: i64,
    /// Categories on both levels.
    pub categories: i64,
    /// Products for sale.
    pub products: i64,
}

/// The catalogue as POPs and operators read it.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// What changed after a cursor, as the POPs of a region are told.
    ///
    /// # Errors
    /// See [`feed::read_page`].
    pub async fn read_feed(&self, region: &str, after: u64, limit: u32) -> Result<FeedPage, Error> {
        feed::read_page(&mut *self.db.read().await?, region, after, limit).await
    }

    /// How many records there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_records(&self) -> Result<Counts, Error> {
        let (vendors, categories, products) = store::count_records(&mut *self.db.read().await?).await?;
        Ok(Counts { vendors, categories, products })
    }

    /// What stock items are called, by item.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_titles(&self, items: &[&str]) -> Result<HashMap<String, String>, Error> {
        Ok(store::list_titles(&mut *self.db.read().await?, items).await?)
    }
}

/// Locks out other writers of the catalogue until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn lock_writers(tx: &mut Tx) -> Result<(), Error> {
    Ok(store::lock_writers(tx).await?)
}

/// Vendors of these ids that are known.
///
/// # Errors
/// When the database fails.
pub async fn list_known_vendors(tx: &mut Tx, ids: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::list_bodies(tx, Kind::Vendor, ids).await?.into_keys().collect())
}

/// Categories of these slugs that are known.
///
/// # Errors
/// When the database fails.
pub async fn list_known_categories(tx: &mut Tx, slugs: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::list_bodies(tx, Kind::Category, slugs).await?.into_keys().collect())
}

/// What products are called, by id; those that are no longer sold too.
///
/// # Errors
/// When the database fails.
pub async fn list_product_titles(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<String, String>, Error> {
    Ok(store::list_product_titles(conn, ids).await?)
}

/// What selling a piece takes, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The stock item.
    pub item: String,
    /// Units of it.
    pub units: i64,
    /// Whether it goes by freight.
    pub bulky: bool,
}

/// What a piece of these SKUs takes, by SKU; unknown ones are missing.
///
/// # Errors
/// When the database fails.
pub async fn list_drawn(conn: &mut Conn, skus: &[&str]) -> Result<HashMap<String, Drawn>, Error> {
    let rows = store::list_drawn(conn, skus).await?.into_iter();
    Ok(rows.map(|(sku, item, units, bulky)| (sku, Drawn { item, units, bulky: bulky == 1 })).collect())
}

/// Writes vendors.
///
/// # Errors
/// When the database fails.
pub async fn put_vendors(tx: &mut Tx, vendors: &[Vendor]) -> Result<Vec<Outcome>, Error> {
    let keys: Vec<&str> = vendors.iter().map(|vendor| vendor.id.as_str()).collect();
    let (bodies, outcomes) = compare(tx, Kind::Vendor, vendors, &keys).await?;
    let changed = changed(vendors, &bodies, &outcomes);
    store::put_vendors(tx, &changed).await?;
    let moved: Vec<_> = changed.iter().map(|(vendor, _)| (Kind::Vendor, vendor.id.as_str())).collect();
    store::advance_feed(tx, &moved).await?;
    Ok(outcomes)
}

/// Writes categories.
///
/// # Errors
/// When the database fails.
pub async fn put_categories(tx: &mut Tx, categories: &[Category]) -> Result<Vec<Outcome>, Error> {
    let keys: Vec<&str> = categories.iter().map(|category| category.slug.as_str()).collect();
    let (bodies, outcomes) = compare(tx, Kind::Category, categories, &keys).await?;
    let changed = changed(categories, &bodies, &outcomes);
    store::put_categories(tx, &changed).await?;
    let moved: Vec<_> =
        changed.iter().map(|(category, _)| (Kind::Category, category.slug.as_str())).collect();
    store::advance_feed(tx, &moved).await?;
    Ok(outcomes)
}

/// Creates a vendor unless there is one of its id.
///
/// # Errors
/// When the database fails.
pub async fn ensure_vendor(tx: &mut Tx, vendor: &Vendor) -> Result<(), Error> {
    if list_known_vendors(tx, &[vendor.id.as_str()]).await?.is_empty() {
        put_vendors(tx, std::slice::from_ref(vendor)).await?;
    }
    Ok(())
}

/// Creates a category after its siblings unless there is one of its slug.
///
/// # Errors
/// When the database fails.
pub async fn ensure_category(tx: &mut Tx, slug: &str, name: &str, parent: Option<&str>) -> Result<(), Error> {
    if !list_known_categories(tx, &[slug]).await?.is_empty() {
        return Ok(());
    }
    let parent = match parent {
        Some(parent) => top_of(tx, parent).await?,
        None => None,
    };
    let position = store::get_last_position(tx, parent.as_deref()).await? + 1;
    let category = Category {
        slug: slug.to_owned(),
        name: name.to_owned(),
        parent,
        position: u32::try_from(position).unwrap_or(u32::MAX),
        blurb: String::new(),
        attributes: Vec::new(),
    };
    put_categories(tx, &[category]).await.map(|_| ())
}

/// The top category above this one, or itself: the tree is two levels deep.
async fn top_of(tx: &mut Tx, slug: &str) -> Result<Option<String>, Error> {
    let Some(body) = store::list_bodies(tx, Kind::Category, &[slug]).await?.remove(slug) else {
        return Ok(None);
    };
    let category: Category = serde_json::from_str(&body)?;
    Ok(Some(category.parent.unwrap_or(category.slug)))
}

/// Writes products, each or none of it.
///
/// # Errors
/// When the database fails. A product that cannot be written is a [`Refusal`] in its place.
pub async fn put_products(
    tx: &mut Tx,
    drafts: Vec<ProductDraft>,
    now_ms: i64,
) -> Result<Vec<Result<Outcome, Refusal>>, Error> {
    let ids: Vec<String> = drafts.iter().map(|draft| draft.product.id.to_string()).collect();
    let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut known = products::list_by_id(tx, &keys).await?;
    let mut names = Names::read(tx, &drafts).await?;
    let mut results = Vec::with_capacity(drafts.len());
    let mut changed: Vec<Write> = Vec::new();
    let mut moved = Vec::new();
    for draft in drafts {
        let known = known.remove(draft.product.id.as_str());
        let state = settle_state(draft.state, known.as_ref());
        let (before, was) = known.map(|known| (known.product, known.state)).unzip();
        let product = match names.claim(settle(draft, before.as_ref())) {
            Ok(product) => product,
            Err(refusal) => {
                results.push(Err(refusal));
                continue;
            }
        };
        let same = before.as_ref() == Some(&product) && was == Some(state);
        results.push(Ok(match was {
            // Back in the shop is new to those who sell it.
            None => Outcome::Created,
            Some(was) if was != Listing::Listed && state == Listing::Listed => Outcome::Created,
            Some(_) if same => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        }));
        if !same {
            if state == Listing::Listed || was == Some(Listing::Listed) {
                moved.push(product.id.clone());
            }
            let body = serde_json::to_string(&product)?;
            changed.push(Write { product, body, state, before });
        }
    }
    store::put_products(tx, &changed, now_ms).await?;
    let moved: Vec<_> = moved.iter().map(|id| (Kind::Product, id.as_str())).collect();
    store::advance_feed(tx, &moved).await?;
    Ok(results)
}

/// Where a product comes to stand. What an admin took off the shop comes back by an admin alone.
fn settle_state(wished: Option<Listing>, known: Option<&Listed>) -> Listing {
    match known.map(|known| known.state) {
        Some(Listing::Suspended) => Listing::Suspended,
        was => wished.or(was).unwrap_or(Listing::Draft),
    }
}

/// Takes a product off the shop. False when it was not listed.
///
/// # Errors
/// When the database fails.
pub async fn remove_product(tx: &mut Tx, id: &ProductId) -> Result<bool, Error> {
    let removed = store::unlist_product(tx, id.as_str()).await?;
    if removed {
        store::advance_feed(tx, &[(Kind::Product, id.as_str())]).await?;
    }
    Ok(removed)
}

/// Keeps of a known product what the source does not say.
fn settle(draft: ProductDraft, known: Option<&Product>) -> Product {
    let ProductDraft { mut product, dated, .. } = draft;
    if let Some(known) = known {
        product.handle.clone_from(&known.handle);
        if !dated {
            product.created_ms = known.created_ms;
        }
    }
    product
}

/// Handles and SKUs that are taken, and by which product.
struct Names {
    handles: HashMap<String, String>,
    skus: HashMap<String, String>,
}

impl Names {
    async fn read(tx: &mut Tx, drafts: &[ProductDraft]) -> Result<Self, Error> {
        let products = drafts.iter().map(|draft| &draft.product);
        let second: Vec<String> = products.clone().map(second_handle).collect();
        let wished = products.clone().map(|product| product.handle.as_str());
        let handles: Vec<&str> = wished.chain(second.iter().map(String::as_str)).collect();
        let skus = products.flat_map(|product| &product.variants).map(|variant| variant.sku.as_str());
        Ok(Self {
            handles: store::list_handles(tx, &handles).await?,
            skus: store::list_skus(tx, &skus.collect::<Vec<_>>()).await?,
        })
    }

    /// Takes the product's names, another handle when the wished one is another product's.
    fn claim(&mut self, mut product: Product) -> Result<Product, Refusal> {
        let id = product.id.to_string();
        let taken = |names: &HashMap<String, String>, name: &str| names.get(name).is_some_and(|by| *by != id);
        if let Some(variant) = product.variants.iter().find(|variant| taken(&self.skus, variant.sku.as_str()))
        {
            return Err(Refusal::SkuTaken(variant.sku.to_string()));
        }
        if taken(&self.handles, &product.handle) {
            product.handle = second_handle(&product);
        }
        if taken(&self.handles, &product.handle) {
            return Err(Refusal::HandleTaken(product.handle));
        }
        self.handles.insert(product.handle.clone(), id.clone());
        self.skus.extend(product.variants.iter().map(|variant| (variant.sku.to_string(), id.clone())));
        Ok(product)
    }
}

/// `<handle>-<vendor>`, when two vendors call their goods the same.
fn second_handle(product: &Product) -> String {
    let vendor = product.vendor.as_str().trim_start_matches(kiosk_ids::VendorId::PREFIX);
    format!("{}-{vendor}", product.handle)
}

/// The JSON of records, and how they compare to what is stored.
async fn compare<T: serde::Serialize>(
    tx: &mut Tx,
    kind: Kind,
    records: &[T],
    keys: &[&str],
) -> Result<(Vec<String>, Vec<Outcome>), Error> {
    let before = store::list_bodies(tx, kind, keys).await?;
    let mut bodies = Vec::with_capacity(records.len());
    let mut outcomes = Vec::with_capacity(records.len());
    for (record, key) in records.iter().zip(keys) {
        let body = serde_json::to_string(record)?;
        outcomes.push(match before.get(*key) {
            None => Outcome::Created,
            Some(known) if *known == body => Outcome::Unchanged,
            Some(_) => Outcome::Changed,
        });
        bodies.push(body);
    }
    Ok((bodies, outcomes))
}

/// The records that have to be written, with their JSON.
fn changed<'a, T>(records: &'a [T], bodies: &'a [String], outcomes: &[Outcome]) -> Vec<(&'a T, &'a str)> {
    let rows = records.iter().zip(bodies).zip(outcomes);
    rows.filter(|(_, outcome)| **outcome != Outcome::Unchanged)
        .map(|((record, body), _)| (record, body.as_str()))
        .collect()
}
