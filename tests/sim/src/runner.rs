//! Runs many seeds, one to a thread at a time. Seeds share nothing, so their order does not matter.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::executor::lock;
use crate::mutations::Mutation;
use crate::report::Report;
use crate::run::{Outcome, run_seed};

/// Runs `count` seeds from `first` on until one fails; `progress` is told after each.
pub fn run_seeds(
    first: u64,
    count: u64,
    threads: usize,
    mutation: Option<&'static Mutation>,
    progress: &(dyn Fn(&Report) + Sync),
) -> (Report, Option<Outcome>) {
    let next = AtomicU64::new(first);
    let stop = AtomicBool::new(false);
    let state = Mutex::new((Report::new(), None::<Outcome>));
    let work = || {
        while !stop.load(Ordering::SeqCst) {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= first + count {
                return;
            }
            let outcome = run_seed(seed, false, mutation);
            let mut state = lock(&state);
            state.0.add(&outcome);
            progress(&state.0);
            // Of several that fail at the same time the first seed is told, whichever thread was faster.
            if outcome.violation.is_some() && state.1.as_ref().is_none_or(|known| outcome.seed < known.seed) {
                state.1 = Some(outcome);
                stop.store(true, Ordering::SeqCst);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// As many threads as there are cores.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
