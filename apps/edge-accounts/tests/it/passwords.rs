//! Other passwords.

use http::Method;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Region};

const OTHER: &str = "another horse battery";

#[tokio::test]
async fn a_forgotten_password_is_reset_by_mail_and_all_sessions_end() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    let token = region.link().await;
    let reset = |password: &str| json!({"token": token, "password": password});
    let weak = region.put("/v1/account/reset", reset("password1")).await.refused(422, "invalid_value");
    assert_eq!(weak.body["param"], "password");
    region.put("/v1/account/reset", reset(OTHER)).await.is(204);
    region.put("/v1/account/reset", reset(PASSWORD)).await.refused(422, "link_unusable");
    region.get("/v1/account", &session).await.refused(401, "session_ended");
    region.try_log_in(EMAIL, PASSWORD).await.refused(401, "login_failed");
    region.try_log_in(EMAIL, OTHER).await.is(201);
    let mails = region.mails().await;
    assert!(mails[0]["Subject"].as_str().unwrap().contains("was changed"), "{mails:?}");
}

#[tokio::test]
async fn a_reset_says_nothing_of_unknown_addresses() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let known = region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    region.link().await;
    let unknown = region.post("/v1/account/reset", json!({"email": "bob@example.org"})).await.is(202);
    assert_eq!(known.body, unknown.body);
    assert!(region.mails().await.is_empty());
}

#[tokio::test]
async fn a_reset_opens_an_account_that_is_blocked_by_failures() {
    let region = Region::new();
    region.customer(EMAIL).await;
    for _ in 0..6 {
        region.try_log_in(EMAIL, "a wrong password").await;
    }
    region.try_log_in(EMAIL, PASSWORD).await.refused(429, "too_many_attempts");
    region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    let body = json!({"token": region.link().await, "password": OTHER});
    region.put("/v1/account/reset", body).await.is(204);
    region.try_log_in(EMAIL, OTHER).await.is(201);
}

#[tokio::test]
async fn mails_to_one_address_are_limited() {
    let region = Region::new();
    let ask = async || region.post("/v1/account/reset", json!({"email": EMAIL})).await;
    for _ in 0..6 {
        ask().await.is(202);
    }
    ask().await.refused(429, "too_many_attempts");
    region.register(EMAIL).await.refused(429, "too_many_attempts");
    region.register("bob@example.org").await.is(202);
}

#[tokio::test]
async fn a_link_is_of_one_kind() {
    let region = Region::new();
    region.customer(EMAIL).await;
    region.post("/v1/account/reset", json!({"email": EMAIL})).await.is(202);
    let token = region.link().await;
    let body = json!({"token": token});
    region.post("/v1/account/verification", body.clone()).await.refused(422, "link_unusable");
    region.put("/v1/account/email", body).await.refused(422, "link_unusable");
    for token in ["", "x", &"a".repeat(200)] {
        let body = json!({"token": token, "password": OTHER});
        region.put("/v1/account/reset", body).await.refused(422, "link_unusable");
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let (other, own) = (region.log_in(EMAIL).await, region.log_in(EMAIL).await);
    let change = async |current: &str, password: &str| {
        let body = json!({"current": current, "password": password});
        region.call(Method::PUT, "/v1/account/password", Some(&own), Some(body)).await
    };
    let wrong = change("a wrong password", OTHER).await.refused(422, "invalid_value");
    assert_eq!(wrong.body["param"], "current");
    change(PASSWORD, "12345678").await.refused(422, "invalid_value");
    change(PASSWORD, OTHER).await.is(204);
    region.get("/v1/account", &own).await.is(200);
    region.get("/v1/account", &other).await.refused(401, "session_ended");
    region.try_log_in(EMAIL, OTHER).await.is(201);
}
