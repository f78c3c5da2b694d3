//! What a vendor gets of what it is owed: arithmetic without a database.

use kiosk_money::Money;
use kiosk_tax::PPM;

/// What there is to settle, of one currency. Amounts are minor units; above zero is the vendor's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owed {
    /// What the books say the vendor is owed, what is held back included.
    pub payable: i64,
    /// What of that was earned since the last time: sales less refunds.
    pub earned: i64,
    /// What is held back from before, and not released yet.
    pub held: i64,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What is newly held back.
    pub reserve: i64,
    /// What can be paid out; below zero when the vendor owes.
    pub available: i64,
}

impl Owed {
    /// Takes a fee off, when there is enough: what is held back counts, since the marketplace's own claim is sure.
    #[must_use]
    pub fn set_off(&mut self, fee: i64) -> bool {
        let enough = fee <= self.payable;
        if enough {
            self.payable -= fee;
        }
        enough
    }

    /// Holds a part of what was earned back, and tells what is left. No more is held than there is.
    #[must_use]
    pub fn settle(self, reserve_ppm: i64) -> Settled {
        let wanted = i128::from(self.earned.max(0)) * i128::from(reserve_ppm) / i128::from(PPM);
        let free = self.payable - self.held;
        let reserve = i64::try_from(wanted).unwrap_or(i64::MAX).min(free.max(0));
        Settled { reserve, available: free - reserve }
    }
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// `brought_forward`, `sales`, …
    pub kind: String,
    /// The promotion that it is about, if one.
    pub subject: String,
    /// Above zero in favour of the vendor.
    pub amount: Money,
}

/// What a line's kind is called.
#[must_use]
pub fn line_title(kind: &str) -> &'static str {
    match kind {
        "brought_forward" => "Brought forward",
        "shipment" => "Sales, less commission and tax",
        "credit_note" => "Refunds",
        "payout_cancelled" => "Payouts taken back",
        "promotion_fee" => "Fee of a promotion",
        "held" => "Held back as reserve",
        "rate_missing" => "Left: no rate of exchange",
        "payout" => "Paid out",
        "carried_over" => "Carried over",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_part_of_what_was_earned_is_held_back() {
        let owed = Owed { payable: 10_000, earned: 8_000, held: 500 };
        assert_eq!(owed.settle(100_000), Settled { reserve: 800, available: 8_700 });
        // After refunds nothing is held, and the vendor may owe.
        let owing = Owed { payable: -300, earned: -300, held: 0 };
        assert_eq!(owing.settle(100_000), Settled { reserve: 0, available: -300 });
        let short = Owed { payable: 600, earned: 8_000, held: 500 };
        assert_eq!(short.settle(100_000), Settled { reserve: 100, available: 0 });
    }

    #[test]
    fn fees_are_taken_off_whole_or_not_at_all() {
        let mut owed = Owed { payable: 1_000, earned: 0, held: 900 };
        assert!(owed.set_off(600) && !owed.set_off(600));
        assert_eq!(owed.payable, 400);
    }

    proptest! {
        #[test]
        fn nothing_is_made_or_lost(payable in -1_000_000_i64..1_000_000, earned in -1_000_000_i64..1_000_000,
            held in 0_i64..1_000_000, ppm in 0_i64..=1_000_000) {
            let settled = Owed { payable, earned, held }.settle(ppm);
            prop_assert_eq!(settled.reserve + settled.available + held, payable);
            prop_assert!(settled.reserve >= 0);
            prop_assert!(settled.available >= 0 || settled.reserve == 0);
        }
    }
}
