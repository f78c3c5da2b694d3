//! Mail to customers, as the apps of a region send it: how a letter is written, how the provider takes it, and when one
//! that it did not take is tried again. Where mails wait is each app's own.

mod letter;
mod postmark;
mod provider;

pub use letter::{Letter, Mail};
pub use provider::{Fate, Provider, SENT_PER_TICK_MAX, TRIES_MAX, wait_ms};
