//! The embedded host: serves the components of a `spin.toml` on wasmtime.
//!
//! A request goes [`server`] -> [`node`] -> [`guest`], and from the guest through [`host`] to [`db`] and [`outbound`].
//! [`manifest`] and [`routes`] say what is served, [`engine`] compiles and interrupts it, [`limits`] names every cap.

pub mod db;
pub mod engine;
pub mod guest;
pub mod host;
pub mod limits;
pub mod manifest;
pub mod node;
pub mod outbound;
pub mod routes;
pub mod server;
pub mod ticker;
