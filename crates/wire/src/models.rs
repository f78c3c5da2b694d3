//! Which fraud models decide at POPs, which are watched beside them, and what only the core can tell them.

use kiosk_ids::VendorId;
use serde::{Deserialize, Serialize};

/// Most POPs that a plan names.
pub const CANARY_POPS_MAX: usize = 100;
/// Largest card of a model that is told to POPs, in bytes.
pub const MODEL_CARD_BYTES_MAX: usize = 256 * 1024;
/// Largest ONNX file of it, in bytes: what edge-fraud takes. A POP keeps both in one row, and D1 takes rows of up to
/// 2,000,000.
pub const MODEL_ONNX_BYTES_MAX: usize = 256 * 1024;

/// What POPs run. A model is fetched from the core by its version, under which it never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FraudPlan {
    /// Grows with each change.
    pub revision: u64,
    /// Version of the model that decides.
    pub champion: String,
    /// Version of the model that may follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// POPs where the candidate decides already; everywhere else it is watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canary_pops: Vec<String>,
}

/// What a vendor's latest orders turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorRisk {
    /// The vendor.
    pub vendor: VendorId,
    /// The share of fraud among them, smoothed, in millionths.
    pub ppm: u32,
}

impl FraudPlan {
    /// The model that decides at a POP, and the one that is watched there.
    #[must_use]
    pub fn at(&self, pop: &str) -> (&str, Option<&str>) {
        match &self.candidate {
            None => (&self.champion, None),
            Some(candidate) if self.canary_pops.iter().any(|canary| canary == pop) => {
                (candidate, Some(&self.champion))
            }
            Some(candidate) => (&self.champion, Some(candidate)),
        }
    }

    /// The models it names.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.champion).chain(self.candidate.as_deref())
    }
}
