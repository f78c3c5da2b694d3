//! Checkout: a saga whose last step is one local commit (invariant I1).
//!
//! ```text
//! answered before? -> may they buy? -> cart -> price (discounts, gift cards) -> delivery -> way to pay
//!   -> stock, budgets and balances (ask the core once they are short)
//!   -> fraud score -> commit all or nothing -> have the provider begin, where there is one -> answer
//! ```
//! Every step before the commit only reads. When the commit fails the saga starts again from what is true then: it ends in
//! a repeated answer, a refusal that names the cause, or a second commit. An order that is paid at a provider is committed
//! before the provider hears of it, so that there is no payment without an order; see `payments`. One that gift cards pay in
//! full needs no provider, whichever way to pay was chosen: it is placed at once.

mod commit;
pub mod delivery;
pub mod discounts;
mod fraud;
pub mod methods;
pub mod price;
mod request;
mod service;
mod step_up;
pub mod sums;
pub mod supply;
pub mod tax;
pub mod terms;
pub mod transport;
pub mod view;
