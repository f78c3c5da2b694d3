//! Promotions: a vendor books days for a product and owes a fee, and every POP shows the product as promoted.

pub mod service;
mod store;
pub mod terms;
