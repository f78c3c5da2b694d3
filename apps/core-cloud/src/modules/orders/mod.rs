//! Orders, by anonymised record: a purchase is a group of one order for each vendor in it, and each is sent in parcels.

pub mod acts;
pub mod asked;
mod clearing_store;
pub mod consumer;
pub mod flow;
pub mod fulfilment;
mod parcel_store;
pub mod parcels;
pub mod parts;
pub mod pieces;
pub mod purchase;
mod purchase_store;
pub mod returns;
pub mod service;
mod shipment_store;
pub mod shipments;
mod store;
pub mod transport;
