//! Delivery addresses that are kept.

pub mod service;
pub mod transport;
