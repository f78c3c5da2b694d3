//! Registration, verification, profile, another address.

use http::Method;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Region};

#[tokio::test]
async fn a_customer_registers_verifies_and_logs_in() {
    let region = Region::new();
    let reply = region.register(EMAIL).await.is(202);
    assert!(reply.body["next"].as_str().unwrap().contains("mailbox"));
    region.try_log_in(EMAIL, PASSWORD).await.refused(403, "email_unverified");
    let token = region.link().await;
    region.post("/v1/account/verification", json!({"token": token})).await.is(204);
    region.post("/v1/account/verification", json!({"token": token})).await.refused(422, "link_unusable");
    let session = region.log_in(" ADA@Example.org ").await;
    let profile = region.get("/v1/account", &session).await.is(200).body;
    assert_eq!((&profile["name"], &profile["email"]), (&"Ada Lovelace".into(), &EMAIL.into()));
    assert!(profile["id"].as_str().unwrap().starts_with("cus_"));
}

#[tokio::test]
async fn who_asks_for_a_taken_address_learns_nothing_and_its_owner_gets_a_mail() {
    let region = Region::new();
    let free = region.register(EMAIL).await.is(202).body;
    let token = region.link().await;
    region.post("/v1/account/verification", json!({"token": token})).await.is(204);
    let taken = region.register("Ada@Example.ORG").await.is(202).body;
    assert_eq!(taken, free);
    let mails = region.mails().await;
    assert_eq!((mails.len(), &mails[0]["To"]), (1, &EMAIL.into()));
    assert!(mails[0]["Subject"].as_str().unwrap().contains("already"));
    region.log_in(EMAIL).await;
    assert_eq!(region.number("SELECT COUNT(*) FROM account").await, 1);
}

#[tokio::test]
async fn an_address_that_was_never_verified_is_free_for_whoever_reads_its_mail() {
    let region = Region::new();
    let squatter = json!({"name": "Eve", "email": EMAIL, "password": "the squatter's own"});
    region.post("/v1/account", squatter).await.is(202);
    let first = region.link().await;
    region.register(EMAIL).await.is(202);
    let second = region.link().await;
    region.post("/v1/account/verification", json!({"token": first})).await.refused(422, "link_unusable");
    region.post("/v1/account/verification", json!({"token": second})).await.is(204);
    region.try_log_in(EMAIL, "the squatter's own").await.refused(401, "login_failed");
    region.log_in(EMAIL).await;
}

#[tokio::test]
async fn a_link_expires() {
    let region = Region::new();
    region.register(EMAIL).await.is(202);
    let token = region.link().await;
    region.host.clock.advance_ms(24 * 3_600_000);
    let body = json!({"token": token});
    region.post("/v1/account/verification", body).await.refused(422, "link_unusable");
}

#[tokio::test]
async fn what_cannot_be_taken_names_its_field_and_not_its_value() {
    let region = Region::new();
    let good = json!({"name": "Ada", "email": EMAIL, "password": PASSWORD});
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("a\u{202e}b")),
        ("name", json!("x".repeat(121))),
        ("email", json!("ada")),
        ("email", json!("ada@example")),
        ("email", json!("Ada <ada@example.org>")),
        ("email", json!("a\r\nBcc: b@example.org")),
        ("password", json!("short")),
        ("password", json!("password1")),
        ("password", json!("ADA@example.org")),
        ("password", json!(7)),
        ("phone", json!("call me")),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let reply = region.post("/v1/account", body).await.refused(422, "invalid_value");
        assert_eq!(reply.body["param"], field, "{value}");
        if let Some(text) = value.as_str().filter(|text| text.len() > 3) {
            assert!(!reply.body.to_string().contains(text), "{text}");
        }
    }
    let mut more = good.clone();
    more["admin"] = json!(true);
    region.post("/v1/account", more).await.refused(422, "invalid_value");
    assert_eq!(region.number("SELECT COUNT(*) FROM account").await, 0);
}

#[tokio::test]
async fn a_profile_changes_where_it_is_told_to() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let patch = async |body| region.call(Method::PATCH, "/v1/account", Some(&session), Some(body)).await;
    let profile = patch(json!({"phone": "+49 30 1234567"})).await.is(200).body;
    assert_eq!((&profile["name"], &profile["phone"]), (&"Ada Lovelace".into(), &"+49 30 1234567".into()));
    let profile = patch(json!({"name": "Ada \"King\"", "phone": " "})).await.is(200).body;
    assert_eq!((&profile["name"], &profile["phone"]), (&"Ada \"King\"".into(), &json!(null)));
    assert_eq!(region.get("/v1/account", &session).await.body, profile);
    patch(json!({"name": " "})).await.refused(422, "invalid_value");
    patch(json!({"email": "other@example.org"})).await.refused(422, "invalid_value");
}

#[tokio::test]
async fn another_address_is_taken_once_its_mail_was_read() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let ask = async |email: &str, password: &str| {
        let body = json!({"email": email, "password": password});
        region.call(Method::POST, "/v1/account/email", Some(&session), Some(body)).await
    };
    ask("new@example.org", "not my password").await.refused(422, "invalid_value");
    ask("new@example.org", PASSWORD).await.is(202);
    let mails = region.mails().await;
    assert_eq!(mails[0]["To"], "new@example.org");
    let text = mails[0]["TextBody"].as_str().unwrap();
    let token = text.split_once("?token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
    region.log_in(EMAIL).await;
    region.put("/v1/account/email", json!({"token": token})).await.is(204);
    region.put("/v1/account/email", json!({"token": token})).await.refused(422, "link_unusable");
    assert_eq!(region.mails().await[0]["To"], EMAIL, "the old address hears of it");
    region.try_log_in(EMAIL, PASSWORD).await.refused(401, "login_failed");
    region.log_in("new@example.org").await;
}

#[tokio::test]
async fn somebody_elses_address_cannot_be_taken() {
    let region = Region::new();
    region.customer(EMAIL).await;
    region.customer("bob@example.org").await;
    let session = region.log_in("bob@example.org").await;
    let body = json!({"email": EMAIL, "password": PASSWORD});
    region.call(Method::POST, "/v1/account/email", Some(&session), Some(body)).await.is(202);
    let mails = region.mails().await;
    assert_eq!((mails.len(), &mails[0]["To"]), (1, &EMAIL.into()));
    assert!(!mails[0]["TextBody"].as_str().unwrap().contains("?token="), "no link");
}
