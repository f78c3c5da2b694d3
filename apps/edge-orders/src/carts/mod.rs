//! Carts with versions.

mod claim;
pub mod service;
pub mod transport;
mod view;
