//! A catalogue small enough to hold in one's head. What a SKU ends in says how much of it there is.

use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Category, Change, Picture, Product, StockLine, Variant, Vendor};

pub fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

pub fn category(slug: &str, name: &str, parent: Option<&str>, position: u32) -> Change {
    Change::Category(Category {
        slug: slug.to_owned(),
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
        position,
        blurb: format!("{name} for every day."),
        attributes: Vec::new(),
    })
}

pub fn vendor(name: &str, title: &str) -> Change {
    Change::Vendor(Vendor {
        id: VendorId::named(name).unwrap(),
        name: title.to_owned(),
        region: "DE".to_owned(),
        about: format!("{title} is a small workshop. It has a roof."),
        methods: Vec::new(),
    })
}

pub fn variant(sku: &str, options: &[&str], price: i64) -> Variant {
    Variant {
        sku: Sku::parse(sku).unwrap(),
        options: options.iter().map(|&option| option.to_owned()).collect(),
        price: euro(price),
        compare_at: None,
        weight_g: 400,
        stock: StockLine { item: Sku::parse(sku).unwrap(), units: 1 },
        picture: None,
    }
}

pub fn product(
    handle: &str,
    title: &str,
    category: &str,
    options: &[&str],
    variants: Vec<Variant>,
) -> Product {
    let picture = |n: u8| Picture {
        hash: format!("{n:02x}").repeat(32),
        ext: "svg".to_owned(),
        alt: format!("{title}, view {n}"),
        widths: Vec::new(),
    };
    Product {
        id: ProductId::named(handle).unwrap(),
        handle: handle.to_owned(),
        title: title.to_owned(),
        vendor: VendorId::named("ostwerk").unwrap(),
        category: category.to_owned(),
        description_html: "<p>Thrown &amp; glazed <b>by hand</b>.</p>".to_owned(),
        featured: false,
        bulky: false,
        created_ms: 1_780_000_000_000 + handle.len() as i64,
        tags: vec!["handmade".to_owned()],
        attributes: Vec::new(),
        options: options.iter().map(|&option| option.to_owned()).collect(),
        pictures: vec![picture(1), picture(2)],
        variants,
    }
}

pub fn small() -> Vec<Change> {
    let mut mug = product(
        "mug",
        "Speckled mug",
        "mugs",
        &["Colour", "Size"],
        vec![
            variant("MUG-SAND-S", &["Sand", "Small"], 1_900),
            Variant { compare_at: Some(euro(2_900)), ..variant("MUG-SAND-L", &["Sand", "Large"], 2_400) },
            variant("MUG-MOSS-FEW", &["Moss", "Small"], 1_900),
            variant("MUG-MOSS-OUT", &["Moss", "Large"], 2_400),
        ],
    );
    mug.featured = true;
    let lamp = product("lamp", "Brass lamp", "lamps", &[], vec![variant("LAMP-OUT", &[], 124_900)]);
    let pan = product("pan", "Iron pan", "kitchen", &[], vec![variant("PAN-WAY", &[], 8_900)]);
    let mut bench = product("bench", "Oak bench", "lamps", &[], vec![variant("BENCH", &[], 39_000)]);
    bench.bulky = true;
    let odd = product(
        "odd",
        "<script>alert('x')</script> & \"quotes\"",
        "mugs",
        &["Colour"],
        vec![variant("ODD-1", &["<b>Red</b>"], 500), variant("ODD-2", &["\" onclick=\"x"], 500)],
    );
    let products = [mug, lamp, pan, bench, odd].into_iter().map(|product| Change::Product(Box::new(product)));
    [
        vendor("ostwerk", "Ostwerk Keramik"),
        category("kitchen", "Kitchen", None, 1),
        category("mugs", "Mugs & Cups", Some("kitchen"), 1),
        category("light", "Light", None, 2),
        category("lamps", "Lamps", Some("light"), 1),
        category("empty", "Nothing yet", None, 3),
    ]
    .into_iter()
    .chain(products)
    .collect()
}
