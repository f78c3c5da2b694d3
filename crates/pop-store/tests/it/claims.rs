//! Carts of accounts.

use futures::executor::block_on;
use kiosk_edge_platform::native::NativeDb;
use kiosk_ids::CartId;
use kiosk_money::{Currency, Money};
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::{self, Asked, Cart, LineChange};
use kiosk_pop_store::claims::{self, MergedLine};
use kiosk_pop_store::guard::Guard;

use crate::{database, number, sku};

fn id(name: &str) -> CartId {
    CartId::named(name).unwrap()
}

async fn read(db: &NativeDb, name: &str) -> Cart {
    carts::load(db, &id(name), Asked::default()).await.unwrap().unwrap().cart
}

async fn put(db: &NativeDb, name: &str, variant: &str, quantity: u32) -> Result<(), StoreError> {
    let (cart, sku) = (id(name), sku(variant));
    let change = LineChange { cart: &cart, version: None, sku: &sku, now_ms: 0 };
    carts::put_line(db, change, quantity, Money::new(1_999, Currency::EUR)).await
}

#[test]
fn an_account_has_one_open_cart() {
    block_on(async {
        let db = database().await;
        assert_eq!(claims::open_cart(&db, "ada").await.unwrap(), None);
        carts::create(&db, &id("a"), "guest", 0).await.unwrap();
        carts::create(&db, &id("b"), "guest", 0).await.unwrap();
        let (a, b) = (read(&db, "a").await, read(&db, "b").await);
        claims::bind(&db, &a, "derived", "ada", 5).await.unwrap();
        assert_eq!(claims::open_cart(&db, "ada").await.unwrap(), Some(id("a")));
        let bound = read(&db, "a").await;
        assert_eq!(
            (bound.account.as_deref(), bound.token_hash.as_str(), bound.version),
            (Some("ada"), "derived", 2)
        );
        for taken in [
            claims::bind(&db, &b, "derived", "ada", 5).await,
            claims::create(&db, &id("c"), "derived", "ada", 5).await,
            // What was read of it before it was bound.
            claims::bind(&db, &a, "derived", "bob", 5).await,
        ] {
            taken.unwrap_err();
        }
        claims::create(&db, &id("c"), "derived", "bob", 5).await.unwrap();
        assert_eq!(number(&db, "SELECT COUNT(*) FROM cart WHERE account IS NOT NULL").await, 2);
    });
}

#[test]
fn a_merge_moves_the_lines_and_closes_the_guests_cart() {
    block_on(async {
        let db = database().await;
        claims::create(&db, &id("own"), "derived", "ada", 0).await.unwrap();
        carts::create(&db, &id("guest"), "guest", 0).await.unwrap();
        put(&db, "guest", "MUG", 2).await.unwrap();
        let (own, guest) = (read(&db, "own").await, read(&db, "guest").await);
        let lines = [MergedLine { sku: "MUG", quantity: 2 }];
        // Changed since it was read: nothing happens.
        put(&db, "guest", "CUP", 1).await.unwrap();
        let error = claims::merge(&db, &guest, &own, &lines, 9).await.unwrap_err();
        assert!(Guard::CartVersionIsCurrent.broke(&error), "{error}");
        assert_eq!(read(&db, "own").await, own);
        let guest = read(&db, "guest").await;
        claims::merge(&db, &guest, &own, &lines, 9).await.unwrap();
        let (own, guest) = (read(&db, "own").await, read(&db, "guest").await);
        assert_eq!((own.lines.len(), own.lines[0].quantity, own.currency), (1, 2, Some(Currency::EUR)));
        assert_eq!((own.is_open(), guest.is_open(), guest.lines.len()), (true, false, 0));
        assert_eq!(guest.merged_into.as_deref(), Some("crt_own"));
        let error = put(&db, "guest", "MUG", 1).await.unwrap_err();
        assert!(Guard::CartIsOpen.broke(&error), "{error}");
        assert_eq!(claims::open_cart(&db, "ada").await.unwrap(), Some(id("own")));
    });
}
