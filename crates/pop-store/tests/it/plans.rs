//! What each page, each tick and each new instance asks costs the same in a shop of a hundred thousand products.

use std::sync::Mutex;

use futures::executor::block_on;
use futures::future::BoxFuture;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, DbError, Row, Statement};
use kiosk_ids::CartId;
use kiosk_pop_store::carts::{self, Asked};
use kiosk_pop_store::catalog::list::{ListQuery, list};
use kiosk_pop_store::{catalog, claims, discounts, leases, order_states, sync};

use crate::database;

/// Keeps how SQLite goes about each query.
struct Explained {
    db: NativeDb,
    steps: Mutex<Vec<String>>,
}

impl Database for Explained {
    fn query(&self, statement: Statement) -> BoxFuture<'_, Result<Vec<Row>, DbError>> {
        Box::pin(async move {
            let explain = Statement {
                sql: format!("EXPLAIN QUERY PLAN {}", statement.sql).into(),
                params: statement.params.clone(),
            };
            for row in self.db.query(explain).await? {
                self.steps.lock().unwrap().push(row.get(3)?);
            }
            self.db.query(statement).await
        })
    }

    fn batch(&self, statements: Vec<Statement>) -> BoxFuture<'_, Result<(), DbError>> {
        self.db.batch(statements)
    }
}

/// Whether it passes over a table that grows with the catalogue. In the order of an index it does not: it stops at the
/// limit.
fn grows(step: &str) -> bool {
    let tables = [
        "product",
        "p",
        "variant",
        "s",
        "lease",
        "l",
        "facet",
        "f",
        "review",
        "rating",
        "r",
        "order_state",
        "orders",
        "o",
        "standing",
        "cart",
        "payment",
        "discount",
        "d",
        "gift_card",
        "k",
    ];
    tables.iter().any(|table| step == format!("SCAN {table}"))
}

impl Explained {
    async fn of_a_small_shop() -> Self {
        Self { db: database().await, steps: Mutex::default() }
    }

    fn steps(&self) -> Vec<String> {
        std::mem::take(&mut *self.steps.lock().unwrap())
    }
}

#[test]
fn nothing_frequent_passes_over_the_catalogue() {
    block_on(async {
        let db = Explained::of_a_small_shop().await;
        list(&db, &ListQuery { featured: true, limit: 5, ..ListQuery::default() }).await.unwrap();
        list(&db, &ListQuery { limit: 5, ..ListQuery::default() }).await.unwrap();
        catalog::product_by_handle(&db, "mug", 1).await.unwrap();
        catalog::promoted(&db, &[], 1, 4).await.unwrap();
        catalog::promoted(&db, &["kitchen".to_owned()], 1, 4).await.unwrap();
        catalog::reviews::page(&db, "prd_mug", None, 5).await.unwrap();
        catalog::shown(&db, &["prd_mug"]).await.unwrap();
        order_states::page(&db, "account", None, 5).await.unwrap();
        claims::open_cart(&db, "account").await.unwrap();
        carts::load(&db, &CartId::named("a").unwrap(), Asked::default()).await.unwrap();
        discounts::load(&db, &CartId::named("a").unwrap(), Some("CODE"), 1).await.unwrap();
        discounts::card_by_hash(&db, "hash").await.unwrap();
        catalog::categories_of(&db, &["prd_mug"]).await.unwrap();
        catalog::skus(&db, &["MUG"]).await.unwrap();
        catalog::covers(&db).await.unwrap();
        catalog::vendors(&db).await.unwrap();
        sync::state(&db, 0).await.unwrap();
        leases::due(&db, 0, 5).await.unwrap();
        leases::accounts(&db, &["MUG"]).await.unwrap();
        let steps = db.steps();
        let growing: Vec<_> = steps.iter().filter(|step| grows(step)).collect();
        assert!(growing.is_empty(), "{growing:#?} in {steps:#?}");
    });
}

/// The shelf beside a product is the newest of its category, which may hold most of the shop.
#[test]
fn the_newest_of_a_category_are_not_sorted_out_of_all_of_it() {
    block_on(async {
        let db = Explained::of_a_small_shop().await;
        let categories = vec!["kitchen".to_owned()];
        list(&db, &ListQuery { categories, limit: 5, ..ListQuery::default() }).await.unwrap();
        let steps = db.steps();
        assert!(steps.iter().any(|step| step.contains("product_by_category")), "{steps:#?}");
        assert!(!steps.iter().any(|step| step == "USE TEMP B-TREE FOR ORDER BY"), "{steps:#?}");
    });
}
