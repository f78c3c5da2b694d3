//! The demo catalogue that a fresh Kiosk sells, and the pictures the project draws itself.
//!
//! The goods are written by hand in `data/*.toml`, a file per category; the pictures are drawn by code, a function per
//! kind of object, from the colours and words on a product's card. Both are the same in every run and on every machine.

mod catalogue;
mod draw;
mod model;

pub use model::{Category, Picture, Price, Product, Record, Variant, Vendor};

use std::sync::LazyLock;

static SHOP: LazyLock<catalogue::Shop> = LazyLock::new(catalogue::Shop::read);

/// The largest a picture may be, in bytes, so that a page of twenty stays light even before compression.
pub const PICTURE_BYTES_MAX: usize = 16_000;

/// Who sells, in a fixed order.
pub fn vendors() -> Vec<Vendor> {
    SHOP.vendors.clone()
}

/// Top-level categories, each followed by its sub-categories.
pub fn categories() -> Vec<Category> {
    SHOP.categories.clone()
}

/// Everything for sale, in a fixed order.
pub fn products() -> Vec<Product> {
    SHOP.products.iter().map(|(product, _)| product.clone()).collect()
}

/// The SVG text of a picture, by the `file` that a product names it by. Drawing takes well under a millisecond.
pub fn picture(name: &str) -> Option<String> {
    let (handle, number) = name.strip_suffix(".svg")?.rsplit_once('-')?;
    let (product, look) = SHOP.product(handle)?;
    let index = number.parse::<usize>().ok()?.checked_sub(1)?;
    let picture = product.pictures.get(index).filter(|picture| picture.file == name)?;
    draw::picture(look, index, &picture.alt)
}

/// The whole catalogue as Kiosk JSON lines (`FORMAT.md`): vendors, then categories, then products, one object a line.
pub fn json_lines() -> impl Iterator<Item = String> {
    let vendors = vendors().into_iter().map(Record::Vendor);
    let categories = categories().into_iter().map(Record::Category);
    let products = products().into_iter().map(Record::Product);
    // Serialising these plain structs cannot fail: no maps with odd keys, no floats.
    vendors.chain(categories).chain(products).filter_map(|record| serde_json::to_string(&record).ok())
}
