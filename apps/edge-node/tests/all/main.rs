//! Tests of the host with a real guest.
#![allow(clippy::unwrap_used, missing_docs)]

mod command;
mod common;
mod manifest;
mod misbehaviour;
mod modules;
mod outbound;
mod serving;
mod spin_interfaces;
mod sqlite;
mod ticker;
