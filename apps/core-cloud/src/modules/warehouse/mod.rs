//! Where goods lie: warehouses of vendors, what of an order each of them sends, and what is on its shelves.

pub mod allocation;
pub mod consumer;
pub mod service;
mod store;
