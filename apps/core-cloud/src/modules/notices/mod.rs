//! What customers are told of their orders by mail: the core says what happened, the region knows whom to write to.

mod compose;
pub mod consumer;
pub mod service;
mod store;
