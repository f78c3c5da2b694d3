//! Clocks: the true time of the simulation, and what a POP takes for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures::future::BoxFuture;
use kiosk_edge_platform::{Clock, Timer};
use kiosk_wire::CLOCK_SKEW_MS_MAX;

use crate::executor::{Executor, US_PER_MS};

/// When a run begins, Unix milliseconds.
pub const START_MS: i64 = 1_795_000_000_000;
/// How far a POP's clock is off at most, in milliseconds. The design allows [`CLOCK_SKEW_MS_MAX`] for everything
/// between a look at the clock and the commit; what is left here is for a disk that is slow.
pub const SKEW_MS_MAX: i64 = CLOCK_SKEW_MS_MAX - 5_000;

/// The clock of one POP: the true time and an offset that faults move.
pub struct PopClock {
    executor: Arc<Executor>,
    offset_ms: AtomicI64,
}

/// The true time, Unix milliseconds.
pub fn true_ms(executor: &Executor) -> i64 {
    START_MS + i64::try_from(executor.now_us() / US_PER_MS).unwrap_or(i64::MAX / 2)
}

impl PopClock {
    /// A clock that is `offset_ms` off.
    #[must_use]
    pub fn new(executor: Arc<Executor>, offset_ms: i64) -> Self {
        Self { executor, offset_ms: AtomicI64::new(offset_ms) }
    }

    /// Jumps to another offset, and returns by how much the clock moved.
    pub fn set_offset_ms(&self, offset_ms: i64) -> i64 {
        let offset_ms = offset_ms.clamp(-SKEW_MS_MAX, SKEW_MS_MAX);
        offset_ms - self.offset_ms.swap(offset_ms, Ordering::SeqCst)
    }
}

/// Waiting takes the true time, whatever the POP takes it for.
impl Timer for PopClock {
    fn sleep(&self, wait_ms: u32) -> BoxFuture<'static, ()> {
        Box::pin(self.executor.sleep_us(u64::from(wait_ms) * US_PER_MS))
    }
}

impl Clock for PopClock {
    fn now_ms(&self) -> i64 {
        true_ms(&self.executor) + self.offset_ms.load(Ordering::SeqCst)
    }
}
