//! Everything of one run, for all its parts to share.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use crate::auditor::Auditor;
use crate::chance::Chance;
use crate::clock::true_ms;
use crate::core::Core;
use crate::executor::{Executor, Sleep, lock};
use crate::mutations::Mutation;
use crate::network::Network;
use crate::plan::Plan;
use crate::pop::Pop;
use crate::providers::Providers;
use crate::trace::Trace;

/// One run.
pub struct World {
    /// What this run is like.
    pub plan: Plan,
    /// Tasks and time.
    pub executor: Arc<Executor>,
    /// Decides what happens.
    pub chance: Chance,
    /// What happened.
    pub trace: Mutex<Trace>,
    /// The links.
    pub network: Network,
    /// The core.
    pub core: Core,
    /// The payment providers.
    pub providers: Providers,
    /// The POPs, set once.
    pub pops: OnceLock<Vec<Arc<Pop>>>,
    /// Knows the truth.
    pub auditor: Mutex<Auditor>,
    /// The bug that was put in.
    pub mutation: Option<&'static Mutation>,
    /// Fragments of the mutation that were found in a statement.
    pub fragments: Mutex<BTreeSet<usize>>,
    /// Payments of which the mutation has heard something.
    pub rumours: Mutex<BTreeSet<String>>,
    faults_on: AtomicBool,
    resting: AtomicBool,
    violation: Mutex<Option<String>>,
    dir: TempDir,
}

impl World {
    /// The parts put together, nothing runs yet.
    #[must_use]
    pub fn new(seed: u64, print: bool, mutation: Option<&'static Mutation>, dir: TempDir) -> Arc<Self> {
        let chance = Chance::new(seed, 0);
        let plan = Plan::draw(&chance);
        let executor = Arc::new(Executor::default());
        Arc::new(Self {
            network: Network::new(plan.pops),
            core: Core::new(dir.path().join("core"), plan.pops, plan.lease_ttl_s),
            providers: Providers::new(seed, plan.pops, &executor),
            auditor: Mutex::new(Auditor::new(plan.pops)),
            trace: Mutex::new(Trace::new(print)),
            pops: OnceLock::new(),
            fragments: Mutex::default(),
            rumours: Mutex::default(),
            faults_on: AtomicBool::new(true),
            resting: AtomicBool::new(false),
            violation: Mutex::new(None),
            plan,
            executor,
            chance,
            mutation,
            dir,
        })
    }

    /// The POPs.
    pub fn pops(&self) -> &[Arc<Pop>] {
        self.pops.get().map_or(&[], Vec::as_slice)
    }

    /// The folder of this run.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The true time, Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        true_ms(&self.executor)
    }

    /// Waits for simulated microseconds.
    pub fn sleep_us(&self, us: u64) -> Sleep {
        self.executor.sleep_us(us)
    }

    /// Whether faults happen: not in the liveness phase.
    pub fn faults_on(&self) -> bool {
        self.faults_on.load(Ordering::SeqCst)
    }

    /// Ends the safety phase.
    pub fn end_faults(&self) {
        self.faults_on.store(false, Ordering::SeqCst);
    }

    /// Whether nothing is left to do but to wait for payments that run out: ticks are far between then.
    pub fn is_resting(&self) -> bool {
        self.resting.load(Ordering::SeqCst)
    }

    /// Begins or ends such a time.
    pub fn rest(&self, resting: bool) {
        self.resting.store(resting, Ordering::SeqCst);
    }

    /// True with probability `p` while faults happen; then it is counted as `what`.
    pub fn strikes(&self, p: f64, what: &'static str) -> bool {
        let hit = self.faults_on() && self.chance.hits(p);
        if hit {
            self.count(what);
        }
        hit
    }

    /// Counts a fault or an outcome.
    pub fn count(&self, what: &'static str) {
        lock(&self.trace).count(what);
    }

    /// Adds an event to the trace.
    pub fn note(&self, event: std::fmt::Arguments<'_>) {
        lock(&self.trace).add(self.executor.now_us(), event);
    }

    /// An invariant does not hold: the run ends. The first one counts.
    pub fn fail(&self, what: String) {
        self.note(format_args!("VIOLATION {what}"));
        lock(&self.violation).get_or_insert(what);
    }

    /// Fails the run when `checked` is an error.
    pub fn check(&self, checked: Result<(), String>) {
        if let Err(what) = checked {
            self.fail(what);
        }
    }

    /// The invariant that does not hold.
    pub fn violation(&self) -> Option<String> {
        lock(&self.violation).clone()
    }

    /// Ends all tasks and breaks the circles of references, so that the memory of a run is freed.
    pub fn close(&self) {
        self.executor.end_all();
        for pop in self.pops() {
            pop.close();
        }
        self.core.close();
    }
}
