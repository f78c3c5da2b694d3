//! What admins did: appended to and never changed, each entry chained to the one before by its hash.

pub mod service;
mod store;
