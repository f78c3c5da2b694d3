//! Codes of discounts and gift cards, with forms alone.

use axum::http::StatusCode;

use crate::buying::ADA;
use crate::html::fill;
use crate::support::TestShop;

async fn with_a_mug() -> TestShop {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S"), ("quantity", "2")]).await;
    shop
}

#[tokio::test]
async fn a_code_makes_the_cart_cheaper_and_can_be_taken_out() {
    let mut shop = with_a_mug().await;
    assert_eq!(shop.get("/cart").await.texts(".summary dd"), ["€38.00", "€4.90"]);
    let form = shop.get("/cart").await.form("/cart/code");
    let used = shop.post("/cart/code", &fill(&form, &[("discount_code", "TENTH")])).await;
    assert_eq!((used.status, used.header("location")), (StatusCode::SEE_OTHER, "/cart#codes"));
    let cart = shop.get("/cart").await;
    assert_eq!(cart.texts(".summary dd"), ["€38.00", "-€3.80", "€4.90"]);
    assert_eq!(cart.texts(".line-total s"), ["instead of €38.00"]);
    assert_eq!(cart.texts(".code-used p"), ["A tenth off: TENTH"]);
    shop.post("/cart/code", &[("remove", "1")]).await;
    assert_eq!(shop.get("/cart").await.texts(".summary dd"), ["€38.00", "€4.90"]);
}

#[tokio::test]
async fn a_refusal_stands_at_its_field() {
    let mut shop = with_a_mug().await;
    let refused = shop.post("/cart/code", &[("discount_code", "NO-SUCH")]).await;
    let to = refused.header("location").to_owned();
    assert_eq!(to, "/cart?discount_code=code_unknown.#discount_code");
    let page = shop.get(to.split('#').next().unwrap()).await;
    assert_eq!(
        page.texts("#discount_code-error"),
        ["We do not know this code, or it is not valid at the moment."]
    );
    assert_eq!(page.attributes("#discount_code", "aria-describedby"), ["discount_code-error"]);
    let dear = shop.post("/cart/code", &[("discount_code", "DEAR")]).await;
    let page = shop.get(dear.header("location").split('#').next().unwrap()).await;
    assert_eq!(
        page.texts("#discount_code-error"),
        ["The goods that this code is for do not come to its minimum yet."]
    );
    let card = shop.post("/cart/gift-cards", &[("gift_card_code", "ABCD-EFGH")]).await;
    assert!(!card.header("location").contains("ABCD"), "codes of gift cards stand in no address");
    let page = shop.get(card.header("location").split('#').next().unwrap()).await;
    assert_eq!(page.texts(".field-error").len(), 1);
    let odd = shop.get("/cart?discount_code=%3Cb%3E.x&gift_card_code=y").await;
    assert_eq!(odd.texts(".field-error"), ["That could not be done. Please try again."]);
    shop.cookies.clear();
    assert_eq!(shop.post("/cart/code", &[("discount_code", "TENTH")]).await.header("location"), "/cart");
}

#[tokio::test]
async fn a_code_on_the_way_keeps_what_was_filled_in() {
    let mut shop = with_a_mug().await;
    let form = shop.get("/checkout").await.form("/checkout");
    let typed = [ADA, &[("apply", "discount_code"), ("discount_code", "NO-SUCH")]].concat();
    let page = shop.post("/checkout", &fill(&form, &typed)).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attributes("#discount_code", "value"), ["NO-SUCH"]);
    assert_eq!(page.attributes("#name", "value"), ["Ada Lovelace"]);
    assert_eq!(page.texts("#discount_code-error").len(), 1);

    let typed = [ADA, &[("apply", "discount_code"), ("discount_code", "TENTH")]].concat();
    let page = shop.post("/checkout", &fill(&form, &typed)).await;
    assert_eq!(
        (page.status, page.attributes("#discount_code", "value")),
        (StatusCode::OK, vec![String::new()])
    );
    assert_eq!(page.texts(".sums-parcel dd"), ["€4.90", "€39.10"]);
    assert_eq!(page.attributes("#street", "value"), ["Marktgasse 1"]);
    let typed = [ADA, &[("apply", "gift_card_code"), ("gift_card_code", "GIFT-1000")]].concat();
    let page = shop.post("/checkout", &fill(&page.form("/checkout"), &typed)).await;
    assert_eq!(page.texts(".sums-parcel dd"), ["€4.90", "€39.10", "-€10.00", "€29.10"]);

    let placed = shop.post("/checkout", &fill(&page.form("/checkout"), ADA)).await;
    assert_eq!(placed.header("location"), "/orders/ord_1?thanks=1");
    let order = shop.get("/orders/ord_1").await;
    assert_eq!(order.texts(".sums dd"), ["€38.00", "-€3.80", "€4.90", "€39.10", "-€10.00", "€29.10"]);
}

#[tokio::test]
async fn a_gift_card_that_pays_all_asks_for_no_other_way() {
    let mut shop = with_a_mug().await;
    shop.post("/cart/gift-cards", &[("gift_card_code", "GIFT-100000")]).await;
    assert_eq!(shop.get("/cart").await.texts(".code-used p"), ["Gift card with €1,000.00"]);
    let checkout = shop.get("/checkout").await;
    assert!(checkout.attributes("input[type=radio][name=payment]", "value").is_empty());
    let placed = shop.post("/checkout", &fill(&checkout.form("/checkout"), ADA)).await;
    assert_eq!(placed.header("location"), "/orders/ord_1?thanks=1");
    let mut other = with_a_mug().await;
    other.post("/cart/gift-cards", &[("gift_card_code", "GIFT-100000")]).await;
    other.post("/cart/gift-cards", &[("remove", "gft_1")]).await;
    assert!(other.get("/cart").await.texts(".code-used p").is_empty());
    assert_eq!(other.post("/cart/gift-cards", &[("remove", "../x")]).await.status, StatusCode::NOT_FOUND);
}
