//! Reviews: who bought a product and has it says so, once, and may change it.

mod service;
pub mod transport;
