//! The `products.json` of Google's Online Boutique demo. Its records count from 1; it has no stock and no variants.

use kiosk_ids::VendorId;
use kiosk_money::{Currency, Money};
use kiosk_wire::{Product, StockLine, Variant, Vendor};
use serde::Deserialize;

use super::{Pictures, ReadError, Settings, check_price};
use crate::modules::imports::draft::{Draft, Entry, Issue, PictureSource, Place, Shelf};
use crate::modules::imports::text;

/// Who sells: the file does not say.
const VENDOR: &str = "Online Boutique";
const CATEGORY: &str = "other";

#[derive(Deserialize)]
struct File {
    products: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    id: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    picture: String,
    price_usd: Price,
    #[serde(default)]
    categories: Vec<String>,
}

/// Google's `Money`: whole units, and billionths of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Price {
    currency_code: String,
    #[serde(default)]
    units: i64,
    #[serde(default)]
    nanos: i64,
}

/// Reads the document.
pub fn read(bytes: &[u8], settings: &Settings) -> Result<Vec<Entry>, ReadError> {
    let file: File =
        serde_json::from_slice(bytes).map_err(|error| ReadError::NotThisFormat(error.to_string()))?;
    let vendor = Vendor {
        id: text::vendor_id(VENDOR).ok_or_else(|| ReadError::NotThisFormat(String::new()))?,
        name: VENDOR.to_owned(),
        region: settings.ships_from.clone(),
        about: String::new(),
        methods: Vec::new(),
    };
    let records = (1..).zip(file.products).map(|(number, value)| {
        let name =
            value.get("id").and_then(|id| id.as_str()).map(|id| text::plain(id, 80)).unwrap_or_default();
        read_record(number, value, &vendor, settings)
            .unwrap_or_else(|reason| Entry::Issue(Issue::refused(number, name, reason)))
    });
    Ok(records.collect())
}

fn read_record(
    line: u64,
    value: serde_json::Value,
    vendor: &Vendor,
    settings: &Settings,
) -> Result<Entry, String> {
    let record: Record = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let title = text::plain(&record.name, text::TITLE_CHARS_MAX);
    if title.is_empty() {
        return Err("name is empty".to_owned());
    }
    let sku = text::sku(&record.id).ok_or("id cannot be an SKU")?;
    let price = check_price(read_price(&record.price_usd)?)?;
    let handle = text::slug(&title);
    let shelves = read_shelves(&record.categories);
    let pictures = read_picture(&record.picture, &title, settings);
    let product = Product {
        id: product_id(&vendor.id, &record.id),
        handle,
        title,
        vendor: vendor.id.clone(),
        category: shelves.last().map_or_else(|| CATEGORY.to_owned(), |shelf| shelf.slug.clone()),
        description_html: text::clean_html(&record.description),
        featured: false,
        bulky: false,
        created_ms: settings.now_ms,
        tags: text::tags(record.categories.iter().map(String::as_str)),
        attributes: Vec::new(),
        options: Vec::new(),
        pictures: Vec::new(),
        variants: vec![Variant {
            sku: sku.clone(),
            options: Vec::new(),
            price,
            compare_at: None,
            weight_g: 0,
            stock: StockLine { item: sku.clone(), units: 1 },
            picture: (!pictures.is_empty()).then_some(0),
        }],
    };
    Ok(Entry::Product(Box::new(Draft {
        line,
        product,
        dated: false,
        pictures,
        stock: vec![(sku, settings.default_stock)],
        vendor: Some(vendor.clone()),
        shelves,
    })))
}

/// By the file's own id: a name may change.
fn product_id(vendor: &VendorId, id: &str) -> kiosk_ids::ProductId {
    text::product_id(vendor, &text::slug(id))
}

/// The first category is the top one, the second below it.
fn read_shelves(categories: &[String]) -> Vec<Shelf> {
    let names = categories.iter().map(String::as_str).filter(|name| !text::slug(name).is_empty());
    let mut shelves: Vec<Shelf> =
        names.take(2).map(|name| Shelf { slug: text::slug(name), name: text::heading(name) }).collect();
    if shelves.is_empty() {
        shelves.push(Shelf { slug: CATEGORY.to_owned(), name: text::heading(CATEGORY) });
    }
    shelves.dedup();
    shelves
}

/// The file names pictures by their path on the shop's own site; they lie in the folder by their last part.
fn read_picture(path: &str, title: &str, settings: &Settings) -> Vec<PictureSource> {
    let alt = title.to_owned();
    let name = path.rsplit('/').next().unwrap_or("");
    if name.is_empty() || name.starts_with('.') || name.contains('\\') {
        return Vec::new();
    }
    match &settings.pictures {
        Pictures::Folder(folder) => vec![PictureSource { place: Place::File(folder.join(name)), alt }],
        Pictures::Demo => Vec::new(),
    }
}

/// Exact: a fraction of the minor unit is refused, not rounded.
fn read_price(price: &Price) -> Result<Money, String> {
    let currency = Currency::from_code(&price.currency_code).ok_or("unknown currency")?;
    let digits = u32::from(currency.exponent().unwrap_or(0));
    let nanos_per_minor = 10_i64.pow(9_u32.saturating_sub(digits));
    if !(0..1_000_000_000).contains(&price.nanos) || price.nanos % nanos_per_minor != 0 {
        return Err("the price has a fraction of the smallest coin".to_owned());
    }
    let whole = price.units.checked_mul(10_i64.pow(digits)).ok_or("the price is too high")?;
    Ok(Money::new(whole + price.nanos / nanos_per_minor, currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(units: i64, nanos: i64) -> Result<i64, String> {
        read_price(&Price { currency_code: "USD".to_owned(), units, nanos }).map(|price| price.amount)
    }

    #[test]
    fn prices_are_exact() {
        assert_eq!(price(19, 990_000_000), Ok(1999));
        assert_eq!(price(8, 0), Ok(800));
        assert!(price(1, 999_999_999).is_err() && price(i64::MAX, 0).is_err() && price(1, -1).is_err());
    }
}
