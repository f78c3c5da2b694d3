//! Passkeys, with an authenticator in software.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use http::Method;
use kiosk_edge_platform::Statement;
use serde_json::{Value, json};

use crate::authenticator::Authenticator;
use crate::support::{EMAIL, PASSWORD, Region, Reply};

const PASSKEYS: &str = "/v1/account/passkeys";
const LOG_IN: &str = "/v1/account/session/passkey";

async fn creation_options(region: &Region, session: &str) -> Value {
    let body = Some(json!({"password": PASSWORD}));
    let path = "/v1/account/passkeys/options";
    region.call(Method::POST, path, Some(session), body).await.is(200).body
}

async fn add(region: &Region, session: &str, credential: Value) -> Reply {
    let body = json!({"name": "My telephone", "credential": credential});
    region.call(Method::POST, PASSKEYS, Some(session), Some(body)).await
}

async fn login_options(region: &Region) -> Value {
    region.call(Method::POST, "/v1/account/session/passkey/options", None, None).await.is(200).body
}

async fn log_in(region: &Region, credential: Value) -> Reply {
    region.post(LOG_IN, json!({"credential": credential})).await
}

/// A customer with a passkey, and their session.
async fn with_passkey(region: &Region, device: &mut Authenticator) -> String {
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let credential = device.create(&creation_options(region, &session).await);
    add(region, &session, credential).await.is(201);
    session
}

#[tokio::test]
async fn a_customer_adds_a_passkey_and_logs_in_with_it() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let options = creation_options(&region, &session).await;
    let id = region.get("/v1/account", &session).await.body["id"].as_str().unwrap().to_owned();
    assert_eq!(options["user"]["id"], BASE64URL.encode(&id));
    assert_eq!((&options["rp"]["id"], &options["attestation"]), (&"shop.test".into(), &"none".into()));
    assert_eq!(options["pubKeyCredParams"], json!([{"type": "public-key", "alg": -7}]));
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    let mut device = Authenticator::new(1);
    let passkey = add(&region, &session, device.create(&options)).await.is(201).body;
    assert_eq!(passkey["name"], "My telephone");
    let mails = region.mails().await;
    assert!(mails[0]["Subject"].as_str().unwrap().contains("passkey was added"), "{mails:?}");
    // It is named to the device, which then makes no second one.
    let again = creation_options(&region, &session).await;
    assert_eq!(
        again["excludeCredentials"],
        json!([{"type": "public-key", "id": BASE64URL.encode(&device.credential)}])
    );

    let options = login_options(&region).await;
    assert_eq!((&options["rpId"], &options["userVerification"]), (&"shop.test".into(), &"required".into()));
    let begun = log_in(&region, device.get(&options)).await.is(201).body;
    assert_eq!(begun["account"]["email"], EMAIL);
    region.get("/v1/account", begun["token"].as_str().unwrap()).await.is(200);
    let list = region.get(PASSKEYS, &session).await.is(200).body["passkeys"].clone();
    assert_eq!((&list[0]["id"], list[0]["used_ms"].is_i64()), (&passkey["id"], true));
    let export = region.get("/v1/account/export", &session).await.is(200).body;
    assert_eq!(export["passkeys"], list);
}

#[tokio::test]
async fn a_passkey_takes_the_password() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let body = Some(json!({"password": "a wrong password"}));
    let path = "/v1/account/passkeys/options";
    let wrong = region.call(Method::POST, path, Some(&session), body).await.refused(422, "invalid_value");
    assert_eq!(wrong.body["param"], "password");
}

#[tokio::test]
async fn a_challenge_is_good_once_for_one_purpose_one_account_and_a_while() {
    let region = Region::new();
    let mut device = Authenticator::new(1);
    let session = with_passkey(&region, &mut device).await;
    region.customer("bob@example.org").await;
    let bob = region.log_in("bob@example.org").await;

    let options = login_options(&region).await;
    log_in(&region, device.get(&options)).await.is(201);
    log_in(&region, device.get(&options)).await.refused(422, "passkey_refused");

    let bobs = creation_options(&region, &bob).await;
    add(&region, &session, Authenticator::new(2).create(&bobs)).await.refused(422, "passkey_refused");
    log_in(&region, device.get(&bobs)).await.refused(422, "passkey_refused");
    add(&region, &bob, Authenticator::new(2).create(&login_options(&region).await))
        .await
        .refused(422, "passkey_refused");

    for challenge in ["", "AAAA", &"A".repeat(75), "not base64!"] {
        log_in(&region, device.get(&json!({"challenge": challenge}))).await.refused(422, "passkey_refused");
    }
    let late = login_options(&region).await;
    region.host.clock.advance_ms(5 * 60_000);
    log_in(&region, device.get(&late)).await.refused(422, "passkey_refused");
    // When its nonce is forgotten, it has long expired.
    region.host.clock.advance_ms(60 * 60_000);
    region.tick().await;
    log_in(&region, device.get(&options)).await.refused(422, "passkey_refused");
}

#[tokio::test]
async fn only_a_verified_person_on_the_shops_own_pages_gets_in() {
    let region = Region::new();
    let changes: [fn(&mut Authenticator); 6] = [
        |device| device.origin = "https://shop.test.evil.example".into(),
        |device| device.origin = "http://shop.test".into(),
        |device| device.site = "evil.example".into(),
        |device| device.flags = 0b001,
        |device| device.flags = 0b100,
        |device| device.cross_origin = true,
    ];
    let session = with_passkey(&region, &mut Authenticator::new(1)).await;
    let mine = BASE64URL.encode(region.get("/v1/account", &session).await.body["id"].as_str().unwrap());
    for change in changes {
        let mut device = Authenticator::new(1);
        device.handle = Some(mine.clone());
        change(&mut device);
        log_in(&region, device.get(&login_options(&region).await)).await.refused(422, "passkey_refused");
        let mut device = Authenticator::new(2);
        change(&mut device);
        let options = creation_options(&region, &session).await;
        add(&region, &session, device.create(&options)).await.refused(422, "passkey_refused");
    }
    assert_eq!(region.number("SELECT COUNT(*) FROM passkey").await, 1);
}

#[tokio::test]
async fn a_passkey_opens_its_own_account_only() {
    let region = Region::new();
    let mut device = Authenticator::new(1);
    with_passkey(&region, &mut device).await;
    region.customer("bob@example.org").await;
    let bob = region.log_in("bob@example.org").await;
    let mut bobs = Authenticator::new(2);
    let credential = bobs.create(&creation_options(&region, &bob).await);
    add(&region, &bob, credential).await.is(201);

    // Another key under the id of this one, this one's account under another key, an unknown one.
    let mut forged = Authenticator::new(3);
    (forged.credential, forged.handle) = (device.credential.clone(), device.handle.clone());
    log_in(&region, forged.get(&login_options(&region).await)).await.refused(422, "passkey_refused");
    for handle in [device.handle.clone(), None, Some(String::new())] {
        let stray = Authenticator { handle, ..Authenticator::new(2) };
        log_in(&region, stray.get(&login_options(&region).await)).await.refused(401, "passkey_unknown");
    }
    log_in(&region, Authenticator::new(9).get(&login_options(&region).await))
        .await
        .refused(401, "passkey_unknown");
    let mut changed = device.get(&login_options(&region).await);
    changed["response"]["clientDataJSON"] =
        bobs.get(&login_options(&region).await)["response"]["clientDataJSON"].clone();
    log_in(&region, changed).await.refused(422, "passkey_refused");

    // Somebody else's credential cannot be taken over.
    let mut thief = Authenticator::new(4);
    thief.credential = device.credential.clone();
    let stolen = thief.create(&creation_options(&region, &bob).await);
    add(&region, &bob, stolen).await.refused(422, "passkey_refused");
    let begun = log_in(&region, device.get(&login_options(&region).await)).await.is(201).body;
    assert_eq!(begun["account"]["email"], EMAIL);
}

#[tokio::test]
async fn a_copied_passkey_is_noticed_by_its_count() {
    let region = Region::new();
    let mut device = Authenticator { count: 5, ..Authenticator::new(1) };
    with_passkey(&region, &mut device).await;
    device.count = 6;
    log_in(&region, device.get(&login_options(&region).await)).await.is(201);
    for count in [6, 3, 0] {
        device.count = count;
        log_in(&region, device.get(&login_options(&region).await)).await.refused(422, "passkey_refused");
    }
    device.count = 7;
    log_in(&region, device.get(&login_options(&region).await)).await.is(201);
}

#[tokio::test]
async fn passkeys_are_removed_by_their_owner_and_there_is_room_for_ten() {
    let region = Region::new();
    let mut device = Authenticator::new(1);
    let session = with_passkey(&region, &mut device).await;
    for seed in 2..=11 {
        let options = creation_options(&region, &session).await;
        let reply = add(&region, &session, Authenticator::new(seed).create(&options)).await;
        if seed <= 10 {
            reply.is(201)
        } else {
            reply.refused(409, "too_many_passkeys")
        };
    }
    let list = region.get(PASSKEYS, &session).await.is(200).body["passkeys"].clone();
    let ids: Vec<String> =
        list.as_array().unwrap().iter().map(|own| own["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 10);
    region.customer("bob@example.org").await;
    let bob = region.log_in("bob@example.org").await;
    for id in &ids {
        let path = format!("{PASSKEYS}/{id}");
        region.call(Method::DELETE, &path, Some(&bob), None).await.refused(404, "passkey_not_found");
        region.call(Method::DELETE, &path, Some(&session), None).await.is(204);
        region.call(Method::DELETE, &path, Some(&session), None).await.refused(404, "passkey_not_found");
    }
    log_in(&region, device.get(&login_options(&region).await)).await.refused(401, "passkey_unknown");
}

#[tokio::test]
async fn a_passkey_goes_with_its_account_and_its_name_is_sealed() {
    let region = Region::new();
    let mut device = Authenticator::new(1);
    let session = with_passkey(&region, &mut device).await;
    let sealed = region.host.edge.db.query(Statement::new("SELECT sealed FROM passkey")).await.unwrap();
    assert!(!String::from_utf8_lossy(sealed[0].get::<&[u8]>(0).unwrap()).contains("telephone"));
    let body = Some(json!({"password": PASSWORD}));
    region.call(Method::DELETE, "/v1/account", Some(&session), body).await.is(204);
    log_in(&region, device.get(&login_options(&region).await)).await.refused(401, "passkey_unknown");
    assert_eq!(region.number("SELECT COUNT(*) FROM passkey").await, 0);
}

#[tokio::test]
async fn a_shop_without_a_domain_has_no_passkeys() {
    let region = Region::with_variables(&[("shop_url", "http://127.0.0.1:8001")]);
    let options = "/v1/account/session/passkey/options";
    region.call(Method::POST, options, None, None).await.refused(404, "passkeys_unavailable");
    log_in(&region, Authenticator::new(1).get(&json!({}))).await.refused(404, "passkeys_unavailable");
}

#[tokio::test]
async fn what_is_malformed_names_its_field() {
    let region = Region::new();
    let mut device = Authenticator::new(1);
    let session = with_passkey(&region, &mut device).await;
    for field in ["clientDataJSON", "authenticatorData", "signature", "userHandle"] {
        let mut credential = device.get(&login_options(&region).await);
        credential["response"][field] = json!("%");
        let reply = log_in(&region, credential).await.refused(422, "invalid_value");
        assert_eq!(reply.body["param"], format!("credential.response.{field}"));
    }
    let mut credential = Authenticator::new(2).create(&creation_options(&region, &session).await);
    credential["id"] = json!("AAAA");
    add(&region, &session, credential).await.refused(422, "passkey_refused");
    let credential = Authenticator::new(2).create(&creation_options(&region, &session).await);
    let body = json!({"name": " ", "credential": credential});
    let reply = region.call(Method::POST, PASSKEYS, Some(&session), Some(body)).await;
    assert_eq!(reply.refused(422, "invalid_value").body["param"], "name");
}
