//! Seeded chance: the only source of randomness of a run.

use std::sync::Mutex;

use kiosk_edge_platform::Randomness;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::executor::lock;

/// A stream of decisions.
pub struct Chance(Mutex<ChaCha8Rng>);

impl Chance {
    /// The stream of a seed; `stream` tells apart what must not disturb each other.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(Mutex::new(generator))
    }

    /// True with probability `p`.
    pub fn hits(&self, p: f64) -> bool {
        p > 0.0 && lock(&self.0).random_bool(p.min(1.0))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&self, low: u64, high: u64) -> u64 {
        lock(&self.0).random_range(low..=high.max(low))
    }

    /// A signed number from `low` to `high`, both included.
    pub fn signed(&self, low: i64, high: i64) -> i64 {
        lock(&self.0).random_range(low..=high)
    }

    /// An exponentially distributed number with this mean: waits between independent events.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn around(&self, mean: u64) -> u64 {
        let uniform: f64 = lock(&self.0).random_range(f64::EPSILON..1.0);
        // Cut far out in the tail, so that a wait is never absurd.
        (-uniform.ln() * mean as f64).min(20.0 * mean as f64) as u64
    }

    /// One of `choices`, which must not be empty.
    pub fn pick<'a, T>(&self, choices: &'a [T]) -> &'a T {
        let last = choices.len().saturating_sub(1) as u64;
        &choices[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }
}

impl Randomness for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        lock(&self.0).fill_bytes(bytes);
    }
}
