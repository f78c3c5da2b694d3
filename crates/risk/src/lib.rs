//! What Kiosk knows of fraud that more than one app needs: the questions edge-orders and edge-accounts ask, the answer
//! edge-fraud gives, the velocity counters in between, and the one function that turns them into model features. Orders are
//! not all that is scored: [`Subject`].
//!
//! The crate does no I/O and holds no personal value: an order is described by facts, its buyer by keyed
//! pseudonyms ([`IdentityKeys`]). Which features a model reads, how they are scaled and what range is plausible is
//! versioned data ([`FeatureSpec`]), shared with the training script under `ml/fraud`.
//!
//! ```text
//! edge-orders --ScoreRequest--> edge-fraud --+ History (POP database) --> features() --> model --> Decision
//! ```
//!
//! **Rule for callers:** whatever goes wrong between asking and answering (timeout, non-200, unreadable body) is
//! [`Decision::unavailable`], which is a review. Only an explicit answer allows an order.

pub mod card;
mod currency;
mod decision;
mod features;
mod history;
mod request;
mod subjects;
mod velocity;

pub use currency::{reference_minor, reference_minor_or_par};
pub use decision::{Decision, Outcome, REASONS_MAX, Reason, Shadow, reason_code};
pub use features::{
    FEATURES_MAX, Feature, FeatureError, FeatureSpec, Link, Measure, Placed, Scale, Source, SpecError, Usual,
    features,
};
pub use history::{
    CLOCK_SKEW_MAX_MS, GENUINE_AFTER_MS, History, Known, LONG_AGO_DAYS, Label, Links, Record, Spending,
    VENDOR_RISK_PPM_PRIOR, VENDOR_WINDOW_MS, vendor_risk_ppm,
};
pub use request::{
    DeliveryKind, IDENTITY_KEY_BYTES_MAX, IdentityKeys, KeyError, OrderFacts, PaymentKind, ScoreRequest,
};
pub use subjects::{
    DiscountFact, DiscountFacts, RegistrationFact, RegistrationFacts, ReviewFact, ReviewFacts, Subject,
    VendorFact, VendorFacts,
};
pub use velocity::{
    Counters, KeyKind, Velocity, WINDOW_1H_MS, WINDOW_7D_MS, WINDOW_24H_MS, WINDOWS_MS, Window,
};

/// Where edge-orders asks for a score, inside the POP: `POST`, a JSON [`ScoreRequest`], answered by a [`Decision`].
pub const SCORE_URL: &str = "http://edge-fraud.spin.internal/score";
/// Where edge-accounts asks for one: `POST`, JSON [`RegistrationFacts`], answered by a [`Decision`].
pub const SCORE_REGISTRATION_URL: &str = "http://edge-fraud.spin.internal/score/registration";
