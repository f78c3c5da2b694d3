//! What POPs tell and ask: events up, leases and the feed down. Knows the POPs, their databases and signatures.

pub mod auth;
mod events;
pub mod service;
mod store;
pub mod transport;
