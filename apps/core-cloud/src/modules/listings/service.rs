//! Products of vendors: written, moved between states, changed many at once; taken off the shop by admins.

use std::collections::HashMap;

use http::StatusCode;
use kiosk_ids::{ProductId, VendorId};
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::{Category, Product};

use super::draft::{self, Checked, Draft};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::media::service::Service as Media;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::listing::{Listing, Mover};
use crate::modules::catalog::products::{self, Listed, PriceChange};
use crate::modules::catalog::service::{self as catalog, ProductDraft};
use crate::modules::catalog::shelves;
use crate::modules::imports::draft::PRICE_AMOUNT_MAX;
use crate::modules::imports::service::Service as Imports;
use crate::modules::inventory::service::{self as inventory, Service as Inventory};
use crate::modules::members::service::Member;
use crate::modules::promotions::service as promotions;
use crate::modules::vendors::review::checked_reason;
use crate::modules::vendors::service as vendors;
use crate::page::List;

/// Most products that are changed at once.
pub const BULK_MAX: usize = 200;
/// Largest cut of a price, in per cent.
const CUT_PERCENT_MAX: i64 = 90;
/// Largest rise of a price, in per cent.
const RISE_PERCENT_MAX: i64 = 300;

/// What is done to many products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bulk {
    /// They are moved.
    Move(Listing),
    /// Their prices change by so many per cent.
    Price(i64),
}

/// Listings.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) media: Media,
    pub(super) imports: Imports,
    inventory: Inventory,
}

impl Service {
    /// Over this database and the services it works with.
    #[must_use]
    pub fn new(db: Db, clock: Clock, media: Media, imports: Imports, inventory: Inventory) -> Self {
        Self { db, clock, media, imports, inventory }
    }

    /// Products of a vendor, or of all, as the list asks for them; one more than a page when there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, vendor: Option<&VendorId>, list: &List) -> Result<Vec<Listed>, Error> {
        products::list(&mut *self.db.read().await?, vendor, list).await
    }

    /// A product of any vendor, for admins.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_any(&self, id: &ProductId) -> Result<Listed, Error> {
        products::get(&mut *self.db.read().await?, id).await
    }

    /// A vendor's product. Another vendor's is none.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, vendor: &VendorId, id: &ProductId) -> Result<Listed, Error> {
        own(vendor, self.get_any(id).await?)
    }

    /// What a product's variants have cost, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_prices(&self, id: &ProductId) -> Result<Vec<PriceChange>, Error> {
        products::list_prices(&mut *self.db.read().await?, id).await
    }

    /// All categories, each top one followed by those below it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_categories(&self) -> Result<Vec<Category>, Error> {
        shelves::list(&mut *self.db.read().await?).await
    }

    /// Pieces for sale by SKU, of the variants that have a stock of their own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_stock(&self, product: &Product) -> Result<HashMap<String, i64>, Error> {
        let mut pieces = HashMap::new();
        for variant in product.variants.iter().filter(|variant| variant.stock.item == variant.sku) {
            let level = match self.inventory.get_stock(&variant.sku).await {
                Ok(level) => level.available + level.leased,
                Err(Error::NotFound(_)) => 0,
                Err(error) => return Err(error),
            };
            pieces.insert(variant.sku.to_string(), level);
        }
        Ok(pieces)
    }

    /// Writes a new product, as a draft.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 422 that names the field.
    pub async fn create(&self, actor: &Member, vendor: &VendorId, draft: &Draft) -> Result<ProductId, Error> {
        let mut tx = self.open(vendor).await?;
        let category = category_of(&mut tx, draft).await?;
        let checked = draft::check(draft, vendor, &category, None, self.clock.now_ms())?;
        require_fresh_skus(&mut tx, &checked.product, None).await?;
        let id = checked.product.id.clone();
        self.write(&mut tx, actor, checked, Some(Listing::Draft), "product.create").await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Writes a product that is there; `version` is the one that was shown.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 409 `version_conflict`, 422 that names the field, [`Error::NotFound`].
    pub async fn update(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        draft: &Draft,
    ) -> Result<(), Error> {
        let (mut tx, known) = self.open_product(vendor, id, version).await?;
        let category = category_of(&mut tx, draft).await?;
        let checked = draft::check(draft, vendor, &category, Some(&known.product), self.clock.now_ms())?;
        require_fresh_skus(&mut tx, &checked.product, Some(&known.product)).await?;
        self.write(&mut tx, actor, checked, None, "product.change").await?;
        Ok(tx.commit().await?)
    }

    /// Moves a product of a vendor to another state.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 409 `version_conflict` or `listing_state`, [`Error::NotFound`].
    pub async fn set_state(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        next: Listing,
    ) -> Result<(), Error> {
        let (mut tx, known) = self.open_product(vendor, id, version).await?;
        self.move_to(&mut tx, actor, Mover::Vendor, &known, next, "").await?;
        Ok(tx.commit().await?)
    }

    /// Takes a product off the shop, with a reason that its vendor sees, or brings it back (`None`).
    ///
    /// # Errors
    /// 422 `reason`, 409 `listing_state`, [`Error::NotFound`].
    pub async fn moderate(&self, actor: &Member, id: &ProductId, reason: Option<&str>) -> Result<(), Error> {
        let (next, reason) = match reason {
            Some(reason) => (Listing::Suspended, checked_reason(reason)?),
            None => (Listing::Listed, String::new()),
        };
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let known = products::get(&mut tx, id).await?;
        self.move_to(&mut tx, actor, Mover::Admin, &known, next, &reason).await?;
        Ok(tx.commit().await?)
    }

    /// Does the same to many products of a vendor, to all or to none of them. Those that stand there already are passed
    /// over. Returns how many were changed.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 409 `listing_state`, 422, [`Error::NotFound`] when one is not the vendor's.
    pub async fn edit_many(
        &self,
        actor: &Member,
        vendor: &VendorId,
        ids: &[&str],
        bulk: Bulk,
    ) -> Result<usize, Error> {
        if ids.is_empty() || ids.len() > BULK_MAX {
            return Err(Error::invalid("", format!("tick 1 to {BULK_MAX} products")));
        }
        let mut tx = self.open(vendor).await?;
        let mut known = products::list_by_id(&mut tx, ids).await?;
        let mut changed = 0;
        for id in ids {
            let Some(listed) = known.remove(*id) else { return Err(Error::NotFound("product")) };
            let listed = own(vendor, listed)?;
            match bulk {
                Bulk::Move(next) if listed.state == next => continue,
                Bulk::Move(next) => {
                    self.move_to(&mut tx, actor, Mover::Vendor, &listed, next, "").await?;
                }
                Bulk::Price(percent) => {
                    let product = repriced(listed.product, percent)?;
                    let checked = Checked { product, stock: Vec::new() };
                    self.write(&mut tx, actor, checked, None, "product.price").await?;
                }
            }
            changed += 1;
        }
        tx.commit().await?;
        Ok(changed)
    }

    /// A writing transaction for a vendor that may sell.
    pub(super) async fn open(&self, vendor: &VendorId) -> Result<Tx, Error> {
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        vendors::require_approved(&mut tx, vendor).await?;
        Ok(tx)
    }

    /// A writing transaction over a vendor's product as it was shown.
    pub(super) async fn open_product(
        &self,
        vendor: &VendorId,
        id: &ProductId,
        version: i64,
    ) -> Result<(Tx, Listed), Error> {
        let mut tx = self.open(vendor).await?;
        let known = own(vendor, products::get(&mut tx, id).await?)?;
        if known.version == version { Ok((tx, known)) } else { Err(version_conflict()) }
    }

    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        actor: &Member,
        checked: Checked,
        state: Option<Listing>,
        action: &str,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let id = checked.product.id.to_string();
        let draft = ProductDraft { product: checked.product, dated: true, state };
        for result in catalog::put_products(tx, vec![draft], now_ms).await? {
            result.map_err(|refusal| Error::invalid("variants", refusal.to_string()))?;
        }
        let changes: Vec<_> = checked.stock.iter().map(|(item, change)| (item.as_str(), *change)).collect();
        inventory::adjust_stock(tx, &changes).await?;
        let act = Act { action, subject: &id, detail: String::new() };
        audit::append(tx, &actor.id, &act, now_ms).await
    }

    async fn move_to(
        &self,
        tx: &mut Tx,
        actor: &Member,
        mover: Mover,
        known: &Listed,
        next: Listing,
        reason: &str,
    ) -> Result<(), Error> {
        if !known.state.may_become(next, mover) {
            return Err(wrong_state(known, next));
        }
        let now_ms = self.clock.now_ms();
        products::set_state(tx, known, next, reason, now_ms).await?;
        if known.state == Listing::Listed {
            promotions::end_of_products(tx, &[known.product.id.as_str()], now_ms).await?;
        }
        let detail = format!("{} -> {} {reason}", known.state.name(), next.name());
        let act = Act {
            action: "product.state",
            subject: known.product.id.as_str(),
            detail: detail.trim_end().to_owned(),
        };
        audit::append(tx, &actor.id, &act, now_ms).await
    }
}

/// The product, if it is the vendor's.
fn own(vendor: &VendorId, listed: Listed) -> Result<Listed, Error> {
    if listed.product.vendor == *vendor { Ok(listed) } else { Err(Error::NotFound("product")) }
}

/// Refuses SKUs that were another product's once: their stock is not this one's.
async fn require_fresh_skus(tx: &mut Tx, product: &Product, known: Option<&Product>) -> Result<(), Error> {
    let had = |sku: &str| {
        known.is_some_and(|known| known.variants.iter().any(|variant| variant.sku.as_str() == sku))
    };
    let skus = product.variants.iter().map(|variant| variant.sku.as_str());
    let new: Vec<&str> = skus.filter(|sku| !had(sku)).collect();
    let stocked = inventory::list_known(tx, &new).await?;
    if stocked.is_empty() {
        return Ok(());
    }
    let own = products::list_prices(tx, &product.id).await?;
    match stocked.into_iter().find(|sku| !own.iter().any(|change| change.sku == *sku)) {
        None => Ok(()),
        Some(sku) => Err(Error::invalid("variants", format!("SKU {sku} belongs to another product, or did"))),
    }
}

async fn category_of(tx: &mut Tx, draft: &Draft) -> Result<Category, Error> {
    match shelves::get(tx, &draft.category).await {
        Err(Error::NotFound(_)) => Err(Error::invalid("category", "choose one")),
        found => found,
    }
}

/// Every price by so many per cent, rounded to the minor unit; a price that was something stays something.
fn repriced(mut product: Product, percent: i64) -> Result<Product, Error> {
    if percent == 0 || !(-CUT_PERCENT_MAX..=RISE_PERCENT_MAX).contains(&percent) {
        let why = format!("-{CUT_PERCENT_MAX} to {RISE_PERCENT_MAX}, and not 0");
        return Err(Error::invalid("percent", why));
    }
    for variant in &mut product.variants {
        let before = variant.price;
        let amount = (before.amount * (100 + percent) + 50) / 100;
        let amount = amount.clamp(before.amount.min(1), PRICE_AMOUNT_MAX);
        variant.price = Money::new(amount, before.currency);
        variant.compare_at = variant.compare_at.filter(|compare_at| compare_at.amount > amount);
    }
    Ok(product)
}

fn version_conflict() -> Error {
    Problem::new(StatusCode::CONFLICT, "version_conflict", "Somebody changed this product meanwhile")
        .detail("Nothing of yours was saved. This is how it is now: make your change once more.")
        .into()
}

fn wrong_state(known: &Listed, next: Listing) -> Error {
    let detail =
        format!("{} is {} and cannot become {}.", known.product.title, known.state.name(), next.name());
    Problem::new(StatusCode::CONFLICT, "listing_state", "This product cannot be moved so")
        .detail(detail)
        .into()
}
