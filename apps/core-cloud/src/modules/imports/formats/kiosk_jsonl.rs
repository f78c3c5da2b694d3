//! Kiosk JSON lines: the format of the demo shop, `crates/demo-shop/FORMAT.md`.

use std::collections::HashSet;

use jiff::Timestamp;
use kiosk_demo_shop::{Product as Record, Variant as VariantRecord};
use kiosk_ids::{Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Category, Product, StockLine, Variant, Vendor};

use super::{Pictures, ReadError, Settings, check_price};
use crate::modules::imports::draft::{
    Draft, Entry, Issue, PICTURES_MAX, PictureSource, Place, STOCK_UNITS_MAX, VARIANTS_MAX, WEIGHT_G_MAX,
};
use crate::modules::imports::text;

/// Reads a file of lines.
pub fn read(bytes: &[u8], settings: &Settings) -> Result<Vec<Entry>, ReadError> {
    let mut entries = Vec::new();
    for (line, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        match std::str::from_utf8(bytes).map(str::trim) {
            Ok("") => {}
            Ok(text) => entries.push(read_line(line, text, settings)),
            Err(_) => entries.push(Entry::Issue(Issue::refused(line, "", "not UTF-8"))),
        }
    }
    match entries.first() {
        Some(Entry::Issue(issue)) if !bytes.split(|byte| *byte == b'\n').any(is_record) => {
            Err(ReadError::NotThisFormat(issue.reason.clone()))
        }
        _ => Ok(entries),
    }
}

/// Whether a line is a record at all, be it a bad one.
fn is_record(line: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|value| value.get("type").is_some())
}

/// Reads one line.
pub fn read_line(line: u64, json: &str, settings: &Settings) -> Entry {
    let record = match serde_json::from_str(json) {
        Ok(record) => record,
        Err(error) => return Entry::Issue(Issue::refused(line, "", error.to_string())),
    };
    let (name, entry) = match record {
        kiosk_demo_shop::Record::Vendor(vendor) => (vendor.id.clone(), read_vendor(line, vendor)),
        kiosk_demo_shop::Record::Category(category) => (category.slug.clone(), read_category(line, category)),
        kiosk_demo_shop::Record::Product(product) => {
            (product.handle.clone(), read_product(line, product, settings))
        }
    };
    entry.unwrap_or_else(|reason| Entry::Issue(Issue::refused(line, text::plain(&name, 80), reason)))
}

fn read_vendor(line: u64, record: kiosk_demo_shop::Vendor) -> Result<Entry, String> {
    let vendor = Vendor {
        id: VendorId::parse(&record.id).map_err(|error| error.to_string())?,
        name: required("name", &record.name)?,
        region: country(&record.region)?,
        about: text::plain(&record.about, 2_000),
        methods: Vec::new(),
    };
    Ok(Entry::Vendor(line, vendor))
}

fn read_category(line: u64, record: kiosk_demo_shop::Category) -> Result<Entry, String> {
    let category = Category {
        slug: slug("slug", &record.slug)?,
        name: required("name", &record.name)?,
        parent: record.parent.map(|parent| slug("parent", &parent)).transpose()?,
        position: record.position,
        blurb: text::plain(&record.blurb, 400),
        attributes: Vec::new(),
    };
    Ok(Entry::Category(line, category))
}

fn read_product(line: u64, record: Record, settings: &Settings) -> Result<Entry, String> {
    let vendor = VendorId::parse(&record.vendor).map_err(|error| error.to_string())?;
    let handle = slug("handle", &record.handle)?;
    let created: Timestamp =
        record.created.parse().map_err(|_| "created is not an RFC 3339 time".to_owned())?;
    if record.description_html.len() > text::DESCRIPTION_BYTES_MAX {
        return Err("the description is too long".to_owned());
    }
    if record.pictures.len() > PICTURES_MAX {
        return Err(format!("more than {PICTURES_MAX} pictures"));
    }
    let stock = record.variants.iter().filter(|variant| variant.stock_item.is_none());
    let stock = stock.map(|variant| Ok((sku(&variant.sku)?, i64::from(variant.stock))));
    let product = Product {
        id: text::product_id(&vendor, &handle),
        handle,
        title: required("title", &record.title)?,
        vendor,
        category: slug("category", &record.category)?,
        description_html: text::clean_html(&record.description_html),
        featured: record.featured,
        bulky: record.bulky,
        created_ms: created.as_millisecond(),
        tags: text::tags(record.tags.iter().map(String::as_str)),
        attributes: Vec::new(),
        options: record.options.iter().map(|option| text::word(option)).collect(),
        pictures: Vec::new(),
        variants: read_variants(&record)?,
    };
    let pictures = record.pictures.iter().map(|picture| read_picture(picture, settings));
    Ok(Entry::Product(Box::new(Draft {
        line,
        product,
        dated: true,
        pictures: pictures.collect::<Result<_, _>>()?,
        stock: stock.collect::<Result<_, String>>()?,
        vendor: None,
        shelves: Vec::new(),
    })))
}

fn read_picture(picture: &kiosk_demo_shop::Picture, settings: &Settings) -> Result<PictureSource, String> {
    let name = picture.file.clone();
    // A name, not a path: nothing outside the folder is read.
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
        return Err("a picture's file is not a plain name".to_owned());
    }
    let place = match &settings.pictures {
        Pictures::Folder(folder) => Place::File(folder.join(name)),
        Pictures::Demo => Place::Demo(name),
    };
    Ok(PictureSource { place, alt: text::plain(&picture.alt, 300) })
}

fn read_variants(record: &Record) -> Result<Vec<Variant>, String> {
    if record.variants.is_empty() || record.variants.len() > VARIANTS_MAX {
        return Err(format!("needs 1 to {VARIANTS_MAX} variants"));
    }
    let mut skus = HashSet::new();
    let mut choices = HashSet::new();
    for variant in &record.variants {
        if !skus.insert(&variant.sku) {
            return Err(format!("SKU {} stands twice", text::plain(&variant.sku, 80)));
        }
        if variant.options.len() != record.options.len() || !choices.insert(&variant.options) {
            return Err("each variant needs its own value for each option".to_owned());
        }
    }
    record.variants.iter().map(|variant| read_variant(variant, record.pictures.len())).collect()
}

fn read_variant(record: &VariantRecord, pictures: usize) -> Result<Variant, String> {
    let own = sku(&record.sku)?;
    let item = record.stock_item.as_deref().map_or_else(|| Ok(own.clone()), sku)?;
    if record.stock_units == 0 || i64::from(record.stock) > STOCK_UNITS_MAX {
        return Err("stock or stock_units is out of range".to_owned());
    }
    if record.stock_item.is_some() && record.stock > 0 {
        return Err("a variant that draws on another item has no stock of its own".to_owned());
    }
    if record.weight_g > WEIGHT_G_MAX {
        return Err("weight_g is out of range".to_owned());
    }
    let price = read_price(&record.price)?;
    let compare_at = record.compare_at.as_ref().map(read_price).transpose()?;
    Ok(Variant {
        sku: own,
        options: record.options.iter().map(|option| text::word(option)).collect(),
        price,
        compare_at: compare_at
            .filter(|before| before.currency == price.currency && before.amount > price.amount),
        weight_g: record.weight_g,
        stock: StockLine { item, units: record.stock_units },
        picture: u32::try_from(record.picture).ok().filter(|_| record.picture < pictures),
    })
}

fn read_price(price: &kiosk_demo_shop::Price) -> Result<Money, String> {
    let currency = Currency::from_code(&price.currency).ok_or("unknown currency")?;
    check_price(Money::new(price.amount, currency))
}

fn sku(text: &str) -> Result<Sku, String> {
    Sku::parse(text).map_err(|error| error.to_string())
}

fn required(field: &str, value: &str) -> Result<String, String> {
    let value = text::plain(value, text::TITLE_CHARS_MAX);
    if value.is_empty() { Err(format!("{field} is empty")) } else { Ok(value) }
}

fn slug(field: &str, value: &str) -> Result<String, String> {
    if !value.is_empty() && text::slug(value) == value {
        return Ok(value.to_owned());
    }
    Err(format!("{field} must be of a-z, 0-9 and dashes, at most {} bytes", text::SLUG_BYTES_MAX))
}

fn country(value: &str) -> Result<String, String> {
    if value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(value.to_owned());
    }
    Err("region is not a country code".to_owned())
}
