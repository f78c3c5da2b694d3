//! Codes of discounts and gift cards that a cart uses. Tries are counted, so that nobody guesses codes by the thousand.

mod service;
pub mod transport;
