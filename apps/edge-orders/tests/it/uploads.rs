//! Pictures of customers go to the core before the events that name them.

use http::StatusCode;
use kiosk_ids::{EventId, MessageId, OrderId, VendorId};
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::social::messages::{self, NewMessage};
use kiosk_pop_store::social::uploads::{self, Upload};
use kiosk_privacy::mask;
use kiosk_wire::{Change, EventBody, Room, RoomKey};

use crate::support::TestPop;

const ACCOUNT: &str = "a pseudonym";

fn room() -> RoomKey {
    RoomKey { order: OrderId::named("one").unwrap(), vendor: VendorId::named("clay").unwrap() }
}

/// A POP with a room.
async fn pop() -> TestPop {
    let pop = TestPop::stocked().await;
    let room = Room {
        key: room(),
        account: ACCOUNT.into(),
        closed_by: None,
        vendor_read_ms: 0,
        customer_read_ms: 0,
    };
    pop.core.with(|core| core.feed.push(Change::Room(room)));
    pop.host.clock.advance_ms(1_000);
    pop.tick_until_quiet().await;
    pop
}

/// Writes the message `number`, with a picture of these bytes.
async fn send(pop: &TestPop, number: u8, picture: Option<&[u8]>) {
    let db = &*pop.host.edge.db;
    let mut hashes = Vec::new();
    if let Some(bytes) = picture {
        let hash = hex_of(number);
        let upload = Upload { ext: "png".into(), bytes: bytes.to_vec() };
        uploads::put(db, ACCOUNT, &hash, &upload, 1).await.unwrap();
        hashes.push(hash);
    }
    let message = NewMessage {
        id: &MessageId::fresh(i64::from(number), &[number; 10]),
        room: &room(),
        account: ACCOUNT,
        text: mask("Hello").0,
        uploads: &hashes,
        now_ms: i64::from(number),
        event: &EventId::fresh(i64::from(number), &[number; 10]),
        key: ("chat", &number.to_string()),
        answer: &Remembered { request_hash: String::new(), status: 201, response: String::new() },
    };
    messages::send(db, message).await.unwrap();
}

fn hex_of(number: u8) -> String {
    format!("{number:064x}")
}

/// The messages that the core has, by the pictures they name.
fn arrived(pop: &TestPop) -> Vec<Vec<String>> {
    pop.core.with(|core| {
        let named = core.events.iter().filter_map(|event| match &event.body {
            EventBody::MessageSent(message) => Some(message.uploads.clone()),
            _ => None,
        });
        named.collect()
    })
}

#[tokio::test]
async fn a_picture_goes_before_its_message() {
    let pop = pop().await;
    let large: Vec<u8> = (0..2_500_000_u32).map(|byte| byte.to_le_bytes()[0]).collect();
    send(&pop, 1, None).await;
    send(&pop, 2, Some(&large)).await;
    send(&pop, 3, None).await;
    pop.tick_until_quiet().await;
    assert_eq!(arrived(&pop), [vec![], vec![hex_of(2)], vec![]]);
    pop.core.with(|core| assert!(core.handed_in == [(large, 0)]));
    assert_eq!(pop.number("SELECT COUNT(*) FROM outbox").await, 0);
}

#[tokio::test]
async fn a_message_waits_for_its_picture_and_those_behind_it_keep_their_order() {
    let pop = pop().await;
    pop.core.with(|core| core.lose = Some("/media"));
    for number in 1..=12 {
        send(&pop, number, Some(&[number])).await;
    }
    pop.tick().await;
    assert_eq!(arrived(&pop), Vec::<Vec<String>>::new(), "the answer to a picture was lost");
    pop.host.clock.advance_ms(60_000);
    // Eight pictures a tick: the messages of the others wait.
    pop.tick().await;
    assert_eq!(arrived(&pop).len(), 8);
    pop.tick_until_quiet().await;
    let expected: Vec<Vec<String>> = (1..=12).map(|number| vec![hex_of(number)]).collect();
    assert_eq!(arrived(&pop), expected);
}

#[tokio::test]
async fn a_picture_that_the_core_refuses_is_dropped_and_its_message_goes() {
    let pop = pop().await;
    pop.core.with(|core| core.refuse_pictures = Some(StatusCode::UNPROCESSABLE_ENTITY));
    send(&pop, 1, Some(b"no picture")).await;
    pop.tick_until_quiet().await;
    assert_eq!(arrived(&pop), [vec![hex_of(1)]]);
    assert_eq!(pop.number("SELECT COUNT(*) FROM upload_part").await, 0);
    assert!(uploads::get(&*pop.host.edge.db, ACCOUNT, &hex_of(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn orders_do_not_wait_for_a_core_that_is_away_for_pictures_alone() {
    let pop = pop().await;
    pop.core.with(|core| core.refuse_pictures = Some(StatusCode::NOT_FOUND));
    send(&pop, 1, Some(b"a picture")).await;
    let cart = pop.cart_with(&[(crate::support::MUG, 1)]).await;
    pop.buy(&cart, "key").await.is(201);
    pop.tick_until_quiet().await;
    assert_eq!((arrived(&pop).len(), pop.core.orders().len()), (1, 1));
}

#[tokio::test]
async fn pictures_that_nobody_waits_for_are_removed_after_a_day() {
    let pop = pop().await;
    let upload = Upload { ext: "png".into(), bytes: vec![1] };
    uploads::put(&*pop.host.edge.db, ACCOUNT, &hex_of(9), &upload, pop.host.edge.clock.now_ms())
        .await
        .unwrap();
    pop.host.clock.advance_ms(uploads::UPLOAD_KEPT_MS - 1);
    pop.tick().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM upload").await, 1);
    pop.host.clock.advance_ms(2_000);
    pop.tick().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM upload").await, 0);
    assert_eq!(pop.number("SELECT COUNT(*) FROM upload_part").await, 0);
}
