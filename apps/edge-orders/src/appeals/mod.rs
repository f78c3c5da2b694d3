//! What a blocked account can say for itself.

mod service;
pub mod transport;
