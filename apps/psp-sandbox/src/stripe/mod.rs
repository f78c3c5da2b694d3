//! Stripe's API.

mod answer;
pub mod events;
mod form;
mod routes;
mod sessions;
mod shapes;

pub(crate) use routes::routes;

/// The version that is spoken unless a request names another.
pub(crate) const API_VERSION: &str = "2025-03-31.basil";
