//! Chats: customer and vendor of an order talk in a room, and moderators look at what is reported.

mod moderation;
mod news;
mod room;
pub mod service;
mod store;
mod take;

pub use news::{Listener, News};
pub use room::{Report, RoomRow, Stored, party_name};
pub use take::{Deed, apply, list_known, open_rooms};
