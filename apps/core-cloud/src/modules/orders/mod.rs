//! Orders, by anonymised record, and the parcels that vendors send for them.

mod parcel_store;
pub mod parcels;
pub mod service;
mod store;
pub mod transport;
