//! Passkeys: a second way in, by a key that the customer's device keeps.

mod challenge;
pub mod service;
pub mod transport;
pub mod view;
