//! Paying vendors: what each is owed is settled by its schedule, with a statement, and sent through a provider.

mod act;
pub mod files;
mod files_store;
mod pain;
pub mod run;
pub mod send;
pub mod service;
pub mod settle;
mod store;
pub mod terms;
pub mod through;

pub use pain::checked_iban;
