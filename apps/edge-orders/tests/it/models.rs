//! The tick follows the core's plan of fraud models: it fetches what is named, checks it, and then changes what runs.

use std::path::Path;

use http::StatusCode;
use kiosk_pop_store::models::{self, Active, RETRY_MS};
use kiosk_risk::{Decision, Outcome, Shadow};
use kiosk_wire::{Change, EventBody, FraudPlan, ShadowRecord};
use serde_json::json;

use crate::support::{MUG, TestPop, decision};

fn file(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ml/fraud/models").join(name)).unwrap()
}

/// A POP whose core has both models of the release.
async fn pop() -> TestPop {
    let pop = TestPop::stocked().await;
    pop.core.with(|core| {
        for version in ["fraud-v1", "fraud-v3"] {
            core.models.insert(version.to_owned(), file(&format!("{version}.json")));
            core.models.insert(format!("{version}/onnx"), file(&format!("{version}.onnx")));
        }
    });
    pop
}

/// Tells a plan and lets the POP follow it.
async fn plan(pop: &TestPop, revision: u64, champion: &str, candidate: Option<&str>, canary: &[&str]) {
    pop.core.tell(Change::FraudPlan(FraudPlan {
        revision,
        champion: champion.to_owned(),
        candidate: candidate.map(str::to_owned),
        canary_pops: canary.iter().map(|pop| (*pop).to_owned()).collect(),
    }));
    pop.follow().await;
}

async fn runs(pop: &TestPop) -> Option<(String, Option<String>)> {
    let active = models::active(&*pop.host.edge.db).await.unwrap();
    active.map(|Active { decides, shadows }| (decides, shadows))
}

fn pair(decides: &str, shadows: Option<&str>) -> Option<(String, Option<String>)> {
    Some((decides.to_owned(), shadows.map(str::to_owned)))
}

/// Addresses of models that the core was asked for.
fn asked(pop: &TestPop) -> usize {
    pop.core.with(|core| core.paths.iter().filter(|path| path.starts_with("/sync/v1/models/")).count())
}

#[tokio::test]
async fn a_plan_is_fetched_and_followed_through_its_whole_life() {
    let pop = pop().await;
    assert_eq!(runs(&pop).await, None);
    plan(&pop, 1, "fraud-v1", Some("fraud-v3"), &[]).await;
    assert_eq!(runs(&pop).await, pair("fraud-v1", Some("fraud-v3")));
    assert_eq!(asked(&pop), 4, "a card and a network each");
    let stored = models::get(&*pop.host.edge.db, "fraud-v3").await.unwrap().unwrap();
    assert_eq!(stored.onnx, file("fraud-v3.onnx"));
    plan(&pop, 2, "fraud-v1", Some("fraud-v3"), &["eu-1"]).await;
    assert_eq!(runs(&pop).await, pair("fraud-v3", Some("fraud-v1")));
    plan(&pop, 3, "fraud-v3", None, &[]).await;
    assert_eq!(runs(&pop).await, pair("fraud-v3", None));
    plan(&pop, 4, "fraud-v1", None, &[]).await;
    assert_eq!(runs(&pop).await, pair("fraud-v1", None));
    assert_eq!(asked(&pop), 4, "a roll-back has its model");
}

#[tokio::test]
async fn what_is_not_the_model_is_refused_and_the_old_one_stays() {
    let pop = pop().await;
    plan(&pop, 1, "fraud-v1", None, &[]).await;
    let good = (file("fraud-v3.json"), file("fraud-v3.onnx"));
    let mut flipped = good.1.clone();
    flipped[100] ^= 1;
    let cut = good.1[..good.1.len() / 2].to_vec();
    let broken = [
        (good.0.clone(), flipped),
        (good.0.clone(), cut),
        (good.0.clone(), Vec::new()),
        (file("fraud-v1.json"), file("fraud-v1.onnx")),
        (b"{".to_vec(), good.1.clone()),
    ];
    for (revision, (card, onnx)) in (2..).zip(broken) {
        pop.core.with(|core| {
            core.models.insert("fraud-v3".to_owned(), card);
            core.models.insert("fraud-v3/onnx".to_owned(), onnx);
        });
        plan(&pop, revision, "fraud-v3", None, &[]).await;
        assert_eq!(runs(&pop).await, pair("fraud-v1", None), "{revision}");
        assert_eq!(models::get(&*pop.host.edge.db, "fraud-v3").await.unwrap(), None);
        let tries = asked(&pop);
        pop.follow().await;
        assert_eq!(asked(&pop), tries, "it is left alone for a while");
    }
    // A core that has it again is asked again.
    pop.core.with(|core| {
        core.models.insert("fraud-v3".to_owned(), good.0);
        core.models.insert("fraud-v3/onnx".to_owned(), good.1);
    });
    pop.host.clock.advance_ms(RETRY_MS);
    pop.follow().await;
    assert_eq!(runs(&pop).await, pair("fraud-v3", None));
}

#[tokio::test]
async fn a_core_that_is_away_leaves_the_models_and_the_shop_as_they_are() {
    let pop = pop().await;
    plan(&pop, 1, "fraud-v1", None, &[]).await;
    pop.core.tell(Change::FraudPlan(FraudPlan {
        revision: 2,
        champion: "fraud-v3".to_owned(),
        ..FraudPlan::default()
    }));
    pop.core.with(|core| core.lose = Some("/onnx"));
    pop.host.clock.advance_ms(2_000);
    pop.tick().await;
    pop.tick().await;
    assert_eq!(runs(&pop).await, pair("fraud-v1", None));
    pop.core.with(|core| core.down = Some(StatusCode::SERVICE_UNAVAILABLE));
    pop.follow().await;
    assert_eq!(runs(&pop).await, pair("fraud-v1", None));
    pop.core.with(|core| core.down = None);
    pop.follow().await;
    pop.follow().await;
    assert_eq!(runs(&pop).await, pair("fraud-v3", None));
}

#[tokio::test]
async fn what_the_watched_model_says_goes_to_the_core_and_changes_nothing() {
    let pop = pop().await;
    let shadow = |outcome| Some(Shadow { model_version: "fraud-v3".to_owned(), score: Some(0.5), outcome });
    let answer = |decision: &Decision| {
        pop.fraud.answer(StatusCode::OK, &serde_json::to_string(decision).unwrap());
    };
    answer(&Decision { shadow: shadow(Outcome::Block), ..decision(Outcome::Allow) });
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    assert_eq!(pop.buy(&cart, "one").await.is(201).body["status"], json!("placed"));
    answer(&Decision { shadow: shadow(Outcome::Allow), ..decision(Outcome::Block) });
    let cart = pop.cart_with(&[(MUG, 1)]).await;
    pop.buy(&cart, "two").await.is_problem(403, "checkout_blocked");
    pop.tick_until_quiet().await;
    let told = |outcome: &str| {
        Some(ShadowRecord { model: "fraud-v3".to_owned(), score: Some(0.5), outcome: outcome.to_owned() })
    };
    assert_eq!(pop.core.orders()[0].fraud.shadow, told("block"));
    let blocked = pop.core.with(|core| {
        core.events.iter().find_map(|event| match &event.body {
            EventBody::CheckoutBlocked { fraud, .. } => Some(fraud.clone()),
            _ => None,
        })
    });
    assert_eq!(blocked.unwrap().shadow, told("allow"));
}
