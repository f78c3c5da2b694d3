//! Delivery addresses.

use http::Method;
use serde_json::{Value, json};

use crate::support::{EMAIL, Region};

fn form(street: &str) -> Value {
    let address = json!({"street": street, "postcode": "10117", "city": "Berlin", "country": "DE"});
    json!({"name": "Ada Lovelace", "address": address})
}

#[tokio::test]
async fn addresses_are_kept_changed_and_forgotten() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let call = async |method, path: &str, body| region.call(method, path, Some(&session), body).await;
    let all = "/v1/account/addresses";
    let first = call(Method::POST, all, Some(form("Unter den Linden 1"))).await.is(201).body;
    region.host.clock.advance_ms(1);
    let second = call(Method::POST, all, Some(form("Am Kupfergraben 4"))).await.is(201).body;
    let one = format!("{all}/{}", first["id"].as_str().unwrap());
    let changed = call(Method::PUT, &one, Some(form("Unter den Linden 2"))).await.is(200).body;
    assert_eq!((&changed["id"], &changed["street"]), (&first["id"], &"Unter den Linden 2".into()));
    assert_eq!(call(Method::GET, all, None).await.is(200).body["addresses"], json!([changed, second]));
    call(Method::DELETE, &one, None).await.is(204);
    call(Method::DELETE, &one, None).await.refused(404, "address_not_found");
    assert_eq!(call(Method::GET, all, None).await.is(200).body["addresses"], json!([second]));
}

#[tokio::test]
async fn somebody_elses_address_is_not_there() {
    let region = Region::new();
    region.customer(EMAIL).await;
    region.customer("eve@example.org").await;
    let (ada, eve) = (region.log_in(EMAIL).await, region.log_in("eve@example.org").await);
    let kept = region.call(Method::POST, "/v1/account/addresses", Some(&ada), Some(form("Here 1"))).await;
    let one = format!("/v1/account/addresses/{}", kept.is(201).body["id"].as_str().unwrap());
    for method in [Method::PUT, Method::DELETE] {
        let reply = region.call(method, &one, Some(&eve), Some(form("There 2"))).await;
        reply.refused(404, "address_not_found");
    }
    let all = region.get("/v1/account/addresses", &ada).await.is(200).body;
    assert_eq!(all["addresses"][0]["street"], "Here 1");
    assert_eq!(region.get("/v1/account/addresses", &eve).await.body["addresses"], json!([]));
}

#[tokio::test]
async fn there_is_room_for_twenty() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let add = async || {
        region.host.clock.advance_ms(1);
        region.call(Method::POST, "/v1/account/addresses", Some(&session), Some(form("Here 1"))).await
    };
    for _ in 0..20 {
        add().await.is(201);
    }
    add().await.refused(409, "too_many_addresses");
    assert_eq!(region.number("SELECT COUNT(*) FROM address").await, 20);
}

#[tokio::test]
async fn a_refusal_names_the_field() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    for (field, value) in [("postcode", "1<2"), ("country", "Germany"), ("city", " "), ("street", "a\u{0}b")]
    {
        let mut body = form("Here 1");
        body["address"][field] = json!(value);
        let reply = region.call(Method::POST, "/v1/account/addresses", Some(&session), Some(body)).await;
        let reply = reply.refused(422, "invalid_value");
        assert_eq!(reply.body["param"], format!("address.{field}"));
    }
}
