//! What is remembered from one order to the next, and what of it speaks for fraud. Each memory is a few numbers that are
//! stored as they are: a POP reads them before it scores and writes them with its checkout, training replays orders
//! through the same code.

mod links;
mod record;
mod spending;

pub use links::Links;
pub use record::{
    GENUINE_AFTER_MS, Known, Label, Record, VENDOR_RISK_PPM_PRIOR, VENDOR_WINDOW_MS, vendor_risk_ppm,
};
pub use spending::Spending;

use crate::Velocity;

/// All that is remembered of whom and what an order comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Orders lately.
    pub velocity: Velocity,
    /// Who shares what.
    pub links: Links,
    /// What the customer spent before.
    pub spending: Spending,
    /// The newest order of any of the keys, Unix milliseconds.
    pub newest_ms: Option<i64>,
}

impl History {
    /// Whether a clock must be wrong: orders are remembered from more than [`CLOCK_SKEW_MAX_MS`] after `now_ms`, or `now_ms`
    /// is of another age. What is counted then says nothing of the last hour.
    #[must_use]
    pub fn clock_is_wrong(&self, now_ms: i64) -> bool {
        let newest_ms = self.newest_ms.unwrap_or(i64::MIN);
        !AGE_MS.contains(&now_ms) || newest_ms.saturating_sub(CLOCK_SKEW_MAX_MS) > now_ms
    }
}

impl From<Velocity> for History {
    /// A customer of whom nothing but these counters is known.
    fn from(velocity: Velocity) -> Self {
        Self { velocity, ..Self::default() }
    }
}

/// How far apart the clocks of those who record orders and those who score them may be, milliseconds: instances of one POP
/// have one clock, which may be set back by a little.
pub const CLOCK_SKEW_MAX_MS: i64 = 60_000;
/// When orders may be scored, Unix milliseconds: the years 2020 to 2099.
const AGE_MS: std::ops::Range<i64> = 1_577_836_800_000..4_102_444_800_000;
pub(crate) const DAY_MS: i64 = 86_400_000;
/// What "days since" says where there was nothing, and at most.
pub const LONG_AGO_DAYS: f64 = 99.0;

const fn day_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(DAY_MS)
}

/// Moves a ring of days, newest first, on to `to`; the place of that day in it, none when it is too old.
fn advance<T: Copy + Default>(ring: &mut [T], newest: &mut i64, to: i64) -> Option<usize> {
    let ahead = to.saturating_sub(*newest);
    if ahead > 0 {
        let shift = usize::try_from(ahead).unwrap_or(ring.len()).min(ring.len());
        ring.rotate_right(shift);
        ring[..shift].fill(T::default());
        *newest = to;
        return Some(0);
    }
    usize::try_from(ahead.saturating_neg()).ok().filter(|place| *place < ring.len())
}

/// A span in days, between 0 and [`LONG_AGO_DAYS`], which also stands for none.
fn span_days(known: bool, span_ms: i64) -> f64 {
    if known { (span_ms as f64 / DAY_MS as f64).clamp(0.0, LONG_AGO_DAYS) } else { LONG_AGO_DAYS }
}
