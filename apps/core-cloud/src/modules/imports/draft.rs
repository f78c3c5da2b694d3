//! What a format reads out of a file, before it is written.

use std::path::PathBuf;

use kiosk_ids::{ProductId, Sku};
use kiosk_wire::{Category, Product, Vendor};
use serde::Serialize;

/// Most variants of one product.
pub const VARIANTS_MAX: usize = 250;
/// Most pictures of one product.
pub const PICTURES_MAX: usize = 20;
/// Most pieces of one item.
pub const STOCK_UNITS_MAX: i64 = 1_000_000_000;
/// Highest price, in minor units.
pub const PRICE_AMOUNT_MAX: i64 = 100_000_000_000;
/// Heaviest piece, in grams.
pub const WEIGHT_G_MAX: u32 = 50_000_000;
/// From this weight on a piece goes by freight unless the source says otherwise, in grams: parcel services stop here.
pub const BULKY_FROM_G: u32 = 31_500;

/// One thing that a file says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A vendor.
    Vendor(u64, Vendor),
    /// A category.
    Category(u64, Category),
    /// A product.
    Product(Box<Draft>),
    /// A product that is not for sale: it is taken off the shop if it was.
    Unlisted(ProductId, Issue),
    /// A row that is refused, or a warning about one that is not.
    Issue(Issue),
}

/// A product as it was read, without the bytes of its pictures.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where it stands in the file.
    pub line: u64,
    /// The product; `pictures` is empty, and the pictures of variants are indices into `pictures` below.
    pub product: Product,
    /// Whether the source says when it was created.
    pub dated: bool,
    /// Where its pictures are.
    pub pictures: Vec<PictureSource>,
    /// Pieces on hand, by stock item.
    pub stock: Vec<(Sku, i64)>,
    /// Its vendor, when the format has no records of vendors: created unless known.
    pub vendor: Option<Vendor>,
    /// Its categories from the top, when the format has no records of categories: created unless known.
    pub shelves: Vec<Shelf>,
}

/// A category that a product names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// Where a picture is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureSource {
    /// Its place.
    pub place: Place,
    /// For those who do not see it.
    pub alt: String,
}

/// The place of a picture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// On the web.
    Url(String),
    /// On this machine.
    File(PathBuf),
    /// Drawn by the demo shop, by name.
    Demo(String),
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row was not taken.
    Refused,
    /// The row was taken, but not all of it.
    Warning,
}

/// A row that was refused, or only partly taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Line of the file; for a JSON document the number of the record.
    pub line: u64,
    /// What the row is about: a handle, an SKU, a name.
    pub record: String,
    /// How bad it is.
    pub severity: Severity,
    /// Why, for people.
    pub reason: String,
}

impl Issue {
    /// A row that is not taken.
    pub fn refused(line: u64, record: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, record: record.into(), severity: Severity::Refused, reason: reason.into() }
    }

    /// A row that is taken, but not all of it.
    pub fn warning(line: u64, record: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, record: record.into(), severity: Severity::Warning, reason: reason.into() }
    }
}
