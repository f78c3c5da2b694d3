//! Stops a guest that computes without a pause, and remembers why an instance ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use crate::limits::EPOCH_TICK_MS;

/// Why an instance was stopped by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// It was not stopped, or it ended by itself.
    None,
    /// It computed for too long.
    Busy,
    /// It wanted more memory than it may have, and trapped afterwards.
    Memory,
}

/// Shared between an instance and the requests it serves, so that each can tell why it got no answer.
#[derive(Clone, Debug, Default)]
pub struct StopFlag(Arc<AtomicU8>);

impl StopFlag {
    /// Notes a reason.
    pub fn set(&self, reason: StopReason) {
        self.0.store(reason as u8, Ordering::Release);
    }

    /// The reason noted last.
    pub fn get(&self) -> StopReason {
        match self.0.load(Ordering::Acquire) {
            value if value == StopReason::Busy as u8 => StopReason::Busy,
            value if value == StopReason::Memory as u8 => StopReason::Memory,
            _ => StopReason::None,
        }
    }
}

/// Counts how long a guest has computed without a pause. Looked at whenever the epoch ticks inside the guest.
#[derive(Debug)]
pub struct BusyMeter {
    busy: Duration,
    last_tick: Instant,
    busy_max: Duration,
}

impl BusyMeter {
    /// A meter that is full after `busy_max`.
    pub fn new(busy_max: Duration) -> Self {
        Self { busy: Duration::ZERO, last_tick: Instant::now(), busy_max }
    }

    /// A call to the host, or a new request: the guest gets on.
    pub fn host_was_called(&mut self) {
        self.busy = Duration::ZERO;
    }

    /// Notes a tick inside the guest; true when it has computed for too long.
    pub fn tick(&mut self) -> bool {
        self.tick_at(Instant::now())
    }

    fn tick_at(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.last_tick);
        self.last_tick = now;
        // Ticks that are far apart have a pause between them. One tick counts little, because on a loaded machine most
        // of the time since the last one was somebody else's.
        let pause = Duration::from_millis(EPOCH_TICK_MS * 20);
        let counted = since.min(Duration::from_millis(EPOCH_TICK_MS * 2));
        self.busy = if since > pause { Duration::ZERO } else { self.busy + counted };
        self.busy > self.busy_max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unbroken_computing_fills_the_meter() {
        let mut meter = BusyMeter::new(Duration::from_millis(100));
        let mut now = meter.last_tick;
        let mut tick = |meter: &mut BusyMeter, ms: u64| {
            now += Duration::from_millis(ms);
            meter.tick_at(now)
        };
        assert!((0..10).all(|_| !tick(&mut meter, 10)), "100 ms are allowed");
        assert!(tick(&mut meter, 10), "110 ms are not");
        meter.host_was_called();
        assert!((0..10).all(|_| !tick(&mut meter, 10)), "a host call empties the meter");
        assert!(!tick(&mut meter, 500), "a pause empties the meter");
    }
}
