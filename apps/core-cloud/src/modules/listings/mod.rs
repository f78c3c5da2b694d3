//! What vendors do with their products, and what admins do about them: over the catalogue, the stock and the imports.

pub mod draft;
pub mod import;
pub mod pictures;
pub mod service;
