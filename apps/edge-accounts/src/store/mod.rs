//! The region's vault. Personal values are in it sealed; see [`crate::seal`].

pub mod accounts;
pub mod addresses;
pub mod attempts;
pub mod clients;
pub mod keys;
pub mod links;
pub mod mails;
pub mod nonces;
pub mod passkeys;
pub mod registrations;
pub mod schema;
pub mod sessions;
