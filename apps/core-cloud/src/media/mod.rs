//! Pictures, by the hash of their bytes: checked or drawn anew on the way in, files on the disk or in an S3 store.

pub mod encode;
pub mod fetch;
pub mod files;
pub mod kind;
pub mod service;
mod store;
pub mod svg;
pub mod transport;
pub mod upload;
