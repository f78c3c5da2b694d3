//! `GET /healthz`, `GET /metrics`.

use std::sync::OnceLock;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{Method, header};
use kiosk_problem::Problem;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{Access, Route};
use crate::db::Db;
use crate::error::Error;

/// Upper bounds of the latency histogram, in seconds.
const LATENCY_BUCKETS_S: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Routes that say how the core is.
#[must_use]
pub fn routes(db: &Db) -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/healthz", Access::Public, get(get_health), Health(db.clone())),
        Route::new(Method::GET, "/metrics", Access::Public, get(get_metrics), Health(db.clone())),
    ]
}

/// What tells whether the core is well.
#[derive(Clone)]
struct Health(Db);

async fn get_health(State(Health(db)): State<Health>) -> Result<&'static str, Problem> {
    db.ping().await.map_err(Error::from)?;
    Ok("ok\n")
}

async fn get_metrics(State(Health(db)): State<Health>) -> impl IntoResponse {
    let (open, idle) = db.connections();
    metrics::gauge!("core_db_connections", "state" => "open").set(f64::from(open));
    metrics::gauge!("core_db_connections", "state" => "idle").set(f64::from(idle));
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    let text = recorder().render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

/// The process has one recorder, whatever number of apps it runs.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new();
        let latency = Matcher::Suffix("_seconds".to_owned());
        let builder = builder.set_buckets_for_metric(latency, LATENCY_BUCKETS_S).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        handle
    })
}

/// Memory of this process by Linux's count.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024.0)
}
