//! One seed: a safety phase with faults, then a liveness phase without, in which everything must drain.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::auditor::{drain, payments, stock};
use crate::clock::START_MS;
use crate::core;
use crate::executor::{US_PER_S, WORLD};
use crate::faults;
use crate::goods;
use crate::mutations::{self, Mutation};
use crate::network::Direction;
use crate::office;
use crate::pop::Pop;
use crate::providers;
use crate::shopper;
use crate::world::World;

/// Longest time that a shop may take to drain once the faults have ended, in microseconds: shoppers have 35 minutes to
/// pay, and the last of them has just ordered.
const DRAIN_US_MAX: u64 = 70 * 60 * US_PER_S;
/// How long shoppers who have come may still send their requests again, in microseconds.
const QUIET_US: u64 = 240 * US_PER_S;
/// How far ticks are apart while there is nothing to do but to wait for payments that run out, in microseconds.
const REST_US: u64 = 30 * US_PER_S;
/// How often it is looked whether a shop has drained, in microseconds.
const LOOK_US: u64 = 2 * US_PER_S;

/// How a seed went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The invariant that did not hold.
    pub violation: Option<String>,
    /// The last events.
    pub last: Vec<String>,
    /// Simulated time, in microseconds.
    pub simulated_us: u64,
    /// Tasks polled and timers fired.
    pub steps: u64,
    /// Faults and outcomes.
    pub counts: BTreeMap<&'static str, u64>,
    /// Equal for equal runs.
    pub hash: u64,
    /// Fragments of the mutation that no statement held.
    pub missing: Vec<&'static str>,
}

/// Runs one seed, with or without a bug put in.
#[must_use]
pub fn run_seed(seed: u64, print: bool, mutation: Option<&'static Mutation>) -> Outcome {
    let world = World::new(seed, print, mutation, folder());
    begin(&world);
    run_until(&world, world.plan.safety_us);
    if world.violation().is_none() {
        liveness(&world);
    }
    let outcome = outcome(seed, &world);
    world.close();
    outcome
}

/// A folder in memory where there is one: durability is simulated, not the disk's.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder for the run can be made")
}

fn begin(world: &Arc<World>) {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| core::template(START_MS, goods::first()));
    world.core.install(template, world.mutation.map_or("", mutations::core_schema));
    world.core.link.join(world);
    world.core.start(world.now_ms());
    let pops: Vec<_> = (0..world.plan.pops).map(|index| Pop::new(world, index)).collect();
    let _ = world.pops.set(pops);
    for pop in world.pops() {
        pop.start(world);
        let (world, pop) = (Arc::clone(world), Arc::clone(pop));
        let executor = Arc::clone(&world.executor);
        executor.spawn(WORLD, async move {
            loop {
                pop.tick(&world);
                let pause_us =
                    if world.is_resting() { REST_US } else { world.chance.around(world.plan.tick_us) };
                world.sleep_us(pause_us + US_PER_S / 10).await;
            }
        });
    }
    faults::start(world);
    office::start(world);
    world.executor.spawn(WORLD, providers::send_webhooks(Arc::clone(world)));
    world.executor.spawn(WORLD, shopper::come(Arc::clone(world)));
}

fn run_until(world: &World, until_us: u64) {
    while world.violation().is_none() && world.executor.step(until_us) {}
}

/// Heals everything, and waits until the shop has drained.
fn liveness(world: &Arc<World>) {
    world.note(format_args!("the faults end"));
    world.end_faults();
    for pop in world.pops() {
        pop.clock.set_offset_ms(0);
        for direction in [Direction::Up, Direction::Down] {
            world.network.set(pop.index, direction, true);
        }
        if !pop.is_up() {
            pop.start(world);
        }
    }
    world.providers.start();
    faults::start_core(world);
    let start_us = world.executor.now_us().max(world.plan.safety_us);
    // The last shoppers still order: they are waited for first.
    let mut until_us = start_us + QUIET_US;
    loop {
        run_until(world, until_us);
        if world.violation().is_some() {
            return;
        }
        let unpaid = payments::waits(world);
        // All else is looked at again when the ticks come as they did.
        let rested = world.is_resting();
        let waits = if rested { None } else { drain::waits(world) };
        world.rest(waits.is_none() && unpaid.is_some());
        let waits = waits.or(unpaid);
        if waits.is_none() && !rested {
            break;
        }
        until_us += if rested && waits.is_none() { 2 * REST_US } else { LOOK_US };
        if until_us > start_us + DRAIN_US_MAX {
            world.fail(format!("liveness: {}", waits.unwrap_or_default()));
            return;
        }
    }
    stock::check_all(world);
    drain::check(world);
}

fn outcome(seed: u64, world: &World) -> Outcome {
    let trace = crate::executor::lock(&world.trace);
    Outcome {
        seed,
        violation: world.violation(),
        last: trace.last(),
        simulated_us: world.executor.now_us(),
        steps: world.executor.steps(),
        counts: trace.counts().clone(),
        hash: trace.hash(),
        missing: mutations::missing(world),
    }
}
