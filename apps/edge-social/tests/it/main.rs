//! Tests of edge-social on a POP in memory.
#![allow(clippy::unwrap_used, missing_docs)]

mod access;
mod chats;
mod events;
mod export;
mod pictures;
mod reviews;
mod support;
