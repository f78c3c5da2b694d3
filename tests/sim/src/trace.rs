//! What happened, in order: hashed to compare runs, the last events kept to show a failure.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

use xxhash_rust::xxh3::Xxh3;

/// Events kept for a failure.
const KEPT: usize = 60;

/// The events of a run.
pub struct Trace {
    hash: Xxh3,
    last: VecDeque<String>,
    print: bool,
    counts: BTreeMap<&'static str, u64>,
}

impl Trace {
    /// An empty trace; with `print` each event is also written to standard output.
    #[must_use]
    pub fn new(print: bool) -> Self {
        Self { hash: Xxh3::new(), last: VecDeque::new(), print, counts: BTreeMap::new() }
    }

    /// Adds an event of `at_us`.
    pub fn add(&mut self, at_us: u64, event: std::fmt::Arguments<'_>) {
        let mut line =
            if self.last.len() == KEPT { self.last.pop_front().unwrap_or_default() } else { String::new() };
        line.clear();
        let _ = write!(line, "{:>9}.{:06} {event}", at_us / 1_000_000, at_us % 1_000_000);
        self.hash.update(line.as_bytes());
        if self.print {
            println!("{line}");
        }
        self.last.push_back(line);
    }

    /// Counts a fault or an outcome.
    pub fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_insert(0) += 1;
    }

    /// How often each was counted.
    #[must_use]
    pub fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// Equal for equal runs.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash.digest()
    }

    /// The last events.
    #[must_use]
    pub fn last(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }
}
