//! Pictures of customers: checked and stripped of all that is not the picture.

mod clean;
mod exif;
mod jpeg;
mod png;
mod service;
pub mod transport;
mod webp;
