//! Running an import: vendors and categories first, then products in batches, each batch in one transaction.

use std::collections::HashSet;

use kiosk_ids::{ImportId, ProductId, Sku};
use kiosk_wire::{Category, Vendor};
use serde::Serialize;

use super::draft::{Draft, Entry, Issue, Severity};
use super::{pictures, store};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::media::fetch::Fetcher;
use crate::media::service::Service as Media;
use crate::modules::catalog::listing::Listing;
use crate::modules::catalog::service::{self as catalog, Outcome, ProductDraft};
use crate::modules::inventory::service as inventory;
use crate::modules::promotions::service as promotions;
use crate::modules::vendors::service as vendors;

/// Products written in one transaction, so that an import and the POPs' requests take turns.
const PRODUCTS_PER_BATCH: usize = 100;
/// Most issues kept of one import; all are counted.
pub const ISSUES_KEPT_MAX: usize = 10_000;
/// Most issues on one page.
pub const ISSUES_PER_PAGE_MAX: u32 = 200;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `imp_…`.
    pub id: String,
    /// Products that are new.
    pub created: u64,
    /// Products that differ from what was there.
    pub changed: u64,
    /// Products that are what was there.
    pub unchanged: u64,
    /// Products that were taken off the shop.
    pub removed: u64,
    /// Vendors and categories that are new or differ.
    pub shelves_changed: u64,
    /// Stock items that are new or whose quantity the source changed.
    pub stock_changed: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Warnings about rows that were not.
    pub warnings: u64,
    /// The first of both.
    pub issues: Vec<Issue>,
}

/// An import as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// `imp_…`.
    pub id: String,
    /// Its format.
    pub format: String,
    /// Name of the file.
    pub source: String,
    /// Unix milliseconds.
    pub started_ms: i64,
    /// Unix milliseconds; none while it runs, or when it broke off.
    pub finished_ms: Option<i64>,
    /// New products.
    pub created: i64,
    /// Changed products.
    pub changed: i64,
    /// Unchanged products.
    pub unchanged: i64,
    /// Products taken off the shop.
    pub removed: i64,
    /// Refused rows.
    pub refused: i64,
    /// Warnings.
    pub warnings: i64,
}

/// Imports catalogues.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    media: Media,
    clock: Clock,
}

impl Service {
    /// Over this database; pictures go to `media`.
    #[must_use]
    pub fn new(db: Db, media: Media, clock: Clock) -> Self {
        Self { db, media, clock }
    }

    /// Writes what was read. `progress` is told after each batch how many entries are done.
    ///
    /// # Errors
    /// When the database fails; batches before that stay, and importing again completes them.
    pub async fn run_import(
        &self,
        format: &str,
        source: &str,
        entries: Vec<Entry>,
        fetcher: &Fetcher,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Report, Error> {
        let mut report = Report { id: self.fresh_id().into(), ..Report::default() };
        let mut tx = self.db.begin().await?;
        store::insert_run(&mut tx, &report.id, format, source, self.clock.now_ms()).await?;
        tx.commit().await?;

        let mut read = Read::sort(entries, &mut report);
        self.write_shelves(&read, &mut report).await?;
        let mut done = report.refused + (read.vendors.len() + read.categories.len()) as u64;
        progress(done);
        for batch in read.drafts.chunks_mut(PRODUCTS_PER_BATCH) {
            self.write_products(batch, &read.items, fetcher, &mut report).await?;
            done += batch.len() as u64;
            progress(done);
        }
        self.remove_products(&read.unlisted, &mut report).await?;

        let mut tx = self.db.begin().await?;
        store::insert_rows(&mut tx, &report.id, &report.issues).await?;
        store::finish_run(&mut tx, &report.id, self.clock.now_ms(), &report).await?;
        tx.commit().await?;
        Ok(report)
    }

    /// Imports, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_runs(&self, limit: u32) -> Result<Vec<RunView>, Error> {
        Ok(store::list_runs(&mut *self.db.read().await?, i64::from(limit)).await?)
    }

    /// One import, and its issues after a number, each with its number.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get_run(
        &self,
        id: &str,
        after: i64,
        limit: u32,
    ) -> Result<(RunView, Vec<(i64, Issue)>), Error> {
        let conn = &mut *self.db.read().await?;
        let run = store::get_run(conn, id).await?.ok_or(Error::NotFound("import"))?;
        Ok((run, store::list_rows(conn, id, after, i64::from(limit)).await?))
    }

    fn fresh_id(&self) -> ImportId {
        let mut random = [0; 10];
        // Without randomness the time alone still tells imports apart.
        let _ = getrandom::fill(&mut random);
        ImportId::fresh(self.clock.now_ms(), &random)
    }

    async fn begin_write(&self) -> Result<Tx, Error> {
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        Ok(tx)
    }

    async fn write_shelves(&self, read: &Read, report: &mut Report) -> Result<(), Error> {
        let mut tx = self.begin_write().await?;
        let vendors: Vec<Vendor> = read.vendors.iter().map(|(_, vendor)| vendor.clone()).collect();
        let vendors = vendors::with_methods(&mut tx, vendors).await?;
        let categories = known_parents(&mut tx, &read.categories, report).await?;
        let outcomes = [
            catalog::put_vendors(&mut tx, &vendors).await?,
            catalog::put_categories(&mut tx, &categories).await?,
        ];
        vendors::admit_imported(&mut tx, &vendors).await?;
        let changed = outcomes.concat().into_iter().filter(|outcome| *outcome != Outcome::Unchanged);
        report.shelves_changed += changed.count() as u64;
        Ok(tx.commit().await?)
    }

    async fn write_products(
        &self,
        drafts: &mut [Draft],
        items: &HashSet<String>,
        fetcher: &Fetcher,
        report: &mut Report,
    ) -> Result<(), Error> {
        let mut issues = Vec::new();
        pictures::resolve(&self.media, fetcher, drafts, &mut issues).await?;
        issues.into_iter().for_each(|issue| report.add(issue));
        let mut tx = self.begin_write().await?;
        let mut shelves_seen = HashSet::new();
        for draft in &*drafts {
            ensure_shelves(&mut tx, draft, &mut shelves_seen).await?;
        }
        let drafts = with_known_shelves(&mut tx, drafts, items, report).await?;
        let products = drafts.iter().map(|draft| ProductDraft {
            product: draft.product.clone(),
            dated: draft.dated,
            state: Some(Listing::Listed),
        });
        let results = catalog::put_products(&mut tx, products.collect(), self.clock.now_ms()).await?;
        let mut stock = Vec::new();
        for (draft, result) in drafts.iter().zip(results) {
            match result {
                Ok(outcome) => {
                    report.count(outcome);
                    stock.extend(draft.stock.iter().map(|(item, units)| (item.as_str(), *units)));
                }
                Err(refusal) => {
                    report.add(Issue::refused(draft.line, &draft.product.handle, refusal.to_string()));
                }
            }
        }
        report.stock_changed += inventory::import_stock(&mut tx, &stock).await?;
        Ok(tx.commit().await?)
    }

    async fn remove_products(&self, unlisted: &[ProductId], report: &mut Report) -> Result<(), Error> {
        if unlisted.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin_write().await?;
        let ids: Vec<&str> = unlisted.iter().map(ProductId::as_str).collect();
        promotions::end_of_products(&mut tx, &ids, self.clock.now_ms()).await?;
        for id in unlisted {
            report.removed += u64::from(catalog::remove_product(&mut tx, id).await?);
        }
        Ok(tx.commit().await?)
    }
}

impl Report {
    fn add(&mut self, issue: Issue) {
        match issue.severity {
            Severity::Refused => self.refused += 1,
            Severity::Warning => self.warnings += 1,
        }
        if self.issues.len() < ISSUES_KEPT_MAX {
            self.issues.push(issue);
        }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Changed => self.changed += 1,
            Outcome::Unchanged => self.unchanged += 1,
        }
    }
}

/// Entries by kind. A record that stands twice in a file counts once.
#[derive(Default)]
struct Read {
    vendors: Vec<(u64, Vendor)>,
    categories: Vec<(u64, Category)>,
    drafts: Vec<Draft>,
    unlisted: Vec<ProductId>,
    /// Stock items that the file counts.
    items: HashSet<String>,
}

impl Read {
    fn sort(entries: Vec<Entry>, report: &mut Report) -> Self {
        let mut read = Self::default();
        let mut seen = HashSet::new();
        for entry in entries {
            let (line, key) = match &entry {
                Entry::Vendor(line, vendor) => (*line, vendor.id.to_string()),
                Entry::Category(line, category) => (*line, format!("category {}", category.slug)),
                Entry::Product(draft) => (draft.line, draft.product.id.to_string()),
                Entry::Unlisted(id, issue) => (issue.line, id.to_string()),
                Entry::Issue(issue) => {
                    report.add(issue.clone());
                    continue;
                }
            };
            if !seen.insert(key.clone()) {
                report.add(Issue::refused(line, key, "it stands twice in the file"));
                continue;
            }
            match entry {
                Entry::Vendor(line, vendor) => read.vendors.push((line, vendor)),
                Entry::Category(line, category) => read.categories.push((line, category)),
                Entry::Product(draft) => {
                    read.items.extend(draft.stock.iter().map(|(item, _)| item.to_string()));
                    read.drafts.push(*draft);
                }
                Entry::Unlisted(id, issue) => {
                    report.add(issue);
                    read.unlisted.push(id);
                }
                Entry::Issue(_) => {}
            }
        }
        read
    }
}

/// The categories whose parent, if any, is in the file or known.
async fn known_parents(
    tx: &mut Tx,
    categories: &[(u64, Category)],
    report: &mut Report,
) -> Result<Vec<Category>, Error> {
    let parents: Vec<&str> =
        categories.iter().filter_map(|(_, category)| category.parent.as_deref()).collect();
    let mut known = catalog::list_known_categories(tx, &parents).await?;
    let top = categories.iter().filter(|(_, category)| category.parent.is_none());
    known.extend(top.map(|(_, category)| category.slug.clone()));
    let mut kept = Vec::with_capacity(categories.len());
    for (line, category) in categories {
        match &category.parent {
            Some(parent) if !known.contains(parent) => {
                let reason = format!("there is no top category {parent}");
                report.add(Issue::refused(*line, &category.slug, reason));
            }
            _ => kept.push(category.clone()),
        }
    }
    Ok(kept)
}

/// Creates the vendor and the categories that a draft brings along, unless they are known.
async fn ensure_shelves(tx: &mut Tx, draft: &Draft, seen: &mut HashSet<String>) -> Result<(), Error> {
    if let Some(vendor) = &draft.vendor
        && seen.insert(vendor.id.to_string())
    {
        catalog::ensure_vendor(tx, vendor).await?;
        vendors::admit_imported(tx, std::slice::from_ref(vendor)).await?;
    }
    let mut parent = None;
    for shelf in &draft.shelves {
        if seen.insert(shelf.slug.clone()) {
            catalog::ensure_category(tx, &shelf.slug, &shelf.name, parent).await?;
        }
        parent = Some(shelf.slug.as_str());
    }
    Ok(())
}

/// The drafts whose vendor, category and shared stock items are known.
async fn with_known_shelves<'a>(
    tx: &mut Tx,
    drafts: &'a [Draft],
    items: &HashSet<String>,
    report: &mut Report,
) -> Result<Vec<&'a Draft>, Error> {
    let vendors: Vec<&str> = drafts.iter().map(|draft| draft.product.vendor.as_str()).collect();
    let categories: Vec<&str> = drafts.iter().map(|draft| draft.product.category.as_str()).collect();
    let vendors = catalog::list_known_vendors(tx, &vendors).await?;
    let categories = catalog::list_known_categories(tx, &categories).await?;
    let drawn_on = drafts.iter().flat_map(|draft| &draft.product.variants).map(|variant| &variant.stock.item);
    let elsewhere: Vec<&str> = drawn_on.map(Sku::as_str).filter(|item| !items.contains(*item)).collect();
    let elsewhere = inventory::list_known(tx, &elsewhere).await?;
    let named =
        drafts.iter().flat_map(|draft| &draft.product.variants).map(|variant| variant.stock.item.as_str());
    let reserved = inventory::list_reserved(tx, &named.collect::<Vec<_>>()).await?;
    let mut kept = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let product = &draft.product;
        let taken = product.variants.iter().find(|variant| reserved.contains(variant.stock.item.as_str()));
        let stray = product.variants.iter().map(|variant| variant.stock.item.as_str());
        let stray = stray.into_iter().find(|item| !items.contains(*item) && !elsewhere.contains(*item));
        let reason = if !vendors.contains(product.vendor.as_str()) {
            format!("there is no vendor {}", product.vendor)
        } else if !categories.contains(&product.category) {
            format!("there is no category {}", product.category)
        } else if let Some(item) = stray {
            format!("there is no stock item {item}")
        } else if let Some(variant) = taken {
            format!("{} is no stock item", variant.stock.item)
        } else {
            kept.push(draft);
            continue;
        };
        report.add(Issue::refused(draft.line, &product.handle, reason));
    }
    Ok(kept)
}
