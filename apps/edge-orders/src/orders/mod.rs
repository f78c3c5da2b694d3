//! Orders, for who placed them.

pub mod service;
pub mod transport;
pub mod view;
