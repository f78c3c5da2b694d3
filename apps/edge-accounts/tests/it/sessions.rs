//! Logging in and out, and what guessing meets.

use http::Method;
use kiosk_edge_platform::Statement;
use serde_json::json;

use crate::support::{EMAIL, PASSWORD, Region};

#[tokio::test]
async fn an_unknown_address_is_answered_as_a_wrong_password_is() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let wrong = region.try_log_in(EMAIL, "wrong horse battery").await.refused(401, "login_failed");
    let unknown = region.try_log_in("bob@example.org", PASSWORD).await.refused(401, "login_failed");
    assert_eq!(wrong.body, unknown.body);
    assert!(wrong.body["detail"].as_str().unwrap().contains("register"));
}

#[tokio::test]
async fn each_login_is_a_session_of_its_own_and_ends_by_itself() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let (first, second) = (region.log_in(EMAIL).await, region.log_in(EMAIL).await);
    assert_ne!(first, second);
    region.call(Method::DELETE, "/v1/account/session", Some(&first), None).await.is(204);
    region.get("/v1/account", &first).await.refused(401, "session_ended");
    region.get("/v1/account", &second).await.is(200);
    region.host.clock.advance_ms(30 * 24 * 3_600_000);
    region.get("/v1/account", &second).await.refused(401, "session_ended");
    region.tick().await;
    assert_eq!(region.number("SELECT COUNT(*) FROM session").await, 0, "what has expired is removed");
}

#[tokio::test]
async fn tokens_are_stored_as_hashes_only() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let token = region.log_in(EMAIL).await;
    let select = Statement::new("SELECT COUNT(*) FROM session WHERE token_hash = ?1").bind(token.as_str());
    let rows = region.host.edge.db.query(select).await.unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 0);
}

#[tokio::test]
async fn guessing_is_slowed_down_for_known_and_unknown_addresses_alike() {
    for known in [true, false] {
        let region = Region::new();
        if known {
            region.customer(EMAIL).await;
        }
        for _ in 0..6 {
            region.try_log_in(EMAIL, "a wrong password").await.refused(401, "login_failed");
        }
        let blocked = region.try_log_in(EMAIL, PASSWORD).await.refused(429, "too_many_attempts");
        assert_eq!(blocked.headers["retry-after"], "1");
        region.host.clock.advance_ms(1_000);
        region.try_log_in(EMAIL, "a wrong password").await.refused(401, "login_failed");
        let blocked = region.try_log_in(EMAIL, PASSWORD).await.refused(429, "too_many_attempts");
        assert_eq!(blocked.headers["retry-after"], "2", "each one doubles the wait");
        region.host.clock.advance_ms(2_000);
        let expected = if known { 201 } else { 401 };
        region.try_log_in(EMAIL, PASSWORD).await.is(expected);
    }
}

#[tokio::test]
async fn the_wait_has_an_end_and_success_forgets_it() {
    let region = Region::new();
    region.customer(EMAIL).await;
    for _ in 0..40 {
        region.try_log_in(EMAIL, "a wrong password").await;
        region.host.clock.advance_ms(15 * 60_000);
    }
    region.log_in(EMAIL).await;
    for _ in 0..5 {
        region.try_log_in(EMAIL, "a wrong password").await.refused(401, "login_failed");
    }
    region.log_in(EMAIL).await;
}

#[tokio::test]
async fn no_more_passwords_are_hashed_at_once_than_the_region_may() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let now_ms = region.host.edge.clock.now_ms();
    let take = |slot: i64| {
        let insert =
            Statement::new("INSERT INTO hashing (slot, holder, until_ms) VALUES (?1, 'somebody', ?2)");
        insert.bind(slot).bind(now_ms + 5_000)
    };
    region.host.edge.db.batch(vec![take(1)]).await.unwrap();
    region.log_in(EMAIL).await;
    region.host.edge.db.batch(vec![take(2)]).await.unwrap();
    let busy = region.try_log_in(EMAIL, PASSWORD).await.refused(503, "busy");
    assert_eq!(busy.headers["retry-after"], "1");
    // Who held a place and died loses it.
    region.host.clock.advance_ms(5_001);
    region.log_in(EMAIL).await;
    assert_eq!(region.number("SELECT COUNT(*) FROM hashing WHERE holder <> 'somebody'").await, 0);
}

#[tokio::test]
async fn who_was_turned_away_for_want_of_a_place_has_tried_nothing() {
    let region = Region::with_variables(&[("password_hashes_max", "1")]);
    region.customer(EMAIL).await;
    let until_ms = region.host.edge.clock.now_ms() + 5_000;
    let insert = "INSERT INTO hashing (slot, holder, until_ms) VALUES (1, 'somebody', ?1)";
    region.host.edge.db.batch(vec![Statement::new(insert).bind(until_ms)]).await.unwrap();
    for _ in 0..10 {
        region.try_log_in(EMAIL, PASSWORD).await.refused(503, "busy");
        region.register("bob@example.org").await.refused(503, "busy");
    }
    region.host.clock.advance_ms(5_001);
    region.log_in(EMAIL).await;
    region.register("bob@example.org").await.is(202);
}

#[tokio::test]
async fn an_account_has_a_limited_number_of_sessions() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let oldest = region.log_in(EMAIL).await;
    for _ in 0..20 {
        region.host.clock.advance_ms(1);
        region.log_in(EMAIL).await;
    }
    region.get("/v1/account", &oldest).await.refused(401, "session_ended");
    assert_eq!(region.number("SELECT COUNT(*) FROM session").await, 20);
}

#[tokio::test]
async fn a_malformed_login_is_refused_by_field() {
    let region = Region::new();
    let reply = region.try_log_in("nobody", PASSWORD).await.refused(422, "invalid_value");
    assert_eq!(reply.body["param"], "email");
    region.post("/v1/account/session", json!({"email": EMAIL})).await.refused(422, "invalid_value");
    region.post("/v1/account/session", json!([])).await.refused(422, "invalid_value");
}

#[tokio::test]
async fn the_other_apps_learn_pseudonyms_only() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let token = region.log_in(EMAIL).await;
    let who = region.get("/internal/session", &token).await.is(200).body;
    assert_eq!(who.as_object().unwrap().len(), 3);
    assert!(who["account"].as_str().unwrap().len() == 32 && who["customer"].as_str().unwrap().len() == 32);
    assert!(!who.to_string().contains("ada"));
    let again = region.log_in(EMAIL).await;
    assert_eq!(region.get("/internal/session", &again).await.is(200).body, who);
}

#[tokio::test]
async fn one_sees_where_one_is_logged_in_and_ends_it() {
    let region = Region::new();
    region.customer(EMAIL).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(region.log_in(EMAIL).await);
        region.host.clock.advance_ms(1_000);
    }
    let own = tokens[1].as_str();
    let list = region.get("/v1/account/sessions", own).await.is(200).body["sessions"].clone();
    let current: Vec<bool> = (0..3).map(|index| list[index]["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, true, false], "newest first");
    let end = async |token: &str, path: &str| region.call(Method::DELETE, path, Some(token), None).await;
    let newest = format!("/v1/account/sessions/{}", list[0]["id"].as_str().unwrap());
    // Somebody else's session is not there.
    region.customer("bob@example.org").await;
    let stranger = region.log_in("bob@example.org").await;
    end(&stranger, &newest).await.refused(404, "session_not_found");
    end(own, &newest).await.is(204);
    region.get("/v1/account", &tokens[2]).await.refused(401, "session_ended");
    end(own, &newest).await.refused(404, "session_not_found");
    end(own, "/v1/account/sessions").await.is(204);
    region.get("/v1/account", &tokens[0]).await.refused(401, "session_ended");
    region.get("/v1/account", own).await.is(200);
    region.get("/v1/account", &stranger).await.is(200);
}
