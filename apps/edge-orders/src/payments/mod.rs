//! Payments at providers. The checkout writes an order and its payment and asks the provider to begin; from then on
//! whoever comes first settles it: the shopper who returns, the provider's webhook, or the tick.
//!
//! ```text
//! order and payment committed -> provider begins -> shopper pays there -> provider is asked -> order placed, core told
//!                                                                     \-> order given up   -> provider told
//! ```
//! Each arrow is a step that may be the last one before a crash. All of them can be repeated: keys make the provider act
//! once, and guards make the database decide once.

pub mod providers;
mod service;
pub mod settings;
mod settle;
pub mod tick;
pub mod transport;
pub mod view;
mod webhook;

pub use service::begin;
