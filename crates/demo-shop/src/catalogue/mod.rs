//! The catalogue as read from `data/`: cards in TOML become records, and each product keeps how it is drawn.

mod build;
mod card;

use crate::draw::Look;
use crate::model::{Category, Product, Vendor};
use serde::Deserialize;
use std::collections::HashMap;

/// The category files, in the order of the menu.
const CATEGORY_FILES: &[&str] = &[
    include_str!("../../data/kitchen.toml"),
    include_str!("../../data/home.toml"),
    include_str!("../../data/furniture.toml"),
    include_str!("../../data/apparel.toml"),
    include_str!("../../data/bags.toml"),
    include_str!("../../data/stationery.toml"),
    include_str!("../../data/garden.toml"),
    include_str!("../../data/outdoor.toml"),
    include_str!("../../data/kids.toml"),
    include_str!("../../data/care.toml"),
];

/// Everything the shop holds.
pub struct Shop {
    pub vendors: Vec<Vendor>,
    pub categories: Vec<Category>,
    pub products: Vec<(Product, Look)>,
    by_handle: HashMap<String, usize>,
}

#[derive(Deserialize)]
struct VendorFile {
    vendor: Vec<Vendor>,
}

impl Shop {
    /// Reads the files that are built into the program.
    ///
    /// # Panics
    /// When one of them is not what `card.rs` describes; the tests read them all, so that cannot reach a user.
    pub fn read() -> Self {
        let vendors: VendorFile = parse(include_str!("../../data/vendors.toml"));
        let mut categories = Vec::new();
        let mut products = Vec::new();
        for (text, position) in CATEGORY_FILES.iter().zip(1..) {
            let file: card::CategoryFile = parse(text);
            categories.extend(build::categories(&file, position));
            products.extend(file.product.iter().map(|card| build::product(&file.category.slug, card)));
        }
        let by_handle = products
            .iter()
            .enumerate()
            .map(|(index, (product, _))| (product.handle.clone(), index))
            .collect();
        Self { vendors: vendors.vendor, categories, products, by_handle }
    }

    /// A product and how it is drawn, by handle.
    pub fn product(&self, handle: &str) -> Option<&(Product, Look)> {
        self.products.get(*self.by_handle.get(handle)?)
    }
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("demo catalogue: {error}"))
}

/// Text as it may stand in HTML or XML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
