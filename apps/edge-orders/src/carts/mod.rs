//! Carts with versions.

pub mod service;
pub mod transport;
mod view;
