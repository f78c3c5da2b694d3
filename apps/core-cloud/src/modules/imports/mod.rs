//! Catalogues from elsewhere: read, checked row by row, written in batches. Importing twice changes nothing.

pub mod draft;
pub mod formats;
mod pictures;
pub mod service;
mod store;
pub mod text;
