//! The queries on a database in memory.
#![allow(clippy::unwrap_used, missing_docs)]

mod carts;
mod leases;

use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Change, FeedPage, Product, StockLine, Variant, Vendor};

/// A database with one product of one variant, SKU and stock item `MUG`, for €19.99.
async fn database() -> NativeDb {
    let db = NativeDb::in_memory().unwrap();
    kiosk_pop_store::schema::migrate(&db).await.unwrap();
    let vendor = VendorId::named("clay").unwrap();
    let mug = Product {
        id: ProductId::named("mug").unwrap(),
        handle: "mug".into(),
        title: "Mug".into(),
        vendor: vendor.clone(),
        category: "kitchen".into(),
        description_html: String::new(),
        featured: false,
        bulky: false,
        created_ms: 0,
        tags: vec![],
        options: vec![],
        pictures: vec![],
        variants: vec![Variant {
            sku: sku("MUG"),
            options: vec![],
            price: Money::new(1_999, Currency::EUR),
            compare_at: None,
            weight_g: 300,
            stock: StockLine { item: sku("MUG"), units: 1 },
            picture: None,
        }],
    };
    let vendor = Vendor { id: vendor, name: "Clay & Co".into(), region: "DE".into(), about: String::new() };
    let changes = vec![Change::Vendor(vendor), Change::Product(Box::new(mug))];
    let page = FeedPage { changes, next: 2, more: false };
    kiosk_pop_store::catalog::apply::apply(&db, &page).await.unwrap();
    db
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

async fn number(db: &NativeDb, sql: &'static str) -> i64 {
    db.query(Statement::new(sql)).await.unwrap()[0].get(0).unwrap()
}
