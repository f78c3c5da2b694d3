//! What became of the orders of a vendor, as far as it is known: labels come weeks after their order.

use serde::{Deserialize, Serialize};

use super::{DAY_MS, advance, day_of, span_days};

/// Days of orders that are remembered.
const DAYS: usize = 28;
/// Orders that the prior of [`Known::risk`] counts as.
const PRIOR_ORDERS: f64 = 20.0;
/// Share of fraud before anything is known.
const PRIOR_RISK: f64 = 0.005;
/// Who is silent for so long after an order does not dispute it, in milliseconds: only then it counts as genuine.
pub const GENUINE_AFTER_MS: i64 = 7 * DAY_MS;
/// Orders that [`vendor_risk_ppm`] counts are at most so old, in milliseconds.
pub const VENDOR_WINDOW_MS: i64 = DAYS as i64 * DAY_MS;
/// [`vendor_risk_ppm`] before anything is known, in millionths.
pub const VENDOR_RISK_PPM_PRIOR: u32 = 5_000;

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// Nobody disputed it in time, or an analyst cleared it.
    Genuine,
    /// Fraud that its amount alone explains: the buyer's card or account was stolen.
    LoudFraud,
    /// Fraud with an amount as usual, which points at the vendor.
    QuietFraud,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Day {
    genuine: u32,
    fraud: u32,
    quiet: u32,
}

/// Labels of the orders of 28 days, by the day of the order. They may come in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The newest day, days since 1970.
    day: i64,
    /// Newest first.
    days: [Day; DAYS],
    /// The last order that is known to be genuine, Unix milliseconds.
    last_genuine_ms: Option<i64>,
    /// The same of fraud.
    last_fraud_ms: Option<i64>,
    /// The first quiet fraud after the last genuine order.
    run_ms: Option<i64>,
}

/// A record as it is seen on one day. Counts are of the last 28 days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// Orders known to be genuine.
    pub genuine: u32,
    /// Orders known to be fraud.
    pub fraud: u32,
    /// Of these, [`Label::QuietFraud`].
    pub quiet: u32,
    /// Days since quiet fraud began after which no order was genuine, [`super::LONG_AGO_DAYS`] without one.
    pub run_days: f64,
    /// Days since the last order that is known to be fraud, likewise.
    pub last_fraud_days: f64,
    /// Days since the last order that is known to be genuine, likewise.
    pub last_genuine_days: f64,
}

impl Known {
    /// The share of quiet fraud, smoothed as the mean of a beta distribution: few orders say little.
    #[must_use]
    pub fn risk(&self) -> f64 {
        smoothed(self.genuine.into(), self.quiet.into())
    }
}

/// The mean of a beta distribution whose prior is [`PRIOR_RISK`] of [`PRIOR_ORDERS`].
fn smoothed(genuine: f64, fraud: f64) -> f64 {
    (fraud + PRIOR_RISK * PRIOR_ORDERS) / (genuine + fraud + PRIOR_ORDERS)
}

/// The share of fraud among a vendor's orders of the last [`VENDOR_WINDOW_MS`], in millionths, smoothed as [`Known::risk`] is.
/// `fraud` counts from when it is known, `genuine` whatever nobody has disputed after [`GENUINE_AFTER_MS`].
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn vendor_risk_ppm(genuine: u32, fraud: u32) -> u32 {
    (smoothed(genuine.into(), fraud.into()) * 1e6).round() as u32
}

impl Record {
    /// Learns what became of an order that was placed at `at_ms`; older ones than are remembered are not counted.
    pub fn add(&mut self, at_ms: i64, label: Label) {
        self.see(at_ms, label);
        let Some(place) = advance(&mut self.days, &mut self.day, day_of(at_ms)) else { return };
        let day = &mut self.days[place];
        match label {
            Label::Genuine => day.genuine = day.genuine.saturating_add(1),
            Label::LoudFraud => day.fraud = day.fraud.saturating_add(1),
            Label::QuietFraud => {
                day.fraud = day.fraud.saturating_add(1);
                day.quiet = day.quiet.saturating_add(1);
            }
        }
    }

    /// What is known now.
    #[must_use]
    pub fn known(&self, now_ms: i64) -> Known {
        let today = day_of(now_ms);
        let gone = today.saturating_sub(self.day).max(0);
        let left = DAYS.saturating_sub(usize::try_from(gone).unwrap_or(DAYS));
        let mut sum = Day::default();
        for day in &self.days[..left] {
            sum.genuine = sum.genuine.saturating_add(day.genuine);
            sum.fraud = sum.fraud.saturating_add(day.fraud);
            sum.quiet = sum.quiet.saturating_add(day.quiet);
        }
        let since =
            |at_ms: Option<i64>| span_days(at_ms.is_some(), now_ms.saturating_sub(at_ms.unwrap_or(0)));
        Known {
            genuine: sum.genuine,
            fraud: sum.fraud,
            quiet: sum.quiet,
            run_days: since(self.run_ms),
            last_fraud_days: since(self.last_fraud_ms),
            last_genuine_days: since(self.last_genuine_ms),
        }
    }

    fn see(&mut self, at_ms: i64, label: Label) {
        let last = if label == Label::Genuine { &mut self.last_genuine_ms } else { &mut self.last_fraud_ms };
        *last = (*last).max(Some(at_ms));
        if label == Label::QuietFraud {
            self.run_ms = Some(self.run_ms.map_or(at_ms, |run_ms| run_ms.min(at_ms)));
        }
        self.run_ms = self.run_ms.filter(|run_ms| self.last_genuine_ms < Some(*run_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::super::LONG_AGO_DAYS;
    use super::*;

    #[test]
    fn what_is_known_is_counted_by_the_day_of_the_order() {
        let mut record = Record::default();
        record.add(3 * DAY_MS, Label::Genuine);
        record.add(5 * DAY_MS, Label::QuietFraud);
        record.add(4 * DAY_MS + 7, Label::LoudFraud);
        record.add(6 * DAY_MS, Label::QuietFraud);
        let known = record.known(10 * DAY_MS);
        assert_eq!((known.genuine, known.fraud, known.quiet), (1, 3, 2));
        assert_eq!((known.run_days, known.last_fraud_days, known.last_genuine_days), (5.0, 4.0, 7.0));
        assert_eq!(record.known(31 * DAY_MS).genuine, 0, "forgotten after 28 days");
        record.add(7 * DAY_MS, Label::Genuine);
        assert!((record.known(10 * DAY_MS).run_days - LONG_AGO_DAYS).abs() < 1e-9, "it has ended");
    }

    #[test]
    fn few_orders_say_little() {
        let mut record = Record::default();
        let none = record.known(0).risk();
        record.add(0, Label::QuietFraud);
        let one = record.known(0).risk();
        for _ in 0..9 {
            record.add(0, Label::QuietFraud);
        }
        let ten = record.known(0).risk();
        assert!(none < 0.01 && one < 0.06 && ten > 0.3, "{none} {one} {ten}");
    }

    #[test]
    fn a_vendor_of_whom_nothing_is_known_has_the_prior() {
        assert_eq!(vendor_risk_ppm(0, 0), VENDOR_RISK_PPM_PRIOR);
        assert!((Record::default().known(0).risk() * 1e6 - f64::from(VENDOR_RISK_PPM_PRIOR)).abs() < 1e-6);
        assert_eq!((vendor_risk_ppm(180, 0), vendor_risk_ppm(0, 10)), (500, 336_667));
        assert_eq!(vendor_risk_ppm(0, u32::MAX), 1_000_000);
    }

    #[test]
    fn clocks_that_go_back_break_nothing() {
        let mut record = Record::default();
        record.add(90 * DAY_MS, Label::Genuine);
        record.add(0, Label::QuietFraud);
        record.add(i64::MIN, Label::QuietFraud);
        assert_eq!(record.known(90 * DAY_MS).fraud, 0, "too old to matter");
        assert_eq!(record.known(0).genuine, 1, "what seems to come from the future counts as of today");
    }
}
