//! The core as a whole, in one process with a real database. Every test runs on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, missing_docs)]

#[macro_use]
mod harness;
mod accounting;
mod accounting_random;
mod admin;
mod beancount;
mod books;
mod bus;
mod chats;
mod chats_live;
mod conservation;
mod customers;
mod events;
mod feed;
mod flow;
mod fulfilment;
mod imports;
mod leases;
mod listings;
mod media;
mod members;
mod nats;
mod parcels;
mod payments;
mod payouts;
mod postgres;
mod problems;
mod promotions;
mod reviews;
mod routes;
mod signatures;
mod vendors;
mod write_off;
