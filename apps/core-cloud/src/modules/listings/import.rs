//! A vendor imports a file of its own: nobody else's goods, no vendors, no categories.

use std::path::PathBuf;

use http::StatusCode;
use kiosk_ids::VendorId;
use kiosk_money::Currency;
use kiosk_problem::Problem;

use super::service::Service;
use crate::error::Error;
use crate::media::fetch::Fetcher;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::imports::draft::{Draft, Entry, Issue, Place};
use crate::modules::imports::formats::{self, Format, Pictures, ReadError, Settings};
use crate::modules::imports::service::Report;
use crate::modules::imports::text;
use crate::modules::members::service::Member;
use crate::modules::vendors::service as vendors;

/// Largest file that a vendor imports, in bytes.
pub const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most products of such a file: it is imported while the browser waits.
pub const PRODUCTS_MAX: usize = 500;

impl Service {
    /// Imports a file for a vendor. Rows that cannot be taken are in the report. An import that takes longer than the
    /// browser waits goes on without it.
    ///
    /// # Errors
    /// 403 `vendor_not_approved`, 422 `file_refused` when nothing of it can be read or it is too long.
    pub async fn import_file(
        &self,
        actor: &Member,
        vendor: &VendorId,
        country: &str,
        (format, currency): (Format, Currency),
        bytes: Vec<u8>,
    ) -> Result<Report, Error> {
        vendors::require_approved(&mut *self.db.read().await?, vendor).await?;
        let settings = Settings {
            currency,
            default_stock: 0,
            // Pictures come from the web alone: no file of this machine is one of the vendor's.
            pictures: Pictures::Folder(PathBuf::new()),
            ships_from: country.to_owned(),
            now_ms: self.clock.now_ms(),
        };
        let read = tokio::task::spawn_blocking(move || formats::read(format, &bytes, &settings));
        let entries = read.await.map_err(std::io::Error::other)?.map_err(|error| refused(&error))?;
        let products = entries.iter().filter(|entry| matches!(entry, Entry::Product(_))).count();
        if products > PRODUCTS_MAX {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let problem = Problem::new(status, "file_refused", "The file cannot be imported").param("file");
            return Err(problem.detail(format!("At most {PRODUCTS_MAX} products at once.")).into());
        }
        let entries = entries.into_iter().filter_map(|entry| owned(entry, vendor)).collect();
        let fetcher = Fetcher::new(false).map_err(std::io::Error::other)?;
        let (service, actor, vendor) = (self.clone(), actor.id.clone(), vendor.clone());
        let run = tokio::spawn(async move {
            let imports = &service.imports;
            let report =
                imports.run_import(format.name(), vendor.as_str(), entries, &fetcher, &|_| {}).await?;
            let detail = format!("{} {} new, {} changed", report.id, report.created, report.changed);
            let act = Act { action: "product.import", subject: vendor.as_str(), detail };
            let mut tx = service.db.begin().await?;
            audit::append(&mut tx, &actor, &act, service.clock.now_ms()).await?;
            tx.commit().await?;
            Ok(report)
        });
        run.await.map_err(std::io::Error::other)?
    }
}

/// The entry as the vendor's own; none for records that are not a vendor's to write.
fn owned(entry: Entry, vendor: &VendorId) -> Option<Entry> {
    match entry {
        Entry::Vendor(..) | Entry::Category(..) => None,
        Entry::Product(draft) if draws_on_others(&draft) => Some(Entry::Issue(Issue::refused(
            draft.line,
            &draft.product.handle,
            "it draws on the stock of another product",
        ))),
        Entry::Product(mut draft) => {
            draft.product.id = text::product_id(vendor, &draft.product.handle);
            draft.product.vendor = vendor.clone();
            draft.product.featured = false;
            draft.vendor = None;
            // A new category is an admin's to make: a product of an unknown one is refused.
            draft.shelves.clear();
            draft.pictures.retain(|picture| matches!(picture.place, Place::Url(_)));
            Some(Entry::Product(draft))
        }
        // Whose product the file means is not known for sure: the vendor archives it in the panel.
        Entry::Unlisted(_, issue) => Some(Entry::Issue(Issue::warning(
            issue.line,
            issue.record,
            "is not for sale in the file: archive it here",
        ))),
        issue @ Entry::Issue(_) => Some(issue),
    }
}

/// Whether a variant takes from stock that is not the product's own: it could be another vendor's.
fn draws_on_others(draft: &Draft) -> bool {
    let variants = &draft.product.variants;
    variants.iter().any(|variant| !variants.iter().any(|own| own.sku == variant.stock.item))
}

fn refused(error: &ReadError) -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "file_refused", "The file cannot be imported")
        .param("file")
        .detail(error.to_string())
}
