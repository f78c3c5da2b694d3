//! What must hold of every decision.

use edge_fraud::{Network, Scorer};
use kiosk_risk::{
    DeliveryKind, FEATURES_MAX, FeatureSpec, History, Links, Outcome, PaymentKind, Placed, REASONS_MAX,
    ScoreRequest, Spending, Velocity, features,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Folder;

/// A request and what is remembered, as text.
#[derive(Deserialize)]
struct Case {
    request: ScoreRequest,
    #[serde(default)]
    velocity: Velocity,
    #[serde(default)]
    links: Links,
    #[serde(default)]
    spending: Spending,
    #[serde(default)]
    newest_ms: Option<i64>,
}

/// Text that may be a case, on a committed model.
pub fn text(scorer: &mut Scorer, text: &[u8]) {
    let Ok(Case { request, velocity, links, spending, newest_ms }) = serde_json::from_slice(text) else {
        return;
    };
    let history = History { velocity, links, spending, newest_ms };
    let decision = scorer.score(&request, &history);
    assert!(decision.outcome > Outcome::Allow || can_be_judged(scorer, &request, &history), "{decision:?}");
}

/// Scores one order and asks whether the decision may be.
pub fn check(scorer: &mut Scorer, folder: &Folder, request: &ScoreRequest, history: &History) {
    let decision = scorer.score(request, history);
    assert!(decision.reasons.len() <= REASONS_MAX, "{decision:?}");
    assert!(decision.reasons.iter().all(|reason| reason.contribution.is_finite()), "{decision:?}");
    assert!(decision.score.is_none_or(|score| (0.0..=1.0).contains(&score)), "{decision:?}");
    if decision.outcome > Outcome::Allow {
        return;
    }
    assert!(can_be_judged(scorer, request, history), "{decision:?}");
    let known =
        scorer.card().is_some_and(|card| card.onnx_sha256 == hex::encode(Sha256::digest(&folder.onnx)));
    assert!(known, "an order was allowed by a network that the card does not describe");
    let below = scorer.card().zip(decision.score).is_some_and(|(card, score)| {
        let thresholds = &card.thresholds;
        score < thresholds.step_up.unwrap_or(thresholds.review)
    });
    assert!(below, "{decision:?}");
}

/// Said by other means than the scorer's: a model is there, and the facts and the clock make sense.
fn can_be_judged(scorer: &Scorer, request: &ScoreRequest, history: &History) -> bool {
    let Some(card) = scorer.card().filter(|_| scorer.is_ready()) else { return false };
    let order = &request.order;
    let known = order.delivery != DeliveryKind::Unknown && order.payment != PaymentKind::Unknown;
    let mut listed = card.features.features.iter();
    let plausible = listed.all(|feature| {
        let raw = feature.source.value(request, history);
        raw.is_ok_and(|raw| raw.is_finite() && feature.min <= raw && raw <= feature.max)
    });
    let newest_ms = history.newest_ms.unwrap_or(0);
    known
        && plausible
        && request.now_ms > 1_577_836_799_999
        && newest_ms <= request.now_ms.saturating_add(60_000)
}

/// Features come out as numbers, or not at all.
pub fn features_are_numbers(request: &ScoreRequest, history: &History, spec: &FeatureSpec) {
    let mut row = [f32::NAN; FEATURES_MAX];
    let row = &mut row[..spec.len()];
    if features(&Placed { request, history }, spec, row).is_ok() {
        assert!(row.iter().all(|value| value.is_finite()), "{row:?}");
    }
}

/// A network that was let through answers probabilities or an error, whatever it is asked.
pub fn predict(network: &mut Network, width: usize) {
    for value in [0.0, -1.0, 1e30, f32::MAX, f32::MIN, f32::NAN, f32::INFINITY] {
        let answer = network.predict(&vec![value; 2 * width], |_, prediction| {
            assert!((0.0..=1.0).contains(&prediction.score) && prediction.logit.is_finite());
        });
        drop(answer);
    }
    assert!(network.predict(&vec![0.0; width + 1], |_, _| ()).is_err() || width == 1);
}
