//! What happens in rooms.

use kiosk_ids::{EventId, MessageId};
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::social::messages::{self, NewMessage, Part};
use kiosk_pop_store::social::rooms::{self, Act, Room};
use kiosk_pop_store::social::was_answered;
use kiosk_privacy::Kind;
use kiosk_problem::{Problem, idempotency_key_reused};
use kiosk_wire::people::TEXT_CHARS_MAX;
use kiosk_wire::{Party, RoomKey};

use super::view::{MessageBody, Reported, RoomBody, RoomList, RoomMessages, SentMessage};
use crate::app::Pop;
use crate::error::{Result, room_closed};
use crate::text::{self, names_of};

/// Most rooms of a list.
pub const ROOMS_MAX: u32 = 100;
/// Most messages of an answer.
pub const MESSAGES_PER_PAGE_MAX: u32 = 100;
/// Longest reason of a report, in characters.
pub const REASON_CHARS_MAX: usize = 500;

/// The rooms of `account`.
pub async fn list_rooms(pop: &Pop, account: &str) -> Result<RoomList> {
    let rooms = rooms::list(&*pop.edge.db, account, ROOMS_MAX).await?;
    Ok(RoomList { rooms: rooms.into_iter().map(|(room, last)| RoomBody::of(room, last)).collect() })
}

/// The room `key` of `account`; who is not in it does not learn whether it is there.
pub async fn room(pop: &Pop, account: &str, key: &RoomKey) -> Result<Room> {
    let room = rooms::get(&*pop.edge.db, account, key).await?;
    Ok(room.ok_or_else(|| Problem::not_found("room"))?)
}

/// A part of a room's messages.
pub async fn get_room(pop: &Pop, account: &str, key: &RoomKey, part: Part) -> Result<RoomMessages> {
    let room = room(pop, account, key).await?;
    let mut messages = messages::list(&*pop.edge.db, key, part, MESSAGES_PER_PAGE_MAX + 1).await?;
    let more = messages.len() > MESSAGES_PER_PAGE_MAX as usize;
    if more {
        match part {
            Part::After(_) => messages.truncate(MESSAGES_PER_PAGE_MAX as usize),
            Part::Last | Part::Before(_) => drop(messages.remove(0)),
        }
    }
    let vendor_read_ms = room.vendor_read_ms;
    let messages = messages.into_iter().map(|message| MessageBody::of(message, vendor_read_ms)).collect();
    Ok(RoomMessages { room: RoomBody::of(room, None), messages, more })
}

/// What is written.
pub struct Draft {
    pub text: String,
    pub uploads: Vec<String>,
    /// The request as it came, to know it again.
    pub request: String,
}

/// Sends a message once for each idempotency key; the answer, and whether it was given before.
pub async fn send_message(
    pop: &Pop,
    account: &str,
    key: &RoomKey,
    idempotency_key: &str,
    draft: &Draft,
) -> Result<(SentMessage, bool)> {
    let scope = format!("chat/{account}");
    let place = format!("{}/{}", key.order, key.vendor);
    let request_hash =
        pop.config.pseudonym_key.pseudonym(Kind::Request, &format!("{place} {}", draft.request));
    if let Some(remembered) = messages::remembered(&*pop.edge.db, &scope, idempotency_key).await? {
        return repeat(&remembered, &request_hash);
    }
    if room(pop, account, key).await?.closed_by.is_some() {
        return Err(room_closed().into());
    }
    let mut removed = Vec::new();
    let text = text::masked(&draft.text, "text", TEXT_CHARS_MAX, &mut removed)?;
    text::uploads(&draft.uploads)?;
    if text.is_blank() && draft.uploads.is_empty() {
        return Err(Problem::invalid("text", "must not be blank, unless there is a picture").into());
    }
    let now_ms = pop.now_ms();
    let id = MessageId::fresh(now_ms, &pop.edge.random_bytes());
    let stored = messages::Message {
        id: id.clone(),
        number: None,
        from: Party::Customer,
        text: text.as_str().to_owned(),
        pictures: Vec::new(),
        uploads: draft.uploads.clone(),
        sent_ms: now_ms,
    };
    let sent = SentMessage { message: MessageBody::of(stored, 0), masked: names_of(&removed) };
    let answer = Remembered { request_hash, status: 201, response: serde_json::to_string(&sent)? };
    let message = NewMessage {
        id: &id,
        room: key,
        account,
        text,
        uploads: &draft.uploads,
        now_ms,
        event: &EventId::fresh(now_ms, &pop.edge.random_bytes()),
        key: (&scope, idempotency_key),
        answer: &answer,
    };
    match messages::send(&*pop.edge.db, message).await {
        Ok(()) => Ok((sent, false)),
        // The same request came twice at once, and the other one was faster.
        Err(error) if was_answered(&error) => {
            match messages::remembered(&*pop.edge.db, &scope, idempotency_key).await? {
                Some(remembered) => repeat(&remembered, &answer.request_hash),
                None => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn repeat(remembered: &Remembered, request_hash: &str) -> Result<(SentMessage, bool)> {
    if remembered.request_hash != request_hash {
        return Err(idempotency_key_reused().into());
    }
    Ok((serde_json::from_str(&remembered.response)?, true))
}

/// Names the event of an act.
fn event(pop: &Pop, now_ms: i64) -> EventId {
    EventId::fresh(now_ms, &pop.edge.random_bytes())
}

/// The customer has read what is there.
pub async fn mark_read(pop: &Pop, account: &str, key: &RoomKey) -> Result<()> {
    let room = room(pop, account, key).await?;
    if room.unread == 0 {
        return Ok(());
    }
    let last = messages::list(&*pop.edge.db, key, Part::Last, MESSAGES_PER_PAGE_MAX).await?;
    let delivered = last.iter().filter(|message| message.number.is_some());
    let read_ms = delivered.map(|message| message.sent_ms).max().unwrap_or(0);
    let now_ms = pop.now_ms();
    let act = Act { account, room: key, event: &event(pop, now_ms), now_ms };
    Ok(rooms::mark_read(&*pop.edge.db, act, read_ms).await?)
}

/// Closes the room, or opens it again when it was the customer who closed it.
pub async fn block_room(pop: &Pop, account: &str, key: &RoomKey, blocked: bool) -> Result<()> {
    let room = room(pop, account, key).await?;
    let wanted = match room.closed_by {
        None => blocked,
        Some(Party::Customer) => !blocked,
        // Who else closed it decides; it stays closed either way.
        Some(_) if blocked => false,
        Some(_) => return Err(room_closed().into()),
    };
    if !wanted {
        return Ok(());
    }
    let now_ms = pop.now_ms();
    let act = Act { account, room: key, event: &event(pop, now_ms), now_ms };
    Ok(rooms::block(&*pop.edge.db, act, blocked).await?)
}

/// Calls a moderator.
pub async fn report_room(pop: &Pop, account: &str, key: &RoomKey, reason: &str) -> Result<Reported> {
    room(pop, account, key).await?;
    let mut removed = Vec::new();
    let reason = text::required(reason, "reason", REASON_CHARS_MAX, &mut removed)?;
    let now_ms = pop.now_ms();
    let act = Act { account, room: key, event: &event(pop, now_ms), now_ms };
    rooms::report(&*pop.edge.db, act, reason).await?;
    Ok(Reported { masked: names_of(&removed) })
}
