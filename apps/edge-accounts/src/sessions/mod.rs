//! Logging in and out.

pub mod service;
pub mod transport;
