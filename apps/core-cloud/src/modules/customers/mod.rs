//! Customers as the core knows them: pseudonyms that orders show, and whether they may buy.

pub mod service;
mod store;
