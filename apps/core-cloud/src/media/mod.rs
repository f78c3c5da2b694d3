//! Pictures, by the hash of their bytes: checked on the way in, files in the data folder.

mod disk;
pub mod fetch;
pub mod kind;
pub mod service;
mod store;
pub mod svg;
pub mod transport;
