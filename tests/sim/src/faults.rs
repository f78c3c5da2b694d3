//! Faults that strike from outside: crashes, losses, broken links, clocks that jump, and the operator who writes off.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use crate::auditor;
use crate::clock::SKEW_MS_MAX;
use crate::executor::{US_PER_S, WORLD, lock};
use crate::goods;
use crate::mutations;
use crate::network::Direction;
use crate::pop::{Pop, id_of};
use crate::world::World;

/// Mean time that a POP or the core is down after a crash, in microseconds.
const DOWN_US: u64 = 20 * US_PER_S;
/// Mean length of a broken link, in microseconds.
const BROKEN_US: u64 = 90 * US_PER_S;
/// Mean age of the copy that a POP's database is set back to, in microseconds.
const COPY_AGE_US: u64 = 300 * US_PER_S;
/// How often a POP that was cut off is set back to a copy from before its leases were written off.
const COPY_OF_LAPSE: f64 = 0.5;
/// How often the operator looks for leases to write off, in microseconds.
const OPERATOR_US: u64 = 5 * US_PER_S;

/// Starts what strikes during the safety phase.
pub fn start(world: &Arc<World>) {
    let faults = &world.plan.faults;
    repeat(world, faults.crash, |world, pop| async move { crash(&world, pop.index) });
    repeat(world, faults.lose, |world, pop| async move { lose(&world, &pop) });
    repeat(world, faults.restore, |world, pop| async move { set_back(&world, &pop).await });
    repeat(world, faults.partition, |world, pop| async move { partition(&world, pop.index).await });
    repeat(world, faults.jump, |world, pop| async move { jump(&world, &pop) });
    repeat(world, faults.lapse, |world, pop| async move { lapse(&world, &pop).await });
    repeat(world, faults.core_crash, |world, _| async move { crash_core(&world) });
    repeat(world, faults.provider, |world, _| async move { provider_away(&world).await });
    repeat(world, Some(world.plan.import_us), |world, _| async move { import(&world) });
    if let Some((at_us, length_us)) = world.plan.outage_us {
        let world = Arc::clone(world);
        let executor = Arc::clone(&world.executor);
        executor.spawn(WORLD, async move { outage(&world, at_us, length_us).await });
    }
    let world = Arc::clone(world);
    let executor = Arc::clone(&world.executor);
    executor.spawn(WORLD, async move {
        while world.faults_on() {
            world.sleep_us(OPERATOR_US).await;
            write_off_lapsed(&world);
        }
    });
}

/// Does `act` to a POP every now and then.
fn repeat<F>(
    world: &Arc<World>,
    mean_us: Option<u64>,
    act: impl Fn(Arc<World>, Arc<Pop>) -> F + Send + 'static,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let Some(mean_us) = mean_us else { return };
    let world = Arc::clone(world);
    let executor = Arc::clone(&world.executor);
    executor.spawn(WORLD, async move {
        loop {
            world.sleep_us(world.chance.around(mean_us)).await;
            if !world.faults_on() {
                return;
            }
            let pop = Arc::clone(world.chance.pick(world.pops()));
            act(Arc::clone(&world), pop).await;
        }
    });
}

/// A POP's process dies, wherever its tasks stand, and comes back after a while.
pub fn crash(world: &Arc<World>, pop: usize) {
    let pop = &world.pops()[pop];
    if !pop.is_up() {
        return;
    }
    world.count("POP crash");
    world.note(format_args!("{} crashes", id_of(pop.index)));
    pop.stop();
    world.executor.end_group(pop.index);
    start_later(world, pop);
}

fn start_later(world: &Arc<World>, pop: &Arc<Pop>) {
    let (world, pop) = (Arc::clone(world), Arc::clone(pop));
    let executor = Arc::clone(&world.executor);
    executor.spawn(WORLD, async move {
        world.sleep_us(world.chance.around(DOWN_US)).await;
        if !pop.is_up() {
            pop.start(&world);
        }
    });
}

/// A POP's database is gone; it comes back empty, as another incarnation.
fn lose(world: &Arc<World>, pop: &Arc<Pop>) {
    world.count("POP lost for good");
    world.note(format_args!("{} loses its database", id_of(pop.index)));
    auditor::stock::pop_lost(world, pop);
    pop.stop();
    world.executor.end_group(pop.index);
    pop.disk.erase();
    start_later(world, pop);
}

/// Somebody copies a POP's database, and after a while sets it back to the copy.
async fn set_back(world: &Arc<World>, pop: &Arc<Pop>) {
    let copy = Copied::of(pop);
    world.sleep_us(world.chance.around(COPY_AGE_US)).await;
    copy.restore(world, pop);
}

/// A copy of a POP's database.
struct Copied {
    disk: PathBuf,
    incarnation: Option<String>,
}

impl Copied {
    fn of(pop: &Pop) -> Self {
        Self { disk: pop.disk.backup(), incarnation: pop.meta("incarnation") }
    }

    /// Sets the database back to it, unless that was lost or renamed meanwhile and is another one.
    fn restore(&self, world: &Arc<World>, pop: &Arc<Pop>) {
        if !world.faults_on() || self.incarnation.is_none() || self.incarnation != pop.meta("incarnation") {
            return;
        }
        world.count("POP database set back to a copy");
        world.note(format_args!("{} is set back to an older copy", id_of(pop.index)));
        pop.stop();
        world.executor.end_group(pop.index);
        auditor::restored::set_back(world, pop, || pop.disk.restore(&self.disk));
        start_later(world, pop);
    }
}

async fn partition(world: &Arc<World>, pop: usize) {
    let (what, directions): (_, &[Direction]) = match world.chance.between(0, 2) {
        0 => ("link broken", &[Direction::Up, Direction::Down]),
        1 => ("link broken to the core alone", &[Direction::Up]),
        _ => ("link broken to the POP alone", &[Direction::Down]),
    };
    world.count(what);
    world.note(format_args!("{}: {what}", id_of(pop)));
    directions.iter().for_each(|direction| world.network.set(pop, *direction, false));
    world.sleep_us(world.chance.around(BROKEN_US)).await;
    directions.iter().for_each(|direction| world.network.set(pop, *direction, true));
}

fn jump(world: &Arc<World>, pop: &Arc<Pop>) {
    world.count("clock jump");
    let moved_ms = pop.clock.set_offset_ms(world.chance.signed(-SKEW_MS_MAX, SKEW_MS_MAX));
    world.note(format_args!("{} clock moves by {moved_ms} ms", id_of(pop.index)));
}

/// The race between a POP that may sell until its leases lapse and an operator who takes them back: the POP's clock is
/// ahead when it hears from the core for the last time, and falls behind before the leases lapse.
async fn lapse(world: &Arc<World>, pop: &Arc<Pop>) {
    world.count("leases lapse behind a broken link");
    pop.clock.set_offset_ms(SKEW_MS_MAX);
    world.sleep_us(world.plan.tick_us * 2).await;
    if !world.faults_on() {
        return;
    }
    world.note(format_args!("{} is cut off until its leases are written off", id_of(pop.index)));
    let copy = world.chance.hits(COPY_OF_LAPSE).then(|| Copied::of(pop));
    let both = [Direction::Up, Direction::Down];
    both.iter().for_each(|direction| world.network.set(pop.index, *direction, false));
    let back_us = u64::from(world.plan.lease_ttl_s) * US_PER_S;
    world.sleep_us(world.chance.between(0, back_us)).await;
    if world.faults_on() {
        pop.clock.set_offset_ms(-SKEW_MS_MAX);
    }
    world.sleep_us(back_us + 90 * US_PER_S).await;
    both.iter().for_each(|direction| world.network.set(pop.index, *direction, true));
    if let Some(copy) = copy {
        // By then the POP has heard that its leases are gone; the copy has not.
        world.sleep_us(world.plan.tick_us * 4).await;
        copy.restore(world, pop);
    }
}

/// The payment providers are away for a while, and come back with what they saved.
async fn provider_away(world: &Arc<World>) {
    if !world.providers.is_up() {
        return;
    }
    world.count("providers away");
    world.note(format_args!("the payment providers are away"));
    world.providers.stop();
    world.sleep_us(world.chance.around(BROKEN_US)).await;
    world.providers.start();
}

/// The core's process dies between two requests.
fn crash_core(world: &Arc<World>) {
    if !world.core.is_up() {
        return;
    }
    world.count("core crash");
    world.note(format_args!("core crashes"));
    world.core.crash(|written| written);
    restart_core_later(world);
}

/// Starts the core again after a while, unless it is in its outage.
pub fn restart_core_later(world: &Arc<World>) {
    let world = Arc::clone(world);
    let executor = Arc::clone(&world.executor);
    executor.spawn(WORLD, async move {
        world.sleep_us(world.chance.around(DOWN_US)).await;
        start_core(&world);
    });
}

/// Starts the core unless it runs or is in its outage.
pub fn start_core(world: &Arc<World>) {
    let now_us = world.executor.now_us();
    let out =
        world.plan.outage_us.is_some_and(|(at_us, length_us)| (at_us..at_us + length_us).contains(&now_us));
    if !world.core.is_up() && !out {
        world.note(format_args!("core starts"));
        world.core.start(world.now_ms());
        auditor::stock::core_restarted(world);
    }
}

async fn outage(world: &Arc<World>, at_us: u64, length_us: u64) {
    world.sleep_us(at_us).await;
    world.count("core down for hours");
    world.note(format_args!("core goes down for hours"));
    world.core.crash(|written| written);
    world.sleep_us(length_us).await;
    start_core(world);
}

/// The catalogue changes.
fn import(world: &Arc<World>) {
    let known = lock(&world.auditor).products;
    let (entries, known_after) = goods::change(&world.chance, known);
    if !world.core.is_up() {
        return;
    }
    world.count("import");
    world.note(format_args!("import of {} records", entries.len()));
    if world.core.import(world.now_ms(), entries) {
        lock(&world.auditor).products = known_after;
    }
    auditor::stock::after_import(world);
}

/// The operator takes back what databases hold whose leases have lapsed.
fn write_off_lapsed(world: &Arc<World>) {
    if !world.core.is_up() {
        return;
    }
    let now_ms = world.now_ms() + world.mutation.map_or(0, mutations::write_off_early_ms);
    for (pop, incarnation) in auditor::stock::lapsed(world, now_ms) {
        let before = auditor::stock::before_write_off(world, pop, &incarnation);
        if world.core.write_off(now_ms, pop, &incarnation) {
            world.count("write-off");
            world.note(format_args!("{} {incarnation} is written off", id_of(pop)));
            auditor::stock::written_off(world, pop, &incarnation, &before);
        }
    }
}
