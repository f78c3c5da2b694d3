//! Rooms and messages follow the feed, in whatever order it tells them.

use futures::executor::block_on;
use kiosk_edge_platform::native::NativeDb;
use kiosk_ids::{MessageId, OrderId, ProductId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_pop_store::catalog::apply::apply;
use kiosk_pop_store::social::messages::{self, Part};
use kiosk_pop_store::social::{purchases, rooms};
use kiosk_wire::{
    Change, FeedPage, Message, OrderState, OrderedLine, Parcel, ParcelStatus, Party, Picture, Room, RoomKey,
};

use crate::{database, number, sku};

const ADA: &str = "pseudonym of ada";

fn key(vendor: &str) -> RoomKey {
    RoomKey { order: OrderId::named("one").unwrap(), vendor: VendorId::named(vendor).unwrap() }
}

/// An order of two vendors, of which the first has delivered.
fn order() -> Change {
    let line = |product: &str, vendor: &str| OrderedLine {
        sku: sku(product),
        product: ProductId::named(product).unwrap(),
        title: format!("A {product}"),
        vendor: key(vendor).vendor,
        quantity: 1,
        unit_price: Money::new(100, Currency::EUR),
        returnable: 0,
    };
    let parcel = |vendor: &str, status| Parcel::new(key(vendor).vendor, status);
    Change::Order(Box::new(OrderState {
        id: key("clay").order,
        account: ADA.into(),
        placed_ms: 10,
        total: Money::new(300, Currency::EUR),
        lines: vec![line("mug", "clay"), line("bowl", "clay"), line("lamp", "light")],
        parcels: vec![parcel("clay", ParcelStatus::Delivered), parcel("light", ParcelStatus::Shipped)],
        returns: Vec::new(),
    }))
}

fn room(closed_by: Option<Party>, vendor_read_ms: i64, customer_read_ms: i64) -> Change {
    Change::Room(Room { key: key("clay"), account: ADA.into(), closed_by, vendor_read_ms, customer_read_ms })
}

fn message(number: u64, text: &str) -> Change {
    let picture =
        Picture { hash: "a".repeat(64), ext: "webp".into(), alt: String::new(), widths: Vec::new() };
    Change::Message(Box::new(Message {
        id: MessageId::named(&number.to_string()).unwrap(),
        room: key("clay"),
        number,
        from: Party::Vendor,
        text: text.into(),
        pictures: vec![picture],
        sent_ms: 100 + i64::try_from(number).unwrap(),
    }))
}

async fn tell(db: &NativeDb, changes: Vec<Change>) {
    apply(db, &FeedPage { changes, next: 3, more: false }).await.unwrap();
}

#[test]
fn a_room_is_the_same_in_whatever_order_it_is_told() {
    block_on(async {
        let told = [order(), message(2, "two"), room(Some(Party::Vendor), 50, 101), message(1, "one")];
        let mut seen = Vec::new();
        for start in 0..told.len() {
            let db = database().await;
            let mut turned = told.to_vec();
            turned.rotate_left(start);
            for change in turned {
                tell(&db, vec![change]).await;
            }
            // All of it again, at once, changes nothing.
            tell(&db, told.to_vec()).await;
            let list = rooms::list(&db, ADA, 9).await.unwrap();
            let texts = messages::list(&db, &key("clay"), Part::Last, 9).await.unwrap();
            assert_eq!(number(&db, "SELECT COUNT(*) FROM media").await, 1, "the picture is expected");
            seen.push((list, texts));
        }
        let (list, texts) = &seen[0];
        assert_eq!(texts.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        let clay = &list[0].0;
        assert_eq!(
            (clay.titles.as_slice(), clay.vendor_name.as_str()),
            (["A mug".to_owned(), "A bowl".to_owned()].as_slice(), "Clay & Co")
        );
        assert_eq!((clay.unread, clay.closed_by, clay.moved_ms), (1, Some(Party::Vendor), 102));
        assert_eq!((list[0].1.as_ref().unwrap().number, list.len()), (Some(2), 2));
        assert!(seen.iter().all(|other| other == &seen[0]));
    });
}

#[test]
fn a_message_that_a_moderator_took_away_is_empty() {
    block_on(async {
        let db = database().await;
        tell(&db, vec![order(), message(1, "rude")]).await;
        let Change::Message(mut gone) = message(1, "") else { panic!() };
        gone.pictures.clear();
        tell(&db, vec![Change::Message(gone)]).await;
        let messages = messages::list(&db, &key("clay"), Part::After(0), 9).await.unwrap();
        assert!(messages.len() == 1 && messages[0].text.is_empty() && messages[0].pictures.is_empty());
    });
}

#[test]
fn what_was_bought_and_has_arrived_is_known() {
    block_on(async {
        let db = database().await;
        tell(&db, vec![order()]).await;
        for (product, delivered) in [("mug", Some(true)), ("lamp", Some(false)), ("never", None)] {
            let found = purchases::get(&db, ADA, &ProductId::named(product).unwrap()).await.unwrap();
            assert_eq!(found.map(|purchase| purchase.delivered), delivered, "{product}");
        }
        assert!(purchases::get(&db, "bob", &ProductId::named("mug").unwrap()).await.unwrap().is_none());
        assert!(rooms::get(&db, "bob", &key("clay")).await.unwrap().is_none());
    });
}
