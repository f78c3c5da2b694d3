//! Checkout: a saga whose last step is one local commit (invariant I1).
//!
//! ```text
//! answered before? -> may they buy? -> cart -> price -> delivery -> stock (ask the core once it is short) -> fraud score
//!   -> authorise the payment -> commit all or nothing -> answer
//! ```
//! Every step but the last two only reads. When the commit fails the payment is voided and the saga starts again from
//! what is true then: it ends in a repeated answer, a refusal that names the cause, or a second commit.

mod commit;
pub mod delivery;
mod fraud;
pub mod payment;
mod price;
mod request;
mod service;
pub mod supply;
pub mod transport;
pub mod view;
