//! Whole shops as processes: a core and POPs, driven over HTTP.
#![allow(clippy::unwrap_used, missing_docs)]

mod accounts;
mod audit;
mod bad_input;
mod conservation;
mod crash;
mod customers;
mod models;
mod notices;
mod outage;
mod people;
mod privacy;
mod sync_security;
