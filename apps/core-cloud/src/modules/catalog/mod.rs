//! Vendors, categories and products, and the feed of their changes.

pub mod feed;
pub mod listing;
pub mod products;
pub mod service;
pub mod shelves;
mod store;
pub mod transport;
