//! Returns that customers ask for: what can come back, told to the core once, shown until it answers.

use axum::http::StatusCode;
use http::Method;
use kiosk_ids::{EventId, OrderId, ReturnId, VendorId};
use kiosk_wire::{
    Change, EventBody, Notice, NoticeKind, OrderReturn, OrderReturnLine, OrderState, OrderedLine, Parcel,
    ParcelStatus, ReturnRecord, ReturnStatus, ReturnWish,
};
use serde_json::{Value, json};

use crate::support::{ADA, AS_ADA, AS_BOB, MUG, Reply, TestPop, who};

/// How far an order of two mugs is, as the core tells it; of a guest when `account` is empty.
fn state(id: &str, account: &str, returnable: u32, returns: Vec<OrderReturn>) -> OrderState {
    let (vendor, price) =
        (VendorId::named("clay").unwrap(), kiosk_money::Money::new(1_999, kiosk_money::Currency::EUR));
    OrderState {
        id: OrderId::parse(id).unwrap(),
        account: account.to_owned(),
        placed_ms: 1_000,
        total: kiosk_money::Money::new(4_488, kiosk_money::Currency::EUR),
        lines: vec![OrderedLine {
            sku: MUG.parse().unwrap(),
            product: "prd_mug".parse().unwrap(),
            title: "The mug".into(),
            vendor: vendor.clone(),
            quantity: 2,
            unit_price: price,
            returnable,
        }],
        parcels: vec![Parcel::new(vendor, ParcelStatus::Delivered)],
        returns,
    }
}

/// A POP with an order of two mugs that a guest has by now: its id and token.
async fn delivered() -> (TestPop, String, String) {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let order = pop.buy(&cart, "key").await.is(201).body;
    let text = |name: &str| order[name].as_str().unwrap().to_owned();
    let (id, token) = (text("id"), text("token"));
    assert_eq!(show(&pop, &id, &token).await["returnable"], json!([]), "nothing has arrived");
    pop.core.tell(Change::Order(Box::new(state(&id, "", 2, Vec::new()))));
    pop.follow().await;
    (pop, id, token)
}

async fn show(pop: &TestPop, id: &str, token: &str) -> Value {
    pop.get(&format!("/v1/orders/{id}"), Some(token)).await.is(200).body
}

fn body(quantity: u32) -> Value {
    json!({ "lines": [{ "sku": MUG, "quantity": quantity }], "reason": "faulty", "note": "Call +49 30 901820" })
}

async fn ask(pop: &TestPop, id: &str, token: &str, key: &str, body: Value) -> Reply {
    let path = format!("/v1/orders/{id}/returns");
    pop.call(Method::POST, &path, Some(token), &[("idempotency-key", key)], Some(body)).await
}

fn asked(pop: &TestPop) -> Vec<ReturnRecord> {
    let record = |event: &kiosk_wire::Event| {
        if let EventBody::ReturnAsked(record) = &event.body { Some((**record).clone()) } else { None }
    };
    pop.core.with(|state| state.events.iter().filter_map(record).collect())
}

#[tokio::test]
async fn a_guest_asks_and_hears_what_became_of_it() {
    let (pop, id, token) = delivered().await;
    let shown = show(&pop, &id, &token).await;
    assert_eq!((&shown["guest"], &shown["returnable"][0]["quantity"]), (&json!(true), &json!(2)));
    assert_eq!(shown["parcels"][0]["status"], "delivered");
    let answer = ask(&pop, &id, &token, "r1", body(1)).await.is(202).body;
    assert_eq!(answer["returns"][0]["status"], "asked");
    let given = ReturnId::parse(answer["returns"][0]["id"].as_str().unwrap()).unwrap();
    let shown = show(&pop, &id, &token).await;
    assert_eq!(
        (&shown["returns"][0]["status"], &shown["returnable"][0]["quantity"]),
        (&json!("asked"), &json!(1))
    );
    pop.tick_until_quiet().await;
    let records = asked(&pop);
    assert_eq!((records.len(), &records[0].id, records[0].lines[0].quantity), (1, &given, 1));
    assert_eq!(records[0].note, "Call [phone number removed]", "nothing personal leaves the region");

    let line = OrderReturnLine { sku: MUG.parse().unwrap(), quantity: 1, accepted: 0 };
    let told = OrderReturn {
        id: given,
        vendor: VendorId::named("clay").unwrap(),
        status: ReturnStatus::Expected,
        wish: ReturnWish::Refund,
        label: "RET-1".to_owned(),
        changed_ms: 2_000,
        lines: vec![line],
    };
    pop.core.tell(Change::Order(Box::new(state(&id, "", 1, vec![told]))));
    pop.follow().await;
    let shown = show(&pop, &id, &token).await;
    let returns = shown["returns"].as_array().unwrap();
    assert_eq!(
        (returns.len(), &returns[0]["status"], &returns[0]["label"]),
        (1, &json!("expected"), &json!("RET-1"))
    );
    assert_eq!(shown["returnable"][0]["quantity"], 1);
}

#[tokio::test]
async fn the_same_key_asks_once() {
    let (pop, id, token) = delivered().await;
    let first = ask(&pop, &id, &token, "r1", body(2)).await.is(202);
    let again = ask(&pop, &id, &token, "r1", body(2)).await.is(202);
    assert_eq!((&first.body, &again.headers["idempotent-replayed"]), (&again.body, &"true".parse().unwrap()));
    ask(&pop, &id, &token, "r1", body(1)).await.is_problem(422, "idempotency_key_reused");
    ask(&pop, &id, &token, "r2", body(1)).await.is_problem(409, "not_returnable");
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_return").await, 1);
    let path = format!("/v1/orders/{id}/returns");
    pop.call(Method::POST, &path, Some(&token), &[], Some(body(1)))
        .await
        .is_problem(400, "idempotency_key_required");
}

#[tokio::test]
async fn a_refusal_is_shown_and_gives_the_pieces_back() {
    let (pop, id, token) = delivered().await;
    let answer = ask(&pop, &id, &token, "r1", body(2)).await.is(202).body;
    let notice = Notice {
        id: EventId::named("no").unwrap(),
        order: OrderId::parse(&id).unwrap(),
        kind: NoticeKind::ReturnRefused,
        happened_ms: 1_000,
        vendor: None,
        lines: Vec::new(),
        amount: None,
        carrier: String::new(),
        tracking: String::new(),
        returned: Some(ReturnId::parse(answer["returns"][0]["id"].as_str().unwrap()).unwrap()),
        label: String::new(),
        reason: "return_window".to_owned(),
    };
    pop.core.tell(Change::Notice(Box::new(notice)));
    pop.follow().await;
    let shown = show(&pop, &id, &token).await;
    assert_eq!(shown["returns"][0]["status"], "refused");
    assert_eq!(
        (&shown["returns"][0]["reason"], &shown["returnable"][0]["quantity"]),
        (&json!("return_window"), &json!(2))
    );
}

#[tokio::test]
async fn it_is_asked_for_while_the_core_is_away() {
    let (pop, id, token) = delivered().await;
    pop.tick_until_quiet().await;
    pop.core.with(|state| state.down = Some(StatusCode::SERVICE_UNAVAILABLE));
    ask(&pop, &id, &token, "r1", body(1)).await.is(202);
    pop.tick().await;
    assert!(asked(&pop).is_empty());
    pop.core.with(|state| state.down = None);
    pop.host.clock.advance_ms(120_000);
    pop.tick_until_quiet().await;
    assert_eq!(asked(&pop).len(), 1);
}

#[tokio::test]
async fn an_account_asks_with_its_session_and_nobody_else_does() {
    let pop = TestPop::stocked().await;
    let cart = pop.cart_with(&[(MUG, 2)]).await;
    let order = pop.buy_as(ADA, &cart, "key").await.is(201).body;
    let id = order["id"].as_str().unwrap();
    pop.core.tell(Change::Order(Box::new(state(id, &who(ADA).account, 2, Vec::new()))));
    // Also one that was placed at another POP of the region.
    pop.core.tell(Change::Order(Box::new(state("ord_there", &who(ADA).account, 2, Vec::new()))));
    pop.core.tell(Change::Order(Box::new(state("ord_guests", "", 2, Vec::new()))));
    pop.follow().await;
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_state WHERE id = 'ord_guests'").await, 0);
    for id in [id, "ord_there"] {
        let path = format!("/v1/orders/{id}/returns");
        let with =
            |session: &[(&'static str, &'static str)]| [session, &[("idempotency-key", "r1")]].concat();
        let stranger = pop.call(Method::POST, &path, None, &with(&AS_BOB), Some(body(1))).await;
        stranger.is_problem(404, "order_not_found");
        pop.call(Method::POST, &path, None, &with(&AS_ADA), Some(body(1))).await.is(202);
    }
    pop.tick_until_quiet().await;
    assert_eq!(asked(&pop).len(), 2);
}

#[tokio::test]
async fn what_is_no_return_is_refused() {
    let (pop, id, token) = delivered().await;
    let long = "x".repeat(501);
    let line = |sku: &str, quantity: i64| json!({ "sku": sku, "quantity": quantity });
    for (lines, reason, note, param) in [
        (json!([]), "faulty", "", "lines"),
        (json!([line(MUG, 0)]), "faulty", "", "lines[0].quantity"),
        (json!([line(MUG, 1), line(MUG, 1)]), "faulty", "", "lines[1].sku"),
        (json!([line(MUG, 1)]), "faulty", long.as_str(), "note"),
    ] {
        let body = json!({ "lines": lines, "reason": reason, "note": note });
        let reply = ask(&pop, &id, &token, "bad", body).await;
        reply.is_problem(422, "invalid_value");
        assert_eq!(reply.body["param"], param);
    }
    for body in [json!({}), json!({"lines": [line(MUG, 1)], "reason": "bored"}), json!([1])] {
        assert_eq!(ask(&pop, &id, &token, "bad", body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for bad in [line(MUG, 3), line("LAMP", 1)] {
        let reply = ask(&pop, &id, &token, "bad", json!({"lines": [bad], "reason": "faulty"})).await;
        reply.is_problem(409, "not_returnable");
    }
    assert_eq!(pop.number("SELECT COUNT(*) FROM order_return").await, 0);
    // There is an end to what can be asked for.
    for number in 0..20 {
        pop.core.tell(Change::Order(Box::new(state(&id, "", 40, Vec::new()))));
        pop.follow().await;
        ask(&pop, &id, &token, &format!("r{number}"), body(1)).await.is(202);
    }
    ask(&pop, &id, &token, "more", body(1)).await.is_problem(409, "too_many_returns");
}
