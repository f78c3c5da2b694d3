//! Customers as the core knows them: pseudonyms that orders show, what they kept of what they bought, the tier that it
//! earns them, and whether they may buy.

mod consumer;
mod count;
mod count_store;
pub mod service;
mod store;
pub mod tiers;
mod tiers_store;

pub use consumer::Customers;
pub use count::REPORTED;
