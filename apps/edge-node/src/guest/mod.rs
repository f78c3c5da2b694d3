//! Instances of components: what they know, when they start and end, and how a request reaches one.

pub mod busy;
pub mod call;
pub mod component;
pub mod files;
pub mod instance;
pub mod state;
