//! Payments at a provider: what a POP and the core ask of it, and the providers that answer.
//!
//! A POP starts a payment and has it authorised; the core captures it when goods leave, refunds it when they come back,
//! and pays vendors. Both use the same adapters over a [`Transport`] of their own. No card data is ever seen here: the
//! shopper gives it to the provider, on the provider's page.
//!
//! - [`Stripe`]: Checkout Sessions with manual capture, multicapture, refunds, transfers to connected accounts.
//! - [`PayPal`]: Orders v2 with intent `AUTHORIZE`, Payments v2, Payouts.
//! - [`webhook`]: what providers tell by themselves, believed after its signature was checked.
//! - [`bank`]: the reference that a payer writes into a bank transfer.

pub mod bank;
mod gateway;
mod http_client;
mod paypal;
mod stripe;
pub mod webhook;

pub use gateway::{
    CAPTURE_ONCE_ONLY, Capture, Captured, Gateway, Moment, NewPayment, NoAnswer, PayError, Purpose, Refund,
    Refunded, Snapshot, Started, State, Transfer, Transferred, Transport,
};
pub use http_client::ANSWER_BYTES_MAX;
pub use paypal::{PAYPAL_CURRENCIES, PayPal};
pub use stripe::{
    STRIPE_PAGE_MINUTES_MAX, STRIPE_PAGE_MINUTES_MIN, STRIPE_VERSION, Stripe, from_stripe, stripe_least,
};
