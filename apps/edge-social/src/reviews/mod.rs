//! Reviews: who bought a product and has it says so, once, and may change it.

pub mod service;
pub mod transport;
