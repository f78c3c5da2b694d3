//! Rooms and messages.

use http::Method;
use kiosk_wire::{EventBody, Party};
use serde_json::{Value, json};

use crate::support::{ADA, ROOM, TestPop, key, message, room};

const VENDORS: &str = "msg_from-vendor";

#[tokio::test]
async fn a_room_comes_with_an_order() {
    let pop = TestPop::open().await;
    let rooms = pop.get("/v1/chats").await.is(200).body;
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1);
    let room = &rooms["rooms"][0];
    assert_eq!(
        (&room["order"], &room["vendor"], &room["titles"]),
        (&json!("ord_one"), &json!("ven_clay"), &json!(["A mug"]))
    );
    assert_eq!((&room["unread"], &room["closed_by"], &room["last"]), (&json!(0), &Value::Null, &Value::Null));
    assert_eq!(pop.get(ROOM).await.is(200).body["messages"], json!([]));
}

#[tokio::test]
async fn a_message_waits_is_delivered_and_read() {
    let pop = TestPop::open().await;
    let sent = pop.write("1", "Is it dishwasher safe?").await.is(201).body;
    assert_eq!((&sent["message"]["state"], &sent["masked"]), (&json!("waiting"), &json!([])));
    let id = sent["message"]["id"].as_str().unwrap();
    let state = async || pop.get(ROOM).await.is(200).body["messages"][0]["state"].clone();
    assert_eq!(state().await, "waiting");
    let EventBody::MessageSent(record) = &pop.events().await[0] else { panic!() };
    assert_eq!((record.id.as_str(), record.account.as_str(), &record.room), (id, "ada", &key()));

    let sent_ms = record.sent_ms;
    pop.tell(vec![message(id, 1, Party::Customer, "Is it dishwasher safe?", sent_ms)]).await;
    assert_eq!(state().await, "delivered");
    pop.tell(vec![room(None, sent_ms)]).await;
    assert_eq!(state().await, "read");
    assert_eq!(pop.get(ROOM).await.body["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn messages_keep_their_order_while_the_core_is_away() {
    let pop = TestPop::open().await;
    let texts: Vec<String> = (0..10).map(|number| format!("Message {number}")).collect();
    for text in &texts {
        pop.write(text.split(' ').next_back().unwrap(), text).await.is(201);
    }
    let body = pop.get(ROOM).await.is(200).body;
    let shown: Vec<_> =
        body["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
    assert_eq!(shown, texts);
    let events = pop.events().await;
    let told = events.iter().map(|event| match event {
        EventBody::MessageSent(message) => message.text.as_str(),
        _ => panic!("{event:?}"),
    });
    assert_eq!(told.collect::<Vec<_>>(), texts);
    // What the vendor wrote meanwhile stands before what waits.
    pop.tell(vec![message(VENDORS, 1, Party::Vendor, "Hello", 5)]).await;
    let body = pop.get(ROOM).await.body;
    assert_eq!(
        (&body["messages"][0]["text"], &body["messages"][10]["text"]),
        (&json!("Hello"), &json!("Message 9"))
    );
    assert_eq!(pop.get("/v1/chats").await.body["rooms"][0]["last"]["text"], "Message 9");
}

#[tokio::test]
async fn personal_data_never_gets_into_the_database() {
    let pop = TestPop::open().await;
    let text = "Mail ada@example.org or ring +44 20 7946 0958, card 4111 1111 1111 1111";
    let sent = pop.write("1", text).await.is(201).body;
    assert_eq!(sent["masked"], json!(["email", "card", "phone"]));
    let stored = sent["message"]["text"].as_str().unwrap();
    assert_eq!(stored, "Mail [e-mail removed] or ring [phone number removed], card [card number removed]");
    let all = format!("{:?} {}", pop.events().await, pop.get(ROOM).await.body);
    for value in ["ada@example", "7946", "4111"] {
        assert!(!all.contains(value), "{value}");
    }
}

#[tokio::test]
async fn markup_is_text() {
    let pop = TestPop::open().await;
    let text = "<script>alert(1)</script><img src=x onerror=y>' OR 1=1 --";
    assert_eq!(pop.write("1", text).await.is(201).body["message"]["text"], text);
}

#[tokio::test]
async fn the_same_key_sends_once() {
    let pop = TestPop::open().await;
    let first = pop.write("key", "Hello").await.is(201);
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let again = pop.write("key", "Hello").await.is(201);
    assert_eq!((&again.body, &again.headers["idempotent-replayed"]), (&first.body, &"true".parse().unwrap()));
    pop.write("key", "Something else").await.is_problem(422, "idempotency_key_reused");
    assert_eq!(pop.events().await.len(), 1);
}

#[tokio::test]
async fn bad_messages_are_refused_and_change_nothing() {
    let pop = TestPop::open().await;
    let before = pop.effects().await;
    let send =
        async |body: Value| pop.call(Method::POST, &format!("{ROOM}/messages"), ADA, "k", Some(body)).await;
    let stranger = "0".repeat(64);
    for (body, param) in [
        (json!({}), "text"),
        (json!({ "text": " \n\u{200b}" }).clone(), "text"),
        (json!({ "text": "x".repeat(2_001) }), "text"),
        (json!({ "text": 5 }), "text"),
        (json!({ "text": "x", "html": "y" }), ""),
        (json!({ "uploads": ["x"] }), "uploads[0]"),
        (json!({ "uploads": [stranger, stranger] }), "uploads[1]"),
        (json!({ "uploads": [stranger] }), "uploads"),
        (json!({ "text": "x", "uploads": vec!["a"; 5] }), "uploads"),
    ] {
        let reply = send(body.clone()).await;
        reply.is_problem(422, "invalid_value");
        if !param.is_empty() {
            assert_eq!(reply.body["param"], param, "{body}");
        }
    }
    let request = http::Request::post(format!("{ROOM}/messages")).header("kiosk-session", ADA);
    let request = request.header("content-type", "application/json").body("{\"text\":\"x\"}".into()).unwrap();
    pop.send(request).await.is_problem(400, "idempotency_key_required");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn too_many_messages_are_held_back_for_a_minute() {
    let pop = TestPop::open().await;
    for number in 0..20 {
        pop.write(&number.to_string(), "Hello").await.is(201);
    }
    let reply = pop.write("more", "Hello").await;
    reply.is_problem(429, "too_many_messages");
    assert_eq!(reply.headers["retry-after"], "60");
    pop.host.clock.advance_ms(60_001);
    pop.write("more", "Hello").await.is(201);
}

#[tokio::test]
async fn a_closed_room_takes_nothing() {
    let pop = TestPop::open().await;
    let block = async |blocked: bool| {
        pop.host.clock.advance_ms(5_000);
        pop.call(Method::PUT, &format!("{ROOM}/block"), ADA, "-", Some(json!({ "blocked": blocked }))).await
    };
    block(true).await.is(204);
    block(true).await.is(204);
    pop.write("1", "Hello").await.is_problem(409, "room_closed");
    assert_eq!(pop.get(ROOM).await.body["room"]["closed_by"], "customer");
    block(false).await.is(204);
    pop.write("2", "Hello").await.is(201);
    pop.tell(vec![room(Some(Party::Moderator), 0)]).await;
    pop.write("3", "Hello").await.is_problem(409, "room_closed");
    block(false).await.is_problem(409, "room_closed");
    // The answer of before is still repeated.
    pop.write("2", "Hello").await.is(201);
    let blocks =
        pop.events().await.into_iter().filter(|event| matches!(event, EventBody::RoomBlocked { .. })).count();
    assert_eq!(blocks, 2);
}

#[tokio::test]
async fn reading_is_told_once() {
    let pop = TestPop::open().await;
    let read = async || pop.call(Method::PUT, &format!("{ROOM}/read"), ADA, "-", None).await.is(204);
    read().await;
    assert!(pop.events().await.is_empty(), "there was nothing to read");
    pop.tell(vec![message(VENDORS, 1, Party::Vendor, "Yes, it is.", 5_000)]).await;
    assert_eq!(pop.get("/v1/chats").await.body["rooms"][0]["unread"], 1);
    read().await;
    read().await;
    assert_eq!(pop.events().await, [EventBody::RoomRead { room: key(), read_ms: 5_000 }]);
    assert_eq!(pop.get("/v1/chats").await.body["rooms"][0]["unread"], 0);
}

#[tokio::test]
async fn a_report_goes_to_the_moderators_once_an_hour_and_masked() {
    let pop = TestPop::open().await;
    let report = async |reason: &str| {
        pop.call(Method::POST, &format!("{ROOM}/report"), ADA, "-", Some(json!({ "reason": reason }))).await
    };
    for reason in ["", "  ", &"x".repeat(501)] {
        report(reason).await.is_problem(422, "invalid_value");
    }
    assert_eq!(report("Wants me to pay bob@example.org").await.is(202).body["masked"], json!(["email"]));
    report("Again").await.is_problem(429, "already_reported");
    let reason = "Wants me to pay [e-mail removed]".to_owned();
    assert_eq!(pop.events().await, [EventBody::RoomReported { room: key(), reason }]);
}

#[tokio::test]
async fn a_long_room_is_read_in_parts() {
    let pop = TestPop::open().await;
    let told = (1..=250)
        .map(|n| message(&format!("msg_{n}"), n, Party::Vendor, &n.to_string(), i64::try_from(n).unwrap()));
    pop.tell(told.collect()).await;
    let numbers = async |query: &str| {
        let body = pop.get(&format!("{ROOM}{query}")).await.is(200).body;
        let numbers: Vec<_> =
            body["messages"].as_array().unwrap().iter().map(|m| m["number"].as_u64().unwrap()).collect();
        (numbers[0], numbers[numbers.len() - 1], numbers.len(), body["more"].as_bool().unwrap())
    };
    assert_eq!(numbers("").await, (151, 250, 100, true));
    assert_eq!(numbers("?before=151").await, (51, 150, 100, true));
    assert_eq!(numbers("?before=51").await, (1, 50, 50, false));
    assert_eq!(numbers("?after=100").await, (101, 200, 100, true));
    assert_eq!(numbers("?after=200").await, (201, 250, 50, false));
    pop.get(&format!("{ROOM}?after=1&before=2")).await.is_problem(422, "invalid_value");
    pop.get(&format!("{ROOM}?after=x")).await.is_problem(422, "invalid_value");
}
