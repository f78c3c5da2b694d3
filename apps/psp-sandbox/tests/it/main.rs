//! The adapters of `kiosk-payments` against the providers of the sandbox, in one process.
#![allow(clippy::unwrap_used, missing_docs)]

mod faults;
mod harness;
mod ledger;
mod pages;
mod paypal;
mod routes;
mod stripe;
mod webhooks;
