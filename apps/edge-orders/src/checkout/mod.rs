//! Checkout: a saga whose last step is one local commit (invariant I1).
//!
//! ```text
//! answered before? -> may they buy? -> cart -> price -> delivery -> way to pay -> stock (ask the core once it is short)
//!   -> fraud score -> commit all or nothing -> have the provider begin, where there is one -> answer
//! ```
//! Every step before the commit only reads. When the commit fails the saga starts again from what is true then: it ends in
//! a repeated answer, a refusal that names the cause, or a second commit. An order that is paid at a provider is committed
//! before the provider hears of it, so that there is no payment without an order; see `payments`.

mod commit;
pub mod delivery;
mod fraud;
pub mod methods;
mod price;
mod request;
mod service;
pub mod supply;
pub mod transport;
pub mod view;
