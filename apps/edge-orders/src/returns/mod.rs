//! Returns that customers ask for: told to the core, which opens or refuses them, and shown until it has.

pub mod request;
pub mod service;
pub mod transport;
pub mod view;
