//! What is remembered from one order to the next, and what of it speaks for fraud. Each memory is a few numbers that are
//! stored as they are: a POP reads them before it scores and writes them with its checkout, training replays orders
//! through the same code.

mod links;
mod record;
mod spending;

pub use links::Links;
pub use record::{Known, Label, Record};
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
}

impl From<Velocity> for History {
    /// A customer of whom nothing but these counters is known.
    fn from(velocity: Velocity) -> Self {
        Self { velocity, ..Self::default() }
    }
}

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
