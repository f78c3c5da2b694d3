//! The storefront in a plain process, with the demo catalogue and an edge-orders in memory, to look at pages while
//! working on them: `cargo run --release -p storefront --example serve -- 8010`.

#![allow(clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use kiosk_edge_platform::db::BATCH_STATEMENTS_MAX;
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::media;
use kiosk_wire::{Category, Change, Picture, Product, StockLine, Variant, Vendor};
use sha2::{Digest, Sha256};

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(8010_u16);
    let mut pictures = Vec::new();
    let changes = demo(&mut pictures);
    let shop = support::TestShop::with(changes).await;
    let stored: Vec<_> =
        pictures.into_iter().map(|(hash, svg)| media::put(&hash, svg.into_bytes())).collect();
    for batch in stored.chunks(BATCH_STATEMENTS_MAX) {
        shop.host.edge.db.batch(batch.to_vec()).await.unwrap();
    }
    shop.host.edge.db.batch(few_here_and_there()).await.unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("http://127.0.0.1:{port}");
    axum::serve(listener, shop.router).await.unwrap();
}

/// Some items are scarce, so that every state of stock can be seen.
fn few_here_and_there() -> Vec<kiosk_edge_platform::Statement> {
    [
        "granted = 3 WHERE rowid % 7 = 0",
        "granted = 0 WHERE rowid % 11 = 0",
        "granted = 0, core_available = 0 WHERE rowid % 13 = 0",
    ]
    .map(|change| {
        change.replace("rowid", "(unicode(substr(item, -1)) + length(item) * 3 + unicode(substr(item, 2)))")
    })
    .map(|change| kiosk_edge_platform::Statement::new(format!("UPDATE lease SET {change}")))
    .into()
}

fn demo(pictures: &mut Vec<(String, String)>) -> Vec<Change> {
    let vendors = kiosk_demo_shop::vendors().into_iter().map(|vendor| {
        let id = VendorId::parse(&vendor.id).unwrap();
        Change::Vendor(Vendor {
            id,
            name: vendor.name,
            region: vendor.region,
            about: vendor.about,
            methods: Vec::new(),
        })
    });
    let categories = kiosk_demo_shop::categories().into_iter().map(|category| {
        Change::Category(Category {
            slug: category.slug,
            name: category.name,
            parent: category.parent,
            position: category.position,
            blurb: category.blurb,
            attributes: Vec::new(),
        })
    });
    let mut changes: Vec<Change> = vendors.chain(categories).collect();
    for (number, product) in kiosk_demo_shop::products().into_iter().enumerate() {
        changes.push(Change::Product(Box::new(of_demo(product, number as i64, pictures))));
    }
    changes
}

fn of_demo(product: kiosk_demo_shop::Product, number: i64, pictures: &mut Vec<(String, String)>) -> Product {
    let picture = |picture: kiosk_demo_shop::Picture| {
        let svg = kiosk_demo_shop::picture(&picture.file)?;
        let hash = hex::encode(Sha256::digest(svg.as_bytes()));
        pictures.push((hash.clone(), svg));
        Some(Picture { hash, ext: "svg".to_owned(), alt: picture.alt, widths: Vec::new() })
    };
    let money = |price: kiosk_demo_shop::Price| {
        Money::new(price.amount, Currency::from_code(&price.currency).unwrap())
    };
    let variant = |variant: kiosk_demo_shop::Variant| {
        let item = variant.stock_item.unwrap_or_else(|| variant.sku.clone());
        Variant {
            sku: Sku::parse(&variant.sku).unwrap(),
            options: variant.options,
            price: money(variant.price),
            compare_at: variant.compare_at.map(money),
            weight_g: variant.weight_g,
            stock: StockLine { item: Sku::parse(&item).unwrap(), units: variant.stock_units },
            picture: Some(u32::try_from(variant.picture).unwrap()),
        }
    };
    Product {
        id: ProductId::named(&product.handle).unwrap(),
        handle: product.handle,
        title: product.title,
        vendor: VendorId::parse(&product.vendor).unwrap(),
        category: product.category,
        description_html: product.description_html,
        featured: product.featured,
        bulky: product.bulky,
        created_ms: 1_780_000_000_000 + number,
        tags: product.tags,
        attributes: Vec::new(),
        options: product.options,
        pictures: product.pictures.into_iter().filter_map(picture).collect(),
        variants: product.variants.into_iter().map(variant).collect(),
    }
}
