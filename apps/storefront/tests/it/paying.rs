//! Ways to pay: to the provider's page and back, or not back.

use axum::http::StatusCode;
use kiosk_problem::Problem;
use serde_json::json;

use crate::buying::ADA;
use crate::html::fill;
use crate::support::orders::PAY_PAGE;
use crate::support::{Answer, TestShop};

/// Orders a mug, to be paid by `method`.
async fn order(shop: &mut TestShop, method: &str) -> Answer {
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.post("/checkout", &fill(&form, &[ADA, &[("payment", method)]].concat())).await
}

#[tokio::test]
async fn the_checkout_offers_what_the_cart_can_be_paid_with() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let checkout = shop.get("/checkout").await;
    assert_eq!(
        checkout.attributes("input[name=payment]", "value"),
        ["card", "paypal", "bank_transfer", "invoice"]
    );
    assert_eq!(checkout.attributes("input[name=payment][checked]", "value"), ["invoice"]);
    // The form's answer leads to the provider, which browsers count as the form's own action.
    let policy = checkout.header("content-security-policy");
    assert!(policy.contains("form-action 'self' https://pay.example;"), "{policy}");
    assert!(!policy.contains("evil"), "{policy}");
    let other = shop.get("/cart").await;
    assert!(other.header("content-security-policy").contains("form-action 'self';"));
}

#[tokio::test]
async fn a_card_is_paid_on_the_providers_page() {
    let mut shop = TestShop::open().await;
    let placed = order(&mut shop, "card").await;
    assert_eq!(
        (placed.status, placed.header("location")),
        (StatusCode::SEE_OTHER, &*format!("{PAY_PAGE}/ord_1"))
    );
    assert!(shop.cookie("kiosk_cart").is_some(), "who does not pay finds the cart again");
    // Going back, or another window: the order that waits, not a second one.
    assert_eq!(shop.get("/checkout").await.header("location"), "/orders/ord_1");
    assert_eq!(shop.get("/cart").await.attributes(".notice a", "href"), ["/orders/ord_1"]);

    let early = shop.get("/checkout/return?order=ord_1").await;
    assert_eq!(early.header("location"), "/orders/ord_1");
    let waits = shop.get("/orders/ord_1?thanks=1").await;
    assert_eq!(waits.texts("h1"), ["Your order"]);
    assert_eq!(waits.texts("#payment-title"), ["Your payment is not finished"]);
    assert_eq!(waits.attributes(".payment a.button", "href"), [format!("{PAY_PAGE}/ord_1")]);
    assert!(waits.texts(".timeline").is_empty());

    shop.orders.end_payment("ord_1", "placed", "");
    let back = shop.get("/checkout/return?order=ord_1&payment_intent=pi_1").await;
    assert_eq!(back.header("location"), "/orders/ord_1?thanks=1");
    assert!(shop.cookie("kiosk_cart").is_none());
    let receipt = shop.get("/orders/ord_1?thanks=1").await;
    assert_eq!(receipt.texts("h1"), ["Thank you, Ada"]);
    assert!(receipt.texts(".summary .hint")[0].starts_with("By card."));
    assert!(receipt.texts("#payment-title").is_empty());
}

#[tokio::test]
async fn coming_back_does_not_take_a_cart_that_was_begun_meanwhile() {
    let mut shop = TestShop::open().await;
    order(&mut shop, "paypal").await;
    shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    shop.orders.end_payment("ord_1", "placed", "");
    shop.get("/checkout/return?order=ord_1&token=EC-1").await;
    assert_eq!(shop.get("/cart").await.texts(".line-what h2"), ["Oak bench"]);
}

#[tokio::test]
async fn another_way_to_pay_leads_to_the_checkout_again() {
    let mut shop = TestShop::open().await;
    order(&mut shop, "card").await;
    let page = shop.get("/orders/ord_1").await;
    let form = page.form("/orders/ord_1/cancel-payment");
    let given_up = shop.post("/orders/ord_1/cancel-payment", &fill(&form, &[])).await;
    assert_eq!(given_up.header("location"), "/checkout");
    let form = shop.get("/checkout").await.form("/checkout");
    let placed = shop.post("/checkout", &fill(&form, ADA)).await;
    assert_eq!(placed.header("location"), "/orders/ord_2?thanks=1");
    assert_eq!(shop.get("/orders/ord_1").await.texts("#payment-title"), ["Nothing was ordered"]);
}

#[tokio::test]
async fn an_order_can_be_cancelled_instead() {
    let mut shop = TestShop::open().await;
    order(&mut shop, "card").await;
    for then in [&[][..], &[("then", "https://evil.example")]] {
        let given_up = shop.post("/orders/ord_1/cancel-payment", then).await;
        assert_eq!(given_up.header("location"), "/orders/ord_1");
    }
    let page = shop.get("/orders/ord_1").await;
    assert!(page.texts(".payment p")[0].contains("you were not charged"));
    assert_eq!(page.attributes(".payment a.button", "href"), ["/cart"]);
    assert_eq!(shop.get("/cart").await.texts(".line-what h2"), ["Speckled mug"]);
}

#[tokio::test]
async fn why_nothing_was_ordered_is_said() {
    for (reason, says) in [
        ("declined", "was declined"),
        ("expired", "time to pay was over"),
        ("stock_gone", "no longer be kept"),
        ("mismatch", "did not fit"),
    ] {
        let mut shop = TestShop::open().await;
        order(&mut shop, "card").await;
        shop.orders.end_payment("ord_1", "cancelled", reason);
        let back = shop.get("/checkout/return?order=ord_1").await;
        assert_eq!(back.header("location"), "/orders/ord_1");
        let page = shop.get("/orders/ord_1").await;
        assert!(page.texts(".payment p")[0].contains(says), "{reason}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_said_so() {
    let mut shop = TestShop::open().await;
    let away = || Problem::new(StatusCode::SERVICE_UNAVAILABLE, "payment_unavailable", "Away");
    shop.orders.refuse_next(away());
    let refused = order(&mut shop, "card").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.texts("#trouble p")[0].contains("Nothing was ordered or charged"));
    assert_eq!(refused.attributes("input[name=payment][checked]", "value"), ["card"]);
    order(&mut shop, "card").await;
    shop.orders.refuse_next(away());
    assert_eq!(shop.get("/checkout/return?order=ord_1").await.header("location"), "/orders/ord_1");
    shop.orders.refuse_next(away());
    assert!(shop.get("/orders/ord_1").await.texts(".payment [role=alert]")[0].contains("does not answer"));
}

#[tokio::test]
async fn what_the_provider_or_a_vendor_refuses_can_be_chosen_anew() {
    for (status, code, place) in [
        (402, "payment_declined", "#trouble p"),
        (429, "too_many_payments", "#trouble p"),
        (422, "payment_method_unsupported", "#payment-error"),
    ] {
        let mut shop = TestShop::open().await;
        let problem = Problem::new(StatusCode::from_u16(status).unwrap(), code, "No");
        shop.orders.refuse_next(problem.with("supported", json!(["invoice"])));
        let refused = order(&mut shop, "paypal").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(!refused.texts(place).is_empty(), "{code}");
        assert_eq!(refused.attributes("#email", "value"), ["ada@example.com"], "{code}");
    }
    let mut shop = TestShop::open().await;
    shop.orders.refuse_next(Problem::invalid("payment.method", "unknown"));
    assert!(!order(&mut shop, "gold").await.texts("#payment-error").is_empty());
}

#[tokio::test]
async fn a_bank_transfer_says_where_it_goes() {
    let mut shop = TestShop::open().await;
    let placed = order(&mut shop, "bank_transfer").await;
    assert_eq!(placed.header("location"), "/orders/ord_1?thanks=1");
    assert!(shop.cookie("kiosk_cart").is_none());
    let receipt = shop.get("/orders/ord_1?thanks=1").await;
    let shown = receipt.texts(".transfer dd");
    assert_eq!(shown, ["Kiosk GmbH", "DE89 3704 0044 0532 0130 00", "€23.90", "RF18 5390 0754 7034"]);
    assert!(!receipt.texts(".payment time").is_empty());
}

#[tokio::test]
async fn a_browser_without_the_key_learns_nothing() {
    let mut shop = TestShop::open().await;
    order(&mut shop, "card").await;
    shop.cookies.clear();
    let page = shop.get("/checkout/return?order=ord_1").await;
    assert_eq!(
        (page.status, page.texts("h1")),
        (StatusCode::OK, vec!["Please go back to where you ordered".into()])
    );
    assert_eq!(shop.post("/orders/ord_1/cancel-payment", &[]).await.status, StatusCode::NOT_FOUND);
    for odd in ["", "?order=", "?order=..", "?order=crt_1", "?order=%3Cscript%3E"] {
        assert_eq!(shop.get(&format!("/checkout/return{odd}")).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
}
