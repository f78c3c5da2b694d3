//! Catalogues of any size: the demo shop's products again and again, each with a name, an address and stock of its own.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use kiosk_demo_shop::{Product, Record, Variant};

/// Products of one import, so that no file is too large to be held in memory.
const FILE_PRODUCTS: usize = 10_000;
/// Variants of a product; the demo shop has up to dozens.
const VARIANTS_MAX: usize = 2;
/// Pieces of each variant.
const STOCK: u32 = 1_000;
/// Price of each variant in cents, so that every checkout looks the same to the fraud check.
const PRICE: i64 = 1_990;

/// The `number`th product.
pub fn product(demo: &[Product], number: usize) -> Product {
    let mut product = demo[number % demo.len()].clone();
    product.handle = handle(demo, number);
    product.title = format!("{} {number}", product.title);
    product.created = created(number);
    product.variants.retain(|variant| variant.stock_item.is_none());
    product.variants.truncate(VARIANTS_MAX);
    for variant in &mut product.variants {
        change(variant, number);
    }
    product
}

/// Address of the `number`th product.
pub fn handle(demo: &[Product], number: usize) -> String {
    format!("{}-{number}", demo[number % demo.len()].handle)
}

/// The SKU of the `number`th product's first variant.
pub fn sku(demo: &[Product], number: usize) -> String {
    product(demo, number).variants.swap_remove(0).sku
}

fn change(variant: &mut Variant, number: usize) {
    variant.sku = format!("{}-{number}", variant.sku);
    variant.stock = STOCK;
    variant.price.amount = PRICE;
    variant.compare_at = None;
}

/// Another minute for each product: of shops that grow, no two came in at once.
fn created(number: usize) -> String {
    let (minute, hour, day, month) =
        (number % 60, number / 60 % 24, number / 1_440 % 28, number / 40_320 % 12);
    format!("2026-{:02}-{:02}T{hour:02}:{minute:02}:00Z", month + 1, day + 1)
}

/// Writes `count` products to files that are imported one after the other, with their pictures beside them.
pub fn write(dir: &Path, count: usize) -> Result<Vec<PathBuf>> {
    let demo = kiosk_demo_shop::products();
    let pictures = dir.join("pictures");
    std::fs::create_dir_all(&pictures)?;
    for picture in demo.iter().flat_map(|product| &product.pictures) {
        let svg = kiosk_demo_shop::picture(&picture.file).context("a picture that cannot be drawn")?;
        std::fs::write(pictures.join(&picture.file), svg)?;
    }
    let mut files = Vec::new();
    for from in (0..count).step_by(FILE_PRODUCTS) {
        let file = dir.join(format!("products-{from}.jsonl"));
        let mut lines = BufWriter::new(std::fs::File::create(&file)?);
        for record in kiosk_demo_shop::vendors().into_iter().map(Record::Vendor) {
            writeln!(lines, "{}", serde_json::to_string(&record)?)?;
        }
        for record in kiosk_demo_shop::categories().into_iter().map(Record::Category) {
            writeln!(lines, "{}", serde_json::to_string(&record)?)?;
        }
        for number in from..count.min(from + FILE_PRODUCTS) {
            writeln!(lines, "{}", serde_json::to_string(&Record::Product(product(&demo, number)))?)?;
        }
        lines.flush()?;
        files.push(file);
    }
    Ok(files)
}
