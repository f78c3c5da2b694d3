//! The fraud score inside WASM, as the component itself times it, and over HTTP.

use anyhow::{Context, Result, ensure};
use http::{Request, StatusCode};
use http_body_util::Full;
use kiosk_edge_platform::Database;
use kiosk_edge_platform::db::BATCH_STATEMENTS_MAX;
use kiosk_edge_platform::native::NativeDb;
use kiosk_pop_store::{schema, velocity};
use kiosk_risk::{Decision, Outcome, ScoreRequest};
use kiosk_testkit::{Node, edge_node};
use score_guest::orders::{
    BOT_ORDERS, EARLIER_EACH_MS, EARLIER_ORDERS_EACH, NOW_MS, SHOPPERS, bot_keys, card_testing, keys,
    ordinary,
};

use crate::load::{Connection, Measured};
use crate::report::Report;

const SCORES: u32 = 20_000;
const WARM_UP: u32 = 500;

/// Microseconds that `server-timing: score;dur=<ms>` tells.
fn score_micros(parts: &http::response::Parts) -> Option<u64> {
    let timing = parts.headers.get("server-timing")?.to_str().ok()?;
    let ms: f64 = timing.split("score;dur=").nth(1)?.split([',', ';']).next()?.trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some((ms * 1_000.0).round() as u64)
}

/// The counters of a week, as checkouts would have left them.
async fn remember_earlier_orders(node: &Node) -> Result<()> {
    let db = NativeDb::open(&node.dir.path().join("default.sqlite"))?;
    schema::migrate(&db).await?;
    let mut batch = Vec::new();
    for shopper in 0..SHOPPERS {
        for order in 0..EARLIER_ORDERS_EACH {
            let at_ms = NOW_MS - i64::from(order + 1) * EARLIER_EACH_MS;
            let id = format!("ord_{shopper}_{order}");
            batch.extend(velocity::record(&keys(shopper), at_ms, 4_000, "EUR", &id));
        }
    }
    for order in 0..BOT_ORDERS {
        let at_ms = NOW_MS - i64::from(order) * 60_000;
        batch.extend(velocity::record(&bot_keys(), at_ms, 700, "EUR", &format!("ord_bot_{order}")));
    }
    for statements in batch.chunks(BATCH_STATEMENTS_MAX) {
        db.batch(statements.to_vec()).await?;
    }
    Ok(())
}

async fn score_all(
    connection: &mut Connection,
    order: fn(u32) -> ScoreRequest,
    expected: fn(Outcome) -> bool,
) -> Result<(Measured, Measured)> {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for n in 0..SCORES + WARM_UP {
        let body = serde_json::to_vec(&order(n))?;
        let request = Request::post("/score").header("content-type", "application/json");
        let sent = std::time::Instant::now();
        let (parts, answer) = connection.send(request.body(Full::new(body.into()))?).await?;
        let took = sent.elapsed();
        ensure!(parts.status == StatusCode::OK, "{}: {}", parts.status, String::from_utf8_lossy(&answer));
        let decision: Decision = serde_json::from_slice(&answer)?;
        ensure!(decision.score.is_some() && expected(decision.outcome), "unexpected: {decision:?}");
        if n >= WARM_UP {
            outside.push(u64::try_from(took.as_micros())?);
            inside.push(score_micros(&parts).context("the answer has no server-timing")?);
        }
    }
    Ok((Measured::of_micros(inside)?, Measured::of_micros(outside)?))
}

/// Scores one order after the other on a warm session.
pub async fn run(report: &mut Report) -> Result<()> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/fraud.spin.toml");
    let node = edge_node(manifest, &[]).await?;
    remember_earlier_orders(&node).await?;
    let mut connection = Connection::open(&node.process.url).await?;
    report.section("Fraud score (features, rules, ONNX through tract, reasons; in WASM)");
    let (inside, outside) = score_all(&mut connection, ordinary, |outcome| outcome == Outcome::Allow).await?;
    report.latency("allowed, inside the component", &inside, "p99 under 0.050 ms");
    report.latency("allowed, POST /score with its counters", &outside, "");
    let (inside, outside) =
        score_all(&mut connection, card_testing, |outcome| outcome > Outcome::Allow).await?;
    report.latency("refused with reasons, inside the component", &inside, "p99 under 0.200 ms");
    report.latency("refused with reasons, POST /score", &outside, "");
    report.instance_starts(&node.process.url, "edge-fraud").await?;
    Ok(())
}
