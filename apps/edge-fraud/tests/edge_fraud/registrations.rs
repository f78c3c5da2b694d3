//! Registrations are scored with the release's own model; without one each is reviewed, until it can be loaded.

use std::fs;
use std::path::Path;

use http::StatusCode;
use kiosk_risk::RegistrationFacts;
use serde_json::{Value, json};

use crate::common::{app, call, database, ml};

const PATH: &str = "/score/registration";
const MINUTE_MS: i64 = 60_000;

/// Somebody like most.
fn ordinary() -> RegistrationFacts {
    RegistrationFacts {
        hour_of_day: 19,
        email_digits: 2,
        email_has_name: true,
        phone_missing: true,
        domain_count_hour: 3,
        count_hour: 12,
        ..RegistrationFacts::default()
    }
}

fn post(router: &axum::Router, facts: &RegistrationFacts) -> Value {
    let (status, _, answer) = call(router, "POST", PATH, serde_json::to_string(facts).unwrap());
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

/// Puts a model there that is one of orders but for what its features are: it scores, whatever that means.
fn scripted_model(folder: &Path) {
    let mut card: Value =
        serde_json::from_slice(&fs::read(ml().join("models/fraud-v3.json")).unwrap()).unwrap();
    card["version"] = json!("registrations-v1");
    card["thresholds"] = json!({"review": 1.0, "block": 1.0});
    let rule = json!({"code": "many", "text": "Many", "outcome": "block", "source": "client_count_hour", "above": 30});
    card["rules"] = json!([rule]);
    for feature in card["features"]["features"].as_array_mut().unwrap() {
        feature["source"] = json!("count_hour");
        (feature["min"], feature["max"]) = (json!(0), json!(1_000));
    }
    fs::write(folder.join("models/registrations-v1.json"), card.to_string()).unwrap();
    fs::copy(ml().join("models/fraud-v3.onnx"), folder.join("models/registrations-v1.onnx")).unwrap();
}

fn empty_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("models")).unwrap();
    folder
}

/// Who is alone, or one of a family or a small office, is let in; hundreds that a script makes are not.
#[test]
fn the_releases_model_tells_people_from_scripts() {
    let (router, _native) = app(database(), ml());
    for others in [0, 3, 8] {
        let facts = RegistrationFacts {
            client_count_hour: others,
            client_count_day: others,
            domain_count_hour: others,
            count_hour: 10 * others,
            ..ordinary()
        };
        let answer = post(&router, &facts);
        let decided = (&answer["outcome"], &answer["model_version"]);
        assert_eq!(decided, (&json!("allow"), &json!("registrations-v1")), "{others}: {answer}");
    }
    let script = RegistrationFacts {
        hour_of_day: 3,
        email_digits: 4,
        phone_missing: true,
        client_count_hour: 150,
        client_count_day: 150,
        alike_count_day: 150,
        alike_count_week: 150,
        domain_count_hour: 150,
        count_hour: 160,
        ..RegistrationFacts::default()
    };
    let answer = post(&router, &script);
    assert_eq!(answer["outcome"], "block", "{answer}");
    assert!(!answer["reasons"].as_array().unwrap().is_empty());
}

#[test]
fn a_registration_is_decided_by_model_and_rules() {
    let folder = empty_folder();
    scripted_model(folder.path());
    let (router, _native) = app(database(), folder.path().to_owned());
    let answer = post(&router, &ordinary());
    assert_eq!((&answer["outcome"], &answer["model_version"]), (&json!("allow"), &json!("registrations-v1")));
    assert!(answer["score"].is_number(), "{answer}");
    let refused = post(&router, &RegistrationFacts { client_count_hour: 31, ..ordinary() });
    assert_eq!((&refused["outcome"], &refused["reasons"][0]["code"]), (&json!("block"), &json!("many")));
    let implausible = post(&router, &RegistrationFacts { count_hour: 1_001, ..ordinary() });
    let code = &implausible["reasons"][0]["code"];
    assert_eq!((&implausible["outcome"], code), (&json!("review"), &json!("input_implausible")));
}

#[test]
fn without_a_model_each_is_reviewed_until_it_can_be_loaded() {
    let folder = empty_folder();
    let (router, native) = app(database(), folder.path().to_owned());
    let unavailable = |answer: &Value| {
        assert_eq!((&answer["outcome"], &answer["score"]), (&json!("review"), &Value::Null));
        assert_eq!(answer["reasons"][0]["code"], "model_unavailable");
    };
    unavailable(&post(&router, &ordinary()));
    scripted_model(folder.path());
    native.clock.advance_ms(MINUTE_MS - 1);
    unavailable(&post(&router, &ordinary()));
    native.clock.advance_ms(1);
    assert_eq!(post(&router, &ordinary())["outcome"], "allow");
    // What was loaded is kept, whatever becomes of the files.
    fs::remove_file(folder.path().join("models/registrations-v1.onnx")).unwrap();
    native.clock.advance_ms(MINUTE_MS);
    assert_eq!(post(&router, &ordinary())["outcome"], "allow");
}

#[test]
fn what_are_no_facts_is_refused() {
    let (router, _native) = app(database(), ml());
    let good = serde_json::to_value(ordinary()).unwrap();
    for (field, value) in
        [("hour_of_day", json!(256)), ("count_hour", json!(-1)), ("disposable_email", json!("a@b.example"))]
    {
        let mut facts = good.clone();
        facts[field] = value;
        let (status, _, problem) = call(&router, "POST", PATH, facts.to_string());
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_value")));
    }
}
