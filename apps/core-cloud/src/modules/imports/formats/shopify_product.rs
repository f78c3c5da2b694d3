//! One product of Shopify's CSV, from the rows of its handle.

use std::collections::HashSet;

use kiosk_ids::{Sku, VendorId};
use kiosk_money::Money;
use kiosk_wire::{Product, StockLine, Variant, Vendor};

use super::shopify_csv::Row;
use super::{Settings, check_price};
use crate::modules::imports::draft::{
    BULKY_FROM_G, Draft, Entry, Issue, PICTURES_MAX, PictureSource, Place, STOCK_UNITS_MAX, Shelf,
    VARIANTS_MAX, WEIGHT_G_MAX,
};
use crate::modules::imports::text;

/// Vendor and category of products that name none.
const OTHER: &str = "Other";

/// A variant and what is on hand of it.
struct Read {
    variant: Variant,
    stock: i64,
}

/// Reads the rows of a handle; each that cannot be read becomes an issue of its own.
pub fn read_product(handle: &str, rows: &[Row<'_>], settings: &Settings, entries: &mut Vec<Entry>) {
    let Some(first) = rows.iter().find(|row| !row.get("Title").is_empty()) else {
        let refuse =
            |row: &Row<'_>| Entry::Issue(Issue::refused(row.line, handle, "no row of it has a Title"));
        entries.extend(rows.iter().map(refuse));
        return;
    };
    let vendor = read_vendor(first, settings);
    let id = text::product_id(&vendor.id, handle);
    if let Some(reason) = why_not_for_sale(first) {
        entries.push(Entry::Unlisted(id, Issue::refused(first.line, handle, reason)));
        return;
    }
    let options = option_names(first);
    let mut pictures = Pictures::read(rows, first);
    let variants = read_variants(handle, rows, &options, settings, &mut pictures, entries);
    if pictures.dropped > 0 {
        let reason = format!("{} pictures beyond {PICTURES_MAX} are left out", pictures.dropped);
        entries.push(Entry::Issue(Issue::warning(first.line, handle, reason)));
    }
    if variants.is_empty() {
        entries.push(Entry::Issue(Issue::warning(
            first.line,
            handle,
            "left out: none of its variants can be sold",
        )));
        return;
    }
    let mut body = first.get("Body (HTML)");
    if body.len() > text::DESCRIPTION_BYTES_MAX {
        entries.push(Entry::Issue(Issue::warning(
            first.line,
            handle,
            "the description is too long: left out",
        )));
        body = "";
    }
    let shelf = read_shelf(first);
    let product = Product {
        id,
        handle: handle.to_owned(),
        title: text::plain(first.get("Title"), text::TITLE_CHARS_MAX),
        vendor: vendor.id.clone(),
        category: shelf.slug.clone(),
        description_html: text::clean_html(body),
        featured: false,
        bulky: variants.iter().any(|read| read.variant.weight_g >= BULKY_FROM_G),
        created_ms: settings.now_ms,
        tags: text::tags(first.get("Tags").split(',').chain([first.get("Type")])),
        attributes: Vec::new(),
        options,
        pictures: Vec::new(),
        variants: variants.iter().map(|read| read.variant.clone()).collect(),
    };
    entries.push(Entry::Product(Box::new(Draft {
        line: first.line,
        product,
        dated: false,
        pictures: pictures.sources,
        stock: variants.into_iter().map(|read| (read.variant.sku, read.stock)).collect(),
        vendor: Some(vendor),
        shelves: vec![shelf],
    })));
}

fn read_vendor(first: &Row<'_>, settings: &Settings) -> Vendor {
    let name = text::plain(first.get("Vendor"), text::TITLE_CHARS_MAX);
    let named = text::vendor_id(&name).map(|id| (id, name));
    let (id, name) = named.unwrap_or_else(|| {
        let id = VendorId::named("other").unwrap_or_else(|_| unreachable!("a plain word is an id"));
        (id, OTHER.to_owned())
    });
    Vendor { id, name, region: settings.ships_from.clone(), about: String::new(), methods: Vec::new() }
}

fn why_not_for_sale(first: &Row<'_>) -> Option<&'static str> {
    if first.get("Published").eq_ignore_ascii_case("false") {
        return Some("it is not published");
    }
    if matches!(first.get("Status").to_ascii_lowercase().as_str(), "draft" | "archived") {
        return Some("its status is draft or archived");
    }
    first.is("Gift Card").then_some("gift cards are no goods")
}

/// By type, else by the first tag.
fn read_shelf(first: &Row<'_>) -> Shelf {
    let names = std::iter::once(first.get("Type")).chain(first.get("Tags").split(','));
    let name = names.map(str::trim).find(|name| !text::slug(name).is_empty()).unwrap_or(OTHER);
    Shelf { slug: text::slug(name), name: text::heading(name) }
}

/// Names of the options; none for Shopify's `Title: Default Title`.
fn option_names(first: &Row<'_>) -> Vec<String> {
    if first.get("Option1 Value") == "Default Title" {
        return Vec::new();
    }
    let columns = ["Option1 Name", "Option2 Name", "Option3 Name"];
    columns.iter().map(|column| text::word(first.get(column))).take_while(|name| !name.is_empty()).collect()
}

fn read_variants(
    handle: &str,
    rows: &[Row<'_>],
    options: &[String],
    settings: &Settings,
    pictures: &mut Pictures,
    entries: &mut Vec<Entry>,
) -> Vec<Read> {
    let mut variants: Vec<Read> = Vec::new();
    let mut skus = HashSet::new();
    // A row without a price and an option is there for its picture alone.
    let rows = rows.iter().filter(|row| {
        !row.get("Variant Price").is_empty()
            || !row.get("Option1 Value").is_empty()
            || !row.get("Title").is_empty()
    });
    for row in rows {
        let read = read_variant(handle, row, options, settings, entries).and_then(|read| {
            if variants.len() == VARIANTS_MAX {
                return Err(format!("more than {VARIANTS_MAX} variants"));
            }
            if variants.iter().any(|other| other.variant.options == read.variant.options) {
                return Err("another row has the same options".to_owned());
            }
            if !skus.insert(read.variant.sku.clone()) {
                return Err(format!("SKU {} stands twice", read.variant.sku));
            }
            Ok(read)
        });
        match read {
            Ok(mut read) => {
                read.variant.picture = pictures.of_variant(row);
                variants.push(read);
            }
            Err(reason) => entries.push(Entry::Issue(Issue::refused(row.line, handle, reason))),
        }
    }
    variants
}

fn read_variant(
    handle: &str,
    row: &Row<'_>,
    options: &[String],
    settings: &Settings,
    entries: &mut Vec<Entry>,
) -> Result<Read, String> {
    let columns = ["Option1 Value", "Option2 Value", "Option3 Value"];
    let values: Vec<String> =
        columns.iter().take(options.len()).map(|name| text::word(row.get(name))).collect();
    if values.iter().any(String::is_empty) {
        return Err("an option has no value".to_owned());
    }
    let price = read_price("Variant Price", row.get("Variant Price"), settings)?;
    let compare_at = match row.get("Variant Compare At Price") {
        "" => None,
        price => Some(read_price("Variant Compare At Price", price, settings)?),
    };
    let sku = read_sku(handle, row, &values, entries)?;
    Ok(Read {
        stock: read_stock(handle, row, settings, entries)?,
        variant: Variant {
            sku: sku.clone(),
            options: values,
            price,
            compare_at: compare_at.filter(|before| before.amount > price.amount),
            weight_g: read_weight(row.get("Variant Grams"))?,
            stock: StockLine { item: sku, units: 1 },
            picture: None,
        },
    })
}

fn read_sku(
    handle: &str,
    row: &Row<'_>,
    options: &[String],
    entries: &mut Vec<Entry>,
) -> Result<Sku, String> {
    let given = row.get("Variant SKU").trim_start_matches('\'');
    if given.is_empty() {
        return text::derived_sku(handle, options).ok_or_else(|| "no SKU can be made for it".to_owned());
    }
    let sku = text::sku(given).ok_or("Variant SKU has no letter or digit")?;
    if sku.as_str() != given {
        let reason = format!("SKU {} is written {sku}", text::plain(given, 80));
        entries.push(Entry::Issue(Issue::warning(row.line, handle, reason)));
    }
    Ok(sku)
}

fn read_price(column: &str, text: &str, settings: &Settings) -> Result<Money, String> {
    let price =
        Money::parse_decimal(text, settings.currency).map_err(|error| format!("{column}: {error}"))?;
    check_price(price)
}

fn read_stock(
    handle: &str,
    row: &Row<'_>,
    settings: &Settings,
    entries: &mut Vec<Entry>,
) -> Result<i64, String> {
    let text = row.get("Variant Inventory Qty");
    if text.is_empty() {
        return Ok(settings.default_stock);
    }
    let stock: i64 = text.parse().map_err(|_| "Variant Inventory Qty is not a whole number".to_owned())?;
    if stock > STOCK_UNITS_MAX {
        return Err("Variant Inventory Qty is out of range".to_owned());
    }
    if stock < 0 {
        entries.push(Entry::Issue(Issue::warning(row.line, handle, "stock is below 0: taken as 0")));
    }
    Ok(stock.max(0))
}

/// Grams; some exports write them with a fraction.
fn read_weight(text: &str) -> Result<u32, String> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if whole.is_empty() {
        return Ok(0);
    }
    let grams = whole.parse().ok().filter(|grams| *grams <= WEIGHT_G_MAX);
    grams.ok_or_else(|| "Variant Grams is not a weight".to_owned())
}

/// The pictures of all rows, each once, in the order of `Image Position`.
struct Pictures {
    sources: Vec<PictureSource>,
    dropped: usize,
}

impl Pictures {
    fn read(rows: &[Row<'_>], first: &Row<'_>) -> Self {
        let mut listed: Vec<_> = rows.iter().filter(|row| !row.get("Image Src").is_empty()).collect();
        listed.sort_by_key(|row| row.get("Image Position").parse::<u32>().unwrap_or(u32::MAX));
        let mut pictures = Self { sources: Vec::new(), dropped: 0 };
        let title = first.get("Title");
        for row in listed {
            let alt = if row.get("Image Alt Text").is_empty() { title } else { row.get("Image Alt Text") };
            pictures.add(row.get("Image Src"), alt);
        }
        for row in rows.iter().filter(|row| !row.get("Variant Image").is_empty()) {
            pictures.add(row.get("Variant Image"), title);
        }
        pictures
    }

    fn add(&mut self, url: &str, alt: &str) {
        let place = Place::Url(url.to_owned());
        if self.sources.iter().any(|source| source.place == place) {
            return;
        }
        if self.sources.len() == PICTURES_MAX {
            self.dropped += 1;
        } else {
            self.sources.push(PictureSource { place, alt: text::plain(alt, 300) });
        }
    }

    /// A variant shows its own picture, or the one on its row.
    fn of_variant(&self, row: &Row<'_>) -> Option<u32> {
        let own = row.get("Variant Image");
        let url = if own.is_empty() { row.get("Image Src") } else { own };
        let place =
            self.sources.iter().position(|source| matches!(&source.place, Place::Url(known) if known == url));
        place.and_then(|place| u32::try_from(place).ok())
    }
}
