//! The router on a host in memory: what a browser without script sees and may do.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod account;
mod assets;
mod buying;
mod codes;
mod customers;
mod html;
mod pages;
mod paying;
mod people;
mod refusals;
mod returns;
mod safety;
mod talk;
