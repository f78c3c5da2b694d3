//! How long the core is left alone after it did not answer.

use kiosk_edge_platform::Edge;

/// The wait after the first failure, in milliseconds.
const WAIT_FIRST_MS: i64 = 250;
/// The longest wait, in milliseconds; short, so that delivery goes on soon after the core is back.
pub const WAIT_MS_MAX: i64 = 2_000;

/// Milliseconds to wait after `failures` failures in a row: doubled each time up to the longest, and a random part
/// taken off, so that POPs do not come all at once ("equal jitter").
pub fn wait_ms(edge: &Edge, failures: u32) -> i64 {
    let doubled = WAIT_FIRST_MS.checked_shl(failures.saturating_sub(1).min(16)).unwrap_or(WAIT_MS_MAX);
    let wait = doubled.min(WAIT_MS_MAX);
    let [random] = edge.random_bytes::<1>();
    wait / 2 + wait / 2 * i64::from(random) / 255
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_edge_platform::native::{NativeDb, NativeEdge};

    use super::*;

    #[test]
    fn waits_grow_to_a_cap() {
        let edge = NativeEdge::new(NativeDb::in_memory().unwrap(), &[], ".".into(), 1).edge;
        for failures in 1..100 {
            let longest = (WAIT_FIRST_MS << (failures - 1).min(10)).min(WAIT_MS_MAX);
            let wait = wait_ms(&edge, failures);
            assert!((longest / 2..=longest).contains(&wait), "{failures}: {wait}");
        }
    }
}
