//! Customers who are logged in: their orders and their cart.

use axum::http::StatusCode;
use kiosk_problem::Problem;
use serde_json::{Value, json};

use crate::buying::ADA;
use crate::html::fill;
use crate::pages::check_page;
use crate::support::{Answer, SESSION, TestShop};

fn elsewhere(number: u32, status: &str) -> Value {
    let money = |amount: u32| json!({ "amount": amount, "currency": "EUR" });
    let vendor = json!({ "id": "ven_ostwerk", "name": "Ostwerk Keramik" });
    let line = |sku: &str| {
        json!({
            "sku": sku, "product_id": "prd_mug", "handle": "mug", "title": "Speckled <mug>", "options": [],
            "vendor": vendor, "picture": null, "quantity": 2, "unit_price": money(1_900), "line_total": money(3_800),
        })
    };
    json!({
        "id": format!("ord_there{number}"), "status": status, "placed_ms": 1_790_000_000_000_i64, "account": SESSION,
        "lines": [line("MUG-SAND-S"), line("MUG-SAND-L")], "subtotal": money(7_600), "delivery": money(490),
        "total": money(8_090), "delivery_kind": null, "payment_method": null, "contact": null, "address": null,
        "parcels": [{ "vendor": vendor, "status": status }],
    })
}

async fn checkout(shop: &mut TestShop) -> Answer {
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.post("/checkout", &fill(&form, ADA)).await
}

#[tokio::test]
async fn the_orders_of_an_account_are_listed_with_their_parcels() {
    let mut shop = TestShop::open().await;
    assert_eq!(shop.get("/account/orders").await.header("location"), "/account/login");
    shop.with_session();
    let empty = shop.get("/account/orders").await;
    assert!(empty.texts(".empty .lead")[0].starts_with("Nothing ordered yet."), "{}", empty.body);
    shop.orders.ordered_elsewhere(elsewhere(1, "shipped"));
    shop.orders.ordered_elsewhere(elsewhere(2, "delivered"));
    let page = shop.get("/account/orders").await;
    assert_eq!(page.header("cache-control"), "private, no-store");
    check_page("/account/orders", &page.html());
    assert_eq!(page.texts(".parcel-status"), ["On its way", "Delivered"]);
    assert_eq!(page.texts(".order-entry-total"), ["€80.90", "€80.90"]);
    let links = page.attributes(".parcel a", "href");
    let chat = |number: u32| format!("/account/chats/ord_there{number}/ven_ostwerk");
    // One review for each product, and only of what has come.
    assert_eq!(links, [chat(1), chat(2), "/account/reviews/prd_mug".to_owned()]);
    assert_eq!(page.texts(".mini-title")[0], "Speckled <mug>");
    let order = shop.get("/orders/ord_there2").await;
    assert_eq!(order.status, StatusCode::OK);
    check_page("/orders/ord_there2", &order.html());
    assert_eq!(order.texts(".parcel-status"), ["Delivered"]);
    assert_eq!(shop.get("/orders/ord_none").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/orders/x").await.status, StatusCode::NOT_FOUND);
    shop.cookies.clear();
    assert_eq!(shop.get("/orders/ord_there2").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn older_orders_are_a_page_further() {
    let mut shop = TestShop::open().await;
    shop.with_session();
    for number in 0..12 {
        shop.orders.ordered_elsewhere(elsewhere(number, "placed"));
    }
    let first = shop.get("/account/orders").await;
    assert_eq!(first.texts(".order-entry").len(), 10);
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = shop.get(&next).await;
    assert_eq!((second.texts(".order-entry").len(), second.attributes("a[rel=next]", "href").len()), (2, 0));
    for odd in ["/account/orders?after=%26x%3D1", "/account/orders?after=made-up"] {
        assert_eq!(shop.get(odd).await.header("location"), "/account/orders", "{odd}");
    }
}

#[tokio::test]
async fn what_is_ordered_with_a_session_is_the_accounts() {
    let mut shop = TestShop::open().await;
    shop.with_session();
    let placed = checkout(&mut shop).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER);
    let thanks = shop.get(placed.header("location")).await;
    assert_eq!(thanks.texts("h1"), ["Thank you, Ada"]);
    assert_eq!(shop.cookie("kiosk_orders"), None, "the session opens it, no key stays in the browser");
    assert_eq!(shop.get("/account/orders").await.texts(".order-entry").len(), 1);
    // The next thing goes into the account's next cart.
    shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    assert_eq!(shop.get("/cart").await.texts(".line h2").len(), 1);
}

#[tokio::test]
async fn a_session_that_ended_is_said_at_the_checkout_and_nothing_is_ordered() {
    let mut shop = TestShop::open().await;
    shop.with_session();
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.orders.end_sessions();
    let answer = shop.post("/checkout", &fill(&form, ADA)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.texts("#trouble p")[0].starts_with("You are logged out."), "{}", answer.body);
    assert_eq!((shop.cookie("kiosk_session"), shop.orders.order_count()), (None, 0));
    // As a guest it goes through.
    let again = answer.form("/checkout");
    assert_eq!(shop.post("/checkout", &fill(&again, &[])).await.status, StatusCode::SEE_OTHER);
    shop.with_session();
    assert_eq!(shop.get("/account/orders").await.header("location"), "/account/login");
    shop.with_session();
    assert_eq!(shop.get("/orders/ord_there1").await.header("location"), "/account/login");
}

#[tokio::test]
async fn a_blocked_customer_is_told_whom_to_ask() {
    let mut shop = TestShop::open().await;
    shop.orders.refuse_next(Problem::new(StatusCode::FORBIDDEN, "customer_blocked", "You cannot order"));
    let answer = checkout(&mut shop).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = answer.texts("#trouble p").remove(0);
    assert!(told.contains("blocked") && told.contains("contact our support"), "{told}");
    assert_eq!(shop.orders.order_count(), 0);
}

/// Titles in the message are the catalogue's: nobody writes words onto this page by an address.
#[tokio::test]
async fn what_a_link_claims_was_left_out_is_not_repeated() {
    let mut shop = TestShop::open().await;
    let page = shop.get("/cart?left=MUG-SAND-S~2&left=Call+0900~1&left=x").await;
    let told = page.texts(".notice span").remove(0);
    assert!(told.contains("Speckled mug (2 pieces)") && !told.contains("0900"), "{told}");
}
