//! Fraud: orders that the score doubted, checkouts that it refused, what people find out about them, and what blocked
//! accounts say for themselves.

pub mod appeals;
mod appeals_store;
mod consumer;
pub mod service;
mod store;

pub use consumer::Cases;
