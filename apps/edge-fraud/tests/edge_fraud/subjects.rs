//! What is scored besides orders: each model loads, scores as in training, lets the ordinary pass and says why it does not.

mod registrations;
mod reviews;
mod sales;

use edge_fraud::{Judge, Network};
use kiosk_edge_platform::native::DirFiles;
use kiosk_risk::{
    Decision, DiscountFact, FeatureSpec, Outcome, RegistrationFact, RegistrationFacts, ReviewFact,
    ReviewFacts, Subject, VendorFact, reason_code,
};
use serde::de::DeserializeOwned;

use crate::common::ml;
use crate::parity::Parity;
use registrations::registration;
use reviews::first_review;
use sales::{discount, vendor};

const TOLERANCE: f32 = 1e-5;
const VERSIONS: [&str; 4] = ["registrations-v1", "reviews-v1", "vendors-v1", "discounts-v1"];

fn judge<S: Copy + DeserializeOwned>(version: &str) -> Judge<S> {
    let (judge, error) = Judge::load(&DirFiles(ml()), version);
    assert!(error.is_none(), "{version} is unusable: {error:?}");
    judge
}

fn decide<T: Subject>(version: &str, facts: &T) -> Decision
where
    T::Source: DeserializeOwned,
{
    judge::<T::Source>(version).decide(facts, true)
}

/// The most severe outcome of all, and what it was of.
fn worst<T: Subject>(version: &str, all: impl IntoIterator<Item = T>) -> (Decision, T)
where
    T::Source: DeserializeOwned,
{
    let mut judge = judge::<T::Source>(version);
    let decided = all.into_iter().map(|facts| (judge.decide(&facts, false), facts));
    decided
        .max_by(|(a, _), (b, _)| a.outcome.cmp(&b.outcome).then(a.score.partial_cmp(&b.score).unwrap()))
        .unwrap()
}

fn assert_told(decision: &Decision, at_least: Outcome, reason: &str) {
    assert!(decision.outcome >= at_least, "{decision:?}");
    assert!(decision.reasons.iter().any(|told| told.code == reason), "no {reason}: {decision:?}");
}

#[test]
fn rows_score_as_in_training() {
    for version in VERSIONS {
        let Parity { orders: rows, mixed } = Parity::read(version);
        let onnx = std::fs::read(ml().join(format!("models/{version}.onnx"))).unwrap();
        let mut network = Network::new(&onnx, rows[0].features.len()).unwrap();
        let mut compare = |values: Vec<f32>, expected: Vec<f32>| {
            let mut scores = Vec::new();
            network.predict(&values, |_, prediction| scores.push(prediction.score)).unwrap();
            assert_eq!(scores.len(), expected.len());
            for (row, (here, there)) in scores.iter().zip(&expected).enumerate() {
                let apart = (here - there).abs();
                assert!(apart <= TOLERANCE, "{version}, row {row}: {here} here, {there} in training");
            }
        };
        let values = rows.iter().flat_map(|row| row.features.iter().copied()).collect();
        compare(values, rows.iter().map(|row| row.score).collect());
        let width = rows[0].features.len();
        let value = |row: usize, column: usize| rows[(7 * row + 13 * column) % rows.len()].features[column];
        let blend = (0..mixed.len()).flat_map(|row| (0..width).map(move |column| (row, column)));
        compare(blend.map(|(row, column)| value(row, column)).collect(), mixed.clone());
        assert!(mixed.iter().any(|score| *score < 0.02) && mixed.iter().any(|score| *score > 0.9));
    }
}

#[test]
fn the_cards_carry_the_lists_that_training_read() {
    fn check<S: Copy + DeserializeOwned + PartialEq + std::fmt::Debug>(version: &str) {
        let list = std::fs::read(ml().join(format!("subjects/features-{version}.json"))).unwrap();
        let judge = judge::<S>(version);
        assert_eq!(judge.card().unwrap().features, FeatureSpec::from_json(&list).unwrap());
        assert_eq!(judge.card().unwrap().version, version);
        assert!(judge.card().unwrap().thresholds.step_up.is_none(), "{version} has no step-up");
    }
    check::<RegistrationFact>("registrations-v1");
    check::<ReviewFact>("reviews-v1");
    check::<VendorFact>("vendors-v1");
    check::<DiscountFact>("discounts-v1");
}

#[test]
fn facts_that_make_no_sense_are_reviewed() {
    fn check<T: Subject + std::fmt::Debug>(version: &str, facts: &T)
    where
        T::Source: DeserializeOwned,
    {
        let decision = decide(version, facts);
        assert!(decision.outcome >= Outcome::Review && decision.score.is_none(), "{facts:?}: {decision:?}");
        let codes = decision.reasons.iter().map(|reason| reason.code.as_str());
        assert!(codes.into_iter().any(|code| code == reason_code::INPUT_IMPLAUSIBLE), "{decision:?}");
    }
    let registrations: [fn(&mut RegistrationFacts); 4] = [
        |facts| facts.client_count_hour = u32::MAX,
        |facts| facts.alike_count_week = u32::MAX,
        |facts| facts.domain_count_hour = u32::MAX,
        |facts| facts.count_hour = u32::MAX,
    ];
    for spoil in registrations {
        let mut facts = registration(0, 0);
        spoil(&mut facts);
        check("registrations-v1", &facts);
    }
    let reviews: [fn(&mut ReviewFacts); 7] = [
        |facts| facts.stars = 0,
        |facts| facts.stars = 6,
        |facts| facts.words = u32::MAX,
        |facts| facts.hours_since_delivery = u32::MAX,
        |facts| facts.copies = u32::MAX,
        |facts| facts.away_from_mean = 4.5,
        |facts| facts.away_from_mean = f64::NAN,
    ];
    for spoil in reviews {
        let mut facts = first_review(4);
        spoil(&mut facts);
        check("reviews-v1", &facts);
    }
    for absurd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1.1, f64::MAX] {
        check("reviews-v1", &ReviewFacts { vendor_share: absurd, ..first_review(4) });
        for place in 0..7 {
            let mut shares = [0.5, 0.1, 0.0, 0.0, 0.0, 0.1, 0.1];
            shares[place] = absurd;
            check("vendors-v1", &vendor(100, 50, shares, 0.1, 0.5));
            check("discounts-v1", &discount(100, 50, shares, 0.1));
        }
        check("vendors-v1", &vendor(100, 50, [0.0; 7], 0.1, absurd));
        check("discounts-v1", &discount(100, 50, [0.0; 7], absurd));
    }
    check("vendors-v1", &vendor(u32::MAX, 50, [0.0; 7], 0.1, 0.5));
    check("vendors-v1", &vendor(100, u32::MAX, [0.0; 7], 0.1, 0.5));
    check("vendors-v1", &vendor(100, 50, [0.0; 7], f64::NAN, 0.5));
    check("discounts-v1", &discount(100, u32::MAX, [0.0; 7], 0.1));
}
