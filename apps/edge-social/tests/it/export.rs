//! What a customer wrote, as that customer downloads it.

use http::Method;
use kiosk_ids::ProductId;
use kiosk_wire::{Change, ParcelStatus, Party, Picture};
use serde_json::{Value, json};

use crate::support::{ADA, BOB, TestPop, message, order_at, room};

const PATH: &str = "/v1/social/export";

/// All parts, put together.
async fn export(pop: &TestPop, token: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut reviews, mut messages) = (Vec::new(), Vec::new());
    let mut path = PATH.to_owned();
    loop {
        let part = pop.call(Method::GET, &path, token, "-", None).await.is(200).body;
        reviews.extend(part["reviews"].as_array().unwrap().clone());
        messages.extend(part["messages"].as_array().unwrap().clone());
        match part["next"].as_str() {
            Some(next) => path = format!("{PATH}?after={next}"),
            None => return (reviews, messages),
        }
    }
}

#[tokio::test]
async fn an_export_has_ones_messages_and_reviews() {
    let pop = TestPop::open().await;
    assert_eq!(export(&pop, ADA).await, (Vec::new(), Vec::new()));
    pop.tell(vec![order_at("one", "ada", "mug", "clay", ParcelStatus::Delivered)]).await;
    let Change::Message(mut answer) = message("msg_1", 1, Party::Vendor, "Yes.", 2_000) else {
        unreachable!()
    };
    answer.pictures =
        vec![Picture { hash: "f".repeat(64), ext: "jpg".into(), alt: "The seam".into(), widths: Vec::new() }];
    pop.tell(vec![Change::Message(answer), room(None, 500)]).await;
    pop.write("k", "Is it safe? ada@example.org").await.is(201);
    let review = json!({ "stars": 4, "title": "Good", "body": "Holds coffee." });
    pop.call(Method::PUT, "/v1/reviews/prd_mug", ADA, "-", Some(review)).await.is(200);

    let (reviews, messages) = export(&pop, ADA).await;
    assert_eq!(reviews.len(), 1);
    assert_eq!(
        (&reviews[0]["product"], &reviews[0]["product_title"], &reviews[0]["body"], &reviews[0]["state"]),
        (&json!("prd_mug"), &json!("A mug"), &json!("Holds coffee."), &json!("waiting"))
    );
    let texts: Vec<_> = messages.iter().map(|message| (&message["from"], &message["text"])).collect();
    let expected = [("vendor", "Yes."), ("customer", "Is it safe? [e-mail removed]")]
        .map(|(from, text)| (json!(from), json!(text)));
    assert_eq!(texts, expected.iter().map(|(from, text)| (from, text)).collect::<Vec<_>>());
    assert!(messages.iter().all(|message| message["order"] == "ord_one" && message["vendor"] == "ven_clay"));
    assert_eq!(messages[0]["pictures"][0]["file"], format!("{}.jpg", "f".repeat(64)));
    assert_eq!(export(&pop, BOB).await, (Vec::new(), Vec::new()), "nothing of others");

    pop.host.clock.advance_ms(5_000);
    pop.call(Method::DELETE, "/v1/reviews/prd_mug", ADA, "-", None).await.is(204);
    assert!(export(&pop, ADA).await.0.is_empty(), "what was taken back is gone");
}

#[tokio::test]
async fn many_are_exported_in_parts() {
    let pop = TestPop::open().await;
    let products: Vec<_> = (0..450).map(|n| format!("p{n:04}")).collect();
    let orders = products
        .iter()
        .map(|product| order_at(&format!("of-{product}"), "ada", product, "clay", ParcelStatus::Delivered));
    pop.tell(orders.collect()).await;
    let messages =
        (1..=1_200).map(|n| message(&format!("msg_{n}"), n, Party::Vendor, &format!("text {n}"), 2_000));
    pop.tell(messages.collect()).await;
    // One of each part has a review.
    for product in ["p0000", "p0199", "p0200", "p0449"] {
        let id = ProductId::named(product).unwrap();
        let review = json!({ "stars": 5, "title": product });
        let put = pop.call(Method::PUT, &format!("/v1/reviews/{id}"), ADA, "-", Some(review)).await;
        put.is(200);
    }
    let (reviews, messages) = export(&pop, ADA).await;
    let titles: Vec<_> = reviews.iter().map(|review| review["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["p0000", "p0199", "p0200", "p0449"]);
    let numbers: Vec<_> = messages.iter().map(|message| message["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=1_200).collect::<Vec<_>>());
}

#[tokio::test]
async fn parts_that_are_none_are_refused() {
    let pop = TestPop::open().await;
    for after in ["x", "prd_%27", "-", "9999999999999999999999"] {
        let refused = pop.get(&format!("{PATH}?after={after}")).await;
        assert_eq!(refused.is_problem(422, "invalid_value").body["param"], "after", "{after}");
    }
    pop.get(&format!("{PATH}?before=1")).await.is_problem(422, "invalid_value");
}
