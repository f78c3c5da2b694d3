//! The services of the core. Each owns the tables that bear its name and speaks to the others through their service
//! functions (invariant I6): transport (HTTP) calls service calls store, with the same verb.

pub mod accounting;
pub mod audit;
pub mod bus;
pub mod catalog;
pub mod chats;
pub mod customers;
pub mod discounts;
pub mod fraud;
pub mod freight;
pub mod gift_cards;
pub mod imports;
pub mod inventory;
pub mod listings;
pub mod mail;
pub mod members;
pub mod models;
pub mod notices;
pub mod orders;
pub mod payments;
pub mod payouts;
pub mod promotions;
pub mod reviews;
pub mod sync;
pub mod vendors;
pub mod warehouse;
