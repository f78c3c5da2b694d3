//! Orders, by anonymised record.

pub mod service;
mod store;
pub mod transport;
