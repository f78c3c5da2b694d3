//! Tests of edge-fraud, in one binary: a folder of subjects.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

mod access;
mod alerts;
mod bad_input;
mod broken_model;
mod common;
mod hostile_model;
mod parity;
mod patterns;
mod properties;
mod registrations;
mod subjects;
mod swaps;
mod velocity;
