//! What the browser hydrates. Each island works without it: a link, a form, a number field.

pub mod add_to_cart;
#[cfg(feature = "hydrate")]
mod browser;
pub mod cart_count;
pub mod gallery;
mod state;
pub mod stepper;
