//! Reviews: only who bought and received may write one, moderators publish it, vendors answer it.

mod rules;
pub mod service;
mod store;

pub use rules::{Content, Entry, State};
