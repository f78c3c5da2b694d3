//! What a shopper sees when something is not as it was, or not there.

use axum::http::StatusCode;
use kiosk_problem::Problem;
use serde_json::json;

use crate::buying::ADA;
use crate::html::fill;
use crate::support::{Answer, TestShop};

/// Fills the checkout of one mug and sends it.
async fn order(shop: &mut TestShop, changes: &[(&str, &str)]) -> Answer {
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.post("/checkout", &fill(&form, &[ADA, changes].concat())).await
}

#[tokio::test]
async fn a_field_that_does_not_fit_is_named_beside_it() {
    let mut shop = TestShop::open().await;
    let answer = order(&mut shop, &[("email", "ada@example"), ("city", " "), ("extra", "2nd floor")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.attributes("[role=alert] li a", "href"), ["#email", "#city"]);
    assert_eq!(answer.attributes("#email", "aria-describedby"), ["email-error"]);
    assert_eq!(answer.attributes("#email", "aria-invalid"), ["true"]);
    assert!(answer.texts("#email-error")[0].contains("ada@example.com"));
    assert_eq!(answer.attributes("#email", "value"), ["ada@example"], "what was written stays");
    assert_eq!(answer.attributes("#extra", "value"), ["2nd floor"]);
    assert_eq!(shop.orders.order_count(), 0);
}

#[tokio::test]
async fn a_price_that_changed_has_to_be_confirmed() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.orders.raise_prices(100);
    let answer = shop.post("/checkout", &fill(&form, ADA)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.texts("#trouble p")[0], "The price of Speckled mug changed from €19.00 to €20.00.");
    assert_eq!(answer.texts(".sums-parcel .sums-total dd"), ["€24.90"]);
    assert_eq!(answer.attributes("#name", "value"), ["Ada Lovelace"]);
    assert_eq!(shop.get("/cart").await.texts(".line-notice"), ["The price changed from €19.00 to €20.00."]);
    let again = answer.form("/checkout");
    assert_eq!(shop.post("/checkout", &fill(&again, &[])).await.status, StatusCode::SEE_OTHER);
    assert_eq!(shop.orders.order_count(), 1);
}

#[tokio::test]
async fn what_ran_out_is_named() {
    let mut shop = TestShop::open().await;
    let problem = |available: u32| {
        Problem::new(StatusCode::CONFLICT, "insufficient_stock", "Not enough")
            .with("lines", json!([{ "sku": "MUG-SAND-S", "requested": 9, "available": available }]))
    };
    shop.orders.refuse_next(problem(0));
    let answer = order(&mut shop, &[]).await;
    assert_eq!(answer.texts("#trouble p")[0], "Speckled mug: sold out here for now.");
    assert_eq!(answer.attributes("#trouble a", "href"), ["/cart"]);
    shop.orders.refuse_next(problem(2));
    let answer = order(&mut shop, &[]).await;
    assert_eq!(answer.texts("#trouble p")[0], "Speckled mug: only 2 left.");
}

#[tokio::test]
async fn every_refusal_keeps_the_form() {
    for (code, status, keeps_key) in [
        ("cart_version_stale", 412, false),
        ("request_in_progress", 409, true),
        ("idempotency_key_reused", 422, false),
        ("checkout_blocked", 403, false),
        ("delivery_not_available", 422, false),
        ("internal_error", 500, true),
        ("database_busy", 503, true),
    ] {
        let mut shop = TestShop::open().await;
        shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
        let form = shop.get("/checkout").await.form("/checkout");
        let key = form.iter().find(|(name, _)| name == "key").unwrap().1.clone();
        shop.orders.refuse_next(Problem::new(StatusCode::from_u16(status).unwrap(), code, "No"));
        let answer = shop.post("/checkout", &fill(&form, ADA)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(!answer.texts("#trouble p").is_empty(), "{code}");
        assert_eq!(answer.attributes("#email", "value"), ["ada@example.com"], "{code}");
        let same = answer.attributes("input[name=key]", "value") == [key];
        assert_eq!(same, keeps_key, "{code}: an order that may have been placed keeps its key");
    }
}

#[tokio::test]
async fn a_field_that_edge_orders_refuses_is_marked() {
    let mut shop = TestShop::open().await;
    shop.orders.refuse_next(Problem::invalid("address.postcode", "not a postcode"));
    let answer = order(&mut shop, &[]).await;
    assert_eq!(answer.attributes("#postcode", "aria-invalid"), ["true"]);
}

#[tokio::test]
async fn carts_refuse_what_makes_no_sense() {
    let mut shop = TestShop::open().await;
    for (sku, quantity, says) in [
        ("NO-SUCH", "1", "This piece is no longer sold here."),
        ("MUG-SAND-S", "0", "A line of the cart takes 1 to 99 pieces."),
        ("MUG-SAND-S", "-1", "A line of the cart takes 1 to 99 pieces."),
        ("MUG-SAND-S", "1.5", "A line of the cart takes 1 to 99 pieces."),
        ("MUG-SAND-S", "1000000000", "A line of the cart takes 1 to 99 pieces."),
        ("MUG-SAND-S", "99999999999999999999", "A line of the cart takes 1 to 99 pieces."),
    ] {
        let answer = shop.post("/cart/lines", &[("sku", sku), ("quantity", quantity)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{sku} {quantity}");
        let cart = shop.get(answer.header("location")).await;
        assert_eq!(cart.texts(".notice"), [says], "{sku} {quantity}");
        assert!(cart.texts(".line").is_empty(), "{sku} {quantity}");
    }
    let odd = shop.post("/cart/lines", &[("sku", "../../orders")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn another_ones_cart_is_as_good_as_none() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    shop.cookies = vec![("kiosk_cart".to_owned(), "crt_1.guessed".to_owned())];
    assert!(shop.get("/cart").await.texts(".line").is_empty());
    assert_eq!(shop.get("/checkout").await.header("location"), "/cart");
    shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    let own = shop.get("/cart").await;
    assert_eq!(own.texts(".line-what h2"), ["Oak bench"], "a cart of one's own");
}

#[tokio::test]
async fn scarce_goods_are_told_in_the_cart() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-MOSS-FEW"), ("quantity", "5")]).await;
    shop.post("/cart/lines", &[("sku", "LAMP-OUT")]).await;
    let cart = shop.get("/cart").await;
    assert_eq!(cart.texts(".line-notice"), ["Only 3 left.", "Sold out here for now."]);
}

#[tokio::test]
async fn a_shop_without_edge_orders_still_shows_goods() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    shop.host.http.down("edge-orders.spin.internal");
    assert_eq!(shop.get("/p/mug").await.status, StatusCode::OK);
    let cart = shop.get("/cart").await;
    assert_eq!((cart.status, cart.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    assert_eq!(cart.attributes(".empty .button", "href"), ["/cart"], "try again is right here");
}

#[tokio::test]
async fn what_is_not_there_is_404_with_a_way_on() {
    let mut shop = TestShop::open().await;
    for path in [
        "/nowhere",
        "/p/nothing",
        "/c/empty",
        "/vendors/ven_nobody",
        "/orders/ord_9",
        "/assets/x.css",
        "/assets/..%2Fsecret.css",
        "/media/abc.svg",
    ] {
        let answer = shop.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.attributes(".empty a", "href").contains(&"/".to_owned()), "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store", "{path}");
    }
    assert_eq!(shop.get("/p/nothing").await.texts("h1"), ["This piece is no longer sold here"]);
    assert_eq!(shop.post("/p/mug", &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
}
