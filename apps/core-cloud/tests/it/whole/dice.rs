//! Numbers of a seed, and what was done how often.

use std::collections::BTreeMap;

use core_cloud::error::Error;

/// SplitMix64: small, seeded, the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    /// A number below a bound, which is above zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    /// From one number to another, both among them.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.below(usize::try_from(to - from + 1).unwrap())).unwrap()
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several, by their weights.
    pub fn weighted<T>(&mut self, mut of: Vec<(usize, T)>) -> Option<T> {
        let sum: usize = of.iter().map(|(weight, _)| weight).sum();
        if sum == 0 {
            return None;
        }
        let mut place = self.below(sum);
        let found = of.iter().position(|(weight, _)| {
            let here = place < *weight;
            place = place.saturating_sub(*weight);
            here
        });
        found.map(|found| of.swap_remove(found).1)
    }
}

/// What has to be done, at least so often in 100,000 operations, and whether it has to be refused at times too.
const COVERED: &[(&str, u32, bool)] = &[
    ("place by card", 500, false),
    ("place by paypal", 250, false),
    ("place by bank_transfer", 250, false),
    ("place by invoice", 150, false),
    ("place in EUR", 250, false),
    ("place in USD", 250, false),
    ("place in GBP", 250, false),
    ("place in JPY", 250, false),
    ("pay", 500, true),
    ("give up", 2, false),
    ("tell the core", 500, false),
    ("lease", 150, false),
    ("hear", 500, false),
    ("hear, killed", 100, false),
    ("settle", 500, false),
    ("settle, killed", 100, false),
    ("release", 2, false),
    ("reject", 2, false),
    ("pick", 250, true),
    ("pack", 250, true),
    ("split", 100, false),
    ("ship", 250, true),
    ("deliver", 250, true),
    ("lose", 2, true),
    ("take back", 2, true),
    ("note", 2, false),
    ("ship all", 100, true),
    ("deliver all", 50, true),
    ("cancel all", 50, true),
    ("cancel", 100, true),
    ("open a return", 150, true),
    ("receive a return", 100, true),
    ("call a return off", 2, true),
    ("inspect", 100, true),
    ("exchange", 2, false),
    ("webhook", 1000, true),
    ("reconcile", 100, false),
    ("dispute", 50, true),
    ("decide a dispute", 2, false),
    ("refund there", 2, true),
    ("refund fails later", 2, false),
    ("statement", 250, false),
    ("assign", 2, true),
    ("return money", 2, false),
    ("pay by hand", 2, false),
    ("retry", 2, true),
    ("give a movement up", 2, true),
    ("look at", 50, false),
    ("settle with vendors", 50, false),
    ("approve", 50, true),
    ("send payouts", 50, false),
    ("pay out by hand", 2, true),
    ("take a payout back", 2, true),
    ("restock", 2, false),
];

/// How often each act was done, and refused.
#[derive(Default)]
pub struct Acts(BTreeMap<&'static str, (u32, u32)>);

impl Acts {
    pub fn done(&mut self, act: &'static str) {
        self.0.entry(act).or_default().0 += 1;
    }

    pub fn refused(&mut self, act: &'static str) {
        self.0.entry(act).or_default().1 += 1;
    }

    /// Notes an act: what the rules refuse is refused, and all else that goes wrong is a fault.
    pub fn note<T>(&mut self, act: &'static str, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => {
                self.done(act);
                Some(value)
            }
            Err(Error::Refused(_) | Error::NotFound(_) | Error::Invalid { .. }) => {
                self.refused(act);
                None
            }
            Err(error) => panic!("{act}: {error:?}"),
        }
    }

    pub fn report(&self) -> String {
        let line = |(act, (done, refused)): (&&str, &(u32, u32))| format!("{done:6} {refused:6} {act}\n");
        self.0.iter().map(line).collect()
    }

    /// Takes the counts of another run in.
    pub fn merge(&mut self, other: Self) {
        for (act, (done, refused)) in other.0 {
            let known = self.0.entry(act).or_default();
            *known = (known.0 + done, known.1 + refused);
        }
    }

    /// Each act was done often enough, and was refused where it can be. For 100,000 operations.
    pub fn check(&self) {
        for (act, wanted, refused) in COVERED {
            let known = self.0.get(act).copied().unwrap_or_default();
            assert!(known.0 >= *wanted, "{act}: done {} times, wanted {wanted}", known.0);
            assert!(!refused || known.1 > 0, "{act}: never refused");
        }
    }
}
