//! Chats: customer and vendor of an order talk in a room.

mod events;
mod service;
pub mod transport;
pub mod view;
