//! Models are exchanged while orders are scored: every order gets the decision of one of them, and none waits or fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use axum::body::Body;
use kiosk_edge_platform::native::{NativeDb, NativeEdge};
use kiosk_edge_platform::{Database, Statement};
use kiosk_pop_store::models;
use kiosk_risk::Decision;
use kiosk_wire::FraudPlan;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::common::{call, database, ml, ordinary, post_score, run};

const POP: &str = "eu-1";

/// A model of the release under another name, as it was fetched from the core; `edit` spoils its card.
fn store(db: &dyn Database, version: &str, from: &str, edit: impl FnOnce(&mut Value, &mut Vec<u8>)) {
    let read = |ending: &str| std::fs::read(ml().join(format!("models/{from}.{ending}"))).unwrap();
    let (mut card, mut onnx): (Value, _) = (serde_json::from_slice(&read("json")).unwrap(), read("onnx"));
    card["version"] = json!(version);
    edit(&mut card, &mut onnx);
    run(db.batch(vec![models::put(version, &card.to_string(), onnx)])).unwrap();
}

/// Makes a plan active at once, as the tick does when its models are there.
fn activate(db: &dyn Database, champion: &str, candidate: Option<&str>, canary: &[&str]) {
    let plan = FraudPlan {
        revision: 1,
        champion: champion.to_owned(),
        candidate: candidate.map(str::to_owned),
        canary_pops: canary.iter().map(|pop| (*pop).to_owned()).collect(),
    };
    // The row is written as such: the tick's own statements would prune models that a later plan of the test names.
    let (decides, shadows) = plan.at(POP);
    let row = Statement::new(
        "INSERT OR REPLACE INTO fraud_active (id, plan, decides, shadows) VALUES (1, ?1, ?2, ?3)",
    );
    let doc = serde_json::to_string(&plan).unwrap();
    run(db.batch(vec![row.bind(doc).bind(decides).bind(shadows)])).unwrap();
}

/// A POP of the first release whose core has told of a good, a broken and a truncated model.
fn pop() -> (axum::Router, NativeEdge) {
    let db: NativeDb = database();
    store(&db, "good", "fraud-v3", |_, _| {});
    store(&db, "golden", "fraud-v3", |card, _| card["golden"][0]["score"] = json!(0.999));
    store(&db, "truncated", "fraud-v3", |card, onnx| {
        onnx.truncate(1_000);
        card["onnx_sha256"] = json!(hex::encode(Sha256::digest(&*onnx)));
    });
    store(&db, "hash", "fraud-v3", |_, onnx| onnx[100] ^= 1);
    store(&db, "renamed", "fraud-v3", |card, _| card["version"] = json!("another"));
    let native = NativeEdge::new(db, &[("fraud_model", "fraud-v1")], ml(), 1);
    (edge_fraud::router(native.edge.clone()), native)
}

fn score(router: &axum::Router) -> Decision {
    serde_json::from_value(post_score(router, &serde_json::to_value(ordinary()).unwrap())).unwrap()
}

/// Who decided, and who was watched.
fn pair(decision: &Decision) -> (&str, Option<&str>) {
    (&decision.model_version, decision.shadow.as_ref().map(|shadow| &*shadow.model_version))
}

#[test]
fn shadow_canary_promotion_and_roll_back_take_effect_with_the_next_order() {
    let (router, native) = pop();
    let db = &*native.edge.db;
    let first = score(&router);
    assert_eq!(pair(&first), ("fraud-v1", None), "the variable decides until the core tells of a plan");
    activate(db, "fraud-v1", Some("good"), &["us-1"]);
    let shadowed = score(&router);
    assert_eq!(pair(&shadowed), ("fraud-v1", Some("good")));
    let alone = Decision { shadow: None, ..shadowed.clone() };
    assert_eq!(alone, first, "the model that is watched changes nothing");
    activate(db, "fraud-v1", Some("good"), &["us-1", POP]);
    let canary = score(&router);
    assert_eq!(pair(&canary), ("good", Some("fraud-v1")));
    assert_eq!(canary.score, shadowed.shadow.unwrap().score, "it was watched as it decides");
    activate(db, "good", None, &[]);
    assert_eq!(pair(&score(&router)), ("good", None));
    activate(db, "fraud-v1", None, &[]);
    assert_eq!(score(&router), first, "rolled back");
    // A model of the release comes from its files.
    activate(db, "fraud-v3", None, &[]);
    assert_eq!(pair(&score(&router)), ("fraud-v3", None));
    let (_, _, model) = call(&router, "GET", "/model", Body::empty());
    assert_eq!((&model["version"], &model["shadow"]), (&json!("fraud-v3"), &Value::Null));
}

#[test]
fn a_model_that_cannot_be_loaded_leaves_the_one_that_decides() {
    let (router, native) = pop();
    let db = &*native.edge.db;
    activate(db, "good", None, &[]);
    assert_eq!(pair(&score(&router)), ("good", None));
    for broken in ["golden", "truncated", "hash", "renamed", "absent", "../good"] {
        activate(db, broken, None, &[]);
        assert_eq!(pair(&score(&router)), ("good", None), "{broken}");
        activate(db, "fraud-v1", Some(broken), &[]);
        assert_eq!(pair(&score(&router)), ("fraud-v1", None), "{broken} is not watched");
        activate(db, "fraud-v1", Some(broken), &[POP]);
        assert_eq!(pair(&score(&router)), ("fraud-v1", None), "{broken} is no canary");
        activate(db, "good", None, &[]);
        assert_eq!(pair(&score(&router)), ("good", None));
    }
}

#[test]
fn a_broken_model_is_tried_again_after_a_minute_and_not_with_each_order() {
    let (router, native) = pop();
    let db = &*native.edge.db;
    score(&router);
    activate(db, "late", None, &[]);
    assert_eq!(pair(&score(&router)), ("fraud-v1", None));
    store(db, "late", "fraud-v3", |_, _| {});
    assert_eq!(pair(&score(&router)), ("fraud-v1", None), "it failed a moment ago");
    native.clock.advance_ms(60_000);
    assert_eq!(pair(&score(&router)), ("late", None));
}

/// An instance that begins with a broken plan has nothing to keep: the variable's model decides.
#[test]
fn a_new_instance_with_a_broken_model_falls_back_to_the_variable() {
    let (router, native) = pop();
    activate(&*native.edge.db, "golden", Some("truncated"), &[]);
    assert_eq!(pair(&score(&router)), ("fraud-v1", None));
}

/// Counters that cannot be read say nothing of the plan: what ran goes on, its order is reviewed, nobody is watched.
#[test]
fn without_its_database_the_models_go_on() {
    let (router, native) = pop();
    let db = &*native.edge.db;
    activate(db, "good", Some("fraud-v1"), &[]);
    score(&router);
    run(db.batch(vec![Statement::new("ALTER TABLE velocity RENAME TO gone")])).unwrap();
    let decision = score(&router);
    assert_eq!(pair(&decision), ("good", None));
    assert_eq!(decision.reasons[0].code, "velocity_unavailable");
}

/// Four clients order without a pause while the plan changes forty times, every fourth one to a model that is broken.
#[test]
#[expect(clippy::disallowed_methods, reason = "the clients are threads of the test, the edge has none")]
fn under_load_every_order_is_decided_by_one_of_the_models() {
    const PLANS: usize = 40;
    const CLIENTS: usize = 4;
    let (router, native) = pop();
    let db = &*native.edge.db;
    let (first, second) = ("fraud-v1", "good");
    activate(db, first, None, &[]);
    let done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (router, done) = (router.clone(), done.clone());
            thread::spawn(move || {
                let mut scored = 0;
                while !done.load(Ordering::Relaxed) {
                    let decision = score(&router);
                    assert!([first, second].contains(&&*decision.model_version), "{decision:?}");
                    assert!(decision.score.is_some(), "{decision:?}");
                    if let Some(shadow) = decision.shadow {
                        assert!([first, second].contains(&&*shadow.model_version), "{shadow:?}");
                    }
                    scored += 1;
                }
                scored
            })
        })
        .collect();
    for number in 0..PLANS {
        match number % 4 {
            0 => activate(db, first, Some(second), &[]),
            1 => activate(db, first, Some(second), &[POP]),
            2 => activate(db, second, Some("truncated"), &[]),
            _ => activate(db, first, None, &[]),
        }
        // An order between two plans, so that each is met under load.
        score(&router);
    }
    activate(db, second, Some(first), &[]);
    done.store(true, Ordering::Relaxed);
    let scored: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(scored > 0);
    // Whoever was still loading is done: from here on only the new pair decides.
    score(&router);
    for _ in 0..20 {
        assert_eq!(pair(&score(&router)), (second, Some(first)));
    }
}
