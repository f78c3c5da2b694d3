//! How much one client may ask for, whoever the accounts are of.

use http::Method;
use kiosk_edge_platform::Statement;
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Region, Reply};

async fn from(region: &Region, client: &str, method: Method, path: &str, body: Value) -> Reply {
    region.send(method, path, &[("kiosk-client", client.to_owned())], Some(body)).await
}

async fn reset(region: &Region, client: &str, number: u32) -> Reply {
    let body = json!({ "email": format!("customer{number}@example.org") });
    from(region, client, Method::POST, "/v1/account/reset", body).await
}

#[tokio::test]
async fn mails_that_one_client_asks_for_are_limited_over_all_addresses() {
    let region = Region::new();
    for number in 0..40 {
        reset(&region, "192.0.2.1", number).await.is(202);
    }
    let refused = reset(&region, "192.0.2.1", 41).await.refused(429, "too_many_requests");
    assert_eq!(refused.headers["retry-after"], "15");
    let body = json!({"name": "Ada", "email": EMAIL, "password": PASSWORD});
    let register = from(&region, "192.0.2.1", Method::POST, "/v1/account", body).await;
    register.refused(429, "too_many_requests");
    // Others are not meant, and time gives back.
    reset(&region, "192.0.2.2", 41).await.is(202);
    region.host.clock.advance_ms(15_000);
    reset(&region, "192.0.2.1", 42).await.is(202);
    reset(&region, "192.0.2.1", 43).await.refused(429, "too_many_requests");
}

#[tokio::test]
async fn logins_and_links_of_one_client_are_limited() {
    for (method, path, body) in [
        (Method::POST, "/v1/account/session", json!({"email": "x", "password": PASSWORD})),
        (Method::POST, "/v1/account/verification", json!({"token": "x"})),
        (Method::PUT, "/v1/account/reset", json!({"token": "x", "password": PASSWORD})),
        (Method::PUT, "/v1/account/email", json!({"token": "x"})),
    ] {
        let region = Region::new();
        let ask = async |client: &str| from(&region, client, method.clone(), path, body.clone()).await;
        for _ in 0..120 {
            ask("2001:db8:1:2::1").await.is(422);
        }
        // Another address of the same network is the same client.
        let refused = ask("2001:db8:1:2::2").await.refused(429, "too_many_requests");
        assert_eq!(refused.headers["retry-after"], "5", "{path}");
        ask("2001:db8:1:3::1").await.is(422);
    }
}

#[tokio::test]
async fn a_clients_address_is_not_stored_and_its_hash_not_for_long() {
    let region = Region::new();
    reset(&region, "192.0.2.1", 0).await.is(202);
    let rows = region.host.edge.db.query(Statement::new("SELECT what FROM client")).await.unwrap();
    let what: &str = rows[0].get(0).unwrap();
    assert!(rows.len() == 1 && what.starts_with("mail/") && !what.contains("192"), "{what}");
    region.host.clock.advance_ms(600_001);
    region.tick().await;
    assert_eq!(region.number("SELECT COUNT(*) FROM client").await, 0);
}

#[tokio::test]
async fn the_vault_counts_the_client_and_not_the_pop_that_forwards() {
    let vault = Region::new();
    let other = vault.other_pop();
    for number in 0..40 {
        reset(&other, "192.0.2.1", number).await.is(202);
    }
    reset(&vault, "192.0.2.1", 41).await.refused(429, "too_many_requests");
    reset(&other, "192.0.2.2", 41).await.is(202);
}
