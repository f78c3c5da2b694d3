//! Goods that are too big for a parcel: what they weigh for a carrier, what that costs, and when they can come.

pub mod consumer;
pub mod rates;
pub mod service;
mod store;
pub mod zones;
