//! Whatever cannot be judged raises an alert: a log line of level error with the reason's stable code, which is what an
//! operator's rules match.

use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use kiosk_edge_platform::native::NativeDb;
use kiosk_pop_store::velocity;
use kiosk_risk::DeliveryKind;
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::common::{NOW_MS, app, database, ml, model_copy, ordinary, post_score, write};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The codes of the errors that `work` logged.
fn alerts(work: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let errors = lines.filter(|line| line["level"] == "ERROR");
    errors.map(|line| line["fields"]["code"].as_str().unwrap_or("none").to_owned()).collect()
}

fn score(db: NativeDb, folder: std::path::PathBuf, request: &kiosk_risk::ScoreRequest) {
    let (router, _native) = app(db, folder);
    let answer = post_score(&router, &serde_json::to_value(request).unwrap());
    assert_ne!(answer["outcome"], "block", "{answer}");
}

#[test]
fn an_order_that_is_judged_raises_none() {
    assert!(alerts(|| score(database(), ml(), &ordinary())).is_empty());
}

#[test]
fn facts_that_make_no_sense() {
    let mut absurd = ordinary();
    absurd.order.amount_minor = i64::MAX;
    let mut unknown = ordinary();
    unknown.order.delivery = DeliveryKind::Unknown;
    for request in [absurd, unknown] {
        assert_eq!(alerts(|| score(database(), ml(), &request)), ["input_implausible"]);
    }
}

#[test]
fn a_clock_that_is_wrong() {
    let db = database();
    let ahead = velocity::record(&ordinary().keys, NOW_MS + 3_600_000, 4_000, "EUR", "ord_ahead");
    write(&db, ahead.into_iter());
    assert_eq!(alerts(|| score(db, ml(), &ordinary())), ["clock_skew"]);
}

#[test]
fn counters_that_cannot_be_read() {
    assert_eq!(alerts(|| score(NativeDb::in_memory().unwrap(), ml(), &ordinary())), ["velocity_unavailable"]);
}

#[test]
fn a_model_that_cannot_be_used() {
    let folder = model_copy();
    fs::write(folder.path().join("models/fraud-v3.onnx"), b"no model").unwrap();
    assert_eq!(alerts(|| score(database(), folder.path().to_owned(), &ordinary())), ["model_unavailable"]);
}
