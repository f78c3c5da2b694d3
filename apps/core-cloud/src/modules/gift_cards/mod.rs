//! Gift cards: sold or given away, known by the hash of their code alone. A balance is an account of the escrow, leased
//! like stock.

pub mod consumer;
pub mod service;
mod store;
