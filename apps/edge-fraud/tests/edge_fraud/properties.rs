//! Whatever facts and counters come in: features are finite or refused, windows nest, and nothing absurd is allowed.

use std::sync::{LazyLock, Mutex, PoisonError};

use edge_fraud::Scorer;
use kiosk_pop_store::velocity::{load, record};
use kiosk_risk::{
    Counters, DeliveryKind, FeatureSpec, KeyKind, OrderFacts, Outcome, PaymentKind, Placed, ScoreRequest,
    Velocity, features,
};
use proptest::prelude::*;

use crate::common::{NOW_MS, committed_scorer, database, ml, ordinary, run, write};

prop_compose! {
    fn any_order()(
        amount_minor in prop_oneof![any::<i64>(), 0..1_000_000_i64],
        unit_price_minor_max in prop_oneof![any::<i64>(), 0..1_000_000_i64],
        currency in prop_oneof![Just("EUR"), Just("JPY"), Just("XXX")],
        item_count in prop_oneof![any::<u32>(), 1..50_u32],
        sku_count in prop_oneof![any::<u32>(), 1..50_u32],
        line_quantity_max in prop_oneof![any::<u32>(), 1..50_u32],
        hour_of_day in prop_oneof![any::<u8>(), 0..24_u8],
        account_age_days in any::<Option<u32>>(),
        cart_age_s in prop_oneof![any::<u32>(), 0..10_000_u32],
        delivery in prop_oneof![Just(DeliveryKind::Standard), Just(DeliveryKind::Express), Just(DeliveryKind::Unknown)],
        payment in prop_oneof![Just(PaymentKind::Invoice), Just(PaymentKind::Card), Just(PaymentKind::Unknown)],
        (bulky, billing_is_shipping, disposable_email) in any::<(bool, bool, bool)>(),
        (discount_percent, vendor_risk_ppm) in any::<(u8, u32)>(),
    ) -> OrderFacts {
        OrderFacts {
            amount_minor, currency: currency.to_owned(), unit_price_minor_max, item_count, sku_count, line_quantity_max,
            bulky, delivery, payment, hour_of_day, account_age_days, cart_age_s, billing_is_shipping, disposable_email,
            discount_percent, vendor_risk_ppm,
        }
    }
}

fn any_counters() -> impl Strategy<Value = Counters> {
    let value = || prop_oneof![any::<i64>(), 0..2_000_i64];
    (prop::array::uniform3(value()), prop::array::uniform3(value()))
        .prop_map(|(count, amount_minor)| Counters { count, amount_minor })
}

fn any_velocity() -> impl Strategy<Value = Velocity> {
    (any_counters(), any_counters(), any_counters(), any_counters())
        .prop_map(|(customer, device, address, card)| Velocity { customer, device, address, card })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn features_are_finite_or_refused(order in any_order(), velocity in any_velocity()) {
        let spec = FeatureSpec::from_json(&std::fs::read(ml().join("features-v3.json")).unwrap()).unwrap();
        let mut row = vec![f32::NAN; spec.len()];
        let (request, history) = (ScoreRequest { order, ..ordinary() }, velocity.into());
        if features(&Placed { request: &request, history: &history }, &spec, &mut row).is_ok() {
            prop_assert!(row.iter().all(|value| value.is_finite()), "{row:?}");
        }
    }

    #[test]
    fn what_has_no_features_is_never_allowed(order in any_order(), velocity in any_velocity()) {
        static SCORER: LazyLock<Mutex<Scorer>> = LazyLock::new(|| Mutex::new(committed_scorer()));
        let mut scorer = SCORER.lock().unwrap_or_else(PoisonError::into_inner);
        let spec = scorer.card().unwrap().features.clone();
        let request = ScoreRequest { order, ..ordinary() };
        let mut row = vec![0.0; spec.len()];
        let history = velocity.into();
        let refused = features(&Placed { request: &request, history: &history }, &spec, &mut row).is_err();
        let decision = scorer.score(&request, &history);
        prop_assert_eq!(decision.score.is_none(), refused);
        prop_assert!(!(refused && decision.outcome == Outcome::Allow));
        prop_assert!(decision.reasons.len() <= kiosk_risk::REASONS_MAX);
    }

    #[test]
    fn longer_windows_count_no_less(
        rows in prop::collection::vec((-1_000_000_i64..800_000_000, 0..100_000_i64), 0..40),
    ) {
        let db = database();
        let keys = ordinary().keys;
        let statements = rows.iter().enumerate().flat_map(|(index, (age_ms, amount))| {
            record(&keys, NOW_MS - age_ms, *amount, "EUR", &format!("ord_{index}"))
        });
        write(&db, statements);
        let velocity = run(load(&db, &keys, NOW_MS)).unwrap().velocity;
        for kind in KeyKind::ALL {
            let counters = velocity.get(kind);
            prop_assert!(counters.count.is_sorted(), "{:?}", counters);
            prop_assert!(counters.amount_minor.is_sorted(), "{:?}", counters);
        }
        let within = |span_ms: i64| rows.iter().filter(|(age_ms, _)| *age_ms < span_ms).count() as i64;
        prop_assert_eq!(velocity.card.count, kiosk_risk::WINDOWS_MS.map(within));
    }
}
