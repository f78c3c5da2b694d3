//! Sending something back, as a browser without script does it.

use axum::http::StatusCode;
use kiosk_problem::Problem;
use serde_json::{Value, json};

use crate::buying::ADA;
use crate::html::fill;
use crate::pages::check_page;
use crate::support::TestShop;

const FORM: &str = "/orders/ord_1/return";

/// A guest's order that has arrived.
async fn arrived() -> TestShop {
    let mut shop = TestShop::open().await;
    shop.post("/cart/lines", &[("sku", "MUG-SAND-S")]).await;
    let form = shop.get("/checkout").await.form("/checkout");
    shop.post("/checkout", &fill(&form, ADA)).await;
    shop.orders.change(
        "ord_1",
        json!({
            "guest": true, "status": "delivered",
            "parcels": [{ "vendor": { "id": "ven_ostwerk", "name": "Ostwerk" }, "status": "delivered" }],
            "returnable": [{ "sku": "MUG-SAND-S", "title": "Speckled <mug>", "quantity": 2 }],
        }),
    );
    shop
}

fn given(status: &str, more: Value) -> Value {
    let mut given = json!({
        "id": "ret_1", "vendor": { "id": "ven_ostwerk", "name": "Ostwerk" }, "status": status, "wish": "refund",
        "label": null, "reason": null, "changed_ms": 1, "lines": [{ "sku": "MUG-SAND-S", "title": "Mug", "quantity": 1, "accepted": 0 }],
    });
    for (name, value) in more.as_object().unwrap() {
        given[name] = value.clone();
    }
    given
}

#[tokio::test]
async fn a_guest_asks_on_a_page_of_its_own() {
    let mut shop = arrived().await;
    let order = shop.get("/orders/ord_1").await;
    check_page("/orders/ord_1", &order.html());
    assert_eq!(order.attributes("section a.button", "href"), [FORM]);
    assert!(order.attributes(".parcel a", "href").is_empty(), "a guest has no chats");
    let page = shop.get(FORM).await;
    check_page(FORM, &page.html());
    assert_eq!(page.attributes("input[type=number]", "max"), ["2"]);
    let form = page.form(FORM);
    let once = &form.iter().find(|(name, _)| name == "once").unwrap().1;
    let sent = shop
        .post(FORM, &fill(&form, &[("pieces-MUG-SAND-S", "1"), ("reason", "faulty"), ("note", "Loose")]))
        .await;
    assert_eq!(
        (sent.status, sent.header("location")),
        (StatusCode::SEE_OTHER, "/orders/ord_1#returns-title")
    );
    let (key, body) = shop.orders.asked().unwrap();
    assert_eq!(&key, once);
    assert_eq!(
        body,
        json!({ "lines": [{ "sku": "MUG-SAND-S", "quantity": 1 }], "reason": "faulty", "wish": "refund", "note": "Loose" })
    );
}

#[tokio::test]
async fn the_order_shows_how_far_each_return_is() {
    let mut shop = arrived().await;
    let none = json!({});
    for (status, more, words, says) in [
        ("asked", none.clone(), "Asked for", "You get a mail"),
        ("expected", json!({ "label": "RET-AB" }), "Expected", "RET-AB"),
        ("received", none.clone(), "With the vendor", "looks it over"),
        ("inspected", none.clone(), "Inspected", "could accept none"),
        ("cancelled", none, "Cancelled", "Nothing is sent back"),
        ("refused", json!({ "reason": "return_window" }), "Not possible", "time to send it back is over"),
    ] {
        shop.orders.change("ord_1", json!({ "returns": [given(status, more)], "returnable": [] }));
        let page = shop.get("/orders/ord_1").await;
        check_page("/orders/ord_1", &page.html());
        assert_eq!(page.texts("section .parcel-status"), [words]);
        assert!(page.texts("section .parcel")[0].contains(says), "{status}: {}", page.body);
        assert!(page.attributes("section a.button", "href").is_empty(), "nothing is left to send back");
    }
    let page = shop.get(FORM).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.texts(".lead")[0].contains("nothing to send back"));
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_on_it() {
    let mut shop = arrived().await;
    let form = shop.get(FORM).await.form(FORM);
    let good = [("pieces-MUG-SAND-S", "1"), ("reason", "faulty"), ("wish", "exchange")];
    for (bad, says) in [
        (("pieces-MUG-SAND-S", "0"), "what you send back"),
        (("pieces-MUG-SAND-S", "3"), "not so many"),
        (("pieces-MUG-SAND-S", "x"), "digits"),
        (("reason", "bored"), "why it goes back"),
        (("wish", "both"), "what you would like"),
        (("once", "../x"), "once more"),
    ] {
        let filled = fill(&form, &good);
        let filled: Vec<(String, String)> =
            filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let page = shop.post(FORM, &fill(&filled, &[bad, ("note", "It <b>wobbles</b>")])).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad:?}");
        assert!(page.texts("[role=alert]")[0].contains(says), "{bad:?}: {:?}", page.texts("[role=alert]"));
        assert_eq!(page.texts("#note"), ["It <b>wobbles</b>"], "what was written is not lost");
        check_page(FORM, &page.html());
    }
    assert!(shop.orders.asked().is_none());
    for (status, code, says) in [
        (StatusCode::CONFLICT, "not_returnable", "not so many"),
        (StatusCode::CONFLICT, "too_many_returns", "many returns"),
    ] {
        shop.orders.refuse_next(Problem::new(status, code, "No"));
        let page = shop.post(FORM, &fill(&form, &good)).await;
        assert_eq!(page.status, status);
        assert!(page.texts("[role=alert]")[0].to_lowercase().contains(says), "{code}");
    }
    shop.cookies.clear();
    assert_eq!(shop.get(FORM).await.status, StatusCode::NOT_FOUND, "whose order it is nobody else learns");
    assert_eq!(shop.post(FORM, &fill(&form, &good)).await.status, StatusCode::NOT_FOUND);
}
