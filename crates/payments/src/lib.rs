//! Payments at a provider: what a POP and the core ask of it, and the providers that answer.
//!
//! A POP starts a payment and has it authorised; the core captures it when goods leave, refunds it when they come back,
//! and pays vendors. Both use the same adapters over a [`Transport`] of their own. No card data is ever seen here: the
//! shopper gives it to the provider, on the provider's page.

mod gateway;

pub use gateway::{
    Capture, Captured, Gateway, Moment, NewPayment, NoAnswer, PayError, Refund, Refunded, Snapshot, Started,
    State, Transfer, Transferred, Transport,
};
