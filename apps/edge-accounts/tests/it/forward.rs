//! A region of two POPs: one keeps the vault, the other forwards to it.

use http::Method;
use kiosk_wire::sign::{self, SignatureParams, Signed, TOLERANCE_S};
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, Region, Reply, VAULT_KEY};

const PATH: &str = "/v1/account/forwarded";

/// The region's key for forwarding, derived as the app does.
fn key() -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(VAULT_KEY.as_bytes()).unwrap();
    mac.update(b"forward");
    mac.finalize().into_bytes().to_vec()
}

fn wrapped(path: &str, token: &str) -> Value {
    json!({ "method": "GET", "path": path, "headers": [["authorization", format!("Bearer {token}")]], "body": "" })
}

/// Sends `sent` to the vault with a signature over `signed`, made by `key` at `created_s`.
async fn deliver(
    vault: &Region,
    key: &[u8],
    created_s: i64,
    nonce: &str,
    signed: &Value,
    sent: &Value,
) -> Reply {
    let body = signed.to_string();
    let request = Signed { method: "POST", path_and_query: PATH, body: body.as_bytes() };
    let params = SignatureParams { key_id: "region".into(), created_s, nonce: nonce.into() };
    let headers = sign::sign(key, &request, &params);
    let headers = [
        (sign::CONTENT_DIGEST, headers.content_digest),
        (sign::SIGNATURE_INPUT, headers.signature_input),
        (sign::SIGNATURE, headers.signature),
    ];
    vault.send(Method::POST, PATH, &headers, Some(sent.clone())).await
}

#[tokio::test]
async fn who_registers_on_one_pop_logs_in_on_the_other() {
    let vault = Region::new();
    let other = vault.other_pop();
    other.register(EMAIL).await.is(202);
    let token = vault.link().await;
    other.post("/v1/account/verification", json!({"token": token})).await.is(204);
    let (here, there) = (vault.log_in(EMAIL).await, other.log_in(EMAIL).await);
    for pop in [&vault, &other] {
        for token in [&here, &there] {
            let profile = pop.get("/v1/account", token).await.is(200);
            assert_eq!(profile.body["email"], EMAIL);
            assert_eq!(profile.headers["cache-control"], "no-store");
        }
    }
    let who = vault.get("/internal/session", &here).await.is(200).body;
    assert_eq!(other.get("/internal/session", &here).await.is(200).body, who);
    let change = json!({"name": "Ada King"});
    other.call(Method::PATCH, "/v1/account", Some(&there), Some(change)).await.is(200);
    assert_eq!(vault.get("/v1/account", &here).await.is(200).body["name"], "Ada King");
    other.call(Method::DELETE, "/v1/account/session", Some(&here), None).await.is(204);
    vault.get("/v1/account", &here).await.refused(401, "session_ended");
}

#[tokio::test]
async fn refusals_come_through_as_they_are() {
    let vault = Region::new();
    let other = vault.other_pop();
    let reply = other.get("/v1/account", "x").await.refused(401, "session_ended");
    assert_eq!(reply.headers["www-authenticate"], "Bearer");
    let id = [("x-request-id", "abc".to_owned())];
    let reply = other.send(Method::GET, "/v1/account/none", &id, None).await.refused(404, "route_not_found");
    assert_eq!(
        (&reply.body["request_id"], &reply.headers["x-request-id"]),
        (&"abc".into(), &"abc".parse().unwrap())
    );
    assert_eq!(reply.headers.get_all("x-request-id").iter().count(), 1);
    let reply = other.try_log_in("nobody", PASSWORD).await.refused(422, "invalid_value");
    assert_eq!(reply.body["param"], "email");
    let long = json!({"email": "a".repeat(70_000), "password": PASSWORD});
    other.post("/v1/account/session", long).await.refused(413, "body_too_large");
    // The rest is its own to answer.
    other.get("/v1/account/openapi.json", "x").await.is(200);
    other.post(PATH, wrapped("/v1/account", "x")).await.refused(404, "route_not_found");
}

#[tokio::test]
async fn a_pop_that_forwards_has_no_work_of_its_own() {
    let vault = Region::new();
    let other = vault.other_pop();
    other.register(EMAIL).await.is(202);
    assert_eq!(other.tick().await, 0);
    assert_eq!(vault.tick().await, 1);
}

#[tokio::test]
async fn without_its_vault_a_pop_says_so_and_when_to_try_again() {
    let vault = Region::new();
    let other = vault.other_pop();
    other.host.http.down("vault.test");
    let reply = other.register(EMAIL).await.refused(503, "accounts_unavailable");
    assert_eq!(reply.headers["retry-after"], "2");
    other.get("/internal/session", "x").await.refused(503, "accounts_unavailable");
    // What answers there is not a vault of this region.
    let stranger = Region::with_variables(&[("vault_key", "ffffffffffffffffffffffffffffffff")]);
    other.host.http.up("vault.test", stranger.router.clone());
    other.register(EMAIL).await.refused(503, "accounts_unavailable");
    // Neither is one that has a vault elsewhere.
    other.host.http.up("vault.test", vault.other_pop().router);
    other.register(EMAIL).await.refused(503, "accounts_unavailable");
    other.host.http.up("vault.test", vault.router.clone());
    other.register(EMAIL).await.is(202);
}

#[tokio::test]
async fn only_a_fresh_signature_of_the_region_opens_the_vault() {
    let vault = Region::new();
    vault.customer(EMAIL).await;
    let token = vault.log_in(EMAIL).await;
    let now_s = vault.host.edge.clock.now_ms() / 1_000;
    let (key, body) = (key(), wrapped("/v1/account", &token));

    vault.post(PATH, body.clone()).await.refused(404, "route_not_found");
    vault.get(PATH, &token).await.refused(404, "route_not_found");
    let forged = deliver(&vault, b"another key", now_s, "nonce-nonce-nonce-1", &body, &body).await;
    forged.refused(404, "route_not_found");
    let other = wrapped("/v1/account/export", &token);
    let changed = deliver(&vault, &key, now_s, "nonce-nonce-nonce-2", &body, &other).await;
    changed.refused(404, "route_not_found");

    for (nonce, created_s) in [("old", now_s - TOLERANCE_S - 1), ("early", now_s + TOLERANCE_S + 1)] {
        let nonce = format!("nonce-nonce-nonce-{nonce}");
        deliver(&vault, &key, created_s, &nonce, &body, &body).await.refused(401, "signature_invalid");
    }
    let answer = deliver(&vault, &key, now_s, "nonce-nonce-nonce-3", &body, &body).await.is(200);
    assert_eq!(answer.body["status"], 200);
    let again = deliver(&vault, &key, now_s, "nonce-nonce-nonce-3", &body, &body).await;
    again.refused(401, "signature_replayed");
    // It stays refused for as long as its signature holds, and is forgotten afterwards.
    vault.host.clock.advance_ms(TOLERANCE_S * 1_000);
    vault.tick().await;
    let again = deliver(&vault, &key, now_s, "nonce-nonce-nonce-3", &body, &body).await;
    again.refused(401, "signature_replayed");
    vault.host.clock.advance_ms(2 * TOLERANCE_S * 1_000 + 600_000);
    vault.tick().await;
    assert_eq!(vault.number("SELECT COUNT(*) FROM nonce").await, 0);
}

#[tokio::test]
async fn only_what_is_the_vaults_is_answered_for_others() {
    let vault = Region::new();
    let now_s = vault.host.edge.clock.now_ms() / 1_000;
    let paths = ["/internal/tick", "/v1/account/tick", PATH, "/v1/orders", "/v1/accounts", "http://[", ""];
    for (index, path) in paths.into_iter().enumerate() {
        let (body, nonce) = (wrapped(path, "x"), format!("nonce-nonce-nonce-{index}"));
        deliver(&vault, &key(), now_s, &nonce, &body, &body).await.refused(422, "invalid_value");
    }
    let body = json!({"method": "GET", "path": "/v1/account", "headers": [], "body": "not base64"});
    deliver(&vault, &key(), now_s, "nonce-nonce-nonce-x", &body, &body).await.refused(422, "invalid_value");
}
