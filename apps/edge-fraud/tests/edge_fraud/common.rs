//! A model folder, a router on native ports, and orders to score.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use edge_fraud::Scorer;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kiosk_edge_platform::Statement;
use kiosk_edge_platform::native::{DirFiles, NativeDb, NativeEdge};
use kiosk_pop_store::schema::migrate;
pub use kiosk_risk_samples::{NOW_MS, ordinary};
use serde_json::Value;
use tower::ServiceExt;

/// The committed models and training data.
pub fn ml() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ml/fraud")
}

/// The scorer of the committed model.
pub fn committed_scorer() -> Scorer {
    let (scorer, error) = Scorer::load(&DirFiles(ml()), "fraud-v3");
    assert!(error.is_none(), "the committed model is unusable: {error:?}");
    scorer
}

/// A folder with a copy of the committed model, to be damaged.
pub fn model_copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    for name in ["fraud-v3.onnx", "fraud-v3.json"] {
        std::fs::copy(ml().join("models").join(name), folder.path().join("models").join(name)).unwrap();
    }
    folder
}

/// Writes as many statements as there are, in batches that a host takes.
pub fn write(db: &NativeDb, statements: impl Iterator<Item = Statement>) {
    for batch in statements.collect::<Vec<_>>().chunks(kiosk_edge_platform::db::BATCH_STATEMENTS_MAX) {
        run(kiosk_edge_platform::Database::batch(db, batch.to_vec())).unwrap();
    }
}

/// A POP's database.
pub fn database() -> NativeDb {
    let db = NativeDb::in_memory().unwrap();
    run(migrate(&db)).unwrap();
    db
}

pub fn run<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// edge-fraud on native ports, with the models in `folder`.
pub fn app(db: NativeDb, folder: PathBuf) -> (Router, NativeEdge) {
    let native = NativeEdge::new(db, &[("fraud_model", "fraud-v3")], folder, 1);
    (edge_fraud::router(native.edge.clone()), native)
}

/// Sends one request; the answer's status and JSON.
pub fn call(router: &Router, method: &str, path: &str, body: impl Into<Body>) -> (StatusCode, String, Value) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let response = run(router.clone().oneshot(request.body(body.into()).unwrap())).unwrap();
    let status = response.status();
    let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    let bytes = run(response.into_body().collect()).unwrap().to_bytes();
    (status, media_type, serde_json::from_slice(&bytes).unwrap())
}

/// `POST /score` that must succeed.
pub fn post_score(router: &Router, request: &Value) -> Value {
    let (status, _, answer) = call(router, "POST", "/score", request.to_string());
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}
