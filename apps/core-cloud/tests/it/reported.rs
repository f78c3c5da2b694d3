//! Faults that users of other platforms reported, against the core as a whole: orders, parcels, payments and books.

use core_cloud::modules::accounting::account::Account;
use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::fulfilment::ReturnAct;
use core_cloud::modules::orders::returns::{Found, Reason, Wish};
use core_cloud::modules::payments::state::State;
use kiosk_wire::OrderRecord;

use crate::books::balance;
use crate::flow::{admin, id, purchase, ven};
use crate::harness::*;
use crate::payments::support::{CARD, Till};

on_both_databases!(
    a_split_purchase_loses_no_order_and_gives_no_captured_money_back,
    what_was_refunded_reads_so_everywhere,
    a_webhook_before_its_order_and_again_after_it_makes_one_payment,
);

/// A purchase of three vendors by card, as the core has heard of it.
async fn bought(till: &Till, name: &str) -> OrderRecord {
    let lines = [("cup", "a"), ("lamp", "b"), ("mug", "c")];
    let order = order_of(name, "acc-1", &lines);
    let payment = till.reserve(name, "card", CARD, order.total).await.unwrap();
    OrderRecord { payment, ..order }
}

/// Until services and provider have nothing more to say.
async fn rest(till: &Till) {
    for _ in 0..2 {
        till.app.drain().await;
        till.drain().await;
    }
    till.app.drain().await;
}

/// mercur#909: a cart of several vendors whose one part failed lost its other orders, and their payment went back.
async fn a_split_purchase_loses_no_order_and_gives_no_captured_money_back(app: TestApp) {
    let till = Till::open(app).await;
    let (app, orders) = (&till.app, &till.app.app.services.orders);
    app.delivered(vec![placed(1, bought(&till, "one").await)]).await;
    rest(&till).await;
    let support = admin(app).await;
    let of = |vendor: &str| (id("one"), ven(vendor));
    let (a, b, c) = (of("a"), of("b"), of("c"));
    orders.move_order(&support, (&a.0, &a.1), Stage::Shipped).await.unwrap();
    rest(&till).await;
    orders.move_order(&support, (&b.0, &b.1), Stage::Cancelled).await.unwrap();
    rest(&till).await;
    let payment = till.dossier("one").await.payment;
    assert!(payment.captured > 1_000 && payment.refunded == 0, "{payment:?}");
    orders.move_order(&support, (&c.0, &c.1), Stage::Shipped).await.unwrap();
    rest(&till).await;
    let stages = purchase(app, "one").await.now.sellers;
    let stages: Vec<Stage> = stages.iter().map(|seller| seller.stage).collect();
    assert_eq!(stages, [Stage::Shipped, Stage::Cancelled, Stage::Shipped]);
    let payment = till.dossier("one").await.payment;
    assert_eq!((payment.captured + payment.cancelled, payment.refunded), (payment.total, 0));
    assert_eq!((payment.state(), &*payment.attention), (State::Paid, ""));
    let theirs = till.sandbox.ledger().payments[0].sums;
    assert_eq!((theirs.captured, theirs.refunded, theirs.capturable), (payment.captured, 0, 0));
    assert_eq!(balance(app, Account::Receivable, "ord_one").await, 0);
}

/// spree#14622: an order that was paid back whole still read as paid.
async fn what_was_refunded_reads_so_everywhere(app: TestApp) {
    let till = Till::open(app).await;
    let (app, orders) = (&till.app, &till.app.app.services.orders);
    app.delivered(vec![placed(1, bought(&till, "one").await)]).await;
    rest(&till).await;
    let support = admin(app).await;
    for (number, vendor) in ["a", "b", "c"].map(ven).iter().enumerate() {
        let key = (&id("one"), vendor);
        for to in [Stage::Shipped, Stage::Delivered] {
            orders.move_order(&support, key, to).await.unwrap();
        }
        rest(&till).await;
        let line = u32::try_from(number).unwrap();
        let why = (Reason::Faulty, Wish::Refund);
        let given = orders.open_return(&support, key, why, &[(line, 1)]).await.unwrap();
        orders.act_on_return(&support, (None, &given), ReturnAct::Receive).await.unwrap();
        let found = Found { line, sellable: 1, damaged: 0, accepted: 1 };
        orders.act_on_return(&support, (None, &given), ReturnAct::Inspect(vec![found])).await.unwrap();
        rest(&till).await;
    }
    let payment = till.dossier("one").await.payment;
    assert_eq!((payment.refunded, payment.state()), (payment.total, State::Refunded), "delivery too");
    assert_eq!(purchase(app, "one").await.stage(), Stage::Refunded);
    let state = "SELECT state FROM payments_payments UNION ALL SELECT status FROM orders_orders";
    assert_eq!(app.column(state).await, ["refunded", "refunded"]);
    assert_eq!(balance(app, Account::Receivable, "ord_one").await, 0);
    for vendor in ["ven_a", "ven_b", "ven_c"] {
        assert_eq!(balance(app, Account::VendorPayable, vendor).await, 0);
    }
}

/// medusa#13301: the webhook came before the order was committed, and the order was lost.
async fn a_webhook_before_its_order_and_again_after_it_makes_one_payment(app: TestApp) {
    let till = Till::open(app).await;
    let order = bought(&till, "one").await;
    let webhooks = till.sandbox.due();
    let copies = |webhooks: &[(u64, http::Request<bytes::Bytes>)]| {
        let copy = |(_, request): &(u64, http::Request<bytes::Bytes>)| {
            let mut again = http::Request::post(request.uri().clone());
            again.headers_mut().unwrap().clone_from(request.headers());
            again.body(axum::body::Body::from(request.body().clone())).unwrap()
        };
        webhooks.iter().map(copy).collect::<Vec<_>>()
    };
    assert!(!webhooks.is_empty());
    for request in copies(&webhooks) {
        assert_eq!(till.app.send(request).await.status, 200);
    }
    till.app.delivered(vec![placed(1, order)]).await;
    for request in copies(&webhooks) {
        assert_eq!(till.app.send(request).await.status, 200);
    }
    rest(&till).await;
    let payment = till.dossier("one").await.payment;
    assert_eq!((payment.state(), payment.authorised), (State::Authorised, payment.total));
    assert_eq!(purchase(&till.app, "one").await.stage(), Stage::Cleared);
    assert_eq!(till.app.column("SELECT id FROM payments_payments").await.len(), 1);
}
