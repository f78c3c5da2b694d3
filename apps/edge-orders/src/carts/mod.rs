//! Carts with versions.

mod claim;
pub mod codes;
pub mod service;
pub mod transport;
mod view;
