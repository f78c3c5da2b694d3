//! The model of a release for something that is no order. No plan of the core exchanges it: another model comes with another
//! release, and so with other instances.

use std::error::Error;
use std::sync::{Mutex, PoisonError};

use kiosk_edge_platform::Edge;
use kiosk_risk::{Decision, Subject, reason_code};
use serde::de::DeserializeOwned;

use crate::Judge;

/// A model that could not be loaded is tried again after this long, in milliseconds, and not with each request.
const RETRY_MS: i64 = 60_000;

/// A model that is loaded when it is first asked, and kept by the instance. Raw values are named by `S`.
pub struct Released<S> {
    name: &'static str,
    state: Mutex<State<S>>,
}

struct State<S> {
    judge: Judge<S>,
    /// When it was last tried to load the model, Unix milliseconds.
    tried_ms: Option<i64>,
}

impl<S: Copy + DeserializeOwned> Released<S> {
    /// The model called `name`, not loaded yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, state: Mutex::new(State { judge: Judge::unavailable(), tried_ms: None }) }
    }

    /// Decides on one subject, and how long that took without loading, in microseconds. Without a usable model it is a
    /// review, as [`Judge::decide`] has it.
    pub fn decide<T: Subject<Source = S>>(&self, edge: &Edge, subject: &T) -> (Decision, i64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.prepare(edge, self.name);
        let start_us = edge.clock.measure_us();
        let decision = state.judge.decide(subject, true);
        (decision, edge.clock.measure_us() - start_us)
    }
}

impl<S: Copy + DeserializeOwned> State<S> {
    fn prepare(&mut self, edge: &Edge, name: &str) {
        let now_ms = edge.clock.now_ms();
        let rests = self.tried_ms.is_some_and(|tried_ms| (0..RETRY_MS).contains(&(now_ms - tried_ms)));
        if self.judge.is_ready() || rests {
            return;
        }
        let (judge, error) = Judge::load(&*edge.files, name);
        (self.judge, self.tried_ms) = (judge, Some(now_ms));
        if let Some(error) = error {
            let (code, error) = (reason_code::MODEL_UNAVAILABLE, &error as &dyn Error);
            tracing::error!(code, error, model = name, "a fraud model is unusable");
        }
    }
}
