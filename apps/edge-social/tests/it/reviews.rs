//! Reviews: by who bought and received, once.

use http::Method;
use kiosk_ids::ProductId;
use kiosk_wire::{Change, EventBody, ParcelStatus, Review, ReviewRecord};
use serde_json::{Value, json};

use crate::pictures::png;
use crate::support::{ADA, BOB, MUG, TestPop, order_at};

const PATH: &str = "/v1/reviews/prd_mug";

async fn put(pop: &TestPop, body: Value) -> crate::support::Reply {
    pop.host.clock.advance_ms(5_000);
    pop.call(Method::PUT, PATH, ADA, "-", Some(body)).await
}

async fn mine(pop: &TestPop) -> Value {
    pop.get(&format!("/v1/reviews/mine?product={MUG}")).await.is(200).body
}

/// A POP where Ada's mug has arrived.
async fn received() -> TestPop {
    let pop = TestPop::open().await;
    pop.tell(vec![order_at("one", "ada", "mug", "clay", ParcelStatus::Delivered)]).await;
    pop
}

async fn written(pop: &TestPop) -> Vec<ReviewRecord> {
    let written = |event| match event {
        EventBody::ReviewWritten(record) => Some(*record),
        _ => None,
    };
    pop.events().await.into_iter().filter_map(written).collect()
}

fn published(record: &ReviewRecord) -> Change {
    Change::Review(Box::new(Review {
        id: record.id.clone(),
        product: ProductId::parse(MUG).unwrap(),
        stars: record.stars,
        title: record.title.clone(),
        body: record.body.clone(),
        pictures: Vec::new(),
        written_ms: record.written_ms,
        answer: None,
    }))
}

#[tokio::test]
async fn only_who_bought_and_received_reviews() {
    let pop = TestPop::open().await;
    let review = json!({ "stars": 5, "title": "Good", "body": "Holds coffee." });
    let early = put(&pop, review.clone()).await;
    assert_eq!(early.is_problem(403, "not_a_buyer").body["detail"], "You can review it once it has arrived.");
    assert_eq!((&mine(&pop).await["may_review"], &mine(&pop).await["review"]), (&json!(false), &Value::Null));
    let stranger = pop.call(Method::PUT, PATH, BOB, "-", Some(review.clone())).await;
    assert_eq!(
        stranger.is_problem(403, "not_a_buyer").body["detail"],
        "Only who bought it here, logged in, can review it."
    );
    assert!(pop.events().await.is_empty());
    pop.tell(vec![order_at("one", "ada", "mug", "clay", ParcelStatus::Delivered)]).await;
    assert_eq!(put(&pop, review).await.is(200).body["review"]["state"], "waiting");
    assert_eq!(mine(&pop).await["product_title"], "A mug");
    // Another's parcel is not mine.
    pop.call(Method::PUT, PATH, BOB, "-", Some(json!({ "stars": 1, "title": "x" })))
        .await
        .is_problem(403, "not_a_buyer");
}

#[tokio::test]
async fn a_review_is_one_and_can_be_changed() {
    let pop = received().await;
    put(&pop, json!({ "stars": 2, "title": "Hm" })).await.is(200);
    put(&pop, json!({ "stars": 5, "title": "Good after all" })).await.is(200);
    let records = written(&pop).await;
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].id, records[1].id);
    assert!(records[0].id.as_str().len() == 36);
    pop.tell(vec![published(&records[0])]).await;
    assert_eq!(mine(&pop).await["review"]["state"], "waiting", "that was the review before");
    pop.tell(vec![published(&records[1])]).await;
    assert_eq!(mine(&pop).await["review"]["state"], "published");
    pop.tell(vec![Change::ReviewRemoved { id: records[1].id.clone() }]).await;
    assert_eq!(mine(&pop).await["review"]["state"], "removed");
}

#[tokio::test]
async fn a_review_is_masked_and_markup_is_text() {
    let pop = received().await;
    let draft = json!({ "stars": 4, "title": "<b>Good</b>\nmug", "body": "Ask ada@example.org" });
    let reply = put(&pop, draft).await.is(200).body;
    assert_eq!(reply["masked"], json!(["email"]));
    assert_eq!(
        (&reply["review"]["title"], &reply["review"]["body"]),
        (&json!("<b>Good</b> mug"), &json!("Ask [e-mail removed]"))
    );
    assert_eq!(written(&pop).await[0].body, "Ask [e-mail removed]");
}

#[tokio::test]
async fn bad_reviews_are_refused_and_change_nothing() {
    let pop = received().await;
    let before = pop.effects().await;
    for (body, param) in [
        (json!({ "stars": 0, "title": "x" }), "stars"),
        (json!({ "stars": 6, "title": "x" }), "stars"),
        (json!({ "stars": 4.5, "title": "x" }), "stars"),
        (json!({ "stars": 5, "title": "" }), "title"),
        (json!({ "stars": 5, "title": "x".repeat(121) }), "title"),
        (json!({ "stars": 5, "title": "x", "body": "x".repeat(2_001) }), "body"),
        (json!({ "stars": 5, "title": "x", "uploads": ["0".repeat(64)] }), "uploads"),
    ] {
        let reply = put(&pop, body.clone()).await;
        assert_eq!(reply.is_problem(422, "invalid_value").body["param"], param, "{body}");
    }
    pop.call(Method::PUT, "/v1/reviews/mug", ADA, "-", Some(json!({ "stars": 5, "title": "x" })))
        .await
        .is_problem(404, "product_not_found");
    assert_eq!(pop.effects().await, before);
}

#[tokio::test]
async fn a_review_keeps_its_pictures_when_it_is_changed() {
    let pop = received().await;
    let id = pop.upload(&png(4, 4)).await.is(201).body["id"].clone();
    put(&pop, json!({ "stars": 5, "title": "Good", "uploads": [id] })).await.is(200);
    // The picture itself is gone by now; the core has it.
    let db = &*pop.host.edge.db;
    db.batch(kiosk_pop_store::social::uploads::handed_in("ada", id.as_str().unwrap(), true)).await.unwrap();
    db.batch(kiosk_pop_store::social::uploads::prune(i64::MAX).into()).await.unwrap();
    put(&pop, json!({ "stars": 4, "title": "Good", "uploads": [id] })).await.is(200);
    assert_eq!(written(&pop).await.len(), 2);
}

#[tokio::test]
async fn changes_again_and_again_are_held_back() {
    let pop = received().await;
    put(&pop, json!({ "stars": 5, "title": "Good" })).await.is(200);
    let again = pop.call(Method::PUT, PATH, ADA, "-", Some(json!({ "stars": 4, "title": "Good" }))).await;
    again.is_problem(429, "too_many_changes");
}

#[tokio::test]
async fn a_review_is_taken_back() {
    let pop = received().await;
    pop.call(Method::DELETE, PATH, ADA, "-", None).await.is_problem(404, "review_not_found");
    put(&pop, json!({ "stars": 5, "title": "Good" })).await.is(200);
    pop.call(Method::DELETE, PATH, BOB, "-", None).await.is_problem(404, "review_not_found");
    pop.call(Method::DELETE, PATH, ADA, "-", None).await.is(204);
    assert_eq!(mine(&pop).await["review"], Value::Null);
    let events = pop.events().await;
    let EventBody::ReviewWithdrawn { id } = &events[1] else { panic!("{events:?}") };
    assert_eq!(*id, written(&pop).await[0].id);
}

#[tokio::test]
async fn a_review_of_another_pop_is_ones_own_here_too() {
    let (there, here) = (received().await, received().await);
    put(&there, json!({ "stars": 3, "title": "All right", "body": "Holds coffee." })).await.is(200);
    let record = written(&there).await.remove(0);
    here.tell(vec![published(&record)]).await;
    let review = mine(&here).await["review"].clone();
    assert_eq!(
        (&review["stars"], &review["title"], &review["state"]),
        (&json!(3), &json!("All right"), &json!("published"))
    );
    here.host.clock.advance_ms(60_000);
    here.call(Method::DELETE, PATH, ADA, "-", None).await.is(204);
    assert_eq!(mine(&here).await["review"], Value::Null, "the feed still shows it");
    here.call(Method::DELETE, PATH, ADA, "-", None).await.is_problem(404, "review_not_found");
    // What was written since then, wherever, is one's own again.
    let later = ReviewRecord { written_ms: record.written_ms + 120_000, title: "Good".into(), ..record };
    here.tell(vec![published(&later)]).await;
    assert_eq!(mine(&here).await["review"]["title"], "Good");
}
