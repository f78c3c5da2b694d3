//! Vendors: registration, the checklist they hand in, and what admins decide about them.

pub mod business;
pub mod document;
pub mod review;
pub mod service;
pub mod state;
mod store;
mod texts;
