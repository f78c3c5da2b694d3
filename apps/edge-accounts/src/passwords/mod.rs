//! Other passwords: by the old one, or by a link when that is forgotten.

pub mod service;
pub mod transport;
