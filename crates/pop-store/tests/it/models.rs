//! The plan of fraud models: what is fetched for it, what runs then, and what is forgotten.

use futures::executor::block_on;
use kiosk_edge_platform::Database;
use kiosk_edge_platform::native::NativeDb;
use kiosk_pop_store::catalog::apply::apply;
use kiosk_pop_store::models::{self, Active, RETRY_MS, activate, active, due, failed, get, missing, put};
use kiosk_pop_store::{sync, velocity};
use kiosk_wire::{Change, FeedPage, FraudPlan};

use crate::{database, number};

const NOW_MS: i64 = 1_000_000;

fn plan(revision: u64, champion: &str, candidate: Option<&str>, canary: &[&str]) -> FraudPlan {
    FraudPlan {
        revision,
        champion: champion.to_owned(),
        candidate: candidate.map(str::to_owned),
        canary_pops: canary.iter().map(|pop| (*pop).to_owned()).collect(),
    }
}

async fn tell(db: &NativeDb, plan: &FraudPlan) {
    let page = FeedPage { changes: vec![Change::FraudPlan(plan.clone())], next: 3, more: false };
    apply(db, &page).await.unwrap();
}

async fn waits(db: &NativeDb, now_ms: i64) -> bool {
    sync::state(db, now_ms).await.unwrap().models_wait
}

/// Stores what the plan lacks and makes it active; what was lacking.
async fn follow(db: &NativeDb) -> Vec<String> {
    let told = due(db, NOW_MS).await.unwrap().expect("a plan is due");
    let lacking = missing(db, &told.plan).await.unwrap();
    db.batch(lacking.iter().map(|version| put(version, "{}", version.clone().into_bytes())).collect())
        .await
        .unwrap();
    db.batch(activate(&told, "eu-1").into()).await.unwrap();
    lacking
}

fn runs(decides: &str, shadows: Option<&str>) -> Option<Active> {
    Some(Active { decides: decides.to_owned(), shadows: shadows.map(str::to_owned) })
}

#[test]
fn a_plan_is_followed_once_and_holds_as_its_pop_is_meant() {
    block_on(async {
        let db = database().await;
        assert!(!waits(&db, NOW_MS).await && active(&db).await.unwrap().is_none());
        let cases = [
            (plan(1, "a", None, &[]), runs("a", None), vec!["a"]),
            (plan(2, "a", Some("b"), &[]), runs("a", Some("b")), vec!["b"]),
            (plan(3, "a", Some("b"), &["us-1"]), runs("a", Some("b")), vec![]),
            (plan(4, "a", Some("b"), &["us-1", "eu-1"]), runs("b", Some("a")), vec![]),
            (plan(5, "b", None, &[]), runs("b", None), vec![]),
            (plan(6, "a", None, &[]), runs("a", None), vec![]),
        ];
        for (plan, expected, lacking) in cases {
            tell(&db, &plan).await;
            assert!(waits(&db, NOW_MS).await, "{plan:?}");
            assert_eq!(follow(&db).await, lacking, "{plan:?}");
            assert_eq!(active(&db).await.unwrap(), expected, "{plan:?}");
            // What edge-fraud reads with its counters is the same.
            let loaded = velocity::load_all(&db, &Default::default(), NOW_MS).await.unwrap();
            assert_eq!(loaded.active, expected);
            tell(&db, &plan).await;
            assert!(!waits(&db, NOW_MS).await, "told again, it changes nothing");
        }
    });
}

#[test]
fn a_plan_that_could_not_be_followed_waits_and_leaves_the_active_one() {
    block_on(async {
        let db = database().await;
        tell(&db, &plan(1, "a", None, &[])).await;
        follow(&db).await;
        tell(&db, &plan(2, "a", Some("broken"), &[])).await;
        db.batch(vec![failed(NOW_MS)]).await.unwrap();
        assert!(!waits(&db, NOW_MS + RETRY_MS - 1).await && due(&db, NOW_MS).await.unwrap().is_none());
        assert!(waits(&db, NOW_MS + RETRY_MS).await);
        assert_eq!(active(&db).await.unwrap(), runs("a", None));
        // Another plan is tried at once.
        tell(&db, &plan(3, "a", Some("b"), &[])).await;
        assert!(waits(&db, NOW_MS).await);
    });
}

/// The pair before stays: somebody may be about to read it, and a roll-back needs it.
#[test]
fn models_are_forgotten_one_plan_after_they_were_named() {
    block_on(async {
        let db = database().await;
        for (revision, champion) in (1..).zip(["a", "b", "c"]) {
            tell(&db, &plan(revision, champion, None, &[])).await;
            follow(&db).await;
        }
        assert_eq!(get(&db, "a").await.unwrap(), None);
        assert_eq!(get(&db, "b").await.unwrap().unwrap().onnx, b"b");
        assert_eq!(number(&db, "SELECT COUNT(*) FROM fraud_model").await, 2);
        // A version never changes.
        db.batch(vec![put("b", "{}", b"other".to_vec())]).await.unwrap();
        assert_eq!(models::get(&db, "b").await.unwrap().unwrap().onnx, b"b");
    });
}
