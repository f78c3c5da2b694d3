//! What the shop of the simulation sells: few goods, so that shoppers meet at the last piece.

use core_cloud::modules::imports::draft::{Draft, Entry, Issue};
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Category, Product, StockLine, Variant, Vendor};

use crate::chance::Chance;
use crate::clock::START_MS;

/// Products at the start.
pub const PRODUCTS: u64 = 14;
/// Products with fewer pieces than there are shoppers for them.
pub const SCARCE: u64 = 5;
/// Pieces of a set.
pub const SET_UNITS: u32 = 4;
/// The slug of the only category.
const CATEGORY: &str = "things";
/// The only vendor, `ven_sim`.
pub const VENDOR: &str = "sim";

/// The SKU of one piece of a product.
pub fn sku(product: u64) -> String {
    format!("G{product}")
}

/// The SKU of the set of a product; only some have one.
pub fn set_of(product: u64) -> Option<String> {
    product.is_multiple_of(3).then(|| format!("G{product}-SET"))
}

/// The stock item of a SKU and the units of it that one piece takes. The truth the auditor counts by.
pub fn stock_of(sku: &str) -> (&str, u64) {
    match sku.strip_suffix("-SET") {
        Some(item) => (item, u64::from(SET_UNITS)),
        None => (sku, 1),
    }
}

/// Units that the shop starts with.
pub fn first_stock(product: u64) -> i64 {
    let product = i64::try_from(product).unwrap_or(0);
    match product {
        0..=1 => 4 + product * 3,
        2..=4 => 40 * product,
        _ => 100 + 40 * product,
    }
}

/// What every import starts with.
pub fn shelves() -> Vec<Entry> {
    let vendor = Vendor {
        id: VendorId::named(VENDOR).expect("a plain name"),
        name: "Simulated".into(),
        region: "DE".into(),
        about: String::new(),
        methods: Vec::new(),
    };
    let category = Category {
        slug: CATEGORY.into(),
        name: "Things".into(),
        parent: None,
        position: 1,
        blurb: String::new(),
        attributes: Vec::new(),
    };
    vec![Entry::Vendor(1, vendor), Entry::Category(2, category)]
}

fn variant(sku: &str, price: i64) -> Variant {
    let (item, units) = stock_of(sku);
    Variant {
        sku: Sku::parse(sku).expect("a plain name"),
        options: vec![],
        price: Money::new(price, Currency::EUR),
        compare_at: None,
        weight_g: 300,
        stock: StockLine {
            item: Sku::parse(item).expect("a plain name"),
            units: u32::try_from(units).unwrap_or(1),
        },
        picture: None,
    }
}

/// A product at a price per piece, in cents, and its pieces on hand.
pub fn product(number: u64, price: i64, stock: i64) -> Entry {
    let name = sku(number);
    let set = set_of(number).map(|set| variant(&set, price * 3));
    let mut variants: Vec<Variant> = std::iter::once(variant(&name, price)).chain(set).collect();
    let options = if variants.len() > 1 { vec!["Size".to_owned()] } else { vec![] };
    if variants.len() > 1 {
        for (place, variant) in variants.iter_mut().enumerate() {
            variant.options = vec![format!("size {place}")];
        }
    }
    Entry::Product(Box::new(Draft {
        line: 3,
        product: Product {
            id: ProductId::named(&name.to_lowercase()).expect("a plain name"),
            handle: name.to_lowercase(),
            title: format!("Thing {number}"),
            vendor: VendorId::named(VENDOR).expect("a plain name"),
            category: CATEGORY.into(),
            description_html: String::new(),
            featured: false,
            bulky: false,
            created_ms: START_MS,
            tags: vec![],
            attributes: Vec::new(),
            options,
            pictures: vec![],
            variants,
        },
        dated: true,
        pictures: vec![],
        stock: vec![(Sku::parse(&name).expect("a plain name"), stock)],
        vendor: None,
        shelves: vec![],
    }))
}

/// The first price of a product, in cents.
fn first_price(number: u64) -> i64 {
    i64::try_from(number * 137 + 990).unwrap_or(990)
}

/// The goods at the start.
pub fn first() -> Vec<Entry> {
    let products = (0..PRODUCTS).map(|number| product(number, first_price(number), first_stock(number)));
    shelves().into_iter().chain(products).collect()
}

/// A change of the catalogue: prices move, stock comes and goes, goods are new or leave the shop.
pub fn change(chance: &Chance, known: u64) -> (Vec<Entry>, u64) {
    let mut entries = shelves();
    let mut known_after = known;
    for _ in 0..chance.between(1, 4) {
        let number = chance.between(0, known - 1);
        let price = first_price(number) + chance.signed(-200, 400);
        let stock = first_stock(number) + chance.signed(-first_stock(number), 40);
        let duplicate = entries.iter().any(|entry| match entry {
            Entry::Product(draft) => draft.product.handle == sku(number).to_lowercase(),
            Entry::Unlisted(id, _) => id.as_str() == format!("prd_g{number}"),
            _ => false,
        });
        if duplicate {
            continue;
        }
        if chance.hits(0.06) {
            let id = ProductId::named(&sku(number).to_lowercase()).expect("a plain name");
            entries.push(Entry::Unlisted(id, Issue::warning(3, sku(number), "not for sale")));
        } else {
            entries.push(product(number, price, stock));
        }
    }
    if chance.hits(0.3) {
        entries.push(product(known_after, first_price(known_after), first_stock(known_after)));
        known_after += 1;
    }
    (entries, known_after)
}
