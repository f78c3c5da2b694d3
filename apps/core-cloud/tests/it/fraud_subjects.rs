//! Reviews, vendors and discounts: scored by what the core knows, doubted with words, decided by people.

use core_cloud::modules::members::policy::Role;
use kiosk_ids::ReviewId;
use kiosk_risk::vendor_risk_ppm;
use kiosk_wire::people::ReviewRecord;
use kiosk_wire::{Change, Event, EventBody, FraudLinks, OrderRecord};

use crate::discounts::{made, reduced};
use crate::harness::*;

on_both_databases!(
    copied_reviews_of_linked_accounts_are_doubted,
    an_honest_review_is_not_doubted,
    a_review_that_is_changed_is_scored_again,
    a_vendor_that_buys_from_itself_is_doubted_and_suspended,
    a_vendor_with_customers_is_not_doubted,
    a_farmed_discount_is_doubted_and_ended,
    pops_are_told_what_became_of_a_vendors_orders,
);

const COPIED: &str = "The best thing I ever bought, everybody should have one of these.";

/// An order of `account`, from a device to a place.
fn bought(name: &str, account: &str, device: &str) -> OrderRecord {
    let mut order = order_of(name, account, &[("mug", "test")]);
    order.customer = format!("cus-{account}");
    order.fraud.links = FraudLinks {
        device: Some(device.to_owned()),
        address: Some(format!("place-of-{device}")),
        ..FraudLinks::default()
    };
    order
}

fn written(seq: u64, account: &str, stars: u8, body: &str) -> Event {
    let record = ReviewRecord {
        id: ReviewId::named(account).unwrap(),
        account: account.to_owned(),
        product: kiosk_ids::ProductId::named("mug").unwrap(),
        stars,
        title: "A mug".to_owned(),
        body: body.to_owned(),
        uploads: Vec::new(),
        written_ms: START_MS,
    };
    event(seq, EventBody::ReviewWritten(Box::new(record)))
}

/// Accounts buy a mug, each from the device of its name or all from one, and have it.
async fn buyers(app: &TestApp, accounts: &[&str], one_device: bool) {
    let device = |account: &str| if one_device { "device-1".to_owned() } else { format!("device-{account}") };
    let orders = accounts.iter().map(|account| bought(&format!("of-{account}"), account, &device(account)));
    app.delivered((1..).zip(orders).map(|(seq, order)| placed(seq, order)).collect()).await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    for account in accounts {
        let path = format!("/admin/orders/ord_of-{account}/parcels/ven_test");
        for status in ["shipped", "delivered"] {
            assert_eq!(app.post(&path, &support, &[("status", status)]).await.status, 303);
        }
    }
    app.drain().await;
}

async fn score(app: &TestApp) -> usize {
    app.app.services.fraud.score_subjects().await.unwrap()
}

/// The subjects of open cases of a kind.
async fn doubted(app: &TestApp, kind: &'static str) -> Vec<String> {
    let sql = "SELECT c.kind || ' ' || l.key FROM fraud_cases c JOIN fraud_links l ON l.case_id = c.id AND l.kind = c.kind \
        WHERE c.state = 'open' ORDER BY 1";
    let found = app.column(sql).await;
    found.iter().filter_map(|row| row.strip_prefix(kind)?.strip_prefix(' ')).map(str::to_owned).collect()
}

/// The page of the only open case about a subject.
async fn case_page(app: &TestApp, cookie: &str, subject: &str) -> String {
    let list = app.page(&format!("/admin/fraud?state=open&q={subject}"), cookie).await.text();
    let start = list.find("/admin/fraud/").unwrap_or_else(|| panic!("no case of {subject}: {list}"));
    list[start..].split('"').next().unwrap().to_owned()
}

async fn find_fraud(app: &TestApp, cookie: &str, page: &str) -> u16 {
    app.post(page, cookie, &[("act", "fraud"), ("reason", "looked into it")]).await.status.as_u16()
}

async fn copied_reviews_of_linked_accounts_are_doubted(app: TestApp) {
    let ring = ["acc-a", "acc-b", "acc-c", "acc-d", "acc-e", "acc-f"];
    buyers(&app, &ring, true).await;
    let reviews = (7..).zip(ring).map(|(seq, account)| written(seq, account, 5, COPIED));
    app.delivered(reviews.collect()).await;
    assert_eq!(score(&app).await, 7, "six reviews and their vendor");
    assert_eq!(score(&app).await, 0, "once");
    assert_eq!(doubted(&app, "review").await.len(), 6);
    let moderator = app.staff(Role::Moderator).await;
    assert!(app.page("/admin/reviews", &moderator).await.text().contains("doubtful"));
    let page = app.page("/admin/reviews/rev_acc-a", &moderator).await.text();
    assert!(page.contains("It may be fake") && page.contains("/admin/fraud/rev_acc-a-"), "{page}");
    let support = app.staff(Role::Support).await;
    let path = case_page(&app, &support, "rev_acc-a").await;
    let page = app.page(&path, &support).await.text();
    assert!(page.contains("linked reviewers") && page.contains("copies") && page.contains("acc-a"), "{page}");
    // The others share its vendor and its product.
    assert!(page.contains("rev_acc-b") && !page.contains("Reject and cancel"), "{page}");
    let rejected = app.post(&path, &support, &[("act", "rejected"), ("reason", "why")]).await;
    assert_eq!(rejected.status, 422, "nothing is held up that could be rejected");
    assert_eq!(find_fraud(&app, &support, &path).await, 303);
    let state = app.column("SELECT state FROM reviews_reviews WHERE id = 'rev_acc-a'").await;
    assert_eq!(state, ["refused"]);
    let blocked = app.told("eu-1").await.into_iter().filter_map(|change| match change {
        Change::Standing(standing) if standing.blocked => Some(standing.customer.clone()),
        _ => None,
    });
    let blocked: Vec<String> = blocked.collect();
    assert!(blocked.contains(&"acc-a".to_owned()) && !blocked.contains(&"acc-b".to_owned()), "{blocked:?}");
    assert_eq!(find_fraud(&app, &support, &path).await, 303, "once more is once");
}

async fn an_honest_review_is_not_doubted(app: TestApp) {
    buyers(&app, &["acc-a", "acc-b", "acc-c"], false).await;
    app.delivered(vec![
        written(4, "acc-a", 4, "Holds tea and stays warm. The handle is a bit small for my hand."),
        written(5, "acc-b", 5, "Nice."),
        written(6, "acc-c", 2, "The glaze came off after a week of washing up, sadly."),
    ])
    .await;
    assert_eq!(score(&app).await, 4);
    assert_eq!(doubted(&app, "review").await, [""; 0]);
    let moderator = app.staff(Role::Moderator).await;
    assert!(!app.page("/admin/reviews", &moderator).await.text().contains("doubtful"));
}

async fn a_review_that_is_changed_is_scored_again(app: TestApp) {
    buyers(&app, &["acc-a"], false).await;
    app.delivered(vec![written(2, "acc-a", 4, "Holds tea.")]).await;
    assert_eq!(score(&app).await, 2);
    app.advance_ms(60_000);
    app.delivered(vec![written(3, "acc-a", 3, "Holds tea, mostly.")]).await;
    assert_eq!(score(&app).await, 1);
    assert_eq!(app.column("SELECT CAST(stars AS TEXT) FROM fraud_reviews").await, ["3"]);
}

/// Forty orders of a vendor: by four customers on one device, or each by its own.
async fn crowd(app: &TestApp, ring: bool) {
    let orders = (1..=40_u64).map(|n| {
        let (who, device) = if ring {
            (format!("acc-{}", n % 4), "device-1".to_owned())
        } else {
            (format!("acc-{n}"), format!("device-{n}"))
        };
        let mut order = bought(&format!("n{n}"), &who, &device);
        if ring && n % 3 == 0 {
            order.fraud.outcome = "review".to_owned();
        }
        // An honest vendor's orders come over the weeks.
        order.placed_ms = START_MS - if ring { 60_000 } else { 12 * 3_600_000 } * i64::try_from(n).unwrap();
        placed(n, order)
    });
    app.delivered(orders.collect()).await;
    app.drain().await;
}

async fn a_vendor_that_buys_from_itself_is_doubted_and_suspended(app: TestApp) {
    app.stock_up(&[("MUG", 5)]).await;
    crowd(&app, true).await;
    assert_eq!(score(&app).await, 1);
    assert_eq!(score(&app).await, 0, "a score holds for hours");
    assert_eq!(doubted(&app, "vendor").await, ["ven_test"]);
    let support = app.staff(Role::Support).await;
    let path = case_page(&app, &support, "ven_test").await;
    let page = app.page(&path, &support).await.text();
    assert!(page.contains("linked share") && page.contains("suspend the vendor"), "{page}");
    // It is not asked again while somebody is at it, nor soon after.
    app.advance_ms(7 * 3_600_000);
    assert_eq!((score(&app).await, doubted(&app, "vendor").await.len()), (1, 1));
    assert_eq!(find_fraud(&app, &support, &path).await, 303);
    let state = app.column("SELECT state FROM vendors_vendors WHERE id = 'ven_test'").await;
    assert_eq!(state, ["suspended"]);
    app.advance_ms(24 * 3_600_000);
    score(&app).await;
    assert_eq!(doubted(&app, "vendor").await, [""; 0]);
}

async fn a_vendor_with_customers_is_not_doubted(app: TestApp) {
    app.stock_up(&[("MUG", 5)]).await;
    crowd(&app, false).await;
    assert_eq!((score(&app).await, doubted(&app, "vendor").await.len()), (1, 0));
    let seen = app.column("SELECT outcome FROM fraud_subjects").await;
    assert_eq!(seen, ["allow"]);
}

async fn pops_are_told_what_became_of_a_vendors_orders(app: TestApp) {
    let risk = async || {
        let told = |change| if let Change::VendorRisk(risk) = change { Some(risk) } else { None };
        let mut told = app.told("us-1").await.into_iter().filter_map(told);
        told.next().map(|risk| (risk.vendor.to_string(), risk.ppm))
    };
    let of = |genuine, fraud| Some(("ven_test".to_owned(), vendor_risk_ppm(genuine, fraud)));
    app.stock_up(&[("MUG", 5)]).await;
    crowd(&app, false).await;
    assert_eq!(risk().await, None);
    score(&app).await;
    // An order every twelve hours: 27 of the 40 are a week old.
    assert_eq!(risk().await, of(27, 0));
    let mut doubtful = bought("doubtful", "acc-doubtful", "device-doubtful");
    doubtful.fraud.outcome = "review".to_owned();
    app.delivered(vec![placed(41, doubtful)]).await;
    app.drain().await;
    let support = app.staff(Role::Support).await;
    let path = case_page(&app, &support, "ord_doubtful").await;
    assert_eq!(find_fraud(&app, &support, &path).await, 303);
    app.advance_ms(7 * 3_600_000);
    score(&app).await;
    assert_eq!(risk().await, of(27, 1));
    app.advance_ms(24 * 3_600_000);
    score(&app).await;
    assert_eq!(risk().await, of(27, 1), "two more that are genuine move too little to be told");
    app.advance_ms(8 * 24 * 3_600_000);
    score(&app).await;
    // Three of them are from more than four weeks ago by now.
    assert_eq!(risk().await, of(37, 1));
}

async fn a_farmed_discount_is_doubted_and_ended(app: TestApp) {
    app.stock_up(&[("CUP", 50)]).await;
    let discount = made(&app, &[("value", "50")]).await;
    let orders = (1..=40_u64).map(|n| {
        let mut order = reduced(&format!("n{n}"), &discount.id, 0);
        let farmed = bought("x", &format!("acc-{}", n % 5), "device-1");
        (order.customer, order.account, order.fraud) = (farmed.customer, farmed.account, farmed.fraud);
        order.subtotal.amount = 100;
        order.takes.clear();
        placed(n, order)
    });
    app.delivered(orders.collect()).await;
    app.drain().await;
    score(&app).await;
    assert_eq!(doubted(&app, "discount").await, [discount.id.as_str()]);
    let support = app.staff(Role::Support).await;
    let path = case_page(&app, &support, discount.id.as_str()).await;
    assert_eq!(find_fraud(&app, &support, &path).await, 303);
    let gone = |change: &Change| matches!(change, Change::DiscountRemoved { id } if *id == discount.id);
    assert!(app.told("us-1").await.iter().any(gone));
}
