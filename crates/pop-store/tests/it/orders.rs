//! Orders of an account, told and not told.

use futures::executor::block_on;
use kiosk_edge_platform::native::NativeDb;
use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{OrderId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::catalog::apply::apply;
use kiosk_pop_store::order_states;
use kiosk_wire::people::{OrderState, Parcel, ParcelStatus};
use kiosk_wire::{Change, FeedPage};

use crate::database;

async fn tell(db: &NativeDb, name: &str, account: &str, placed_ms: i64, status: ParcelStatus) {
    let state = OrderState {
        id: OrderId::named(name).unwrap(),
        account: account.into(),
        placed_ms,
        total: Money::new(500, Currency::EUR),
        lines: vec![],
        parcels: vec![Parcel::new(VendorId::named("clay").unwrap(), status)],
        returns: Vec::new(),
    };
    let page = FeedPage { changes: vec![Change::Order(Box::new(state))], next: 3, more: false };
    apply(db, &page).await.unwrap();
}

async fn place(db: &NativeDb, name: &str, account: &str, placed_ms: i64) {
    let insert = Statement::new(
        "INSERT INTO orders (id, cart_id, status, placed_ms, currency, subtotal, delivery, total, delivery_kind,
           payment_id, payment_method, fraud_outcome, fraud_model, fraud_reasons, lines, account)
         VALUES (?1, ?1, 'placed', ?3, 'EUR', 400, 100, 500, 'parcel', 'p', 'invoice', 'allow', 'm', '[]', '[]', ?2)",
    );
    db.batch(vec![insert.bind(name).bind(account).bind(placed_ms)]).await.unwrap();
}

#[test]
fn told_and_untold_orders_are_one_list_without_doubles() {
    block_on(async {
        let db = database().await;
        tell(&db, "elsewhere", "ada", 10, ParcelStatus::Delivered).await;
        place(&db, "ord_both", "ada", 20).await;
        tell(&db, "both", "ada", 20, ParcelStatus::Shipped).await;
        place(&db, "ord_here", "ada", 30).await;
        place(&db, "ord_others", "bob", 40).await;
        tell(&db, "strange", "bob", 50, ParcelStatus::Placed).await;
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let page = order_states::page(&db, "ada", cursor.as_ref(), 1).await.unwrap();
            seen.extend(
                page.orders
                    .iter()
                    .map(|o| (o.id.to_string(), o.here.is_some(), o.told.is_some(), o.total.amount)),
            );
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let expected = [("ord_here", true, false), ("ord_both", true, true), ("ord_elsewhere", false, true)];
        assert_eq!(seen, expected.map(|(id, here, told)| (id.to_owned(), here, told, 500)));
        assert_eq!(order_states::page(&db, "ada", None, 9).await.unwrap().orders.len(), 3);
        assert!(order_states::page(&db, "eve", None, 9).await.unwrap().orders.is_empty());
        // A later state takes the place of the earlier one.
        tell(&db, "both", "ada", 20, ParcelStatus::Delivered).await;
        let state = order_states::get(&db, &OrderId::named("both").unwrap()).await.unwrap().unwrap();
        assert_eq!(state.parcels[0].status, ParcelStatus::Delivered);
        assert!(order_states::get(&db, &OrderId::named("here").unwrap()).await.unwrap().is_none());
    });
}
