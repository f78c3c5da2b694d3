//! Rooms and messages as clients see them.

use kiosk_pop_store::social::messages::Message;
use kiosk_pop_store::social::rooms::Room;
use kiosk_wire::{Party, Picture};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomBody {
    /// The order.
    pub order: String,
    /// The seller.
    pub vendor: String,
    /// Its name.
    pub vendor_name: String,
    /// What was bought.
    pub titles: Vec<String>,
    /// Messages that are new to the customer.
    pub unread: u32,
    /// `customer`, `vendor` or `moderator` while it is closed.
    pub closed_by: Option<String>,
    /// The seller has read the messages up to this time, Unix milliseconds.
    pub vendor_read_ms: i64,
    /// When something was last written, Unix milliseconds.
    pub moved_ms: i64,
    /// The last message, in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<MessageBody>,
}

impl RoomBody {
    pub fn of(room: Room, last: Option<Message>) -> Self {
        let last = last.map(|last| MessageBody::of(last, room.vendor_read_ms));
        Self {
            order: room.key.order.into(),
            vendor: room.key.vendor.into(),
            vendor_name: room.vendor_name,
            titles: room.titles,
            unread: room.unread,
            closed_by: room.closed_by.map(|party| name_of(party).to_owned()),
            vendor_read_ms: room.vendor_read_ms,
            moved_ms: room.moved_ms,
            last,
        }
    }
}

/// One's rooms.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomList {
    /// The last moved first.
    pub rooms: Vec<RoomBody>,
}

/// A message.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MessageBody {
    /// `msg_…`.
    pub id: String,
    /// Counts from 1 within the room; none while it waits.
    pub number: Option<u64>,
    /// `customer`, `vendor` or `moderator`.
    pub from: String,
    /// Plain text; empty when a moderator took it away.
    pub text: String,
    /// Files below `/media/`.
    pub pictures: Vec<PictureBody>,
    /// Ids of pictures that wait with it, below `/v1/pictures/`.
    pub uploads: Vec<String>,
    /// Unix milliseconds.
    pub sent_ms: i64,
    /// `waiting` for the platform, `delivered`, or `read` by the seller.
    pub state: String,
}

/// A picture.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PictureBody {
    /// `<hash>.<ext>`.
    pub file: String,
    /// For those who do not see it.
    pub alt: String,
}

impl PictureBody {
    pub fn of(picture: Picture) -> Self {
        Self { file: format!("{}.{}", picture.hash, picture.ext), alt: picture.alt }
    }
}

impl MessageBody {
    pub fn of(message: Message, vendor_read_ms: i64) -> Self {
        let state = match message.number {
            None => "waiting",
            Some(_) if message.from == Party::Customer && message.sent_ms <= vendor_read_ms => "read",
            Some(_) => "delivered",
        };
        let pictures = message.pictures.into_iter();
        Self {
            id: message.id.into(),
            number: message.number,
            from: name_of(message.from).to_owned(),
            text: message.text,
            pictures: pictures.map(PictureBody::of).collect(),
            uploads: message.uploads,
            sent_ms: message.sent_ms,
            state: state.to_owned(),
        }
    }
}

/// A room and a part of its messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoomMessages {
    /// The room.
    pub room: RoomBody,
    /// In their order; those that wait stand at the end.
    pub messages: Vec<MessageBody>,
    /// Whether there are more on the side that was asked for.
    pub more: bool,
}

/// A message that was sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SentMessage {
    /// As it was stored.
    pub message: MessageBody,
    /// What was taken out of it: `email`, `phone`, `card`, `iban`, `address`.
    pub masked: Vec<String>,
}

/// What a report answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reported {
    /// What was taken out of the reason.
    pub masked: Vec<String>,
}

fn name_of(party: Party) -> &'static str {
    match party {
        Party::Customer => "customer",
        Party::Vendor => "vendor",
        Party::Moderator => "moderator",
    }
}
