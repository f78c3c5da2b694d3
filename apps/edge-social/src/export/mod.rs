//! All that a customer wrote, for that customer (GDPR, article 20).

mod service;
pub mod transport;
