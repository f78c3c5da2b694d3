//! The models of the release that score them, loaded when they are first asked.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use edge_fraud::{Judge, Model, ModelError};
use kiosk_risk::{
    Decision, DiscountFact, DiscountFacts, ReviewFact, ReviewFacts, Subject, VendorFact, VendorFacts,
};
use serde::de::DeserializeOwned;

/// A judge that is loaded once; none when its model cannot be.
type Lazy<S> = LazyLock<Option<Mutex<Judge<S>>>>;

macro_rules! release {
    ($version:literal) => {
        (
            $version,
            include_bytes!(concat!("../../../../../../ml/fraud/models/", $version, ".json")).as_slice(),
            include_bytes!(concat!("../../../../../../ml/fraud/models/", $version, ".onnx")).as_slice(),
        )
    };
}

/// One judge for each kind of subject.
#[derive(Clone, Default)]
pub struct Judges(Arc<Loaded>);

struct Loaded {
    reviews: Lazy<ReviewFact>,
    vendors: Lazy<VendorFact>,
    discounts: Lazy<DiscountFact>,
}

impl Default for Loaded {
    fn default() -> Self {
        Self {
            reviews: LazyLock::new(|| load(release!("reviews-v1"))),
            vendors: LazyLock::new(|| load(release!("vendors-v1"))),
            discounts: LazyLock::new(|| load(release!("discounts-v1"))),
        }
    }
}

impl std::fmt::Debug for Judges {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Judges")
    }
}

impl Judges {
    /// The decision on a review; none without a model.
    #[must_use]
    pub fn review(&self, facts: &ReviewFacts) -> Option<Decision> {
        decide(&self.0.reviews, facts)
    }

    /// The decision on a vendor.
    #[must_use]
    pub fn vendor(&self, facts: &VendorFacts) -> Option<Decision> {
        decide(&self.0.vendors, facts)
    }

    /// The decision on a discount.
    #[must_use]
    pub fn discount(&self, facts: &DiscountFacts) -> Option<Decision> {
        decide(&self.0.discounts, facts)
    }
}

fn decide<T: Subject>(judge: &Lazy<T::Source>, facts: &T) -> Option<Decision>
where
    T::Source: DeserializeOwned,
{
    let mut judge = judge.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
    Some(judge.decide(facts, true))
}

fn load<S: Copy + DeserializeOwned>((version, card, onnx): (&str, &[u8], &[u8])) -> Option<Mutex<Judge<S>>> {
    match read(version, card, onnx) {
        Ok(judge) => Some(Mutex::new(judge)),
        Err(error) => {
            let (code, error) =
                (kiosk_risk::reason_code::MODEL_UNAVAILABLE, &error as &dyn std::error::Error);
            tracing::error!(code, error, version, "a fraud model of the release is unusable");
            None
        }
    }
}

fn read<S: Copy + DeserializeOwned>(version: &str, card: &[u8], onnx: &[u8]) -> Result<Judge<S>, ModelError> {
    Model::read(version, card, onnx).map(Judge::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_of_the_release_is_usable() {
        let judges = Judges::default();
        assert!(judges.review(&ReviewFacts::default()).is_some());
        assert!(judges.vendor(&VendorFacts::default()).is_some());
        assert!(judges.discount(&DiscountFacts::default()).is_some());
    }
}
