//! The deterministic simulator: the real routers, stores and services of several POPs and one core in one process,
//! driven by a seeded clock, network and storage.
//!
//! | module | holds |
//! |---|---|
//! | [`executor`], [`clock`], [`chance`], [`trace`] | time, order, randomness and the record of a run |
//! | [`network`], [`disk`], [`faults`] | what goes wrong |
//! | [`pop`], [`core`], [`office`], [`providers`], [`shopper`], [`payer`], [`goods`] | who takes part |
//! | [`auditor`] | the truth, compared after each step |
//! | [`plan`], [`run`], [`runner`], [`report`] | what a seed is like, running it, running many |
//! | [`mutations`] | bugs that are put in to see that they are caught |
//!
//! The same seed gives the same run, event for event.
#![allow(clippy::missing_panics_doc)]

pub mod auditor;
pub mod chance;
pub mod clock;
pub mod core;
pub mod disk;
pub mod executor;
pub mod faults;
pub mod goods;
pub mod mutations;
pub mod network;
pub mod office;
pub mod payer;
pub mod plan;
pub mod pop;
pub mod providers;
pub mod report;
pub mod run;
pub mod runner;
pub mod shopper;
pub mod trace;
pub mod world;

pub use run::{Outcome, run_seed};
