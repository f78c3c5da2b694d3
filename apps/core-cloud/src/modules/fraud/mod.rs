//! Fraud: orders that the score doubted, checkouts that it refused, doubtful reviews, vendors and discounts, what people find
//! out about them, and what blocked accounts say for themselves.

pub mod appeals;
mod appeals_store;
mod consumer;
pub mod service;
mod store;
pub mod subjects;

pub use consumer::Cases;
