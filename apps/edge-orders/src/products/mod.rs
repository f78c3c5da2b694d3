//! The catalogue copy as the API shows it.

mod service;
pub mod transport;
mod view;
