//! Which reviews are shown at once, and which are looked at.

use kiosk_risk::{Outcome, ReviewFacts};

use super::{assert_told, decide, worst};

/// The first review of somebody who ordered once, an hour after the delivery.
pub fn first_review(stars: u8) -> ReviewFacts {
    ReviewFacts {
        stars,
        words: 12,
        hours_since_delivery: 1,
        account_orders: 1,
        vendor_share: 1.0,
        ..ReviewFacts::default()
    }
}

#[test]
fn a_first_review_is_allowed() {
    let mut all = Vec::new();
    for stars in 1..=5 {
        for words in [1, 2, 3, 4, 6, 12, 40, 300] {
            for (earlier, away_from_mean) in
                [(0, 0.0), (1, 0.0), (1, 4.0), (3, 0.5), (3, 2.0), (5, 0.0), (5, 1.0), (5, 4.0)]
            {
                for hours_since_delivery in [1, 5, 50] {
                    all.push(ReviewFacts {
                        words,
                        hours_since_delivery,
                        product_reviews_day: earlier,
                        product_reviews_month: earlier,
                        away_from_mean,
                        ..first_review(stars)
                    });
                }
            }
        }
    }
    let (decision, facts) = worst("reviews-v1", all);
    assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
}

#[test]
fn a_short_text_that_many_wrote_is_allowed() {
    let regular = ReviewFacts {
        words: 2,
        hours_since_delivery: 30,
        account_orders: 4,
        vendor_share: 0.25,
        product_reviews_month: 6,
        away_from_mean: 0.5,
        copies: 150,
        ..first_review(5)
    };
    assert_eq!(decide("reviews-v1", &regular).outcome, Outcome::Allow);
}

#[test]
fn bought_copied_and_hostile_reviews_are_stopped() {
    let flood = ReviewFacts {
        product_reviews_day: 25,
        product_reviews_month: 30,
        away_from_mean: 0.3,
        linked_reviewers: 6,
        ..first_review(5)
    };
    assert_told(&decide("reviews-v1", &flood), Outcome::Review, "linked_reviewers");
    let copied =
        ReviewFacts { copies: 9, product_reviews_day: 6, product_reviews_month: 9, ..first_review(5) };
    assert_told(&decide("reviews-v1", &copied), Outcome::Review, "copied_text");
    let smear = ReviewFacts {
        product_reviews_day: 9,
        product_reviews_month: 14,
        away_from_mean: 3.0,
        linked_reviewers: 4,
        ..first_review(1)
    };
    assert_told(&decide("reviews-v1", &smear), Outcome::Review, "linked_reviewers");
    let paid = ReviewFacts {
        account_reviews_day: 12,
        account_reviews_month: 30,
        account_orders: 40,
        vendor_share: 0.05,
        ..first_review(5)
    };
    assert_told(&decide("reviews-v1", &paid), Outcome::Review, "account_velocity");
}
