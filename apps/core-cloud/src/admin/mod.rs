//! The operators' pages at `/admin`: Leptos components rendered on the server, plain CSS, no script.

mod charts;
mod format;
mod imports;
mod layout;
mod orders;
mod overview;
mod pages;
mod stock;

pub use pages::routes;
