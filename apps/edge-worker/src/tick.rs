//! What the cron trigger does: as many ticks as there is work for.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use http::Request;
use tower::ServiceExt;

/// Most ticks of one trigger: a new POP takes the whole catalogue in a few of them, and each is bounded itself.
const TICKS_MAX: u32 = 20;
/// Largest report of a tick, in bytes.
const REPORT_BYTES_MAX: usize = 16 * 1024;

/// Ticks until a tick has nothing to do.
pub async fn run(app: Router) {
    for _ in 0..TICKS_MAX {
        match tick(app.clone()).await {
            Some(true) => {}
            Some(false) => return,
            None => {
                tracing::error!("a tick failed");
                return;
            }
        }
    }
}

/// Whether the tick did something; `None` when it failed.
async fn tick(app: Router) -> Option<bool> {
    let request = Request::post("/internal/tick").body(Body::empty()).ok()?;
    let answer = app.oneshot(request).await.unwrap_or_else(|never| match never {});
    if !answer.status().is_success() {
        return None;
    }
    let report = axum::body::to_bytes(answer.into_body(), REPORT_BYTES_MAX).await.ok()?;
    // Counts by kind of work.
    let report: HashMap<String, u64> = serde_json::from_slice(&report).ok()?;
    Some(report.values().any(|count| *count > 0))
}
