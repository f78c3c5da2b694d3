//! Fraud models: which there are, which of them decide and which are watched at POPs, and how well they do.
//!
//! A version is registered once, by the release or by an owner, and never changes. The plan names a champion, which
//! decides, and perhaps a candidate, which is watched everywhere (shadow) and decides at some POPs (canary). Each change of
//! the plan is a revision that all POPs are told.

mod consumer;
pub mod figures;
pub mod monitor;
mod plan;
mod release;
mod scores_store;
pub mod service;
mod store;
pub mod transport;
mod upload;

pub use consumer::Scores;
pub use plan::{Act, Plan};
