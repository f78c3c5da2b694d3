//! Nothing personal leaves the POP (invariant I3).

use http::Method;
use kiosk_edge_platform::{Statement, Value};
use kiosk_risk::Outcome;
use serde_json::json;

use crate::support::{MUG, STRIPE_HOST, TestPop};

const MARKS: [&str; 8] = [
    "Zaphodina",
    "zaphodina.marked@example.org",
    "zaphodina.marked",
    "5550173",
    "Marked Lane 7",
    "Marked Flat",
    "Markedville",
    "ZM99 1ZZ",
];

async fn marked_form(pop: &TestPop, cart: &crate::support::Cart) -> serde_json::Value {
    let mut form = pop.form(cart).await;
    form["contact"] =
        json!({"name": "Zaphodina", "email": "Zaphodina.Marked@example.org", "phone": "555 0173"});
    form["contact"]["phone"] = json!("5550173");
    form["address"] = json!({
        "street": "Marked Lane 7", "extra": "Marked Flat", "postcode": "ZM99 1ZZ", "city": "Markedville",
        "country": "GB",
    });
    form["device"] = json!("marked-device");
    form
}

fn assert_free_of_marks(bytes: &[u8], what: &str) {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    for mark in MARKS.iter().chain(&["marked-device"]) {
        assert!(!text.contains(&mark.to_lowercase()), "{what} holds {mark}");
    }
}

#[tokio::test]
async fn no_byte_that_leaves_the_pop_is_personal() {
    let pop = TestPop::stocked().await;
    for outcome in [Outcome::Allow, Outcome::Review, Outcome::Block] {
        pop.fraud.decide(outcome);
        let cart = pop.cart_with(&[(MUG, 1)]).await;
        let form = marked_form(&pop, &cart).await;
        pop.order(&cart, "key", &form).await;
    }
    pop.tick_until_quiet().await;
    assert_eq!(pop.core.with(|state| state.events.len()), 3);
    let sent = pop.sent.sent();
    assert!(sent.iter().any(|(host, _)| host == "core.test"));
    assert!(sent.iter().any(|(host, _)| host == "edge-fraud.spin.internal"));
    for (host, bytes) in sent {
        assert_free_of_marks(&bytes, &host);
    }
    let record = pop.core.orders().remove(0);
    assert_eq!((record.country.as_str(), record.area.as_str()), ("GB", "ZM"));
    assert_eq!(record.customer.len(), 32, "a pseudonym, not a person");
}

#[tokio::test]
async fn a_provider_learns_no_more_than_what_is_to_be_paid() {
    let pop = TestPop::paying().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut form = marked_form(&pop, &cart).await;
    form["payment"]["method"] = json!("card");
    let order = pop.order(&cart, "key", &form).await.is(201).body;
    pop.stripe.pay(order["payment"]["redirect_url"].as_str().unwrap());
    pop.settle(&order).await.is(200);
    let sent = pop.sent.sent();
    assert!(sent.iter().any(|(host, _)| host == STRIPE_HOST));
    let token = order["token"].as_str().unwrap();
    for (host, bytes) in sent {
        assert_free_of_marks(&bytes, &host);
        assert!(!String::from_utf8_lossy(&bytes).contains(token), "the way back has no key");
    }
}

#[tokio::test]
async fn in_the_database_only_one_table_knows_the_person() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let form = marked_form(&pop, &cart).await;
    pop.order(&cart, "key", &form).await.is(201);
    let db = &*pop.host.edge.db;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'order_person'";
    for table in db.query(Statement::new(tables)).await.unwrap() {
        let name: String = table.get(0).unwrap();
        for row in db.query(Statement::new(format!("SELECT * FROM {name}"))).await.unwrap() {
            for value in &row.0 {
                match value {
                    Value::Text(text) => assert_free_of_marks(text.as_bytes(), &name),
                    Value::Blob(bytes) => assert_free_of_marks(bytes, &name),
                    _ => {}
                }
            }
        }
    }
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_person").await, 1);
}

#[tokio::test]
async fn secrets_are_not_stored() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let order = pop.buy(&cart, "key").await.is(201).body;
    let db = &*pop.host.edge.db;
    let token = order["token"].as_str().unwrap();
    for sql in ["SELECT response FROM idempotency", "SELECT token_hash FROM cart", "SELECT lines FROM orders"]
    {
        for row in db.query(Statement::new(sql)).await.unwrap() {
            let text: String = row.get(0).unwrap();
            assert!(!text.contains(token) && !text.contains(&cart.token), "{sql}");
        }
    }
}

#[tokio::test]
async fn refusals_and_answers_to_others_do_not_repeat_the_person() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    let mut form = marked_form(&pop, &cart).await;
    form["surprise"] = json!("zaphodina.marked");
    let headers = [("idempotency-key", "key"), ("x-request-id", "req-1")];
    let reply = pop.call(Method::POST, "/v1/orders", Some(&cart.token), &headers, Some(form)).await;
    reply.is_problem(422, "invalid_value");
    assert_free_of_marks(reply.body.to_string().as_bytes(), "the problem");
    assert_eq!(reply.body["request_id"], "req-1");
}
