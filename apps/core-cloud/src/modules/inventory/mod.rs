//! Stock: what is on hand, and the escrow accounts of the POPs.

pub mod escrow;
pub mod service;
mod store;
pub mod transport;
