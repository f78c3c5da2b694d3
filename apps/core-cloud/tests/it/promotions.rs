//! Promotions: booked, owed, told to every POP, and taken back.

use core_cloud::modules::members::policy::Role;
use kiosk_wire::{Change, FeedPage};

use crate::harness::*;

on_both_databases!(
    a_promotion_is_booked_and_cancelled_for_free_before_it_begins,
    a_product_that_leaves_the_shop_is_promoted_no_longer,
    what_cannot_be_promoted_is_refused,
);

const PATH: &str = "/vendor/promotions";
/// The tests begin on 2026-11-18.
const TODAY: &str = "2026-11-18";
const LATER: &str = "2026-11-25";

async fn book(app: &TestApp, vendor: &str, product: &str, from: &str, days: &str) -> Answer {
    app.post(PATH, vendor, &[("product", product), ("from", from), ("days", days)]).await
}

async fn promotions(app: &TestApp, pop: &str) -> Vec<String> {
    let page: FeedPage = app.pop_get(pop, "/sync/v1/feed?after=0").await.ok();
    let tell = |change| match change {
        Change::Promotion(promotion) => Some(promotion.id.to_string()),
        Change::PromotionRemoved { id } => Some(format!("-{id}")),
        _ => None,
    };
    page.changes.into_iter().filter_map(tell).collect()
}

async fn a_promotion_is_booked_and_cancelled_for_free_before_it_begins(app: TestApp) {
    app.stock_up(&[("CUP", 5), ("POT", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let finance = app.staff(Role::Finance).await;
    assert!(app.page(PATH, &vendor).await.text().contains("A day costs"), "terms come first");
    let answer = book(&app, &vendor, "prd_test-cup", LATER, "7").await;
    assert_eq!(answer.headers["location"], "/vendor/promotions?done=booked");
    let told = promotions(&app, "eu-1").await;
    assert_eq!((told.len(), promotions(&app, "us-1").await), (1, told.clone()), "all POPs are told");
    let page = app.page(PATH, &vendor).await.text();
    assert!(page.contains("You owe €14.00") && page.contains("coming"), "{page}");
    assert_eq!(book(&app, &vendor, "prd_test-pot", TODAY, "1").await.status, 303);
    let all = app.page("/admin/promotions?sort=-amount", &finance).await.text();
    assert!(all.contains("Vendors owe €16.00") && all.contains("Free to cancel"), "{all}");
    assert!(!app.page("/admin/promotions?state=running", &finance).await.text().contains(&told[0]));

    let overlap = book(&app, &vendor, "prd_test-cup", "2026-12-01", "2").await;
    assert!(overlap.status == 409 && overlap.text().contains("promoted on some of these days"));
    assert_eq!(book(&app, &vendor, "prd_test-cup", "2026-12-02", "2").await.status, 303, "right after");
    let cancel = format!("{PATH}/{}/cancel", told[0]);
    let other = app.vendor_member("ven_other").await;
    assert_eq!(app.post(&cancel, &other, &[]).await.status, 404);
    assert_eq!(app.post(&cancel, &vendor, &[]).await.status, 303);
    assert_eq!(app.post(&cancel, &vendor, &[]).await.status, 409, "once");
    assert!(promotions(&app, "us-1").await.contains(&format!("-{}", told[0])));
    assert!(app.page(PATH, &vendor).await.text().contains("You owe €6.00"));
    // One that has begun can be ended, and is owed.
    let running = promotions(&app, "eu-1").await.into_iter().find(|id| !id.starts_with('-')).unwrap();
    let end = format!("{PATH}/{running}/cancel");
    assert_eq!(app.post(&end, &vendor, &[]).await.status, 303);
    assert_eq!(app.post(&end, &vendor, &[]).await.status, 409, "once");
    assert!(promotions(&app, "eu-1").await.contains(&format!("-{running}")));
    assert!(app.page(PATH, &vendor).await.text().contains("You owe €6.00"), "its fee stays");
}

async fn a_product_that_leaves_the_shop_is_promoted_no_longer(app: TestApp) {
    app.stock_up(&[("CUP", 5), ("POT", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let admin = app.staff(Role::Moderator).await;
    for (product, from) in [("prd_test-cup", TODAY), ("prd_test-pot", LATER)] {
        assert_eq!(book(&app, &vendor, product, from, "5").await.status, 303);
    }
    let archive = [("id", "prd_test-cup"), ("act", "archive")];
    assert_eq!(app.post("/vendor/products", &vendor, &archive).await.status, 303);
    assert_eq!(promotions(&app, "eu-1").await.iter().filter(|id| id.starts_with('-')).count(), 1);
    let suspend = [("act", "suspend"), ("reason", "Complaints")];
    assert_eq!(app.post("/admin/vendors/ven_test", &admin, &suspend).await.status, 303);
    assert!(promotions(&app, "eu-1").await.iter().all(|id| id.starts_with('-')));
    let page = app.page(PATH, &vendor).await.text();
    assert!(page.contains("You owe €10.00"), "what began is owed, what did not is not: {page}");
}

async fn what_cannot_be_promoted_is_refused(app: TestApp) {
    app.stock_up(&[("CUP", 5)]).await;
    let vendor = app.vendor_member("ven_test").await;
    let other = app.vendor_member("ven_other").await;
    assert_eq!(book(&app, &other, "prd_test-cup", LATER, "7").await.status, 404, "another vendor's");
    for (product, from, days) in [
        ("prd_test-cup", "2026-11-17", "7"),
        ("prd_test-cup", LATER, "0"),
        ("prd_test-cup", LATER, "61"),
        ("prd_test-cup", "soon", "7"),
        ("no id", LATER, "7"),
    ] {
        assert_eq!(book(&app, &vendor, product, from, days).await.status, 422, "{product} {from} {days}");
    }
    let draft = [("id", "prd_test-cup"), ("act", "draft")];
    assert_eq!(app.post("/vendor/products", &vendor, &draft).await.status, 303);
    let answer = book(&app, &vendor, "prd_test-cup", LATER, "7").await;
    assert!(answer.status == 409 && answer.text().contains("list it first"), "{}", answer.text());
    let admin = app.staff(Role::Moderator).await;
    let suspend = [("act", "suspend"), ("reason", "Complaints")];
    app.post("/admin/vendors/ven_test", &admin, &suspend).await;
    let answer = book(&app, &vendor, "prd_test-cup", LATER, "7").await;
    assert!(answer.status == 403 && answer.text().contains("You cannot sell yet"), "{}", answer.text());
    assert_eq!(promotions(&app, "eu-1").await, Vec::<String>::new());
}
