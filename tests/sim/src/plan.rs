//! What one seed is like: drawn once, so that some runs are calm and some are awful.

use crate::chance::Chance;
use crate::executor::{US_PER_MS, US_PER_S};

/// How likely a message meets what.
#[derive(Clone, Debug)]
pub struct NetworkPlan {
    /// Mean delay of one leg, in microseconds.
    pub delay_us: u64,
    /// A message is lost.
    pub loss: f64,
    /// A message comes twice.
    pub twice: f64,
    /// A message is very late.
    pub late: f64,
    /// Mean of that delay, in microseconds.
    pub late_us: u64,
}

/// How likely a database operation meets what.
#[derive(Clone, Debug)]
pub struct DiskPlan {
    /// Mean latency, in microseconds.
    pub latency_us: u64,
    /// A write fails and has no effect.
    pub fails_before: f64,
    /// A write has its effect and is told to have failed.
    pub fails_after: f64,
    /// The database is busy.
    pub busy: f64,
    /// A read fails.
    pub read_fails: f64,
    /// An operation is slow.
    pub slow: f64,
    /// The process dies before, within or after a write.
    pub crash: f64,
}

/// Mean times between faults in microseconds; `None` when there are none of the kind.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    /// A POP's process dies.
    pub crash: Option<u64>,
    /// A POP's database is lost.
    pub lose: Option<u64>,
    /// A link breaks, often in one direction alone.
    pub partition: Option<u64>,
    /// A POP's clock jumps.
    pub jump: Option<u64>,
    /// The core's process dies.
    pub core_crash: Option<u64>,
    /// A POP is cut off until its leases have lapsed and are written off, while its clock is set back.
    pub lapse: Option<u64>,
    /// A POP's database is set back to an older copy.
    pub restore: Option<u64>,
    /// A request kills the core.
    pub core_crash_in_request: f64,
    /// What the core does beside its requests kills it.
    pub core_crash_at_work: f64,
    /// The payment providers go away.
    pub provider: Option<u64>,
}

/// The draws of one seed.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Number of POPs.
    pub pops: usize,
    /// Instances of edge-orders at each POP that share its database.
    pub isolates: usize,
    /// Length of the safety phase, in microseconds.
    pub safety_us: u64,
    /// Shoppers who come during it.
    pub shoppers: u64,
    /// How long leases run, in seconds.
    pub lease_ttl_s: u32,
    /// Mean time between two ticks of a POP, in microseconds.
    pub tick_us: u64,
    /// Mean time between two imports, in microseconds.
    pub import_us: u64,
    /// When the core goes down for long and for how long, in microseconds.
    pub outage_us: Option<(u64, u64)>,
    /// Part of the shoppers who want the scarce goods.
    pub scarce: f64,
    /// Part of the orders that are paid at a provider.
    pub paying: f64,
    /// Messages.
    pub network: NetworkPlan,
    /// Databases.
    pub disk: DiskPlan,
    /// The rest.
    pub faults: FaultPlan,
}

const MINUTE_US: u64 = 60 * US_PER_S;

impl Plan {
    /// Draws a plan.
    #[must_use]
    pub fn draw(chance: &Chance) -> Self {
        let awful = chance.hits(0.3);
        let calm = !awful && chance.hits(0.15);
        let weight = if calm {
            0.0
        } else if awful {
            4.0
        } else {
            1.0
        };
        let safety_us = chance.between(30, 60) * MINUTE_US;
        let outage = !calm && chance.hits(0.15);
        let outage_us =
            outage.then(|| (chance.between(5, 30) * MINUTE_US, chance.between(60, 180) * MINUTE_US));
        let lapses = !calm && chance.hits(0.35);
        Self {
            pops: usize::try_from(chance.between(2, 4)).unwrap_or(2),
            isolates: usize::try_from(chance.between(1, 3)).unwrap_or(1),
            safety_us: safety_us + outage_us.map_or(0, |(_, length_us)| length_us),
            shoppers: chance.between(420, 640),
            lease_ttl_s: u32::try_from(if lapses {
                chance.between(60, 240)
            } else {
                chance.between(300, 20_000)
            })
            .unwrap_or(300),
            tick_us: chance.between(4, 14) * US_PER_S,
            import_us: chance.between(3, 20) * MINUTE_US,
            outage_us,
            scarce: *chance.pick(&[0.1, 0.3, 0.7]),
            paying: *chance.pick(&[0.15, 0.3, 0.5]),
            network: NetworkPlan {
                delay_us: chance.between(5, 60) * US_PER_MS,
                loss: 0.01 * weight,
                twice: 0.01 * weight,
                late: 0.01 * weight,
                late_us: chance.between(1, 20) * US_PER_S,
            },
            disk: DiskPlan {
                latency_us: chance.between(100, 2_000),
                fails_before: 0.002 * weight,
                fails_after: 0.002 * weight,
                busy: 0.002 * weight,
                read_fails: 0.001 * weight,
                slow: 0.002 * weight,
                crash: 0.001 * weight,
            },
            faults: Self::faults(chance, calm, lapses),
        }
    }

    fn faults(chance: &Chance, calm: bool, lapses: bool) -> FaultPlan {
        if calm {
            return FaultPlan::default();
        }
        let some =
            |p: f64, low: u64, high: u64| chance.hits(p).then(|| chance.between(low, high) * MINUTE_US);
        FaultPlan {
            crash: some(0.6, 3, 20),
            lose: some(0.3, 20, 60),
            partition: some(0.6, 3, 20),
            jump: some(0.6, 1, 10),
            core_crash: some(0.5, 5, 20),
            lapse: if lapses { Some(chance.between(4, 12) * MINUTE_US) } else { None },
            restore: some(0.2, 10, 40),
            core_crash_in_request: *chance.pick(&[0.0, 0.0, 0.003]),
            core_crash_at_work: *chance.pick(&[0.0, 0.1, 0.2]),
            provider: some(0.5, 3, 20),
        }
    }
}
