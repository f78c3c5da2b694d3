//! Rows as the statements read them.

use kiosk_wire::{Picture, Product};
use serde::Serialize;

/// Width of a card's picture, in pixels.
const CARD_WIDTH_PX: u32 = 600;

/// A row of `product`; `doc` is the whole product, the others are what lists filter and sort by.
#[derive(Serialize)]
pub struct ProductRow<'a> {
    id: &'a str,
    handle: &'a str,
    title: &'a str,
    vendor: &'a str,
    category: &'a str,
    featured: bool,
    bulky: bool,
    created_ms: i64,
    price_min: i64,
    price_max: i64,
    compare_at: Option<i64>,
    currency: &'a str,
    picture: Option<String>,
    picture_alt: Option<&'a str>,
    doc: &'a Product,
}

impl<'a> ProductRow<'a> {
    /// `None` for a product without a variant.
    pub fn of(product: &'a Product) -> Option<Self> {
        let first = product.variants.first()?;
        let prices = || product.variants.iter().map(|variant| variant.price.amount);
        let main = product.pictures.first();
        Some(Self {
            id: product.id.as_str(),
            handle: &product.handle,
            title: &product.title,
            vendor: product.vendor.as_str(),
            category: &product.category,
            featured: product.featured,
            bulky: product.bulky,
            created_ms: product.created_ms,
            price_min: prices().min().unwrap_or(0),
            price_max: prices().max().unwrap_or(0),
            compare_at: product
                .variants
                .iter()
                .find_map(|variant| variant.compare_at)
                .map(|money| money.amount),
            currency: first.price.currency.code(),
            picture: main.map(card_picture),
            picture_alt: main.map(|picture| picture.alt.as_str()),
            doc: product,
        })
    }
}

/// The file of a picture for a card: as wide as a card is on a dense screen, if there is such a one.
fn card_picture(picture: &Picture) -> String {
    let fits = picture.widths.iter().find(|size| size.width >= CARD_WIDTH_PX);
    let (hash, ext) = fits.map_or((&picture.hash, &picture.ext), |size| (&size.hash, &size.ext));
    format!("{hash}.{ext}")
}

/// A row of `variant`.
#[derive(Serialize)]
pub struct VariantRow<'a> {
    sku: &'a str,
    product: &'a str,
    position: usize,
    options: &'a [String],
    price: i64,
    currency: &'a str,
    weight_g: u32,
    stock_item: &'a str,
    stock_units: u32,
}

impl<'a> VariantRow<'a> {
    /// One for each variant of `product`.
    pub fn of(product: &'a Product) -> impl Iterator<Item = Self> + 'a {
        product.variants.iter().enumerate().map(|(position, variant)| Self {
            sku: variant.sku.as_str(),
            product: product.id.as_str(),
            position,
            options: &variant.options,
            price: variant.price.amount,
            currency: variant.price.currency.code(),
            weight_g: variant.weight_g,
            stock_item: variant.stock.item.as_str(),
            stock_units: variant.stock.units,
        })
    }
}

/// A row of `facet`.
#[derive(Serialize)]
pub struct Facet<'a> {
    product: &'a str,
    name: &'a str,
    value: &'a str,
}

impl<'a> Facet<'a> {
    /// Every value of every option of `product`, as often as variants have it.
    pub fn of(product: &'a Product) -> impl Iterator<Item = Self> + 'a {
        product.variants.iter().flat_map(move |variant| {
            product.options.iter().zip(&variant.options).map(|(name, value)| Self {
                product: product.id.as_str(),
                name,
                value,
            })
        })
    }
}
