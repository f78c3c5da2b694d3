//! What customers are told of their orders by mail, and the returns that they ask for.

use core_cloud::modules::bus::fact::{Fact, LineUnits, PaymentMoved, RefundDue, Told};
use core_cloud::modules::bus::{Consumer, RETRY_MS_MAX};
use core_cloud::modules::notices::consumer::{Notices, TOLD_WITHIN_MS};
use core_cloud::modules::notices::service::KEPT_MS;
use core_cloud::modules::orders::flow::Stage;
use core_cloud::modules::orders::fulfilment::{ParcelAct, ReturnAct};
use core_cloud::modules::orders::returns::{Found, Reason, ReturnState, Wish};
use kiosk_ids::{PaymentId, RefundId, ReturnId};
use kiosk_wire::{
    Change, EventBody, Notice, NoticeKind, OrderState, ReturnItem, ReturnReason, ReturnRecord, ReturnStatus,
    ReturnWish,
};

use crate::flow::*;
use crate::harness::*;

on_both_databases!(
    each_step_is_told_to_the_region_and_names_nobody,
    what_is_told_twice_stands_once,
    a_refund_in_parts_is_told_once,
    old_notices_leave_the_feed,
    a_notice_that_fails_holds_up_no_order,
    a_customer_asks_and_the_return_is_opened_once,
    what_cannot_come_back_is_refused_and_told,
);

const DAY_MS: i64 = 24 * 3_600_000;

impl TestApp {
    async fn notices(&self, pop: &str) -> Vec<Notice> {
        let notice = |change| if let Change::Notice(notice) = change { Some(*notice) } else { None };
        self.told(pop).await.into_iter().filter_map(notice).collect()
    }

    async fn kinds(&self) -> Vec<NoticeKind> {
        self.notices("eu-1").await.iter().map(|notice| notice.kind).collect()
    }

    async fn state(&self, name: &str) -> OrderState {
        let state = |change| if let Change::Order(state) = change { Some(*state) } else { None };
        let mut told = self.told("eu-1").await.into_iter().filter_map(state);
        told.find(|state| state.id == id(name)).unwrap()
    }

    /// Tells facts to the consumer, as the bus does.
    async fn notify(&self, facts: &[(&str, Fact)]) {
        let told: Vec<Told> = facts
            .iter()
            .map(|(id, fact)| Told { id: (*id).to_owned(), written_ms: self.now_ms(), fact: fact.clone() })
            .collect();
        let mut tx = self.db.begin().await.unwrap();
        Notices::new(self.app.services.clock.clone()).apply(&mut tx, &told).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// An order of so many mugs whose parcel has arrived, told by the bus.
    async fn arrived(&self, units: u32) {
        let bought = stocked(self, units, "one").await;
        self.delivered(vec![placed(1, bought)]).await;
        self.drain().await;
        let by = admin(self).await;
        for parcel in parcels(self, "one").await {
            let key = (&parcel.vendor, &parcel.id);
            let pack = ParcelAct::Pack(parcel.contents.clone());
            for act in [ParcelAct::Pick, pack, ship(), ParcelAct::Deliver] {
                self.app.services.orders.act_on_parcel(&by, key, act).await.unwrap();
            }
        }
        self.drain().await;
    }

    /// A customer's POP tells that they ask for this.
    async fn ask_return(&self, seq: u64, record: ReturnRecord) {
        self.delivered(vec![event(seq, EventBody::ReturnAsked(Box::new(record)))]).await;
        self.drain().await;
    }
}

fn asked(name: &str, quantity: u32, reason: ReturnReason) -> ReturnRecord {
    ReturnRecord {
        id: ReturnId::named(name).unwrap(),
        order: id("one"),
        vendor: ven("test"),
        lines: vec![ReturnItem { sku: sku("MUG"), quantity }],
        reason,
        wish: ReturnWish::Refund,
        note: "The handle is loose.".to_owned(),
    }
}

fn moved(amount: i64, movement: &str) -> PaymentMoved {
    PaymentMoved {
        payment: PaymentId::named("p").unwrap(),
        order: id("one"),
        provider: "stripe".to_owned(),
        movement: movement.to_owned(),
        reference: "re_1".to_owned(),
        amount: eur(amount),
        fee: eur(0),
    }
}

async fn each_step_is_told_to_the_region_and_names_nobody(app: TestApp) {
    app.arrived(3).await;
    let told = app.notices("eu-1").await;
    let kinds: Vec<NoticeKind> = told.iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::Confirmed, NoticeKind::Shipped, NoticeKind::Delivered]);
    assert!(told.iter().all(|notice| notice.order == id("one")));
    assert_eq!((told[0].lines[0].quantity, &*told[0].lines[0].title), (3, "MUG"));
    assert_eq!((told[0].amount, told[0].vendor.clone()), (Some(eur(3_490)), None));
    assert_eq!((&*told[1].carrier, &*told[1].tracking), ("DHL", "00340434161094042557"));
    assert_eq!((told[1].vendor.clone(), told[2].lines[0].quantity), (Some(ven("test")), 3));
    assert!(app.notices("us-1").await.is_empty(), "another region hears nothing");
    let feed = serde_json::to_string(&told).unwrap();
    assert!(!feed.contains("pseudonym") && !feed.contains("\"10\""), "{feed}");
    // A guest's order is told by now, without an account.
    let state = app.state("one").await;
    assert_eq!((&*state.account, state.lines[0].returnable), ("", 3));

    let (by, orders) = (admin(&app).await, &app.app.services.orders);
    let why = (Reason::Faulty, Wish::Refund);
    let given = orders.open_return(&by, (&id("one"), &ven("test")), why, &[(0, 2)]).await.unwrap();
    app.drain().await;
    let state = app.state("one").await;
    assert_eq!((state.returns[0].status, state.lines[0].returnable), (ReturnStatus::Expected, 1));
    orders.act_on_return(&by, (None, &given), ReturnAct::Receive).await.unwrap();
    let found = vec![Found { line: 0, sellable: 0, damaged: 2, accepted: 1 }];
    orders.act_on_return(&by, (None, &given), ReturnAct::Inspect(found)).await.unwrap();
    app.drain().await;
    let told = app.notices("eu-1").await;
    let [expected, inspected] = &told[3..] else { panic!("{told:?}") };
    assert_eq!((expected.kind, inspected.kind), (NoticeKind::ReturnExpected, NoticeKind::ReturnInspected));
    assert_eq!((&expected.returned, expected.lines[0].quantity), (&Some(given), 2));
    assert!(expected.label.starts_with("RET-") && expected.amount.is_none(), "{expected:?}");
    assert_eq!((inspected.lines[0].quantity, inspected.amount), (1, Some(eur(1_000))));
    let back = &app.state("one").await.returns[0];
    assert_eq!((back.status, back.lines[0].accepted), (ReturnStatus::Inspected, 1));
}

async fn what_is_told_twice_stands_once(app: TestApp) {
    let bought = stocked(&app, 1, "one").await;
    app.sold(1, vec![bought]).await;
    let paid = ("evt_paid", Fact::PaymentReceived(moved(500, "line")));
    app.notify(&[paid.clone(), paid.clone()]).await;
    let end = async || {
        app.pop_get("eu-1", "/sync/v1/feed?after=0&limit=500").await.ok::<kiosk_wire::FeedPage>().next
    };
    let before = end().await;
    app.notify(&[paid]).await;
    assert_eq!((app.kinds().await, end().await), (vec![NoticeKind::Paid], before));
    // What is of an order that nobody knows, and of long ago, is not told.
    let unknown = PaymentMoved { order: id("two"), ..moved(500, "line") };
    app.notify(&[("evt_unknown", Fact::PaymentReceived(unknown))]).await;
    let mut tx = app.db.begin().await.unwrap();
    let old = Told {
        id: "evt_old".to_owned(),
        written_ms: app.now_ms() - TOLD_WITHIN_MS,
        fact: Fact::PaymentReceived(moved(500, "line")),
    };
    Notices::new(app.app.services.clock.clone()).apply(&mut tx, &[old]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.kinds().await, [NoticeKind::Paid]);
}

async fn a_refund_in_parts_is_told_once(app: TestApp) {
    let bought = stocked(&app, 1, "one").await;
    app.sold(1, vec![bought]).await;
    let due = RefundDue {
        refund: RefundId::named("r").unwrap(),
        order: id("one"),
        vendor: ven("test"),
        lines: vec![LineUnits { line: 0, quantity: 1, amount: eur(1_000) }],
        delivery: eur(490),
        total: eur(1_490),
        reason: "faulty".to_owned(),
    };
    app.notify(&[("evt_due", Fact::RefundDue(Box::new(due)))]).await;
    app.notify(&[("evt_part1", Fact::PaymentRefunded(moved(490, "rfd_r")))]).await;
    assert!(app.kinds().await.is_empty(), "not all of it is on its way");
    let last = ("evt_part2", Fact::PaymentRefunded(moved(1_000, "rfd_r")));
    app.notify(&[last.clone(), last]).await;
    let told = app.notices("eu-1").await;
    assert_eq!((told.len(), told[0].kind, told[0].amount), (1, NoticeKind::Refunded, Some(eur(1_490))));
    // One that was made on the provider's pages was never due.
    app.notify(&[("evt_ext", Fact::PaymentRefunded(moved(10, "re_2")))]).await;
    assert_eq!(app.notices("eu-1").await[1].amount, Some(eur(10)));
}

async fn old_notices_leave_the_feed(app: TestApp) {
    let bought = stocked(&app, 1, "one").await;
    app.sold(1, vec![bought]).await;
    app.notify(&[("evt_one", Fact::PaymentReceived(moved(1, "a")))]).await;
    app.advance_ms(DAY_MS);
    app.notify(&[("evt_two", Fact::PaymentReceived(moved(2, "b")))]).await;
    let page: kiosk_wire::FeedPage = app.pop_get("eu-1", "/sync/v1/feed?after=0&limit=500").await.ok();
    app.advance_ms(KEPT_MS - DAY_MS + 1);
    app.app.services.notices.prune().await.unwrap();
    let amounts: Vec<_> = app.notices("eu-1").await.into_iter().map(|notice| notice.amount).collect();
    assert_eq!(amounts, [Some(eur(2))]);
    let again: kiosk_wire::FeedPage = app.pop_get("eu-1", "/sync/v1/feed?after=0&limit=500").await.ok();
    assert_eq!(again.next, page.next, "cursors of POPs hold");
}

async fn a_notice_that_fails_holds_up_no_order(app: TestApp) {
    let rename = async |sql: &'static str| {
        let mut tx = app.db.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    rename("ALTER TABLE notices_told RENAME TO notices_gone").await;
    let bought = stocked(&app, 1, "one").await;
    app.delivered(vec![placed(1, bought)]).await;
    app.drain().await;
    assert_eq!(purchase(&app, "one").await.now.sellers[0].stage, Stage::Cleared);
    assert_eq!(parcels(&app, "one").await.len(), 1);
    assert!(app.kinds().await.is_empty());
    rename("ALTER TABLE notices_gone RENAME TO notices_told").await;
    app.advance_ms(RETRY_MS_MAX);
    app.drain().await;
    assert_eq!(app.kinds().await, [NoticeKind::Confirmed], "delayed, and not lost");
}

async fn a_customer_asks_and_the_return_is_opened_once(app: TestApp) {
    app.arrived(3).await;
    app.ask_return(2, asked("a", 2, ReturnReason::ChangedMind)).await;
    app.ask_return(3, asked("a", 2, ReturnReason::ChangedMind)).await;
    let returns = purchase(&app, "one").await.now.returns;
    assert_eq!(returns.len(), 1, "the same return is asked for twice, and opened once");
    assert_eq!((returns[0].id.as_str(), returns[0].state), ("ret_a", ReturnState::Open));
    assert_eq!((returns[0].lines[0].quantity, &*returns[0].note), (2, "The handle is loose."));
    let told = app.notices("eu-1").await;
    assert_eq!(told.last().unwrap().kind, NoticeKind::ReturnExpected);
    assert_eq!(told.iter().filter(|notice| notice.kind == NoticeKind::ReturnExpected).count(), 1);
    assert_eq!(app.state("one").await.returns[0].id.as_str(), "ret_a");
    let vendor = app.vendor_member("ven_test").await;
    let page = app.page("/vendor/returns/ret_a", &vendor).await.text();
    assert!(page.contains("The handle is loose."), "{page}");
}

async fn what_cannot_come_back_is_refused_and_told(app: TestApp) {
    app.arrived(2).await;
    app.ask_return(2, asked("many", 3, ReturnReason::Faulty)).await;
    let other = ReturnRecord {
        lines: vec![ReturnItem { sku: sku("LAMP"), quantity: 1 }],
        ..asked("other", 1, ReturnReason::Faulty)
    };
    app.ask_return(3, other).await;
    let nobody = ReturnRecord { vendor: ven("nobody"), ..asked("nobody", 1, ReturnReason::Faulty) };
    app.ask_return(4, nobody).await;
    let unknown = ReturnRecord { order: id("two"), ..asked("unknown", 1, ReturnReason::Faulty) };
    app.ask_return(5, unknown).await;
    app.advance_ms(31 * DAY_MS);
    app.ask_return(6, asked("late", 1, ReturnReason::ChangedMind)).await;
    assert!(purchase(&app, "one").await.now.returns.is_empty());
    let refused: Vec<(String, String)> = app
        .notices("eu-1")
        .await
        .into_iter()
        .filter(|notice| notice.kind == NoticeKind::ReturnRefused)
        .map(|notice| (notice.returned.unwrap().into(), notice.reason))
        .collect();
    let said = |given: &str, reason: &str| (given.to_owned(), reason.to_owned());
    assert_eq!(
        refused,
        [
            said("ret_many", "pieces_short"),
            said("ret_other", "pieces_short"),
            said("ret_nobody", "not_possible"),
            said("ret_late", "return_window"),
        ]
    );
    // With a fault there is more time; and a POP of another region asks for nothing here.
    let batch = vec![event(1, EventBody::ReturnAsked(Box::new(asked("foreign", 1, ReturnReason::Faulty))))];
    assert_eq!(app.deliver("us-1", "db", batch).await.status, 200);
    assert!(purchase(&app, "one").await.now.returns.is_empty());
    app.ask_return(7, asked("faulty", 1, ReturnReason::Faulty)).await;
    assert_eq!(purchase(&app, "one").await.now.returns.len(), 1);
}
