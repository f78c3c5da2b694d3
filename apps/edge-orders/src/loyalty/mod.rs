//! What accounts have earned.

pub mod service;
pub mod transport;
