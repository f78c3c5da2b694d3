//! To be written.
pub mod velocity;
