//! Registration, and what is one's own.

pub mod export;
mod score;
pub mod service;
pub mod transport;
pub mod view;
