//! Taxes on what consumers buy: where a sale is taxed, at which rate on its day, and what of an amount is tax.
//!
//! Rates are dated tables in `data/`, in parts per million; everything is integers. Only standard rates are known: the
//! catalogue does not tell which goods have a reduced one. It is for sales to consumers. Out of scope, and left untaxed
//! ([`Scheme::Import`]): goods that enter the EU or the United Kingdom from outside, where customs asks the recipient or
//! the marketplace is the deemed supplier (IOSS). Local taxes below the state are not known either.
//!
//! Sources: for the EU, "Taxes in Europe Database" of the European Commission (TEDB) and the laws that changed a rate:
//! SK Act 278/2024, EE Act of 12 December 2024, RO Law 141/2025, FI Act 434/2024; for the United Kingdom, VAT Act 1994
//! s. 2; for the US, the departments of revenue as collected by the Tax Foundation ("State and Local Sales Tax Rates"),
//! with what California, Utah and Virginia levy in each of their places included; for ZIP codes, USPS Labeling List L002.

mod amount;
mod day;
mod place;
mod table;

pub use amount::{Pricing, share, tax_of, taxes_of_lines};
pub use day::Day;
pub use place::{Scheme, Supply, Taxation, is_eu};
pub use table::{RateTable, TableError, Tables};

/// A rate of one: all of it.
pub const PPM: i64 = 1_000_000;
