//! What many seeds did together.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use crate::run::Outcome;

/// Sums over seeds.
pub struct Report {
    started: Instant,
    /// Seeds that were run.
    pub seeds: u64,
    simulated_us: u64,
    steps: u64,
    counts: BTreeMap<&'static str, u64>,
    missing: Option<Vec<&'static str>>,
}

/// How a count is called that is an outcome and not a fault.
const CHECKOUT: &str = "checkout ";

impl Report {
    /// Nothing yet; time runs from now on.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it starts a clock")]
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            seeds: 0,
            simulated_us: 0,
            steps: 0,
            counts: BTreeMap::new(),
            missing: None,
        }
    }

    /// Adds a seed.
    pub fn add(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.simulated_us += outcome.simulated_us;
        self.steps += outcome.steps;
        match &mut self.missing {
            None => self.missing = Some(outcome.missing.clone()),
            Some(missing) => missing.retain(|fragment| outcome.missing.contains(fragment)),
        }
        for (what, count) in &outcome.counts {
            *self.counts.entry(what).or_insert(0) += count;
        }
    }

    /// Fragments of a mutation that no statement of any seed held: the code under test has changed, and the bug is not
    /// put in any more.
    #[must_use]
    pub fn missing(&self) -> &[&'static str] {
        self.missing.as_deref().unwrap_or_default()
    }

    /// Checkouts that were tried.
    #[must_use]
    pub fn checkouts(&self) -> u64 {
        self.counts.iter().filter(|(what, _)| what.starts_with(CHECKOUT)).map(|(_, count)| count).sum()
    }

    /// Simulated time for each unit of real time.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn ratio(&self) -> f64 {
        self.simulated_us as f64 / 1e6 / self.started.elapsed().as_secs_f64().max(1e-9)
    }
}

#[allow(clippy::cast_precision_loss)]
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-9);
        writeln!(f, "{} seeds, {} checkouts in {seconds:.0} s", self.seeds, self.checkouts())?;
        writeln!(
            f,
            "{:.0} simulated hours, {:.0} times real time, {:.0} events per second",
            self.simulated_us as f64 / 3.6e9,
            self.ratio(),
            self.steps as f64 / seconds
        )?;
        for (what, count) in &self.counts {
            writeln!(f, "{count:>12}  {what}")?;
        }
        Ok(())
    }
}
