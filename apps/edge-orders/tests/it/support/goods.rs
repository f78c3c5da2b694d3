//! The goods of the scripted core.

use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Product, StockLine, Variant};

/// €19.99, one unit of `MUG`.
pub const MUG: &str = "MUG";
/// €69.99, four units of `MUG`.
pub const SET_OF_4: &str = "MUG-SET-4";
/// €899.00, bulky.
pub const SOFA: &str = "SOFA";
/// $45.00.
pub const US_LAMP: &str = "LAMP-US";

/// A product whose variants are `(sku, price, stock item, units)`.
pub fn product(name: &str, bulky: bool, currency: Currency, variants: &[(&str, i64, &str, u32)]) -> Product {
    let variant = |(sku, price, item, units): &(&str, i64, &str, u32)| Variant {
        sku: Sku::parse(sku).unwrap(),
        options: vec![(*sku).to_owned()],
        price: Money::new(*price, currency),
        compare_at: None,
        weight_g: 300,
        stock: StockLine { item: Sku::parse(item).unwrap(), units: *units },
        picture: None,
    };
    Product {
        id: ProductId::named(name).unwrap(),
        handle: name.to_owned(),
        title: format!("The {name}"),
        vendor: VendorId::named("clay").unwrap(),
        category: "kitchen".to_owned(),
        description_html: "<p>Good.</p>".to_owned(),
        featured: false,
        bulky,
        created_ms: 1_780_000_000_000,
        tags: vec![],
        attributes: Vec::new(),
        options: vec!["Kind".to_owned()],
        pictures: vec![],
        variants: variants.iter().map(variant).collect(),
    }
}
