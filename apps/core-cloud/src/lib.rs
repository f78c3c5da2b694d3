//! The core: the system of record of a Kiosk shop.
//!
//! It keeps the catalogue, the stock and the orders, and syncs with the POPs that sell. See `modules` for its services.

mod admin;
pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod http;
pub mod media;
pub mod modules;
mod page;
mod panel;
mod random;
pub mod server;
mod signin;
mod text;
