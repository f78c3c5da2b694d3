//! edge-orders from outside, on a host in memory: a scripted core and a scripted edge-fraud, no sockets, no clock.
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod bad_input;
mod carts;
mod checkout;
mod claims;
mod customers;
mod delivery;
mod discounts;
mod gift_cards;
mod leases;
mod mails;
mod openapi;
mod payment_faults;
mod payments;
mod privacy;
mod products;
mod races;
mod returns;
mod sales_tax;
mod sandbox;
mod set_back;
mod step_up;
mod support;
mod uploads;
mod webhooks;
