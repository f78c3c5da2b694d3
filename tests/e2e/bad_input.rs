//! Bad input over the whole way through host and guest: a problem with a stable code, and no effect.

use anyhow::Result;
use kiosk_testkit::{Cart, PopApi, ProductSpec, Shop};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::audit;

async fn refused_line(api: &PopApi, cart: &mut Cart, sku: &str, body: Value) -> Result<(u16, String)> {
    let before = api.put_line(cart, "PLAIN", json!({"quantity": 1})).await?;
    assert_eq!(before, StatusCode::OK);
    let status = api.put_line(cart, sku, body).await?;
    Ok((status.as_u16(), cart.state["code"].as_str().unwrap_or("").to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_are_refused_by_name() -> Result<()> {
    let shop = Shop::builder().products(&[ProductSpec::new("PLAIN", 1_000, 10)]).start().await?;
    let api = shop.api(0);
    let mut cart = api.cart().await?;
    for quantity in [json!(0), json!(-1), json!(1_000_000_000), json!(1.5), json!("2"), Value::Null] {
        let (status, code) = refused_line(&api, &mut cart, "PLAIN", json!({"quantity": quantity})).await?;
        assert_eq!((status, code.as_str()), (422, "invalid_value"), "{quantity}");
        assert_eq!(cart.state["param"], "quantity", "{}", cart.state);
    }
    let (status, code) = refused_line(&api, &mut cart, "NO-SUCH", json!({"quantity": 1})).await?;
    assert_eq!((status, code.as_str()), (404, "sku_not_found"));
    let mut strangers = Cart { token: "0".repeat(32), ..cart.clone() };
    let status = api.put_line(&mut strangers, "PLAIN", json!({"quantity": 1})).await?;
    assert_eq!((status, strangers.state["code"].as_str()), (StatusCode::NOT_FOUND, Some("cart_not_found")));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_are_refused_at_the_door() -> Result<()> {
    let shop = Shop::builder().products(&[ProductSpec::new("PLAIN", 1_000, 10)]).start().await?;
    let url = format!("{}/v1/carts", shop.pops[0].url);
    let post =
        |body: String| Client::new().post(&url).header("content-type", "application/json").body(body).send();
    let malformed = post("{".to_owned()).await?;
    assert_eq!(malformed.status().as_u16(), 400);
    assert_eq!(malformed.headers()["content-type"], "application/problem+json");
    let problem: Value = malformed.json().await?;
    assert_eq!(problem["code"], "malformed_json");
    assert!(problem["request_id"].is_string(), "{problem}");
    let large = post(format!("{{\"x\":\"{}\"}}", "y".repeat(2 * 1024 * 1024))).await?;
    assert_eq!(large.status().as_u16(), 413);
    let nowhere = shop.api(0).get("/v1/nothing").await?;
    assert_eq!(nowhere.status().as_u16(), 404);
    assert_eq!(nowhere.json::<Value>().await?["code"], "route_not_found");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn checkouts_that_cannot_be_have_no_effect() -> Result<()> {
    let shop = Shop::builder().products(&[ProductSpec::new("PLAIN", 1_000, 10)]).start().await?;
    let api = shop.api(0);
    let empty = api.cart().await?;
    let mut body = api.order_body(&empty, "Nobody");
    body["expected_total"] = json!({"amount": 0, "currency": "EUR"});
    body["delivery"] = json!("parcel");
    assert_eq!(api.place(&empty, &body, "empty").await?.code(), "cart_empty");

    let cart = api.cart_with("PLAIN", 1).await?;
    let good = api.order_body(&cart, "Careful");
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let cases = [
        (with("expected_total", json!({"amount": 1, "currency": "EUR"})), "price_changed"),
        (with("cart_version", json!(99)), "cart_version_stale"),
        (with("delivery", json!("teleport")), "invalid_value"),
        (with("payment", json!({"method": "gold"})), "invalid_value"),
        (with("contact", json!({"name": "", "email": "a@b.example"})), "invalid_value"),
        (with("contact", json!({"name": "A", "email": "not an address"})), "invalid_value"),
    ];
    for (n, (body, code)) in cases.iter().enumerate() {
        assert_eq!(api.place(&cart, body, &format!("bad-{n}")).await?.code(), *code, "{body}");
    }

    let placed = api.place(&cart, &good, "good").await?;
    assert!(placed.order_id().is_some(), "{placed:?}");
    let replayed = api.place(&cart, &good, "good").await?;
    assert_eq!(replayed.order_id(), placed.order_id(), "a replay places nothing new");
    let other = with("delivery", json!("express"));
    assert_eq!(api.place(&cart, &other, "good").await?.code(), "idempotency_key_reused");
    assert_eq!(api.place(&cart, &good, "another-key").await?.code(), "cart_closed");
    audit::orders_exactly(&shop, &[placed.order_id().unwrap().to_owned()]).await
}
