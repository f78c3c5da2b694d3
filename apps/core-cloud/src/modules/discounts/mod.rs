//! Discounts: a vendor's own or the marketplace's, with a code or without, told to every POP. What they may spend is an
//! account of the escrow, leased like stock.

pub mod consumer;
pub mod draft;
pub mod service;
mod store;
