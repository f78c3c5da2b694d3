//! The catalogue copy follows the feed.

use futures::executor::block_on;
use kiosk_ids::{CartId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::carts::{self, Asked, LineChange};
use kiosk_pop_store::catalog::{apply::apply, product_by_handle};
use kiosk_pop_store::media;
use kiosk_wire::{Change, FeedPage, Picture, PictureSize, Product, VendorRisk};

use crate::{database, number, product, sku};

fn page(products: Vec<Product>, next: u64) -> FeedPage {
    let changes = products.into_iter().map(|product| Change::Product(Box::new(product))).collect();
    FeedPage { changes, next, more: false }
}

/// The feed tells the last state of each product only. A POP that was away sees the new product at the old one's
/// handle before it sees where the old one went.
#[test]
fn a_handle_that_changed_hands_does_not_stop_the_feed() {
    block_on(async {
        let db = database().await;
        apply(&db, &page(vec![product("cup", "mug", "CUP")], 3)).await.unwrap();
        let there = product_by_handle(&db, "mug", 0).await.unwrap().unwrap();
        assert_eq!(there.product.variants[0].sku.as_str(), "CUP");
        assert_eq!(number(&db, "SELECT COUNT(*) FROM variant").await, 1);

        apply(&db, &page(vec![product("mug", "old-mug", "MUG")], 4)).await.unwrap();
        let moved = product_by_handle(&db, "old-mug", 0).await.unwrap().unwrap();
        assert_eq!(moved.product.variants[0].sku.as_str(), "MUG");
        assert_eq!(number(&db, "SELECT COUNT(*) FROM product").await, 2);
    });
}

#[test]
fn the_risk_of_a_vendor_may_be_told_before_the_vendor_and_again() {
    block_on(async {
        let db = database().await;
        let id = CartId::named("a").unwrap();
        carts::create(&db, &id, "hash", 0).await.unwrap();
        let change = LineChange { cart: &id, version: None, sku: &sku("MUG"), now_ms: 0 };
        carts::put_line(&db, change, 1, Money::new(1_999, Currency::EUR)).await.unwrap();
        let risk = async || {
            let cart = carts::load(&db, &id, Asked::default()).await.unwrap().unwrap().cart;
            cart.lines[0].vendor_risk_ppm
        };
        assert_eq!(risk().await, None);
        for (next, ppm) in [(3, 20_000), (4, 700)] {
            let told = ["clay", "unheard-of"]
                .map(|name| Change::VendorRisk(VendorRisk { vendor: VendorId::named(name).unwrap(), ppm }));
            apply(&db, &FeedPage { changes: told.into(), next, more: false }).await.unwrap();
            assert_eq!(risk().await, Some(ppm));
        }
        assert_eq!(number(&db, "SELECT COUNT(*) FROM vendor_risk").await, 2);
    });
}

/// A card shows the narrowest picture that is wide enough; the POP fetches them all, each once.
#[test]
fn a_picture_in_several_widths_is_expected_in_each() {
    block_on(async {
        let db = database().await;
        let sizes = [(320, "small"), (640, "middle"), (1_280, "large")];
        let widths = sizes.map(|(width, hash)| PictureSize { width, hash: hash.into(), ext: "jpg".into() });
        let mut cup = product("cup", "cup", "CUP");
        let picture = |hash: &str, widths| Picture {
            hash: hash.into(),
            ext: "jpg".into(),
            alt: "A cup".into(),
            widths,
        };
        cup.pictures = vec![picture("large", widths.to_vec()), picture("alone", vec![])];
        apply(&db, &page(vec![cup], 3)).await.unwrap();
        let mut missing = media::missing(&db, 1_000_000, 10).await.unwrap();
        missing.sort();
        assert_eq!(missing, ["alone", "large", "middle", "small"]);
        assert_eq!(number(&db, "SELECT COUNT(*) FROM product WHERE picture = 'middle.jpg'").await, 1);
    });
}
