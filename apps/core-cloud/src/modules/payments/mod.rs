//! Payments in the core: what was reserved, taken and given back of each order. A POP has the money reserved; here it is
//! captured when parcels leave, given back when goods come back, and looked after when providers or banks tell of it.

mod book;
mod camt;
mod consumer;
pub mod fees;
mod matching;
mod movement_store;
pub mod payouts;
pub mod providers;
mod reconcile;
mod reference;
mod refund_notice;
mod retry;
pub mod service;
mod settle;
pub mod state;
mod statement_store;
pub mod statements;
mod store;
pub mod transport;
mod webhook_store;
pub mod webhooks;

pub use camt::STATEMENT_BYTES_MAX;
pub use consumer::Payments;
pub use reference::end_to_end;
