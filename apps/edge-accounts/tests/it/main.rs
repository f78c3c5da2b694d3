//! edge-accounts from outside, on a host in memory: a scripted mail provider and edge-fraud, no sockets, no clock.
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod accounts;
mod addresses;
mod authenticator;
mod clients;
mod erasure;
mod forward;
mod fraud;
mod mail;
mod passkeys;
mod passwords;
mod registrations;
mod sessions;
mod support;
