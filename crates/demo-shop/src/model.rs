//! The records of Kiosk JSON lines. `FORMAT.md` says what each field means.

use serde::{Deserialize, Serialize};

/// One line of a catalogue file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// Who sells.
    Vendor(Vendor),
    /// Where goods are shelved.
    Category(Category),
    /// What is sold.
    Product(Product),
}

/// A vendor of the marketplace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// `ven_<slug>`, the same in every import.
    pub id: String,
    /// The name shoppers see.
    pub name: String,
    /// Country it ships from, ISO 3166-1 alpha-2.
    pub region: String,
    /// A paragraph of plain text.
    pub about: String,
}

/// A category or, with a parent, a sub-category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Unique over all categories; part of the page's address.
    pub slug: String,
    /// The name shoppers see.
    pub name: String,
    /// Slug of the category above; null at the top.
    pub parent: Option<String>,
    /// Place among its siblings, from 1.
    pub position: u32,
    /// A sentence of plain text.
    pub blurb: String,
}

/// A product with its variants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Unique over all products; part of the page's address.
    pub handle: String,
    /// The name shoppers see.
    pub title: String,
    /// Id of the vendor.
    pub vendor: String,
    /// Slug of the category.
    pub category: String,
    /// HTML of `p`, `ul` and `li` only.
    pub description_html: String,
    /// Whether the home page shows it.
    pub featured: bool,
    /// Whether it needs a carrier for bulky goods.
    pub bulky: bool,
    /// When it came into the shop, RFC 3339 in UTC.
    pub created: String,
    /// Lower-case words for search and facets.
    pub tags: Vec<String>,
    /// Names of the options that tell variants apart; empty for a product with one variant.
    pub options: Vec<String>,
    /// Pictures, the main one first.
    pub pictures: Vec<Picture>,
    /// What can be bought, at least one.
    pub variants: Vec<Variant>,
}

/// A picture of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// File name, unique over the catalogue.
    pub file: String,
    /// What it shows, for those who cannot see it.
    pub alt: String,
}

/// What a shopper can put into a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Unique over the catalogue, upper case.
    pub sku: String,
    /// A value for each of the product's options.
    pub options: Vec<String>,
    /// What one costs, tax included.
    pub price: Price,
    /// The price before a reduction, if it is reduced.
    pub compare_at: Option<Price>,
    /// Pieces of its own on hand; 0 when it draws on another stock item.
    pub stock: u32,
    /// Weight of one with its packing, in grams.
    pub weight_g: u32,
    /// The SKU whose stock it draws on; null for its own.
    pub stock_item: Option<String>,
    /// Pieces of the stock item that selling one takes.
    pub stock_units: u32,
    /// Index into the product's pictures.
    pub picture: usize,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// In minor units (cents).
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}
