//! Chats: customers write in their region, vendors in the core, and moderators look at what is reported.

use axum::body::Body;
use axum::http::Request;
use core_cloud::modules::members::policy::Role;
use kiosk_ids::{MessageId, OrderId, VendorId};
use kiosk_wire::people::{Message, MessageRecord, Party, Room, RoomKey};
use kiosk_wire::{Change, Event, EventBody};

use crate::harness::*;
use crate::media::png;
use crate::vendors::upload;

on_both_databases!(
    customer_and_vendor_talk_in_order,
    a_room_takes_its_own_customer_only,
    a_closed_room_takes_nothing,
    a_vendor_sends_pictures,
    what_is_refused_keeps_what_was_typed,
    a_vendor_enters_its_own_rooms_only,
    moderators_see_what_is_reported_and_no_more,
    a_poison_message_stops_nothing,
);

pub fn key(order: &str, vendor: &str) -> RoomKey {
    RoomKey { order: OrderId::named(order).unwrap(), vendor: VendorId::named(vendor).unwrap() }
}

pub fn message(id: &str, account: &str, text: &str) -> MessageRecord {
    MessageRecord {
        id: MessageId::named(id).unwrap(),
        room: key("one", "test"),
        account: account.to_owned(),
        text: text.to_owned(),
        uploads: Vec::new(),
        sent_ms: START_MS + 1,
    }
}

pub fn sent(seq: u64, record: MessageRecord) -> Event {
    event(seq, EventBody::MessageSent(Box::new(record)))
}

/// Files with their names.
type Files<'a> = &'a [(&'a str, &'a [u8])];

/// Writes as somebody of a vendor.
pub async fn write(app: &TestApp, vendor: &str, text: &str, files: Files<'_>) -> Answer {
    upload(app, "/vendor/chats/ord_one", vendor, &[("text", text)], files).await
}

/// The rooms and messages that a POP is told, messages by their numbers.
async fn told(app: &TestApp, pop: &str) -> (Vec<Room>, Vec<Message>) {
    let (mut rooms, mut messages) = (Vec::new(), Vec::new());
    for change in app.told(pop).await {
        match change {
            Change::Room(room) => rooms.push(room),
            Change::Message(message) => messages.push(*message),
            _ => {}
        }
    }
    messages.sort_by_key(|message| message.number);
    (rooms, messages)
}

fn texts(messages: &[Message]) -> Vec<(u64, &str, Party)> {
    messages.iter().map(|message| (message.number, message.text.as_str(), message.from)).collect()
}

async fn customer_and_vendor_talk_in_order(app: TestApp) {
    let order = order_of("one", "acc-1", &[("mug", "test"), ("lamp", "other")]);
    app.delivered(vec![placed(1, order)]).await;
    let (rooms, _) = told(&app, "eu-1").await;
    let keys: Vec<_> = rooms.iter().map(|room| room.key.clone()).collect();
    assert_eq!(keys, [key("one", "other"), key("one", "test")]);
    let vendor = app.vendor_member("ven_test").await;
    let events = vec![
        sent(2, message("a", "acc-1", "Where is it?")),
        sent(3, message("b", "acc-1", "<img src=x onerror=alert(1)>")),
        sent(4, message("a", "acc-1", "told twice")),
    ];
    app.delivered(events.clone()).await;
    app.delivered(events).await;
    assert!(app.page("/vendor/chats", &vendor).await.text().contains("unread"));
    let page = app.page("/vendor/chats/ord_one", &vendor).await.text();
    assert!(page.contains("Where is it?") && page.contains("&lt;img src=x"), "{page}");
    assert!(!page.contains("<img") && !page.contains("acc-1"), "{page}");
    assert!(!app.page("/vendor/chats?state=unread", &vendor).await.text().contains("ord_one"));
    let (rooms, _) = told(&app, "eu-1").await;
    let room = rooms.iter().find(|room| room.key == key("one", "test")).unwrap();
    assert_eq!(room.vendor_read_ms, START_MS + 1);
    app.advance_ms(10);
    let write = async |text: &str| write(&app, &vendor, text, &[]).await;
    assert_eq!(write("On its way\0").await.headers["location"], "/vendor/chats/ord_one");
    for refused in ["", " \0 ", &"x".repeat(2_001)] {
        assert_eq!(write(refused).await.status, 422);
    }
    let (_, messages) = told(&app, "eu-1").await;
    let expected = [
        (1, "Where is it?", Party::Customer),
        (2, "<img src=x onerror=alert(1)>", Party::Customer),
        (3, "On its way", Party::Vendor),
    ];
    assert_eq!(texts(&messages), expected);
    let read = EventBody::RoomRead { room: key("one", "test"), read_ms: START_MS + 10 };
    app.delivered(vec![event(5, read)]).await;
    assert!(app.page("/vendor/chats/ord_one", &vendor).await.text().contains("The customer has read"));
    let (rooms, messages) = told(&app, "us-1").await;
    assert!(rooms.is_empty() && messages.is_empty(), "another region is told nothing");
}

async fn a_room_takes_its_own_customer_only(app: TestApp) {
    app.delivered(vec![placed(1, order_of("one", "acc-1", &[("mug", "test")]))]).await;
    let elsewhere = MessageRecord { room: key("two", "test"), ..message("b", "acc-1", "x") };
    let of_other = MessageRecord { room: key("one", "other"), ..message("c", "acc-1", "x") };
    app.delivered(vec![
        sent(2, message("a", "acc-2", "canary of a stranger")),
        sent(3, elsewhere),
        sent(4, of_other),
        sent(5, message("d", "acc-1", "mine")),
    ])
    .await;
    // A POP of another region may not enter either.
    let stranger = vec![
        sent(1, message("e", "acc-1", "canary from elsewhere")),
        event(2, EventBody::RoomBlocked { room: key("one", "test"), blocked: true }),
    ];
    assert_eq!(app.deliver("us-1", "db", stranger).await.status, 200);
    let (rooms, messages) = told(&app, "eu-1").await;
    assert_eq!(texts(&messages), [(1, "mine", Party::Customer)]);
    assert_eq!(rooms[0].closed_by, None);
    let dropped = app.column("SELECT why FROM chats_dropped ORDER BY id").await;
    assert_eq!(dropped, ["not_in_room"; 4]);
    assert_eq!(app.column("SELECT text FROM chats_messages").await, ["mine"], "no canary is kept");
    assert!(app.get("/metrics", None).await.text().contains("core_chat_messages_dropped_total"));
}

async fn a_closed_room_takes_nothing(app: TestApp) {
    let block = |seq, blocked| event(seq, EventBody::RoomBlocked { room: key("one", "test"), blocked });
    let order = order_of("one", "acc-1", &[("mug", "test")]);
    app.delivered(vec![placed(1, order), sent(2, message("a", "acc-1", "hello")), block(3, true)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let write = async || write(&app, &vendor, "but", &[("a.png", &png(8, 8))]).await.status;
    let set = async |blocked: &str| {
        app.post("/vendor/chats/ord_one/block", &vendor, &[("blocked", blocked)]).await.status
    };
    assert_eq!(told(&app, "eu-1").await.0[0].closed_by, Some(Party::Customer));
    assert_eq!((write().await.as_u16(), set("no").await.as_u16()), (422, 422), "the customer closed it");
    assert!(app.page("/vendor/chats/ord_one", &vendor).await.text().contains("closed by the customer"));
    let drawn = app.column("SELECT hash FROM media_files").await;
    assert!(drawn.is_empty(), "nothing is drawn for a room that takes nothing");
    app.delivered(vec![block(4, false)]).await;
    assert_eq!(set("yes").await, 303);
    app.delivered(vec![sent(5, message("b", "acc-1", "dropped")), block(6, false)]).await;
    let (rooms, messages) = told(&app, "eu-1").await;
    assert_eq!((rooms[0].closed_by, messages.len()), (Some(Party::Vendor), 1));
    assert_eq!(set("no").await, 303);
    assert_eq!(write().await, 303);
    assert_eq!(told(&app, "eu-1").await.1.len(), 2);
}

async fn a_vendor_sends_pictures(app: TestApp) {
    let order = order_of("one", "acc-1", &[("mug", "test")]);
    app.delivered(vec![placed(1, order)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let (wide, small) = (png(700, 300), png(40, 40));
    let files: [(&str, &[u8]); 2] = [("wide.png", &wide), ("small.png", &small)];
    let alone = upload(&app, "/vendor/chats/ord_one", &vendor, &[("alt", "The <b>seam</b>\0")], &files).await;
    assert_eq!(alone.headers["location"], "/vendor/chats/ord_one");
    let message = told(&app, "eu-1").await.1.remove(0);
    assert_eq!((message.number, &*message.text, message.pictures.len()), (1, "", 2));
    let picture = &message.pictures[0];
    assert_eq!(picture.alt, "The <b>seam</b>");
    assert_eq!(picture.widths.iter().map(|size| size.width).collect::<Vec<_>>(), [320, 640, 700]);
    for size in &picture.widths {
        let answer = app.pop_get("eu-1", &format!("/sync/v1/media/{}", size.hash)).await;
        assert_eq!(answer.headers["content-type"], "image/jpeg", "drawn anew");
    }

    // The panel and the desk show them narrow, and lead to them in full.
    let page = app.page("/vendor/chats/ord_one", &vendor).await.text();
    let narrow =
        format!("src=\"/vendor/pictures/{}\" alt=\"The &lt;b&gt;seam&lt;/b&gt;\"", picture.widths[0].hash);
    assert!(page.contains(&narrow) && page.contains("loading=\"lazy\""), "{page}");
    assert!(page.contains(&format!("href=\"/vendor/pictures/{}\"", picture.hash)), "{page}");
    assert!(!page.contains("class=\"text\""), "no empty text beside pictures");
    let shown = app.page(&format!("/vendor/pictures/{}", picture.widths[0].hash), &vendor).await;
    assert_eq!(shown.headers["content-type"], "image/jpeg");
    app.post("/vendor/chats/ord_one/report", &vendor, &[("reason", "look")]).await;
    let support = app.staff(Role::Support).await;
    let page = app.page("/admin/chats/ord_one/ven_test", &support).await.text();
    assert!(page.contains(&format!("src=\"/admin/pictures/{}\"", picture.widths[0].hash)), "{page}");
    let shown = app.page(&format!("/admin/pictures/{}", picture.widths[0].hash), &support).await;
    assert_eq!(shown.status, 200);
}

async fn what_is_refused_keeps_what_was_typed(app: TestApp) {
    let order = order_of("one", "acc-1", &[("mug", "test")]);
    app.delivered(vec![placed(1, order)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let (fine, large) = (png(8, 8), vec![0; 8 * 1024 * 1024 + 1]);
    let svg: &[u8] = b"<svg onload='alert(1)'/>";
    let five: Vec<(&str, &[u8])> = vec![("a.png", &fine); 5];
    let cases: [(Files<'_>, &str); 3] = [
        (&[("a.png", &fine), ("b.svg", svg)], "Picture 2: not a JPEG"),
        (&[("a.png", &large)], "At most 8 MiB"),
        (&five, "At most 4"),
    ];
    for (files, why) in cases {
        let refused = write(&app, &vendor, "I <i>typed</i> this", files).await;
        assert_eq!(refused.status, 422, "{why}");
        let page = refused.text();
        assert!(page.contains("I &lt;i&gt;typed&lt;/i&gt; this"), "{page}");
        let (_, error) = page.split_once("id=\"file-error\"").unwrap_or_else(|| panic!("{page}"));
        assert!(error.contains(why), "{error}");
    }
    // Fields behind a refused file are read too.
    let mut body =
        b"--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n".to_vec();
    body.extend_from_slice(&large);
    body.extend(
        b"\r\n--edge\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\nbehind it\r\n--edge--\r\n",
    );
    let request = Request::post("/vendor/chats/ord_one")
        .header("host", "core.test")
        .header("origin", "http://core.test")
        .header("cookie", &vendor)
        .header("content-type", "multipart/form-data; boundary=edge");
    let refused = app.send(request.body(Body::from(body)).unwrap()).await;
    assert!(refused.status == 422 && refused.text().contains("behind it"), "{}", refused.text());
    let urlencoded = app.post("/vendor/chats/ord_one", &vendor, &[("text", "x")]).await;
    assert!(urlencoded.status == 422 && urlencoded.text().contains("cannot be read"));
    assert!(told(&app, "eu-1").await.1.is_empty());
}

async fn a_vendor_enters_its_own_rooms_only(app: TestApp) {
    let order = order_of("one", "acc-1", &[("mug", "test")]);
    app.delivered(vec![placed(1, order), sent(2, message("a", "acc-1", "canary"))]).await;
    let other = app.vendor_member("ven_other").await;
    assert!(!app.page("/vendor/chats", &other).await.text().contains("ord_one"));
    for order in ["ord_one", "ord_none", "nonsense"] {
        let page = app.page(&format!("/vendor/chats/{order}"), &other).await;
        assert!(page.status == 404 && !page.text().contains("canary"));
        for act in ["", "/report", "/block"] {
            let fields = [("text", "x"), ("reason", "x"), ("blocked", "yes")];
            let answer = app.post(&format!("/vendor/chats/{order}{act}"), &other, &fields).await;
            assert_eq!(answer.status, 404, "{order}{act}");
        }
        let files: [(&str, &[u8]); 1] = [("a.png", &png(8, 8))];
        let answer = upload(&app, &format!("/vendor/chats/{order}"), &other, &[("text", "x")], &files).await;
        assert_eq!(answer.status, 404, "{order}");
    }
    let room = &told(&app, "eu-1").await.0[0];
    assert_eq!((room.closed_by, room.vendor_read_ms), (None, 0));
}

async fn moderators_see_what_is_reported_and_no_more(app: TestApp) {
    let order = order_of("one", "acc-1", &[("mug", "test")]);
    app.delivered(vec![
        placed(1, order),
        placed(2, order_of("two", "acc-1", &[("mug", "test")])),
        sent(3, message("a", "acc-1", "canary insult")),
    ])
    .await;
    let support = app.staff(Role::Support).await;
    let base = "/admin/chats/ord_one/ven_test";
    assert_eq!(app.page(base, &support).await.status, 404, "nobody reported it");
    let because = [("reason", "insults <b>us</b>")];
    for act in ["close", "open", "settle", "messages/msg_a/remove"] {
        assert_eq!(app.post(&format!("{base}/{act}"), &support, &because).await.status, 404, "{act}");
    }
    let vendor = app.vendor_member("ven_test").await;
    assert_eq!(app.post("/vendor/chats/ord_one/report", &vendor, &[]).await.status, 422);
    assert_eq!(app.post("/vendor/chats/ord_one/report", &vendor, &because).await.status, 303);
    let list = app.page("/admin/chats", &support).await.text();
    assert!(list.contains("ord_one") && list.contains("insults &lt;b&gt;us") && !list.contains("ord_two"));
    assert!(app.page(base, &support).await.text().contains("canary insult"));
    assert_eq!(app.post(&format!("{base}/close"), &support, &[("reason", "")]).await.status, 422);
    assert_eq!(app.post(&format!("{base}/close"), &support, &because).await.status, 303);
    assert_eq!(app.post(&format!("{base}/messages/msg_x/remove"), &support, &because).await.status, 404);
    assert_eq!(app.post(&format!("{base}/messages/msg_a/remove"), &support, &because).await.status, 303);
    let (rooms, messages) = told(&app, "eu-1").await;
    let room = rooms.iter().find(|room| room.key == key("one", "test")).unwrap();
    assert_eq!(room.closed_by, Some(Party::Moderator));
    assert_eq!(texts(&messages), [(1, "", Party::Customer)]);
    assert_eq!(app.column("SELECT text FROM chats_messages").await, [""], "what was taken down is gone");
    assert_eq!(app.post("/vendor/chats/ord_one/block", &vendor, &[("blocked", "no")]).await.status, 422);
    assert_eq!(app.post(&format!("{base}/open"), &support, &because).await.status, 303);
    assert_eq!(app.post(&format!("{base}/settle"), &support, &[]).await.status, 303);
    assert!(app.page("/admin/chats", &support).await.text().contains("Nothing to look at"));
    // A customer's report brings it back.
    let report = EventBody::RoomReported { room: key("one", "test"), reason: "again\0".to_owned() };
    app.delivered(vec![event(4, report)]).await;
    assert!(app.page("/admin/chats", &support).await.text().contains("again"));
    let finance = app.staff(Role::Finance).await;
    assert_eq!(app.page(base, &finance).await.status, 403);
    let log = app.page("/admin/audit?q=chat.", &app.staff(Role::Owner).await).await.text();
    for act in ["chat.close", "chat.open", "chat.remove", "chat.settle"] {
        assert!(log.contains(act), "{act}");
    }
    assert_eq!(app.app.services.audit.find_break().await.unwrap(), None);
}

async fn a_poison_message_stops_nothing(app: TestApp) {
    let mut uploads = message("d", "acc-1", "with pictures");
    uploads.uploads = vec!["\0".to_owned(), "f".repeat(64)];
    uploads.sent_ms = i64::MAX;
    let mut nobody = order_of("odd", "acc 1\0", &[("mug", "test")]);
    nobody.customer = "cus".to_owned();
    let events = vec![
        placed(1, order_of("one", "acc-1", &[("mug", "test")])),
        placed(2, nobody),
        sent(3, message("a", "acc-1", "")),
        sent(4, message("b", "acc-1", &"x".repeat(100_000))),
        sent(5, message("c", "\0", "x")),
        sent(6, uploads),
        event(7, EventBody::RoomRead { room: key("none", "test"), read_ms: i64::MAX }),
        event(8, EventBody::RoomRead { room: key("one", "test"), read_ms: i64::MIN }),
        event(9, EventBody::RoomReported { room: key("one", "test"), reason: "\0".repeat(10_000) }),
    ];
    app.delivered(events.clone()).await;
    app.delivered(events).await;
    assert_eq!(texts(&told(&app, "eu-1").await.1), [(1, "with pictures", Party::Customer)]);
    let dropped = app.column("SELECT why FROM chats_dropped ORDER BY id").await;
    assert_eq!(dropped, ["empty", "too_long", "not_in_room"]);
    let rewound = vec![sent(6, message("elsewhere", "acc-1", "lost?"))];
    app.deliver("eu-1", "db", rewound).await.is_problem(409, "events_rewound");
}
