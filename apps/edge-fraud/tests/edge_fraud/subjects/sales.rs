//! Vendors and discounts by who buys: few orders say little, and what is farmed is stopped.

use kiosk_risk::{DiscountFacts, Outcome, VendorFacts};

use super::{assert_told, decide, worst};

/// Shares of fewer than ten orders, however they were placed and whatever became of them: of customers, of the customer with
/// the most, linked, doubted, disputed, returned, of the last days.
fn few_orders() -> Vec<(u32, [f64; 7])> {
    let mut all = Vec::new();
    for n in 0..10_u32 {
        for (customers, linked) in [(1, 0), (1, n / 3), (n.div_ceil(2), n / 3), (n, 0), (n, n / 3)] {
            for (doubted, returned) in [(0, 0), (n / 3, n / 2), (n, 0), (0, n), (n, n)] {
                for (disputed, recent) in [(0, 0), (0, n), (n / 8, n / 2), (n / 8, n)] {
                    let (customers, top) = (customers.min(n), (n + 1).saturating_sub(customers).min(n));
                    let counts = [customers, top, linked, doubted, disputed, returned, recent];
                    all.push((n, counts.map(|count| f64::from(count) / f64::from(n.max(1)))));
                }
            }
        }
    }
    all
}

pub fn vendor(
    age_days: u32,
    orders: u32,
    shares: [f64; 7],
    reviews_share: f64,
    five_star_share: f64,
) -> VendorFacts {
    let [customers, top_customer, linked, doubted, disputed, returned, recent] = shares;
    VendorFacts {
        age_days,
        orders,
        customers_share: customers,
        top_customer_share: top_customer,
        linked_share: linked,
        doubted_share: doubted,
        disputed_share: disputed,
        returned_share: returned,
        recent_share: recent,
        reviews_share,
        five_star_share,
    }
}

pub fn discount(age_days: u32, orders: u32, shares: [f64; 7], taken_off_share: f64) -> DiscountFacts {
    let [customers, top_customer, linked, doubted, disputed, returned, recent] = shares;
    DiscountFacts {
        age_days,
        orders,
        customers_share: customers,
        top_customer_share: top_customer,
        linked_share: linked,
        doubted_share: doubted,
        disputed_share: disputed,
        returned_share: returned,
        recent_share: recent,
        taken_off_share,
    }
}

#[test]
fn few_orders_say_little_of_a_vendor() {
    let all = few_orders().into_iter().flat_map(|(orders, shares)| {
        let reviewed = [(0.0, 0.0), (0.5, 1.0), (1.0, 1.0)];
        let ages = [0, 300].into_iter().flat_map(move |age| reviewed.map(|reviewed| (age, reviewed)));
        ages.map(move |(age, (reviews, five))| vendor(age, orders, shares, reviews, five))
    });
    let (decision, facts) = worst("vendors-v1", all);
    assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
}

#[test]
fn few_orders_say_little_of_a_discount() {
    let all = few_orders().into_iter().flat_map(|(orders, shares)| {
        let given = [0.05, 0.3, 0.6].into_iter().flat_map(|taken_off| [(0, taken_off), (300, taken_off)]);
        given.map(move |(age, taken_off)| discount(age, orders, shares, taken_off))
    });
    let (decision, facts) = worst("discounts-v1", all);
    assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
}

#[test]
fn ordinary_vendors_and_codes_are_allowed() {
    let settled = vendor(200, 80, [0.7, 0.06, 0.05, 0.02, 0.01, 0.1, 0.1], 0.15, 0.6);
    let carried_by_a_campaign = vendor(5, 120, [0.9, 0.02, 0.03, 0.02, 0.0, 0.05, 1.0], 0.1, 0.7);
    let clothes = vendor(300, 400, [0.8, 0.02, 0.05, 0.02, 0.0, 0.5, 0.1], 0.1, 0.5);
    let one_loyal_firm = vendor(300, 60, [0.05, 0.8, 0.0, 0.0, 0.0, 0.05, 0.1], 0.02, 1.0);
    for facts in [settled, carried_by_a_campaign, clothes, one_loyal_firm] {
        let decision = decide("vendors-v1", &facts);
        assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
    }
    let newsletter = discount(1, 900, [1.0, 0.001, 0.05, 0.02, 0.0, 0.1, 1.0], 0.15);
    let regulars = discount(200, 100, [0.3, 0.15, 0.03, 0.01, 0.0, 0.1, 0.1], 0.1);
    for facts in [newsletter, regulars] {
        let decision = decide("discounts-v1", &facts);
        assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
    }
}

#[test]
fn vendors_that_buy_from_themselves_or_try_cards_are_stopped() {
    let self_buying = vendor(90, 60, [0.1, 0.15, 0.95, 0.1, 0.0, 0.02, 0.3], 0.7, 1.0);
    assert_told(&decide("vendors-v1", &self_buying), Outcome::Review, "linked_customers");
    let brushing = vendor(20, 120, [0.95, 0.02, 0.8, 0.12, 0.0, 0.02, 0.8], 0.85, 1.0);
    assert_told(&decide("vendors-v1", &brushing), Outcome::Review, "linked_customers");
    let cards = vendor(10, 200, [0.95, 0.02, 0.6, 0.5, 0.25, 0.02, 0.9], 0.0, 0.0);
    assert_told(&decide("vendors-v1", &cards), Outcome::Review, "disputed_orders");
    let disputed = vendor(60, 3, [1.0, 0.34, 0.0, 0.0, 0.67, 0.0, 0.3], 0.0, 0.0);
    assert_told(&decide("vendors-v1", &disputed), Outcome::Review, "disputed_limit");
}

#[test]
fn codes_that_are_farmed_or_leaked_are_stopped() {
    let farmed = discount(90, 60, [0.95, 0.03, 0.9, 0.15, 0.0, 0.02, 0.6], 0.3);
    assert_told(&decide("discounts-v1", &farmed), Outcome::Review, "linked_customers");
    let leaked = discount(200, 300, [0.95, 0.01, 0.1, 0.05, 0.0, 0.02, 0.95], 0.4);
    assert_told(&decide("discounts-v1", &leaked), Outcome::Review, "large_discount");
    let cards = discount(50, 100, [0.95, 0.02, 0.3, 0.4, 0.25, 0.02, 0.6], 0.2);
    assert_told(&decide("discounts-v1", &cards), Outcome::Review, "disputed_orders");
}
