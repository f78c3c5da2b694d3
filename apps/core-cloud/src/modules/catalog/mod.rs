//! Vendors, categories and products, and the feed of their changes.

pub mod feed;
pub mod service;
mod store;
pub mod transport;
