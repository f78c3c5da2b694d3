//! What a customer spent before, and how odd an amount is for this customer.

use serde::{Deserialize, Serialize};

use super::{advance, day_of, span_days};

/// Days of which the greatest amount is remembered.
const PEAK_DAYS: usize = 14;
/// What a customer is taken to spend before anything is known, in reference minor units.
const PRIOR_MINOR: f64 = 5_000.0;
/// How many orders that counts as.
const PRIOR_ORDERS: f64 = 2.0;
/// An amount counts as at most so many times what is usual, so that a theft does not become a habit.
const CALM: f64 = 2.5;

/// What a customer spent before. A few numbers, whatever the length of the history.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// Orders so far.
    orders: u32,
    /// Their amounts, each cut at [`CALM`] times what was usual, in reference minor units.
    calm_sum: f64,
    /// When the last one was, Unix milliseconds.
    last_ms: i64,
    /// The newest day of `peaks`, days since 1970.
    day: i64,
    /// The greatest amount of each day over what was usual, newest first.
    peaks: [f32; PEAK_DAYS],
}

impl Spending {
    /// Orders so far.
    #[must_use]
    pub const fn orders(&self) -> u32 {
        self.orders
    }

    /// What this customer usually spends, in reference minor units: the mean of the calmed amounts, drawn to a prior.
    #[must_use]
    pub fn usual_minor(&self) -> f64 {
        (self.calm_sum + PRIOR_MINOR * PRIOR_ORDERS) / (f64::from(self.orders) + PRIOR_ORDERS)
    }

    /// An amount over what is usual.
    #[must_use]
    pub fn ratio(&self, amount_minor: f64) -> f64 {
        amount_minor.max(0.0) / self.usual_minor()
    }

    /// The greatest such ratio of the last fourteen days, 0 without an order in them.
    #[must_use]
    pub fn peak(&self, now_ms: i64) -> f64 {
        let gone = usize::try_from(day_of(now_ms).saturating_sub(self.day)).unwrap_or(0);
        let left = self.peaks.iter().take(PEAK_DAYS.saturating_sub(gone));
        left.fold(0.0, |most, &peak| f64::max(most, f64::from(peak)))
    }

    /// Days since the last order, [`super::LONG_AGO_DAYS`] without one.
    #[must_use]
    pub fn rest_days(&self, now_ms: i64) -> f64 {
        span_days(self.orders > 0, now_ms.saturating_sub(self.last_ms))
    }

    /// Remembers an order.
    pub fn add(&mut self, amount_minor: i64, at_ms: i64) {
        let amount_minor = amount_minor.max(0) as f64;
        let ratio = self.ratio(amount_minor);
        if let Some(place) = advance(&mut self.peaks, &mut self.day, day_of(at_ms)) {
            self.peaks[place] = self.peaks[place].max(ratio as f32);
        }
        self.calm_sum += amount_minor * (CALM / ratio).min(1.0);
        self.orders = self.orders.saturating_add(1);
        self.last_ms = self.last_ms.max(at_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::super::DAY_MS;
    use super::*;

    #[test]
    fn a_theft_stands_out_and_does_not_become_a_habit() {
        let mut spending = Spending::default();
        for day in 0..30 {
            spending.add(2_000, day * DAY_MS);
        }
        assert!((spending.usual_minor() - 2_187.5).abs() < 0.1, "{}", spending.usual_minor());
        let odd = spending.ratio(10_000.0);
        assert!(odd > 4.5, "{odd}");
        spending.add(10_000, 30 * DAY_MS);
        assert!(spending.usual_minor() < 2_300.0, "{}", spending.usual_minor());
        assert!((spending.peak(43 * DAY_MS) - odd).abs() < 1e-3);
        assert!(spending.peak(44 * DAY_MS) < 1e-9, "forgotten after fourteen days");
    }

    #[test]
    fn nothing_is_known_of_who_never_ordered() {
        let nobody = Spending::default();
        assert_eq!((nobody.orders(), nobody.usual_minor(), nobody.peak(0)), (0, PRIOR_MINOR, 0.0));
        assert!((nobody.rest_days(1) - super::super::LONG_AGO_DAYS).abs() < 1e-9);
    }

    #[test]
    fn clocks_that_go_back_break_nothing() {
        let mut spending = Spending::default();
        spending.add(50_000, 20 * DAY_MS);
        spending.add(5_000, 0);
        spending.add(-5, i64::MAX);
        spending.add(i64::MAX, i64::MIN);
        assert!(spending.usual_minor().is_finite() && spending.peak(i64::MIN).is_finite());
        assert!(spending.rest_days(0) >= 0.0);
    }
}
