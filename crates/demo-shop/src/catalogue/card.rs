//! The cards that goods are written on, as they stand in `data/*.toml`.

use serde::Deserialize;

/// A file of `data/`: a category, its sub-categories and its goods.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryFile {
    pub category: CategoryCard,
    pub product: Vec<ProductCard>,
}

/// The category a file is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryCard {
    pub slug: String,
    pub name: String,
    pub blurb: String,
    /// In the order of the menu.
    pub sub: Vec<SubCard>,
}

/// A sub-category; its slug is written without the parent's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubCard {
    pub slug: String,
    pub name: String,
    pub blurb: String,
}

/// A product.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductCard {
    pub handle: String,
    pub title: String,
    /// Slug of the vendor, without `ven_`.
    pub vendor: String,
    /// Slug of the sub-category, without the parent's.
    pub r#in: String,
    /// A day, `2026-03-02`.
    pub created: String,
    /// Start of the SKUs.
    pub sku: String,
    /// In euros, `19.00`.
    pub price: String,
    /// The price before a reduction of the plain variants.
    pub was: Option<String>,
    pub weight_g: u32,
    /// Pieces on hand of each variant; a number made from the SKU when left out.
    pub stock: Option<u32>,
    /// Option values whose variants are out of stock; `*` for all.
    #[serde(default)]
    pub out: Vec<String>,
    #[serde(default)]
    pub featured: bool,
    #[serde(default)]
    pub bulky: bool,
    #[serde(default)]
    pub tags: Vec<String>,
    /// What the first option is called, when not `Colour`.
    pub colour_option: Option<String>,
    /// Names of the palette.
    #[serde(default)]
    pub colours: Vec<String>,
    /// What the second option is called, when not `Size`.
    pub size_option: Option<String>,
    /// `M`, or `Large = 24.00` with a price of its own, or `Set of 4 = 68.00 x4` drawing four pieces of the first size.
    #[serde(default)]
    pub sizes: Vec<String>,
    /// Kind of object, then words for its drawing: `mug speckle tall accent=oak`.
    pub draw: String,
    /// Colour of the drawing when there are no `colours`.
    pub paint: Option<String>,
    /// Two to four sentences.
    pub text: String,
    /// Material, measures, care, set apart by ` · `.
    pub facts: String,
}
