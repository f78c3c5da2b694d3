//! Who may open an account: households, classes and tests may, farms may not.

use kiosk_risk::{Outcome, RegistrationFacts};

use super::{assert_told, decide, worst};

/// Somebody registers as the `earlier`-th of one network within the hour, of whom `alike` had the same letters.
pub fn registration(earlier: u32, alike: u32) -> RegistrationFacts {
    RegistrationFacts {
        hour_of_day: 15,
        phone_missing: true,
        client_count_hour: earlier,
        client_count_day: earlier,
        alike_count_day: alike,
        alike_count_week: alike,
        domain_count_hour: earlier,
        count_hour: earlier,
        ..RegistrationFacts::default()
    }
}

/// The same with all that the address and the form may be.
fn however_written(facts: &RegistrationFacts, digits: &[u8]) -> Vec<RegistrationFacts> {
    let mut all = Vec::new();
    for email_digits in digits.iter().copied() {
        for (email_has_name, phone_missing) in [(false, false), (false, true), (true, false), (true, true)] {
            all.push(RegistrationFacts { email_digits, email_has_name, phone_missing, ..facts.clone() });
        }
    }
    all
}

#[test]
fn a_household_is_not_even_reviewed() {
    let mut all = Vec::new();
    // Up to eight before within the hour and thirty within the day, of different letters.
    for (earlier, that_day) in
        (0..=8).flat_map(|earlier| [0, 8, 22].map(|before| (earlier, earlier + before)))
    {
        let facts = RegistrationFacts { client_count_day: that_day, ..registration(earlier, 0) };
        all.extend(however_written(&facts, &[0, 1, 2]));
    }
    let (decision, facts) = worst("registrations-v1", all);
    assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
}

#[test]
fn a_class_and_a_test_are_never_blocked() {
    let mut all = Vec::new();
    // shopper1 to shopper31 within an hour, at a quiet shop and at one where much goes on.
    for earlier in (0..=30).step_by(5) {
        for alike in (0..=earlier).step_by(5) {
            for others in [0, 40, 300] {
                let mut facts = registration(earlier, alike);
                facts.client_count_day += others.min(30);
                facts.count_hour += others;
                all.extend(however_written(&facts, &[0, 1, 2, 10]));
            }
        }
    }
    let (decision, facts) = worst("registrations-v1", all);
    assert!(decision.outcome < Outcome::Block, "{decision:?} {facts:?}");
}

#[test]
fn a_stranger_with_digits_is_allowed_on_a_busy_day() {
    let mut facts = registration(0, 0);
    (facts.domain_count_hour, facts.count_hour) = (120, 300);
    let (decision, facts) = worst("registrations-v1", however_written(&facts, &[0, 1, 2, 4]));
    assert_eq!(decision.outcome, Outcome::Allow, "{decision:?} {facts:?}");
}

#[test]
fn farms_of_accounts_are_blocked() {
    let farm = |earlier, alike| RegistrationFacts { email_digits: 3, ..registration(earlier, alike) };
    let throw_away = RegistrationFacts { disposable_email: true, ..farm(20, 0) };
    assert_told(&decide("registrations-v1", &throw_away), Outcome::Block, "disposable_email");
    assert_told(&decide("registrations-v1", &farm(70, 70)), Outcome::Block, "alike_addresses");
    assert_told(&decide("registrations-v1", &farm(201, 0)), Outcome::Block, "network_limit");
    let many_networks = RegistrationFacts { client_count_hour: 0, client_count_day: 1, ..farm(20, 101) };
    assert_told(&decide("registrations-v1", &many_networks), Outcome::Block, "alike_limit");
}
