//! Registrations are scored: what edge-fraud is asked, and what becomes of its answer.

use http::{Method, StatusCode};
use kiosk_risk::{Outcome, RegistrationFacts};
use serde_json::{Value, json};

use crate::fraud::HOST;
use crate::support::{EMAIL, PASSWORD, Region, Reply};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

async fn register_from(region: &Region, client: &str, email: &str) -> Reply {
    let body = json!({"name": "Ada Lovelace", "email": email, "password": PASSWORD});
    region.send(Method::POST, "/v1/account", &[("kiosk-client", client.to_owned())], Some(body)).await
}

/// What the POP's other apps learn of the session.
async fn who(region: &Region, session: &str) -> Value {
    region.get("/internal/session", session).await.is(200).body
}

#[tokio::test]
async fn an_ordinary_account_is_not_watched() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let session = region.log_in(EMAIL).await;
    let who = who(&region, &session).await;
    assert_eq!(who["watched"], Value::Null, "as other versions know it: {who}");
    assert_eq!(region.fraud.asked().len(), 1);
}

#[tokio::test]
async fn a_doubtful_account_is_watched_for_thirty_days() {
    for outcome in [Outcome::StepUp, Outcome::Review] {
        let region = Region::new();
        region.fraud.decide(outcome);
        region.customer(EMAIL).await;
        region.host.clock.advance_ms(10 * DAY_MS);
        let session = region.log_in(EMAIL).await;
        assert_eq!(who(&region, &session).await["watched"], true);
        let export = region.get("/v1/account/export", &session).await.is(200).body;
        let opened_ms = export["profile"]["created_ms"].as_i64().unwrap();
        assert_eq!(export["watched_until_ms"], opened_ms + 30 * DAY_MS, "its owner is told");
        region.host.clock.advance_ms(20 * DAY_MS - 1);
        assert_eq!(who(&region, &session).await["watched"], true);
        region.host.clock.advance_ms(1);
        assert_eq!(who(&region, &session).await["watched"], Value::Null);
    }
}

#[tokio::test]
async fn an_account_is_watched_and_not_refused_where_nobody_answers() {
    let answers: [(StatusCode, &str); 3] = [
        (StatusCode::INTERNAL_SERVER_ERROR, "{}"),
        (StatusCode::OK, "not JSON"),
        (StatusCode::NOT_FOUND, r#"{"outcome": "block", "score": 1.0, "reasons": [], "model_version": "x"}"#),
    ];
    for answer in [None].into_iter().chain(answers.map(Some)) {
        let region = Region::new();
        match answer {
            None => region.host.http.down(HOST),
            Some((status, body)) => region.fraud.answer(status, body),
        }
        region.customer(EMAIL).await;
        let session = region.log_in(EMAIL).await;
        assert_eq!(who(&region, &session).await["watched"], true, "{answer:?}");
    }
}

#[tokio::test]
async fn who_is_refused_has_no_account_and_gets_no_mail() {
    let region = Region::new();
    region.fraud.decide(Outcome::Block);
    let refused = region.register(EMAIL).await.refused(403, "registration_refused");
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("guest") && detail.contains("write to us"), "{detail}");
    assert!(region.mails().await.is_empty());
    assert_eq!(region.number("SELECT COUNT(*) FROM account").await, 0);
    let keys =
        region.keys.query(kiosk_edge_platform::Statement::new("SELECT COUNT(*) FROM person_key")).await;
    assert_eq!(keys.unwrap()[0].get::<i64>(0).unwrap(), 0, "nor a key");
    assert_eq!(region.number("SELECT COUNT(*) FROM registration").await, 1, "but it counts");
    region.fraud.decide(Outcome::Allow);
    region.customer(EMAIL).await;
    assert_eq!(region.fraud.last().alike_count_day, 1);
}

/// A taken address costs the same questions and is counted, watched and refused as a free one.
#[tokio::test]
async fn who_asks_for_a_taken_address_learns_nothing_from_the_score() {
    let region = Region::new();
    region.customer("bob@example.org").await;
    let before = region.fraud.asked().len();
    for outcome in [Outcome::Allow, Outcome::StepUp, Outcome::Review, Outcome::Block] {
        region.fraud.decide(outcome);
        let taken = region.register("bob@example.org").await;
        let free = region.register("eve@example.org").await;
        assert_eq!((taken.status, &taken.body), (free.status, &free.body), "{outcome:?}");
    }
    assert_eq!(region.fraud.asked().len() - before, 8);
    let session = region.log_in("bob@example.org").await;
    assert_eq!(who(&region, &session).await["watched"], Value::Null, "others do not make an account watched");
}

#[tokio::test]
async fn networks_are_counted() {
    let region = Region::new();
    // The domains differ, and so do the letters.
    let register = async |client: &str, letter: &str| {
        register_from(&region, client, &format!("{letter}@{letter}.example")).await.is(202);
        let RegistrationFacts { client_count_hour, client_count_day, count_hour, .. } = region.fraud.last();
        (client_count_hour, client_count_day, count_hour)
    };
    assert_eq!(register("2001:db8:1:2::1", "a").await, (0, 0, 0));
    assert_eq!(register("2001:db8:1:2::2", "b").await, (1, 1, 1), "one network");
    assert_eq!(register("2001:db8:1:3::1", "c").await, (0, 0, 2), "another network");
    region.host.clock.advance_ms(HOUR_MS);
    assert_eq!(register("2001:db8:1:2::3", "d").await, (0, 2, 0));
    region.host.clock.advance_ms(DAY_MS);
    assert_eq!(register("2001:db8:1:2::3", "e").await, (0, 0, 0));
    // Where the host knows no client, none is counted.
    region.register("f@f.example").await.is(202);
    region.register("g@g.example").await.is(202);
    assert_eq!(region.fraud.last().client_count_day, 0);
}

#[tokio::test]
async fn addresses_that_are_alike_and_domains_are_counted() {
    let region = Region::new();
    let register = async |email: &str| {
        region.register(email).await.is(202);
        let RegistrationFacts { alike_count_day, alike_count_week, domain_count_hour, .. } =
            region.fraud.last();
        (alike_count_day, alike_count_week, domain_count_hour)
    };
    assert_eq!(register("anna1@shop.example").await, (0, 0, 0));
    assert_eq!(register("An.na-22+kiosk@Shop.Example").await, (1, 1, 1));
    assert_eq!(register("anne@shop.example").await, (0, 0, 2));
    assert_eq!(register("anna1@other.example").await, (0, 0, 0));
    region.host.clock.advance_ms(DAY_MS);
    assert_eq!(register("anna3@shop.example").await, (0, 2, 0));
    region.host.clock.advance_ms(6 * DAY_MS);
    assert_eq!(register("anna4@shop.example").await, (0, 1, 0), "those of a week ago are forgotten");
    region.tick().await;
    assert_eq!(region.number("SELECT COUNT(*) FROM registration").await, 2);
}

#[tokio::test]
async fn facts_tell_what_the_address_looks_like_and_nothing_of_the_person() {
    let region = Region::new();
    let body = json!({
        "name": "Zoë Quillfeather", "email": "quillfeather1815@mailinator.com", "password": PASSWORD,
        "phone": "+49 30 1234567"
    });
    region
        .send(Method::POST, "/v1/account", &[("kiosk-client", "192.0.2.1".to_owned())], Some(body))
        .await
        .is(202);
    let asked = region.fraud.asked().join(" ").to_lowercase();
    for personal in ["quill", "zo", "mailinator", "1815", "49 30", "192.0", "@"] {
        assert!(!asked.contains(personal), "{personal} is in {asked}");
    }
    let expected = RegistrationFacts {
        hour_of_day: 14,
        disposable_email: true,
        email_digits: 4,
        email_has_name: true,
        ..RegistrationFacts::default()
    };
    assert_eq!(region.fraud.last(), expected);
    region.register("x@example.org").await.is(202);
    let plain = region.fraud.last();
    assert!(plain.phone_missing && !plain.disposable_email && !plain.email_has_name);
}

#[tokio::test]
async fn what_is_refused_before_the_score_does_not_count() {
    let region = Region::new();
    let body = json!({"name": "Ada", "email": EMAIL, "password": "short"});
    region.post("/v1/account", body).await.refused(422, "invalid_value");
    for _ in 0..6 {
        region.register(EMAIL).await.is(202);
    }
    region.register(EMAIL).await.refused(429, "too_many_attempts");
    assert_eq!(region.fraud.asked().len(), 6);
    assert_eq!(region.number("SELECT COUNT(*) FROM registration").await, 6);
}

/// Where another POP keeps the vault, that one counts and asks.
#[tokio::test]
async fn the_vaults_pop_scores() {
    let vault = Region::new();
    let other = vault.other_pop();
    vault.fraud.decide(Outcome::Review);
    register_from(&other, "192.0.2.1", EMAIL).await.is(202);
    register_from(&vault, "192.0.2.1", "bob@example.org").await.is(202);
    assert_eq!((vault.fraud.asked().len(), other.fraud.asked().len()), (2, 0));
    assert_eq!(vault.fraud.last().client_count_hour, 1);
}
