//! A product as its vendor writes it down, checked.

use std::collections::{HashMap, HashSet};

use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Attribute, Category, Product, StockLine, Variant};

use crate::error::Error;
use crate::modules::imports::draft::{PRICE_AMOUNT_MAX, STOCK_UNITS_MAX, WEIGHT_G_MAX};
use crate::modules::imports::text;

/// Most variants of a product in the panel.
pub const VARIANTS_MAX: usize = 100;
/// Most options of a product.
pub const OPTIONS_MAX: usize = 3;
/// Longest value of an attribute, in characters.
pub const VALUE_CHARS_MAX: usize = 200;
/// Currencies that goods are sold in.
pub const CURRENCIES: [Currency; 4] = [Currency::EUR, Currency::USD, Currency::GBP, Currency::CHF];

/// A product as it is written down; every text as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Title.
    pub title: String,
    /// Description, HTML or plain text.
    pub description: String,
    /// Slug of its category.
    pub category: String,
    /// Currency of its prices.
    pub currency: String,
    /// Whether it goes by freight.
    pub bulky: bool,
    /// Names of its options.
    pub options: Vec<String>,
    /// Its variants; rows that are empty count for nothing.
    pub variants: Vec<Row>,
    /// Values of its category's attributes, by name.
    pub attributes: Vec<(String, String)>,
}

/// One variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// SKU; derived when it is empty.
    pub sku: String,
    /// A value for each option.
    pub options: Vec<String>,
    /// Decimal price.
    pub price: String,
    /// Decimal price before a reduction.
    pub compare_at: String,
    /// Weight in grams.
    pub weight_g: String,
    /// Pieces for sale, and what was shown before.
    pub stock: String,
    /// Pieces for sale as they were shown, empty for a new variant.
    pub stock_was: String,
}

impl Row {
    fn is_empty(&self) -> bool {
        [&self.sku, &self.price, &self.compare_at, &self.stock].iter().all(|text| text.trim().is_empty())
            && self.options.iter().all(|option| option.trim().is_empty())
    }
}

/// A draft that can be written.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The product.
    pub product: Product,
    /// By how many pieces stock changes, by item.
    pub stock: Vec<(Sku, i64)>,
}

/// Checks a draft. `known` is the product as it stands; a new one gets its id and handle from `vendor` and its title.
///
/// # Errors
/// 422 that names the field.
pub fn check(
    draft: &Draft,
    vendor: &VendorId,
    category: &Category,
    known: Option<&Product>,
    now_ms: i64,
) -> Result<Checked, Error> {
    let title = title(&draft.title)?;
    if draft.description.len() > text::DESCRIPTION_BYTES_MAX {
        return Err(Error::invalid("description", "is too long"));
    }
    let currency = Currency::from_code(&draft.currency).filter(|currency| CURRENCIES.contains(currency));
    let currency = currency.ok_or_else(|| Error::invalid("currency", "choose one"))?;
    let options: Vec<String> = draft.options.iter().map(|name| text::word(name)).collect();
    let options: Vec<String> =
        options.into_iter().filter(|name| !name.is_empty()).take(OPTIONS_MAX).collect();
    let handle = known.map_or_else(|| text::slug(&title), |known| known.handle.clone());
    let id = known.map_or_else(|| new_id(vendor, &handle, now_ms), |known| known.id.clone());
    let rows: Vec<&Row> = draft.variants.iter().filter(|row| !row.is_empty()).collect();
    if rows.is_empty() || rows.len() > VARIANTS_MAX {
        return Err(Error::invalid("variants", format!("a product needs 1 to {VARIANTS_MAX} variants")));
    }
    let lines: HashMap<&str, &Variant> = known.map_or_else(HashMap::new, |known| {
        known.variants.iter().map(|variant| (variant.sku.as_str(), variant)).collect()
    });
    let (mut variants, mut stock) = (Vec::new(), Vec::new());
    for row in rows {
        let sku = sku(row, &handle, &options)?;
        let before = lines.get(sku.as_str()).copied();
        let variant = variant(row, sku, (&options, currency), before)?;
        if variant.stock.item == variant.sku {
            stock.extend(moved(row, &variant.sku, before.is_none())?);
        }
        variants.push(variant);
    }
    each_once(&variants)?;
    let product = Product {
        id,
        handle,
        title,
        vendor: vendor.clone(),
        category: category.slug.clone(),
        description_html: text::clean_html(&draft.description),
        featured: known.is_some_and(|known| known.featured),
        bulky: draft.bulky,
        created_ms: known.map_or(now_ms, |known| known.created_ms),
        tags: known.map_or_else(Vec::new, |known| known.tags.clone()),
        attributes: attributes(draft, category)?,
        options,
        pictures: known.map_or_else(Vec::new, |known| known.pictures.clone()),
        variants,
    };
    Ok(Checked { product, stock })
}

fn title(text: &str) -> Result<String, Error> {
    let title = text::plain(text, text::TITLE_CHARS_MAX);
    if title.is_empty() || text.chars().count() > text::TITLE_CHARS_MAX {
        return Err(Error::invalid("title", format!("1 to {} characters", text::TITLE_CHARS_MAX)));
    }
    Ok(title)
}

/// Two products of a vendor may have one title; the time keeps them apart.
fn new_id(vendor: &VendorId, handle: &str, now_ms: i64) -> ProductId {
    text::product_id(vendor, &format!("{handle}-{now_ms:x}"))
}

fn sku(row: &Row, handle: &str, options: &[String]) -> Result<Sku, Error> {
    let typed = row.sku.trim();
    if !typed.is_empty() {
        return Sku::parse(typed)
            .map_err(|_| Error::invalid("variants", format!("SKU {typed}: letters, digits, - _ . only")));
    }
    let values: Vec<String> = row.options.iter().take(options.len()).cloned().collect();
    text::derived_sku(handle, &values).ok_or_else(|| Error::invalid("variants", "give each variant an SKU"))
}

fn variant(
    row: &Row,
    sku: Sku,
    (options, currency): (&[String], Currency),
    known: Option<&Variant>,
) -> Result<Variant, Error> {
    let refused = |why: &str| Error::invalid("variants", format!("{sku}: {why}"));
    let values: Vec<String> = (0..options.len())
        .map(|place| row.options.get(place).map_or_else(String::new, |value| text::word(value)))
        .collect();
    if values.iter().any(String::is_empty) {
        return Err(refused("give a value for each option"));
    }
    let price =
        price(&row.price, currency).ok_or_else(|| refused("the price is not an amount such as 19.99"))?;
    let compare_at = match row.compare_at.trim() {
        "" => None,
        typed => {
            let before = self::price(typed, currency).filter(|before| before.amount > price.amount);
            Some(before.ok_or_else(|| refused("the price before must be higher than the price"))?)
        }
    };
    let weight_g = match row.weight_g.trim() {
        "" => 0,
        typed => typed
            .parse()
            .ok()
            .filter(|grams| *grams <= WEIGHT_G_MAX)
            .ok_or_else(|| refused("the weight is not in grams"))?,
    };
    let stock = known.map_or_else(|| StockLine { item: sku.clone(), units: 1 }, |known| known.stock.clone());
    Ok(Variant {
        options: values,
        price,
        compare_at,
        weight_g,
        stock,
        picture: known.and_then(|known| known.picture),
        sku,
    })
}

fn price(typed: &str, currency: Currency) -> Option<Money> {
    let price = Money::parse_decimal(&typed.trim().replace(',', "."), currency).ok()?;
    (0..=PRICE_AMOUNT_MAX).contains(&price.amount).then_some(price)
}

/// By how many pieces the stock of a variant changes: what is typed against what was shown, so that a sale in between
/// is not undone.
fn moved(row: &Row, sku: &Sku, new: bool) -> Result<Option<(Sku, i64)>, Error> {
    let count = |typed: &str| match typed.trim() {
        "" => Ok(0),
        typed => {
            typed.parse().ok().filter(|pieces| (0..=STOCK_UNITS_MAX).contains(pieces)).ok_or_else(|| {
                Error::invalid("variants", format!("{sku}: the stock is not a number of pieces"))
            })
        }
    };
    let change = count(&row.stock)? - count(&row.stock_was)?;
    Ok((new || change != 0).then(|| (sku.clone(), change)))
}

fn each_once(variants: &[Variant]) -> Result<(), Error> {
    let (mut skus, mut choices) = (HashSet::new(), HashSet::new());
    for variant in variants {
        if !skus.insert(&variant.sku) {
            return Err(Error::invalid("variants", format!("SKU {} stands twice", variant.sku)));
        }
        if !choices.insert(&variant.options) {
            return Err(Error::invalid(
                "variants",
                format!("{}: another variant has the same options", variant.sku),
            ));
        }
    }
    Ok(())
}

/// In the order of the category; those of another category fall away.
fn attributes(draft: &Draft, category: &Category) -> Result<Vec<Attribute>, Error> {
    let mut attributes = Vec::new();
    for name in &category.attributes {
        let typed =
            draft.attributes.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str());
        if typed.chars().count() > VALUE_CHARS_MAX {
            return Err(Error::invalid(
                "attributes",
                format!("{name}: at most {VALUE_CHARS_MAX} characters"),
            ));
        }
        let value = text::plain(typed, VALUE_CHARS_MAX);
        if !value.is_empty() {
            attributes.push(Attribute { name: name.clone(), value });
        }
    }
    Ok(attributes)
}
