//! Carts: guards undo the whole batch.

use futures::executor::block_on;
use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::CartId;
use kiosk_money::{Currency, Money};
use kiosk_pop_store::StoreError;
use kiosk_pop_store::carts::{self, Asked, CART_KEPT_MS, CART_LINES_MAX, LineChange};
use kiosk_pop_store::guard::Guard;
use kiosk_pop_store::idempotency::{REMEMBERED_MS, Remembered, prune, remember};

use crate::{database, number, sku};

const PRICE: Money = Money::new(1_999, Currency::EUR);

fn cart() -> CartId {
    CartId::named("a").unwrap()
}

/// Puts pieces of a SKU into a cart, or removes it when there is no price.
async fn change(
    db: &dyn Database,
    cart: &CartId,
    version: Option<u64>,
    name: &str,
    line: Option<(u32, Money)>,
) -> Result<(), StoreError> {
    let sku = sku(name);
    let change = LineChange { cart, version, sku: &sku, now_ms: 0 };
    match line {
        Some((quantity, price)) => carts::put_line(db, change, quantity, price).await,
        None => carts::remove_line(db, change).await,
    }
}

const ONE: Option<(u32, Money)> = Some((1, PRICE));

#[test]
fn a_cart_reads_back_with_its_lines() {
    block_on(async {
        let db = database().await;
        carts::create(&db, &cart(), "hash", 5).await.unwrap();
        let empty = carts::load(&db, &cart(), Asked::default()).await.unwrap().unwrap().cart;
        assert_eq!((empty.version, empty.currency, empty.lines.len()), (1, None, 0));
        change(&db, &cart(), Some(1), "MUG", Some((2, PRICE))).await.unwrap();
        change(&db, &cart(), None, "GONE", ONE).await.unwrap();
        let full = carts::load(&db, &cart(), Asked::default()).await.unwrap().unwrap().cart;
        assert_eq!((full.version, full.currency, full.created_ms), (3, Some(Currency::EUR), 5));
        assert_eq!(full.lines[1].sold.as_ref().unwrap().price, PRICE);
        assert!(full.lines[0].sold.is_none());
        for name in ["MUG", "GONE", "GONE"] {
            change(&db, &cart(), None, name, None).await.unwrap();
        }
        let empty = carts::load(&db, &cart(), Asked::default()).await.unwrap().unwrap().cart;
        assert_eq!((empty.version, empty.currency, empty.lines.len()), (6, None, 0));
        assert!(carts::load(&db, &CartId::named("b").unwrap(), Asked::default()).await.unwrap().is_none());
    });
}

#[test]
fn a_broken_guard_undoes_the_change_and_is_named() {
    block_on(async {
        let db = database().await;
        carts::create(&db, &cart(), "hash", 0).await.unwrap();
        change(&db, &cart(), None, "MUG", ONE).await.unwrap();
        let usd = Money::new(1, Currency::USD);
        let other = CartId::named("b").unwrap();
        let cases = [
            (change(&db, &cart(), Some(1), "X", ONE).await, Guard::CartVersionIsCurrent),
            (change(&db, &cart(), None, "X", Some((1, usd))).await, Guard::CartHasOneCurrency),
            (change(&db, &cart(), Some(9), "MUG", None).await, Guard::CartVersionIsCurrent),
            (change(&db, &other, None, "X", ONE).await, Guard::CartIsOpen),
        ];
        for (result, guard) in cases {
            let error = result.unwrap_err();
            let broke: Vec<_> = Guard::ALL.into_iter().filter(|guard| guard.broke(&error)).collect();
            assert_eq!(broke, [guard], "{error}");
        }
        for line in 1..CART_LINES_MAX {
            change(&db, &cart(), None, &format!("X{line}"), ONE).await.unwrap();
        }
        let error = change(&db, &cart(), None, "X", ONE).await.unwrap_err();
        assert!(Guard::CartHasRoom.broke(&error), "{error}");
        assert_eq!(number(&db, "SELECT COUNT(*) FROM cart_line").await, i64::from(CART_LINES_MAX));
        assert_eq!(number(&db, "SELECT COUNT(*) FROM guard").await, 0);
    });
}

#[test]
fn answers_are_remembered_for_a_day_under_their_scope() {
    block_on(async {
        let db = database().await;
        carts::create(&db, &cart(), "hash", 0).await.unwrap();
        let answer = Remembered { request_hash: "h".into(), status: 201, response: "{}".into() };
        db.batch(vec![remember(cart().as_str(), "key", &answer, 0)]).await.unwrap();
        let twice = db.batch(vec![remember(cart().as_str(), "key", &answer, 1)]).await.unwrap_err();
        assert!(twice.violates("idempotency.scope"), "{twice}");
        let load = async |key| {
            let asked = Asked { idempotency_key: key, ..Asked::default() };
            carts::load(&db, &cart(), asked).await.unwrap().unwrap().remembered
        };
        assert_eq!(
            (load(Some("key")).await, load(Some("other")).await, load(None).await),
            (Some(answer), None, None)
        );
        db.batch(vec![prune(REMEMBERED_MS)]).await.unwrap();
        assert!(load(Some("key")).await.is_some());
        db.batch(vec![prune(REMEMBERED_MS + 1)]).await.unwrap();
        assert!(load(Some("key")).await.is_none());
    });
}

#[test]
fn pruning_takes_the_lines_along() {
    block_on(async {
        let db = database().await;
        db.batch(vec![Statement::new("PRAGMA foreign_keys = OFF")]).await.unwrap();
        for (name, at_ms) in [("a", 0), ("b", 1)] {
            let id = CartId::named(name).unwrap();
            carts::create(&db, &id, "hash", at_ms).await.unwrap();
            let (sku, price) = (sku("MUG"), PRICE);
            let change = LineChange { cart: &id, version: None, sku: &sku, now_ms: at_ms };
            carts::put_line(&db, change, 1, price).await.unwrap();
        }
        db.batch(carts::prune(CART_KEPT_MS + 1).into()).await.unwrap();
        let orphans = "SELECT COUNT(*) FROM cart_line WHERE cart_id NOT IN (SELECT id FROM cart)";
        assert_eq!((number(&db, "SELECT COUNT(*) FROM cart").await, number(&db, orphans).await), (1, 0));
    });
}
