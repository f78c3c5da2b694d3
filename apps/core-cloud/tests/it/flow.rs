//! The life of an order: what holds it up, what is told of it, what it does to stock.

use core_cloud::modules::bus::fact::{Fact, GoodsMoved, PaymentFailed, PaymentMoved, RefundDue};
use core_cloud::modules::members::policy::Role;
use core_cloud::modules::members::service::Member;
use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::fulfilment::{ParcelAct, ReturnAct};
use core_cloud::modules::orders::purchase::{Parcel, Purchase};
use core_cloud::modules::orders::returns::{Found, Reason, Wish};
use kiosk_ids::{OrderId, PaymentId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::OrderRecord;

use crate::harness::*;

on_both_databases!(
    the_bus_brings_an_order_to_its_warehouse,
    a_purchase_of_two_vendors_is_charged_to_the_cent,
    a_split_order_charges_delivery_once,
    an_order_in_review_waits_for_an_admin,
    a_bank_transfer_clears_when_the_whole_sum_came,
    a_bank_transfer_pays_for_what_was_not_cancelled,
    a_payment_that_fails_cancels_what_was_not_sent,
    pieces_are_cancelled_before_they_leave_and_never_twice,
    one_of_three_comes_back,
    all_that_comes_back_for_a_fault_pays_delivery_back,
    an_exchange_sends_another_at_no_charge,
    lost_and_refused_parcels_are_paid_back,
    when_the_rest_of_a_lost_order_is_cancelled_delivery_is_paid_back,
    what_is_sent_stays_out_of_the_stock_books,
);

pub fn id(name: &str) -> OrderId {
    OrderId::named(name).unwrap()
}

pub fn ven(name: &str) -> VendorId {
    VendorId::named(name).unwrap()
}

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

/// Stock of one item, and an order of a POP that takes so many units of it.
pub async fn stocked(app: &TestApp, units: u32, order_name: &str) -> OrderRecord {
    app.stock_up(&[("MUG", 10)]).await;
    let lease = app.ask("eu-1", "db", ask("MUG", 0, 0, units)).await;
    assert_eq!(lease.granted, u64::from(units));
    order(order_name, vec![take("MUG", 1, units)])
}

pub async fn admin(app: &TestApp) -> Member {
    app.staff(Role::Support).await;
    let members = &app.app.services.members;
    let password = kiosk_password::Password::new(PASSWORD.to_owned());
    members.log_in("support@kiosk.test", password).await.unwrap().member
}

pub async fn purchase(app: &TestApp, name: &str) -> Purchase {
    app.app.services.orders.get_purchase(&id(name)).await.unwrap()
}

async fn stage(app: &TestApp, name: &str) -> Stage {
    purchase(app, name).await.now.sellers[0].stage
}

pub async fn parcels(app: &TestApp, name: &str) -> Vec<Parcel> {
    purchase(app, name).await.now.parcels
}

pub fn shipped(facts: &[Fact]) -> Vec<GoodsMoved> {
    let of = |fact: &Fact| if let Fact::ParcelShipped(moved) = fact { Some((**moved).clone()) } else { None };
    facts.iter().filter_map(of).collect()
}

pub fn cancelled(facts: &[Fact]) -> Vec<GoodsMoved> {
    let of =
        |fact: &Fact| if let Fact::GoodsCancelled(moved) = fact { Some((**moved).clone()) } else { None };
    facts.iter().filter_map(of).collect()
}

pub fn owed(facts: &[Fact]) -> Vec<RefundDue> {
    let of = |fact: &Fact| if let Fact::RefundDue(due) = fact { Some((**due).clone()) } else { None };
    facts.iter().filter_map(of).collect()
}

pub fn ship() -> ParcelAct {
    ParcelAct::Ship("DHL".to_owned(), "00340434161094042557".to_owned())
}

/// Sends all parcels that are planned, as they are, and hands them over.
async fn send_all(app: &TestApp, by: &Member, name: &str) -> Vec<Fact> {
    for parcel in parcels(app, name).await {
        let key = (&parcel.vendor, &parcel.id);
        for act in [ParcelAct::Pick, ParcelAct::Pack(parcel.contents.clone()), ship(), ParcelAct::Deliver] {
            app.app.services.orders.act_on_parcel(by, key, act).await.unwrap();
        }
    }
    app.hear(Vec::new()).await
}

async fn the_bus_brings_an_order_to_its_warehouse(app: TestApp) {
    let bought = stocked(&app, 2, "one").await;
    app.delivered(vec![placed(1, bought)]).await;
    assert_eq!(stage(&app, "one").await, Stage::Placed);
    app.drain().await;
    assert_eq!(stage(&app, "one").await, Stage::Cleared);
    assert_eq!(parcels(&app, "one").await.remove(0).contents, [(0, 2)]);
}

async fn a_purchase_of_two_vendors_is_charged_to_the_cent(app: TestApp) {
    let facts = app
        .sold(1, vec![order_of("one", "acc-1", &[("mug", "test"), ("lamp", "other"), ("mug", "test")])])
        .await;
    assert!(matches!(&facts[..], [Fact::OrderCleared(cleared)] if cleared.order == id("one")), "{facts:?}");
    assert_eq!(stage(&app, "one").await, Stage::Cleared);
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let planned = parcels(&app, "one").await;
    assert_eq!(planned.len(), 2, "a parcel for each vendor");
    let of_other = planned.iter().find(|parcel| parcel.vendor == ven("other")).unwrap();
    let key = (&of_other.vendor, &of_other.id);
    orders.act_on_parcel(&support, key, ParcelAct::Pick).await.unwrap();
    assert_eq!(stage(&app, "one").await, Stage::Picking);
    let facts = send_rest(&app, &support, "one").await;
    let left = shipped(&facts);
    let of = |vendor: &str| left.iter().find(|moved| moved.vendor == ven(vendor)).unwrap();
    // 490 over goods of 10 and 20: 163 and 327.
    assert_eq!((of("other").delivery, of("other").total), (eur(163), eur(1_163)));
    assert_eq!((of("test").delivery, of("test").total), (eur(327), eur(2_327)));
    assert_eq!(left.iter().filter(|moved| moved.last).count(), 1);
    let arrived = facts.iter().filter(|fact| matches!(fact, Fact::ParcelDelivered(_))).count();
    assert_eq!((arrived, stage(&app, "one").await), (2, Stage::Delivered));
}

/// Sends what is left from where it stands.
async fn send_rest(app: &TestApp, by: &Member, name: &str) -> Vec<Fact> {
    let vendors: Vec<VendorId> =
        purchase(app, name).await.now.sellers.into_iter().map(|seller| seller.vendor).collect();
    for vendor in &vendors {
        for to in [Stage::Shipped, Stage::Delivered] {
            app.app.services.orders.move_order(by, (&id(name), vendor), to).await.unwrap();
        }
    }
    app.hear(Vec::new()).await
}

async fn a_split_order_charges_delivery_once(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let first = parcels(&app, "one").await.remove(0);
    assert_eq!(first.contents, [(0, 3)]);
    let key = (&first.vendor, &first.id);
    orders.act_on_parcel(&support, key, ParcelAct::Pack(vec![(0, 4)])).await.unwrap_err();
    orders.act_on_parcel(&support, key, ParcelAct::Pack(vec![(0, 0)])).await.unwrap_err();
    orders.act_on_parcel(&support, key, ParcelAct::Pack(vec![(0, 1)])).await.unwrap();
    orders.act_on_parcel(&support, key, ship()).await.unwrap();
    assert_eq!(stage(&app, "one").await, Stage::PartiallyShipped);
    assert_eq!(app.stock("MUG").await, (7, 0, 2), "what left is out of the books");
    let facts = app.hear(Vec::new()).await;
    let left = shipped(&facts).remove(0);
    assert_eq!(
        (left.lines[0].quantity, left.delivery, left.total, left.last),
        (1, eur(490), eur(1_490), false)
    );
    let second = parcels(&app, "one").await.into_iter().find(|parcel| parcel.id != first.id).unwrap();
    assert_eq!(second.contents, [(0, 2)]);
    orders.move_order(&support, (&id("one"), &ven("test")), Stage::Shipped).await.unwrap();
    let left = shipped(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((left.lines[0].quantity, left.delivery, left.total, left.last), (2, eur(0), eur(2_000), true));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Shipped, (7, 0, 0)));
}

async fn an_order_in_review_waits_for_an_admin(app: TestApp) {
    let mut bought = stocked(&app, 2, "one").await;
    bought.fraud = fraud("review");
    let mut other = order_of("two", "acc-1", &[("lamp", "test")]);
    other.fraud = fraud("review");
    assert!(app.sold(1, vec![bought, other]).await.is_empty(), "nothing is cleared");
    assert_eq!(stage(&app, "one").await, Stage::InReview);
    let cookie = app.staff(Role::Support).await;
    let held = app.post("/admin/orders/ord_one/parcels/ven_test", &cookie, &[("status", "shipped")]).await;
    assert!(held.status == 409 && held.text().contains("An admin has to look at it"), "{}", held.text());
    let list = app.page("/admin/orders?state=in_review", &cookie).await.text();
    assert!(list.contains("ord_one") && list.contains("ord_two"));
    let page = app.page("/admin/orders/ord_one", &cookie).await.text();
    assert!(page.contains("Reject and cancel"), "{page}");
    let path = "/admin/orders/ord_one/review";
    assert_eq!(app.post(path, &cookie, &[("act", "reject")]).await.status, 422, "a reason is missing");
    assert_eq!(app.post(path, &cookie, &[("act", "x"), ("reason", "odd")]).await.status, 422);
    assert_eq!(app.post(path, &cookie, &[("act", "reject"), ("reason", "odd")]).await.status, 303);
    let facts = app.hear(Vec::new()).await;
    let gone = cancelled(&facts).remove(0);
    assert_eq!((gone.total, gone.delivery, gone.last), (eur(2_490), eur(490), true));
    assert_eq!(gone.reason, "review_rejected");
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Cancelled, (10, 0, 0)));
    assert_eq!(app.post(path, &cookie, &[("act", "release"), ("reason", "fine")]).await.status, 409);
    let path = "/admin/orders/ord_two/review";
    assert_eq!(app.post(path, &cookie, &[("act", "release"), ("reason", "known")]).await.status, 303);
    let facts = app.hear(Vec::new()).await;
    assert!(matches!(&facts[..], [Fact::OrderCleared(_)]), "{facts:?}");
    assert_eq!((stage(&app, "two").await, parcels(&app, "two").await.len()), (Stage::Cleared, 1));
}

fn received(name: &str, amount: i64) -> Fact {
    Fact::PaymentReceived(PaymentMoved {
        payment: PaymentId::named("p").unwrap(),
        order: id(name),
        provider: "bank".to_owned(),
        movement: "line".to_owned(),
        reference: "RF18".to_owned(),
        amount: eur(amount),
        fee: eur(0),
    })
}

async fn a_bank_transfer_clears_when_the_whole_sum_came(app: TestApp) {
    let mut bought = order_of("one", "acc-1", &[("mug", "test")]);
    bought.payment.method = "bank_transfer".to_owned();
    assert!(app.sold(1, vec![bought]).await.is_empty());
    assert_eq!(stage(&app, "one").await, Stage::AwaitingPayment);
    assert!(app.hear(vec![received("one", 1_489)]).await.is_empty());
    assert_eq!(stage(&app, "one").await, Stage::AwaitingPayment);
    let facts = app.hear(vec![received("one", 1)]).await;
    assert!(matches!(&facts[..], [Fact::OrderCleared(_)]), "{facts:?}");
    assert!(app.hear(vec![received("one", 5), received("unknown", 5)]).await.is_empty());
    assert_eq!(stage(&app, "one").await, Stage::Cleared);
    assert_eq!(purchase(&app, "one").await.now.attention, ["overpaid"]);
}

async fn a_bank_transfer_pays_for_what_was_not_cancelled(app: TestApp) {
    let support = admin(&app).await;
    let (order, vendor) = (id("one"), ven("test"));
    let mut bought = stocked(&app, 3, "one").await;
    bought.payment.method = "bank_transfer".to_owned();
    app.sold(1, vec![bought]).await;
    let orders = &app.app.services.orders;
    let cancel = async || {
        orders.cancel_pieces(&support, (&order, &vendor), &[(0, 1)], "sold out").await.unwrap();
        app.hear(Vec::new()).await
    };
    assert!(matches!(&cancel().await[..], [Fact::GoodsCancelled(_)]));
    app.hear(vec![received("one", 1_490)]).await;
    assert_eq!(stage(&app, "one").await, Stage::AwaitingPayment, "two of three cost 24.90");
    let facts = cancel().await;
    assert!(matches!(&facts[..], [Fact::GoodsCancelled(_), Fact::OrderCleared(_)]), "{facts:?}");
    assert_eq!(stage(&app, "one").await, Stage::Cleared, "what came is enough for one");
    let mut bought = stocked(&app, 3, "two").await;
    bought.payment.method = "bank_transfer".to_owned();
    app.sold(2, vec![bought]).await;
    orders.cancel_pieces(&support, (&id("two"), &vendor), &[(0, 1)], "sold out").await.unwrap();
    app.hear(Vec::new()).await;
    let facts = app.hear(vec![received("two", 2_490)]).await;
    assert!(matches!(&facts[..], [Fact::OrderCleared(_)]), "{facts:?}");
    assert_eq!(purchase(&app, "two").await.now.attention, Vec::<String>::new());
}

async fn a_payment_that_fails_cancels_what_was_not_sent(app: TestApp) {
    let mut bought = stocked(&app, 3, "one").await;
    bought.payment.method = "bank_transfer".to_owned();
    app.sold(1, vec![bought]).await;
    let failed = PaymentFailed {
        payment: PaymentId::named("p").unwrap(),
        order: id("one"),
        reason: "expired".to_owned(),
    };
    let facts = app.hear(vec![Fact::PaymentFailed(failed.clone())]).await;
    assert_eq!(cancelled(&facts)[0].total, eur(3_490));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Cancelled, (10, 0, 0)));
    assert!(app.hear(vec![Fact::PaymentFailed(failed)]).await.is_empty(), "nothing is cancelled twice");
    app.hear(vec![received("one", 3_490)]).await;
    assert_eq!(purchase(&app, "one").await.now.attention, ["paid_when_cancelled"]);
}

async fn pieces_are_cancelled_before_they_leave_and_never_twice(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let (order, vendor) = (id("one"), ven("test"));
    let cancel =
        async |count, reason| orders.cancel_pieces(&support, (&order, &vendor), &[(0, count)], reason).await;
    for (count, reason) in [(4, "sold out"), (0, "sold out"), (-1, "sold out"), (1, " ")] {
        assert!(cancel(count, reason).await.is_err(), "{count} {reason}");
    }
    cancel(2, "broken in the warehouse").await.unwrap();
    let gone = cancelled(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((gone.total, gone.delivery, gone.last), (eur(2_000), eur(0), false));
    assert_eq!(app.stock("MUG").await, (9, 0, 1));
    assert_eq!(parcels(&app, "one").await[0].contents, [(0, 1)], "the parcel holds what is left");
    let left = shipped(&send_all(&app, &support, "one").await).remove(0);
    assert_eq!((left.total, left.last), (eur(1_490), true));
    assert!(cancel(1, "too late").await.is_err());
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Delivered, (9, 0, 0)));
}

async fn one_of_three_comes_back(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let (order, vendor) = (id("one"), ven("test"));
    let why = (Reason::ChangedMind, Wish::Refund);
    let open = async |count| orders.open_return(&support, (&order, &vendor), why, &[(0, count)]).await;
    assert!(open(1).await.is_err(), "it has not arrived");
    send_all(&app, &support, "one").await;
    let given = open(1).await.unwrap();
    assert!(open(3).await.is_err(), "one of them is on its way back");
    let key = (Some(&vendor), &given);
    let found = |sellable, damaged, accepted| {
        ReturnAct::Inspect(vec![Found { line: 0, sellable, damaged, accepted }])
    };
    assert!(orders.act_on_return(&support, key, found(1, 0, 1)).await.is_err(), "it was not received");
    orders.act_on_return(&support, key, ReturnAct::Receive).await.unwrap();
    for (sellable, damaged, accepted) in [(2, 0, 1), (1, 0, 2), (0, 0, 1), (-1, 1, 0), (1, 1, 1)] {
        assert!(orders.act_on_return(&support, key, found(sellable, damaged, accepted)).await.is_err());
    }
    orders.act_on_return(&support, key, found(1, 0, 1)).await.unwrap();
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.delivery, due.lines[0].quantity), (eur(1_000), eur(0), 1));
    assert_eq!(stage(&app, "one").await, Stage::PartiallyRefunded);
    assert_eq!(app.stock("MUG").await, (8, 0, 0), "it can be sold again");
    assert!(orders.act_on_return(&support, key, found(1, 0, 1)).await.is_err(), "once only");
    let cancelled = open(1).await.unwrap();
    orders.act_on_return(&support, (Some(&vendor), &cancelled), ReturnAct::Cancel).await.unwrap();
    app.advance_ms(31 * 24 * 3_600_000);
    assert!(open(1).await.is_err(), "the window is over");
    let faulty = (Reason::Faulty, Wish::Refund);
    let given = orders.open_return(&support, (&order, &vendor), faulty, &[(0, 2)]).await.unwrap();
    let key = (Some(&vendor), &given);
    orders.act_on_return(&support, key, ReturnAct::Receive).await.unwrap();
    orders.act_on_return(&support, key, found(0, 2, 2)).await.unwrap();
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.delivery), (eur(2_000), eur(0)), "not all of it came back for a fault");
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Refunded, (8, 0, 0)));
}

async fn all_that_comes_back_for_a_fault_pays_delivery_back(app: TestApp) {
    let bought = stocked(&app, 2, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    send_all(&app, &support, "one").await;
    let (order, vendor) = (id("one"), ven("test"));
    let why = (Reason::NotAsDescribed, Wish::Refund);
    for (sellable, missing) in [(1, 0), (0, 1)] {
        let given = orders.open_return(&support, (&order, &vendor), why, &[(0, 1)]).await.unwrap();
        let key = (Some(&vendor), &given);
        orders.act_on_return(&support, key, ReturnAct::Receive).await.unwrap();
        let found = Found { line: 0, sellable, damaged: 0, accepted: 1 - missing };
        orders.act_on_return(&support, key, ReturnAct::Inspect(vec![found])).await.unwrap();
    }
    let due = owed(&app.hear(Vec::new()).await);
    assert_eq!(due.len(), 1, "what is missing is not paid back");
    let given = orders.open_return(&support, (&order, &vendor), why, &[(0, 1)]).await.unwrap();
    let key = (Some(&vendor), &given);
    orders.act_on_return(&support, key, ReturnAct::Receive).await.unwrap();
    let found = Found { line: 0, sellable: 0, damaged: 1, accepted: 1 };
    orders.act_on_return(&support, key, ReturnAct::Inspect(vec![found])).await.unwrap();
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.delivery), (eur(1_490), eur(490)));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Refunded, (9, 0, 0)));
}

async fn an_exchange_sends_another_at_no_charge(app: TestApp) {
    let bought = stocked(&app, 1, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    send_all(&app, &support, "one").await;
    let (order, vendor) = (id("one"), ven("test"));
    let exchange = async |line| {
        let why = (Reason::Faulty, Wish::Exchange);
        let given = orders.open_return(&support, (&order, &vendor), why, &[(line, 1)]).await.unwrap();
        orders.act_on_return(&support, (Some(&vendor), &given), ReturnAct::Receive).await.unwrap();
        let found = Found { line, sellable: 0, damaged: 1, accepted: 1 };
        orders.act_on_return(&support, (Some(&vendor), &given), ReturnAct::Inspect(vec![found])).await
    };
    exchange(0).await.unwrap();
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Cleared, (8, 0, 1)));
    assert!(owed(&app.hear(Vec::new()).await).is_empty());
    let facts = send_rest(&app, &support, "one").await;
    let left = shipped(&facts).remove(0);
    assert_eq!((left.total, left.delivery, left.last, left.lines[0].line), (eur(0), eur(0), false, 0));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Delivered, (8, 0, 0)));
    // The second one is broken too, and there is no other: its price is owed, as the first was paid for.
    exchange(1).await.unwrap();
    orders.cancel_pieces(&support, (&order, &vendor), &[(2, 1)], "the last ones").await.unwrap();
    let facts = app.hear(Vec::new()).await;
    assert!(cancelled(&facts).is_empty(), "nothing that was paid for is cancelled: {facts:?}");
    assert_eq!(owed(&facts)[0].lines[0].amount, eur(1_000));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Refunded, (8, 0, 0)));
}

async fn when_the_rest_of_a_lost_order_is_cancelled_delivery_is_paid_back(app: TestApp) {
    let bought = stocked(&app, 2, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let first = parcels(&app, "one").await.remove(0);
    for step in [ParcelAct::Pack(vec![(0, 1)]), ship(), ParcelAct::Lose] {
        orders.act_on_parcel(&support, (&first.vendor, &first.id), step).await.unwrap();
    }
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.delivery), (eur(1_000), eur(0)), "another piece is to come");
    let key = (&id("one"), &ven("test"));
    orders.cancel_pieces(&support, key, &[(0, 1)], "the last one was lost").await.unwrap();
    let facts = app.hear(Vec::new()).await;
    let due = owed(&facts).remove(0);
    assert_eq!((due.total, due.delivery, due.lines.len()), (eur(490), eur(490), 0));
    assert_eq!(cancelled(&facts)[0].total, eur(1_000));
    assert_eq!(stage(&app, "one").await, Stage::Refunded);
}

async fn lost_and_refused_parcels_are_paid_back(app: TestApp) {
    let bought = stocked(&app, 3, "one").await;
    app.sold(1, vec![bought]).await;
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let act =
        async |parcel: &Parcel, act| orders.act_on_parcel(&support, (&parcel.vendor, &parcel.id), act).await;
    let first = parcels(&app, "one").await.remove(0);
    act(&first, ParcelAct::Pack(vec![(0, 1)])).await.unwrap();
    act(&first, ship()).await.unwrap();
    act(&first, ParcelAct::Note("Left the depot in Leipzig".to_owned())).await.unwrap();
    act(&first, ParcelAct::Lose).await.unwrap();
    assert!(act(&first, ParcelAct::Deliver).await.is_err(), "a lost parcel does not arrive");
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.reason.as_str()), (eur(1_000), "parcel_lost"));
    assert_eq!(stage(&app, "one").await, Stage::PartiallyRefunded);
    let second = parcels(&app, "one").await.into_iter().find(|parcel| parcel.id != first.id).unwrap();
    for step in [ParcelAct::Pack(vec![(0, 2)]), ship(), ParcelAct::TakeBack(true)] {
        act(&second, step).await.unwrap();
    }
    let due = owed(&app.hear(Vec::new()).await).remove(0);
    assert_eq!((due.total, due.delivery), (eur(2_000), eur(0)));
    assert_eq!((stage(&app, "one").await, app.stock("MUG").await), (Stage::Refunded, (9, 0, 0)));
    let (_, _, tracks) = orders.get_shipment(&first.vendor, &first.id).await.unwrap();
    let texts: Vec<&str> = tracks.iter().map(|track| track.text.as_str()).collect();
    assert_eq!(texts, ["lost", "Left the depot in Leipzig", "shipped", "packed"]);
}

async fn what_is_sent_stays_out_of_the_stock_books(app: TestApp) {
    // Sold without a lease: two of the three are nowhere.
    app.stock_up(&[("MUG", 1)]).await;
    app.sold(1, vec![order("one", vec![take("MUG", 1, 3)])]).await;
    assert_eq!(app.stock("MUG").await, (0, 0, 1));
    let support = admin(&app).await;
    let orders = &app.app.services.orders;
    let key = (id("one"), ven("test"));
    orders.cancel_pieces(&support, (&key.0, &key.1), &[(0, 2)], "we have one").await.unwrap();
    assert_eq!(app.stock("MUG").await, (0, 0, 1), "what nobody has is cancelled first");
    orders.move_order(&support, (&key.0, &key.1), Stage::Shipped).await.unwrap();
    assert_eq!(app.stock("MUG").await, (0, 0, 0));
}
