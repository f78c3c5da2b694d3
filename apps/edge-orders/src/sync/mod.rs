//! Sync with the core: events and pictures of customers up, leases, catalogue, pictures and fraud models down. Driven by the host's tick; a checkout asks for
//! leases itself when a shopper waits. The core sees only what is in `kiosk_wire`.

mod backoff;
mod core_client;
mod events;
mod feed;
pub mod leases;
mod media;
mod models;
mod service;
pub mod transport;
mod upkeep;
mod uploads;

pub use service::deliver_soon;
