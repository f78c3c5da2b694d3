//! Orders, for who placed them.

mod service;
pub mod transport;
mod view;
