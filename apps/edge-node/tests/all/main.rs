//! Tests of the host with a real guest.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;
mod misbehaviour;
mod outbound;
mod serving;
mod spin_interfaces;
mod sqlite;
