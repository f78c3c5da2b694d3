//! Paying vendors: what each is owed is settled by its schedule, with a statement, and sent through a provider.

mod act;
pub mod run;
pub mod send;
pub mod service;
pub mod settle;
mod store;
pub mod terms;
pub mod through;
