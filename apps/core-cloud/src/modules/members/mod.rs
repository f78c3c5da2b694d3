//! Who works with the core: admins with their roles, and people of vendors. Customers are not here: their accounts stay
//! in their regions.

mod attempts;
pub mod policy;
pub mod service;
mod store;
mod texts;
mod token;
