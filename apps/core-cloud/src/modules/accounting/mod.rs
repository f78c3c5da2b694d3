//! The books: what was agreed on each sale, the journal that every movement of money is booked in, and the documents and
//! exports that are made of them. It hears of everything by the bus.

pub mod account;
mod book;
pub mod consumer;
pub mod documents;
mod documents_store;
pub mod export;
mod freeze;
pub mod journal;
mod journal_store;
pub mod pdf;
pub mod plans;
pub mod rates;
mod rates_store;
mod sales_store;
pub mod service;
mod terms;
