//! What is not a question is a problem; what is a question about an implausible order is a review. Never an allowance.

use axum::body::Body;
use http::StatusCode;
use kiosk_pop_store::velocity;
use kiosk_risk::{CLOCK_SKEW_MAX_MS, Counters, History, Outcome, Velocity};
use serde_json::{Value, json};

use tower::ServiceExt;

use crate::common::{NOW_MS, app, call, committed_scorer, database, ml, ordinary, post_score, run, write};

fn ordinary_json() -> Value {
    serde_json::to_value(ordinary()).unwrap()
}

/// The ordinary order with one field of its facts set.
fn with(field: &str, value: Value) -> Value {
    let mut request = ordinary_json();
    request["order"][field] = value;
    request
}

#[test]
fn an_ordinary_order_is_allowed_over_http() {
    let (router, _native) = app(database(), ml());
    let answer = post_score(&router, &ordinary_json());
    assert_eq!(answer["outcome"], "allow");
    assert_eq!(answer["model_version"], "fraud-v3");
    assert_eq!(answer["reasons"], json!([]));
    assert!(answer["score"].as_f64().is_some_and(|score| (0.0..0.1).contains(&score)), "{answer}");
}

#[test]
fn what_is_no_question_is_a_problem() {
    let (router, _native) = app(database(), ml());
    let mut email_as_key = ordinary_json();
    email_as_key["keys"]["customer"] = json!("ada@example.org");
    let mut long_key = ordinary_json();
    long_key["keys"]["device"] = json!("d".repeat(129));
    let mut without_amount = ordinary_json();
    without_amount["order"].as_object_mut().unwrap().remove("amount_minor");
    let cases = [
        ("{".to_owned(), StatusCode::BAD_REQUEST, "malformed_json", None),
        ("[]".to_owned(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", Some(".")),
        (
            with("amount_minor", json!(19.5)).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_value",
            Some("order.amount_minor"),
        ),
        (
            with("amount_minor", json!("NaN")).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_value",
            Some("order.amount_minor"),
        ),
        (
            with("item_count", json!(-1)).to_string(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_value",
            Some("order.item_count"),
        ),
        (ordinary_json().to_string().replace("4290", "NaN"), StatusCode::BAD_REQUEST, "malformed_json", None),
        (without_amount.to_string(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", Some("order")),
        (email_as_key.to_string(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", Some("keys.customer")),
        (long_key.to_string(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", Some("keys.device")),
        (" ".repeat(70_000), StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", None),
    ];
    for (body, status, code, param) in cases {
        let shown = body.chars().take(200).collect::<String>();
        let (found, media_type, problem) = call(&router, "POST", "/score", body);
        assert_eq!(found, status, "{shown}: {problem}");
        assert_eq!(media_type, "application/problem+json");
        assert_eq!(problem["code"], code, "{shown}: {problem}");
        assert_eq!(problem["param"].as_str(), param, "{shown}: {problem}");
        assert!(!problem.to_string().contains("ada@"), "a problem repeats no value");
    }
}

#[test]
fn other_paths_and_methods_are_problems() {
    let (router, _native) = app(database(), ml());
    assert_eq!(call(&router, "GET", "/score", Body::empty()).0, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(call(&router, "GET", "/other", Body::empty()).2["code"], "route_not_found");
}

#[test]
fn implausible_facts_are_reviewed() {
    let (router, _native) = app(database(), ml());
    let cases = [
        with("amount_minor", json!(-1)),
        with("amount_minor", json!(i64::MAX)),
        with("amount_minor", json!(i64::MIN)),
        with("unit_price_minor_max", json!(-5)),
        with("currency", json!("XXX")),
        with("currency", json!("")),
        with("item_count", json!(0)),
        with("item_count", json!(4_000_000_000_u32)),
        with("sku_count", json!(0)),
        with("line_quantity_max", json!(0)),
        with("hour_of_day", json!(24)),
        with("account_age_days", json!(4_000_000_000_u32)),
        with("cart_age_s", json!(4_000_000_000_u32)),
        with("delivery", json!("drone")),
        with("payment", json!("cowrie_shells")),
    ];
    for request in cases {
        let answer = post_score(&router, &request);
        assert_eq!(answer["outcome"], "review", "{request}: {answer}");
        let codes: Vec<&str> = answer["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|reason| reason["code"].as_str())
            .collect();
        assert!(codes.contains(&"input_implausible"), "{request}: {answer}");
        assert_eq!(answer["score"], Value::Null);
    }
}

#[test]
fn implausible_counters_are_reviewed() {
    for absurd in [-1, i64::MIN, i64::MAX] {
        let address = Counters { count: [absurd; 3], amount_minor: [0; 3] };
        let decision =
            committed_scorer().score(&ordinary(), &Velocity { address, ..Velocity::default() }.into());
        assert_eq!(decision.outcome, Outcome::Review, "{decision:?}");
    }
}

#[test]
fn clocks_at_the_end_of_time_do_not_break_a_score() {
    let (router, _native) = app(database(), ml());
    for now_ms in [0, i64::MIN, i64::MAX] {
        let mut request = ordinary_json();
        request["now_ms"] = json!(now_ms);
        let answer = post_score(&router, &request);
        assert_eq!(answer["outcome"], "review", "{answer}");
        assert_eq!(answer["reasons"][0]["code"], "clock_skew");
    }
}

#[test]
fn an_order_before_those_that_are_remembered_is_reviewed() {
    let keys = ordinary().keys;
    for (ahead_ms, is_wrong) in
        [(CLOCK_SKEW_MAX_MS, false), (CLOCK_SKEW_MAX_MS + 1, true), (i64::MAX - NOW_MS, true)]
    {
        let db = database();
        write(&db, velocity::record(&keys, NOW_MS + ahead_ms, 4_000, "EUR", "ord_ahead").into_iter());
        let (router, _native) = app(db, ml());
        let answer = post_score(&router, &ordinary_json());
        assert_eq!(answer["reasons"][0]["code"] == "clock_skew", is_wrong, "{ahead_ms}: {answer}");
        assert!(!is_wrong || answer["outcome"] == "review", "{ahead_ms}: {answer}");
    }
}

#[test]
fn a_wrong_clock_does_not_let_a_refused_order_through() {
    let db = database();
    let orders = (0..30).flat_map(|n| {
        velocity::record(&ordinary().keys, NOW_MS + 120_000 + n, 700, "EUR", &format!("ord_{n}"))
    });
    write(&db, orders);
    let (router, _native) = app(db, ml());
    let answer = post_score(&router, &ordinary_json());
    assert_eq!(answer["outcome"], "block", "{answer}");
    assert_eq!(answer["reasons"][0]["code"], "clock_skew");
}

#[test]
fn memories_that_are_no_memories_are_reviewed() {
    let memories = [
        r#"{"orders":3,"calm_sum":-1e300,"last_ms":0,"day":0,"peaks":[0,0,0,0,0,0,0,0,0,0,0,0,0,0]}"#,
        r#"{"orders":0,"calm_sum":-10000.0,"last_ms":0,"day":0,"peaks":[0,0,0,0,0,0,0,0,0,0,0,0,0,0]}"#,
        r#"{"orders":1,"calm_sum":1.0,"last_ms":0,"day":20717,"peaks":[1e38,0,0,0,0,0,0,0,0,0,0,0,0,0]}"#,
    ];
    for memory in memories {
        let history = History { spending: serde_json::from_str(memory).unwrap(), ..History::default() };
        let decision = committed_scorer().score(&ordinary(), &history);
        assert_eq!(decision.outcome, Outcome::Review, "{memory}: {decision:?}");
        assert_eq!(decision.reasons[0].code, "input_implausible");
    }
}

#[test]
fn an_unreadable_database_means_review() {
    let empty = kiosk_edge_platform::native::NativeDb::in_memory().unwrap();
    let (router, _native) = app(empty, ml());
    let answer = post_score(&router, &ordinary_json());
    assert_eq!(answer["outcome"], "review");
    assert_eq!(answer["reasons"][0]["code"], "velocity_unavailable");
}

#[test]
fn an_answer_tells_how_long_the_score_took() {
    let (router, _native) = app(database(), ml());
    let request = http::Request::post("/score").header("content-type", "application/json");
    let request = request.body(Body::from(ordinary_json().to_string())).unwrap();
    let response = run(router.oneshot(request)).unwrap();
    // The native clock stands still.
    assert_eq!(response.headers()["server-timing"], "score;dur=0.000");
}
