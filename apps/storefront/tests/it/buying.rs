//! From the first piece in the cart to the order's own page, with forms alone.

use axum::http::{Method, StatusCode};

use crate::html::fill;
use crate::support::TestShop;

pub const ADA: &[(&str, &str)] = &[
    ("name", "Ada Lovelace"),
    ("email", "ada@example.com"),
    ("street", "Marktgasse 1"),
    ("postcode", "10178"),
    ("city", "Berlin"),
    ("country", "DE"),
];

#[tokio::test]
async fn a_shopper_buys_without_script() {
    let mut shop = TestShop::open().await;
    let form = shop.get("/p/mug").await.form("/cart/lines");
    assert_eq!(form, [("sku".to_owned(), "MUG-SAND-S".to_owned()), ("quantity".to_owned(), "1".to_owned())]);
    let added = shop.post("/cart/lines", &fill(&form, &[("quantity", "2")])).await;
    assert_eq!((added.status, added.header("location")), (StatusCode::SEE_OTHER, "/cart"));

    let cart = shop.get("/cart").await;
    assert_eq!(cart.texts(".line-total"), ["€38.00"]);
    assert_eq!(cart.attributes(".cart-link", "aria-label"), ["Cart, 2 pieces"]);
    let changed = shop.post("/cart/lines/MUG-SAND-S", &[("quantity", "3")]).await;
    assert_eq!(changed.header("location"), "/cart");
    assert_eq!(shop.get("/").await.attributes(".cart-link", "aria-label"), ["Cart, 3 pieces"]);

    let checkout = shop.get("/checkout").await;
    assert_eq!(checkout.texts(".sums-parcel dd"), ["€4.90", "€61.90"]);
    assert_eq!(checkout.texts(".sums-express dd"), ["€12.90", "€69.90"]);
    let form = checkout.form("/checkout");
    let placed = shop.post("/checkout", &fill(&form, &[ADA, &[("delivery", "express")]].concat())).await;
    assert_eq!((placed.status, placed.header("location")), (StatusCode::SEE_OTHER, "/orders/ord_1?thanks=1"));

    let order = shop.get("/orders/ord_1?thanks=1").await;
    assert_eq!(order.texts("h1"), ["Thank you, Ada"]);
    assert_eq!(order.texts(".sums-total dd"), ["€69.90"]);
    assert!(order.texts("address")[0].contains("Marktgasse 1"));
    assert_eq!(order.header("cache-control"), "private, no-store");
    assert_eq!(shop.get("/cart").await.texts(".lead"), ["There is nothing in it yet."]);

    shop.orders.set_status("ord_1", "shipped");
    let later = shop.get("/orders/ord_1").await;
    assert_eq!(later.texts("h1"), ["Your order"]);
    assert_eq!(later.texts(".timeline [aria-current=step]"), ["now: On its way"]);
}

#[tokio::test]
async fn a_form_sent_twice_buys_once() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    let sent = fill(&form, ADA);
    let before = shop.cookies.clone();
    let first = shop.post("/checkout", &sent).await;
    // The second press leaves before the answer to the first came: with the cookies of before.
    shop.cookies = before.clone();
    let second = shop.post("/checkout", &sent).await;
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(shop.orders.order_count(), 1);

    // The same cart from a window with another key: it was ordered already.
    shop.cookies = before;
    let other = shop
        .post("/checkout", &fill(&form, &[ADA, &[("key", "0123456789abcdef0123456789abcdef")]].concat()))
        .await;
    assert_eq!(other.header("location"), "/cart?refused=cart_closed");
    assert_eq!(shop.orders.order_count(), 1);
}

#[tokio::test]
async fn islands_get_json() {
    let mut shop = TestShop::open().await;
    let headers = [("sec-fetch-site", "same-origin"), ("accept", "application/json")];
    let added = shop
        .send(Method::POST, "/cart/lines", &headers, Some(&[("sku", "MUG-SAND-S"), ("quantity", "4")]))
        .await;
    assert_eq!((added.status, added.body.as_str()), (StatusCode::OK, r#"{"quantity":4,"version":2}"#));
    let refused = shop.send(Method::POST, "/cart/lines", &headers, Some(&[("sku", "NO-SUCH")])).await;
    assert_eq!(refused.body, r#"{"message":"This piece is no longer sold here."}"#);
    shop.host.http.down("edge-orders.spin.internal");
    let down = shop.send(Method::POST, "/cart/lines", &headers, Some(&[("sku", "MUG-SAND-S")])).await;
    assert_eq!(down.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(down.body.contains("\"message\":\"The counter is closed for a moment"), "{}", down.body);
}

#[tokio::test]
async fn lines_are_added_up_changed_and_taken_out() {
    let mut shop = TestShop::open().await;
    for _ in 0..2 {
        shop.post("/cart/lines", &[("sku", "MUG-SAND-S"), ("quantity", "2")]).await;
    }
    shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    let cart = shop.get("/cart").await;
    assert_eq!(cart.attributes(".line input[type=number]", "value"), ["4", "1"]);
    assert_eq!(cart.texts(".summary dd"), ["€466.00", "€49.00"]);
    shop.post("/cart/lines/BENCH", &[("remove", "1")]).await;
    assert_eq!(shop.get("/cart").await.texts(".line-what h2"), ["Speckled mug"]);
}

#[tokio::test]
async fn bulky_goods_go_by_freight() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "BENCH")]).await;
    let checkout = shop.get("/checkout").await;
    assert_eq!(checkout.attributes("input[name=delivery]", "value"), ["freight", "pickup"]);
    assert_eq!(checkout.texts(".option-price"), ["€49.00", "Free"]);
}

#[tokio::test]
async fn the_link_of_an_order_opens_it_elsewhere() {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.post("/checkout", &fill(&form, ADA)).await;
    shop.cookies.clear();
    assert_eq!(shop.get("/orders/ord_1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(shop.get("/orders/ord_1?key=wrong").await.status, StatusCode::NOT_FOUND);
    assert!(shop.cookies.is_empty());
    let link = shop.get("/orders/ord_1?key=key-of-ord_1").await;
    assert_eq!(link.header("location"), "/orders/ord_1", "the key leaves the address");
    assert_eq!(shop.get("/orders/ord_1").await.status, StatusCode::OK);
}
