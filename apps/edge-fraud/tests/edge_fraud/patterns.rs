//! What a shop expects of the model: everyday orders pass, known patterns do not, and the reasons say why.

use kiosk_risk::{
    Counters, DeliveryKind, History, Outcome, PaymentKind, ScoreRequest, VENDOR_RISK_PPM_PRIOR, Velocity,
};
use kiosk_risk_samples::burst;

use crate::common::{committed_scorer, ordinary};

/// The bot, its device seen dozens of times within the hour.
fn card_testing() -> (ScoreRequest, History) {
    let velocity = Velocity {
        device: burst(30, 700),
        address: burst(12, 700),
        card: burst(1, 700),
        ..Velocity::default()
    };
    (kiosk_risk_samples::card_testing(), velocity.into())
}

#[test]
fn everyday_orders_are_allowed() {
    let mut scorer = committed_scorer();
    let guest = |request: &mut ScoreRequest| request.order.account_age_days = None;
    let invoice = |request: &mut ScoreRequest| {
        request.order.payment = PaymentKind::Invoice;
        request.keys.card = None;
    };
    let buy_now = |request: &mut ScoreRequest| request.order.cart_age_s = 2;
    let no_cookie = |request: &mut ScoreRequest| request.keys.device = None;
    let present = |request: &mut ScoreRequest| request.order.billing_is_shipping = false;
    type Change<'a> = &'a dyn Fn(&mut ScoreRequest);
    let changes: [&[Change<'_>]; 7] = [
        &[],
        &[&guest],
        &[&guest, &invoice],
        &[&guest, &invoice, &buy_now],
        &[&guest, &invoice, &buy_now, &no_cookie],
        &[&present],
        &[&invoice, &no_cookie],
    ];
    for (index, changes) in changes.iter().enumerate() {
        let mut request = ordinary();
        changes.iter().for_each(|change| change(&mut request));
        let decision = scorer.score(&request, &History::default());
        assert_eq!(decision.outcome, Outcome::Allow, "case {index}: {decision:?}");
        assert_eq!(decision.model_version, "fraud-v3");
    }
}

#[test]
fn what_a_vendor_is_known_for_makes_its_orders_doubtful() {
    let mut scorer = committed_scorer();
    let mut request = ordinary();
    (request.order.amount_minor, request.order.unit_price_minor_max) = (18_900, 18_900);
    request.order.account_age_days = None;
    let mut decide = |vendor_risk_ppm| {
        request.order.vendor_risk_ppm = vendor_risk_ppm;
        scorer.score(&request, &History::default())
    };
    let decisions = [200, VENDOR_RISK_PPM_PRIOR, 30_000, 150_000].map(&mut decide);
    let scores = decisions.each_ref().map(|decision| decision.score);
    assert!(scores.is_sorted(), "{scores:?}");
    assert_eq!(decisions[1].outcome, Outcome::Allow, "nothing is known of it");
    assert!(decisions[3].outcome > Outcome::Allow, "{decisions:?}");
    assert!(decisions[3].reasons.iter().any(|reason| reason.code == "vendor_record"), "{decisions:?}");
    assert_eq!(decide(1_000_001).outcome, Outcome::Review, "more than all of them cannot be fraud");
}

#[test]
fn card_testing_is_blocked_for_its_velocity() {
    let (request, history) = card_testing();
    let decision = committed_scorer().score(&request, &history);
    assert_eq!(decision.outcome, Outcome::Block, "{decision:?}");
    assert!(decision.reasons.iter().any(|reason| reason.code == "device_velocity"), "{decision:?}");
    let told_of_absent_orders = ["customer_velocity", "unknown_device"];
    assert!(decision.reasons.iter().all(|reason| !told_of_absent_orders.contains(&reason.code.as_str())));
    let contributions: Vec<f32> = decision.reasons.iter().map(|reason| reason.contribution).collect();
    assert!(contributions.is_sorted_by(|a, b| a >= b), "strongest first: {contributions:?}");
    assert!(contributions.len() <= 3 && contributions.iter().all(|contribution| *contribution > 0.0));
}

#[test]
fn a_drop_address_is_stopped() {
    let mut request = ordinary();
    request.order.amount_minor = 19_900;
    request.order.unit_price_minor_max = 19_900;
    request.order.delivery = DeliveryKind::Express;
    request.order.billing_is_shipping = false;
    request.order.account_age_days = Some(2);
    request.order.cart_age_s = 140;
    let address = Counters { count: [1, 5, 18], amount_minor: [20_000, 100_000, 360_000] };
    let mut history = History::from(Velocity { address, ..Velocity::default() });
    // Each of the orders was another customer's.
    history.links.address_customers = 18;
    let decision = committed_scorer().score(&request, &history);
    assert!(decision.outcome >= Outcome::Review, "{decision:?}");
    assert!(decision.reasons.iter().any(|reason| reason.code == "shared_address"), "{decision:?}");
}

#[test]
fn a_rule_blocks_what_the_model_would_allow() {
    let history = Velocity { card: burst(21, 100), ..Velocity::default() }.into();
    let decision = committed_scorer().score(&ordinary(), &history);
    assert_eq!(decision.outcome, Outcome::Block);
    assert_eq!(decision.reasons[0].code, "card_velocity_limit");

    let mut dear = ordinary();
    dear.order.amount_minor = 1_000_100;
    dear.order.unit_price_minor_max = 2_000;
    let decision = committed_scorer().score(&dear, &History::default());
    assert!(decision.outcome >= Outcome::Review);
    assert_eq!(decision.reasons[0].code, "amount_limit");
}

#[test]
fn thresholds_are_inclusive_and_nonsense_is_reviewed() {
    let thresholds = edge_fraud::Thresholds { step_up: None, review: 0.25, block: 0.75 };
    let cases = [
        (0.0, Outcome::Allow),
        (0.249, Outcome::Allow),
        (0.25, Outcome::Review),
        (0.749, Outcome::Review),
        (0.75, Outcome::Block),
        (1.0, Outcome::Block),
        (f32::NAN, Outcome::Review),
    ];
    for (score, outcome) in cases {
        assert_eq!(thresholds.outcome(score), outcome, "{score}");
    }
}

#[test]
fn reasons_and_reused_buffers_do_not_leak_from_one_score_into_the_next() {
    let mut scorer = committed_scorer();
    let (request, history) = card_testing();
    let first = scorer.score(&request, &history);
    let plain = scorer.score(&ordinary(), &History::default());
    assert_eq!(scorer.score(&request, &history), first);
    assert_eq!(scorer.score(&ordinary(), &History::default()), plain);
    assert_eq!(committed_scorer().score(&ordinary(), &History::default()), plain);
}
