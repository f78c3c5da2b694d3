//! The queries on a database in memory.
#![allow(clippy::unwrap_used, missing_docs)]

mod carts;
mod claims;
mod discounts;
mod feed;
mod incarnation;
mod leases;
mod models;
mod orders;
mod people;
mod plans;
mod social;

use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::meta;
use kiosk_wire::{Change, FeedPage, Product, StockLine, Variant, Vendor};

/// The name of the database.
const INCARNATION: &str = "test";

/// A database with one product of one variant, SKU and stock item `MUG`, for €19.99.
async fn database() -> NativeDb {
    let db = NativeDb::in_memory().unwrap();
    kiosk_pop_store::schema::migrate(&db).await.unwrap();
    db.batch(vec![meta::set(meta::INCARNATION, INCARNATION)]).await.unwrap();
    let vendor = VendorId::named("clay").unwrap();
    let mug = product("mug", "mug", "MUG");
    let vendor = Vendor {
        id: vendor,
        name: "Clay & Co".into(),
        region: "DE".into(),
        about: String::new(),
        methods: Vec::new(),
    };
    let changes = vec![Change::Vendor(vendor), Change::Product(Box::new(mug))];
    let page = FeedPage { changes, next: 2, more: false };
    kiosk_pop_store::catalog::apply::apply(&db, &page).await.unwrap();
    db
}

/// A product of one variant that is called `name` and stands at `handle`.
fn product(name: &str, handle: &str, variant: &str) -> Product {
    Product {
        id: ProductId::named(name).unwrap(),
        handle: handle.into(),
        title: "Mug".into(),
        vendor: VendorId::named("clay").unwrap(),
        category: "kitchen".into(),
        description_html: String::new(),
        featured: false,
        bulky: false,
        created_ms: 0,
        tags: vec![],
        attributes: Vec::new(),
        options: vec![],
        pictures: vec![],
        variants: vec![Variant {
            sku: sku(variant),
            options: vec![],
            price: Money::new(1_999, Currency::EUR),
            compare_at: None,
            weight_g: 300,
            stock: StockLine { item: sku(variant), units: 1 },
            picture: None,
        }],
    }
}

fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

async fn number(db: &NativeDb, sql: &'static str) -> i64 {
    db.query(Statement::new(sql)).await.unwrap()[0].get(0).unwrap()
}
