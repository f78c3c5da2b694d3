//! Fees of promotions that vendors pay by card, on the provider's page. Whoever comes first settles a payment: the vendor
//! who returns, the provider's webhook, or the job that asks for each one that hangs.
//!
//! What the provider reserved is taken only after the promotion was claimed for it: a fee that was set off against a
//! payout, or is not owed any more, gives the money back without having taken it.

mod act;
pub mod service;
mod settle;
mod store;

pub use settle::{give_back, wake};
