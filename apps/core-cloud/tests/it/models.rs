//! Fraud models: registered once, told to POPs by a plan, and looked after by owners alone.

use std::path::Path;
use std::slice;

use axum::body::Body;
use axum::http::Request;
use core_cloud::config::FRAUD_MODEL_DEFAULT;
use core_cloud::modules::members::policy::Role;
use kiosk_wire::{Change, FraudPlan};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::*;

type Fields<'a> = &'a [(&'a str, &'a str)];

on_both_databases!(
    the_release_is_registered_and_pops_fetch_what_it_is,
    another_setting_is_told_to_pops_until_an_owner_decides,
    a_model_goes_through_its_life_and_every_pop_is_told,
    what_makes_no_sense_is_refused_and_changes_nothing,
    a_model_is_registered_once_and_never_changes,
    what_is_no_model_is_refused_by_its_field,
    only_the_owner_looks_after_models,
);

const PATH: &str = "/admin/models";
const PLAN: &str = "/admin/model-plan";

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ml/fraud/models").join(name)).unwrap()
}

/// The card of the second model under another version.
fn card_of(version: &str) -> Value {
    let mut card: Value = serde_json::from_slice(&file("fraud-v3.json")).unwrap();
    card["version"] = json!(version);
    card
}

async fn upload(app: &TestApp, cookie: &str, card: &[u8], onnx: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, bytes) in [("card", card), ("file", onnx)] {
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\
             content-type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    let request = Request::post(PATH)
        .header("host", "core.test")
        .header("origin", "http://core.test")
        .header("cookie", cookie)
        .header("content-type", "multipart/form-data; boundary=b");
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// Sends a form that changes the plan.
async fn act(app: &TestApp, cookie: &str, revision: &str, fields: Fields<'_>) -> Answer {
    let form = [&[("revision", revision), ("reason", "a test")][..], fields].concat();
    app.post(PLAN, cookie, &form).await
}

async fn told(app: &TestApp, pop: &str) -> Vec<FraudPlan> {
    let plan = |change: Change| if let Change::FraudPlan(plan) = change { Some(plan) } else { None };
    app.told(pop).await.into_iter().filter_map(plan).collect()
}

async fn the_release_is_registered_and_pops_fetch_what_it_is(app: TestApp) {
    // A core that starts again registers nothing twice.
    app.app.services.models.register_release(FRAUD_MODEL_DEFAULT).await.unwrap();
    let models = app.app.services.models.list_models().await.unwrap();
    assert_eq!(models.len(), 2);
    for version in ["fraud-v1", "fraud-v3"] {
        let card = app.pop_get("eu-1", &format!("/sync/v1/models/{version}")).await;
        let onnx = app.pop_get("eu-1", &format!("/sync/v1/models/{version}/onnx")).await;
        assert_eq!(card.bytes, file(&format!("{version}.json")));
        assert_eq!(onnx.bytes, file(&format!("{version}.onnx")));
        let owner = app.staff(Role::Owner).await;
        let page = app.page(&format!("{PATH}/{version}"), &owner).await.text();
        let hash = hex::encode(Sha256::digest(&onnx.bytes));
        for shown in
            [&*hash, "Thresholds", "Trained on", "average precision", "card_velocity_limit", "amount"]
        {
            assert!(page.contains(shown), "{version} {shown}: {page}");
        }
    }
    app.pop_get("eu-1", "/sync/v1/models/fraud-v9").await.is_problem(404, "model_not_found");
    assert_eq!(told(&app, "eu-1").await, [], "until somebody decides POPs go by their own setting");
}

async fn another_setting_is_told_to_pops_until_an_owner_decides(app: TestApp) {
    let release = |champion| app.app.services.models.register_release(champion);
    assert!(release("fraud-v9").await.unwrap_err().to_string().contains("fraud-v9 is not registered"));
    for champion in ["fraud-v1", "fraud-v1"] {
        release(champion).await.unwrap();
        assert_eq!(told(&app, "eu-1").await, [plan(1, "fraud-v1", None, &[])], "once");
    }
    let owner = app.staff(Role::Owner).await;
    act(&app, &owner, "1", &[("act", "rollback")]).await;
    let decided = [plan(2, "fraud-v3", None, &[])];
    assert_eq!(told(&app, "eu-1").await, decided, "to the model before");
    release("fraud-v1").await.unwrap();
    assert_eq!(told(&app, "eu-1").await, decided, "what an owner decided holds");
}

async fn a_model_goes_through_its_life_and_every_pop_is_told(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let steps: [(Fields<'_>, FraudPlan); 6] = [
        (&[("act", "candidate"), ("version", "fraud-v1")], plan(1, "fraud-v3", Some("fraud-v1"), &[])),
        (&[("act", "canary"), ("pops", "us-1")], plan(2, "fraud-v3", Some("fraud-v1"), &["us-1"])),
        (&[("act", "canary")], plan(3, "fraud-v3", Some("fraud-v1"), &[])),
        (&[("act", "promote")], plan(4, "fraud-v1", None, &[])),
        (&[("act", "rollback")], plan(5, "fraud-v3", None, &[])),
        (&[("act", "candidate"), ("version", "fraud-v1")], plan(6, "fraud-v3", Some("fraud-v1"), &[])),
    ];
    for (before, (fields, expected)) in steps.iter().enumerate() {
        let answer = act(&app, &owner, &before.to_string(), fields).await;
        assert_eq!(answer.status, 303, "{fields:?}: {}", answer.text());
        for pop in ["eu-1", "us-1"] {
            assert_eq!(told(&app, pop).await, slice::from_ref(expected), "one record, its last state");
        }
    }
    assert_eq!(act(&app, &owner, "6", &[("act", "drop")]).await.status, 303);
    assert_eq!(told(&app, "eu-1").await, [plan(7, "fraud-v3", None, &[])]);
    let acts = app.column("SELECT action FROM audit_entries WHERE action LIKE 'model%' ORDER BY seq").await;
    let of_models: Vec<&str> = acts.iter().filter_map(|act| act.strip_prefix("model.")).collect();
    assert_eq!(of_models, ["candidate", "canary", "canary", "promote", "rollback", "candidate", "drop"]);
    let page = app.page(PATH, &owner).await.text();
    assert!(page.contains("rollback") && page.contains("a test"), "the page has the history");
}

fn plan(revision: u64, champion: &str, candidate: Option<&str>, canary: &[&str]) -> FraudPlan {
    FraudPlan {
        revision,
        champion: champion.to_owned(),
        candidate: candidate.map(str::to_owned),
        canary_pops: canary.iter().map(|pop| (*pop).to_owned()).collect(),
    }
}

async fn what_makes_no_sense_is_refused_and_changes_nothing(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let refusals: [(&str, Fields<'_>, u16, &str); 9] = [
        ("0", &[("act", "canary"), ("pops", "eu-1")], 409, "There is no candidate"),
        ("0", &[("act", "promote")], 409, "There is no candidate"),
        ("0", &[("act", "drop")], 409, "There is no candidate"),
        ("0", &[("act", "rollback")], 409, "There is no champion to go back to"),
        ("0", &[("act", "candidate"), ("version", "fraud-v3")], 422, "this model decides already"),
        ("0", &[("act", "candidate"), ("version", "fraud-v9")], 422, "is not registered"),
        ("0", &[("act", "dance")], 422, "choose one"),
        ("7", &[("act", "candidate"), ("version", "fraud-v1")], 409, "changed the plan meanwhile"),
        ("", &[("act", "candidate"), ("version", "fraud-v1")], 409, "changed the plan meanwhile"),
    ];
    for (revision, fields, status, why) in refusals {
        let answer = act(&app, &owner, revision, fields).await;
        assert_eq!(answer.status.as_u16(), status, "{fields:?}");
        assert!(answer.text().contains(why), "{fields:?}: {}", answer.text());
    }
    let silent = [("act", "candidate"), ("version", "fraud-v1"), ("revision", "0")];
    assert_eq!(app.post(PLAN, &owner, &silent).await.status, 422, "without a reason");
    assert_eq!(told(&app, "eu-1").await, []);
    act(&app, &owner, "0", &[("act", "candidate"), ("version", "fraud-v1")]).await;
    let answer = act(&app, &owner, "1", &[("act", "canary"), ("pops", "eu-1"), ("pops", "mars-1")]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("there is no POP mars-1"));
    assert_eq!(told(&app, "eu-1").await[0].revision, 1);
}

async fn a_model_is_registered_once_and_never_changes(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let (card, onnx) = (card_of("fraud-v4").to_string(), file("fraud-v3.onnx"));
    for _ in 0..2 {
        let answer = upload(&app, &owner, card.as_bytes(), &onnx).await;
        assert_eq!(answer.headers.get("location").unwrap(), "/admin/models/fraud-v4", "{}", answer.text());
    }
    let acts = app.column("SELECT subject FROM audit_entries WHERE action = 'model.register'").await;
    assert_eq!(acts, ["fraud-v4"], "the same twice is one");
    let mut other = card_of("fraud-v4");
    other["thresholds"]["block"] = json!(0.9);
    let answer = upload(&app, &owner, other.to_string().as_bytes(), &onnx).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("a version never changes"));
    assert_eq!(app.pop_get("eu-1", "/sync/v1/models/fraud-v4").await.text(), card);
    act(&app, &owner, "0", &[("act", "candidate"), ("version", "fraud-v4")]).await;
    assert_eq!(told(&app, "us-1").await, [plan(1, "fraud-v3", Some("fraud-v4"), &[])]);
}

async fn what_is_no_model_is_refused_by_its_field(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let onnx = file("fraud-v3.onnx");
    let edited = |edit: fn(&mut Value)| {
        let mut card = card_of("fraud-v4");
        edit(&mut card);
        card.to_string()
    };
    let mut flipped = onnx.clone();
    flipped[100] ^= 1;
    let cut = onnx[..onnx.len() / 2].to_vec();
    let vouched = |bytes: &[u8]| {
        let mut card = card_of("fraud-v4");
        card["onnx_sha256"] = json!(hex::encode(Sha256::digest(bytes)));
        card.to_string()
    };
    let cases: Vec<(String, Vec<u8>, &str)> = vec![
        ("{".to_owned(), onnx.clone(), "not readable"),
        (String::new(), onnx.clone(), "not readable"),
        (edited(|card| card["thresholds"]["review"] = json!(0.9)), onnx.clone(), "thresholds do not fit"),
        (edited(|card| card["version"] = json!("../v3")), onnx.clone(), "its version is not"),
        (edited(|card| card["features"]["features"] = json!([])), onnx.clone(), "its features"),
        (edited(|card| card["golden"] = json!([])), onnx.clone(), "golden rows do not fit"),
        (edited(|card| card["golden"][0]["score"] = json!(0.999)), onnx.clone(), "golden row 0 scores"),
        (edited(|_| {}), flipped, "is not the one its card describes"),
        (edited(|_| {}), Vec::new(), "bytes"),
        (vouched(&cut), cut.clone(), "is no ONNX model"),
        (vouched(b"hello"), b"hello".to_vec(), "is no ONNX model"),
    ];
    for (card, onnx, why) in cases {
        let answer = upload(&app, &owner, card.as_bytes(), &onnx).await;
        assert_eq!(answer.status, 422, "{why}: {}", answer.text());
        let page = html_escape::decode_html_entities(&answer.text()).into_owned();
        assert!(page.contains(why), "{why}: {page}");
    }
    let large = vec![0; kiosk_wire::MODEL_ONNX_BYTES_MAX + 1];
    assert_eq!(upload(&app, &owner, card_of("fraud-v4").to_string().as_bytes(), &large).await.status, 413);
    assert_eq!(app.app.services.models.list_models().await.unwrap().len(), 2);
}

async fn only_the_owner_looks_after_models(app: TestApp) {
    for role in Role::ALL {
        let cookie = app.staff(role).await;
        let allowed = role == Role::Owner;
        assert_eq!(app.page(PATH, &cookie).await.status == 200, allowed, "{role}");
        let fields = [("act", "candidate"), ("version", "fraud-v1")];
        assert_eq!(act(&app, &cookie, "0", &fields).await.status == 303, allowed, "{role}");
    }
    assert!(told(&app, "eu-1").await.iter().all(|plan| plan.revision == 1));
}
