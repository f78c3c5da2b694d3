//! Pages for who is not logged in: log in and out, choose a password, prove an address.

mod pages;
mod views;

pub use pages::routes;
