//! Messages of a room.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::{EventId, MessageId, OrderId, VendorId};
use kiosk_privacy::Masked;
use kiosk_wire::{EventBody, MessageRecord, Party, Picture, RoomKey};

use super::{SocialGuard, uploads};
use crate::guard::integer;
use crate::idempotency::{Remembered, remember};
use crate::{StoreError, outbox};

/// Most messages that an account sends within [`RATE_MS`] at one POP.
pub const MESSAGES_MAX: u32 = 20;
/// The time that messages are counted over, in milliseconds.
pub const RATE_MS: i64 = 60_000;

/// A message as its room shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// Counts from 1 within the room; `None` while it waits for the core.
    pub number: Option<u64>,
    /// Who wrote it.
    pub from: Party,
    /// Plain text; empty when a moderator took it away.
    pub text: String,
    /// Pictures as the core made them.
    pub pictures: Vec<Picture>,
    /// SHA-256, hex, of pictures that wait with it.
    pub uploads: Vec<String>,
    /// Unix milliseconds.
    pub sent_ms: i64,
}

/// Of a message called `l`.
pub(super) const COLUMNS: &str = "l.id, l.number, l.sender, l.text, l.pictures, l.uploads, l.sent_ms";

pub(super) fn message_of(row: &Row, at: usize) -> Result<Message, StoreError> {
    Ok(Message {
        id: MessageId::parse(row.get(at)?)?,
        number: row.get(at + 1)?,
        from: party_of(row.get(at + 2)?)?,
        text: row.get(at + 3)?,
        pictures: serde_json::from_str(row.get(at + 4)?)?,
        uploads: serde_json::from_str(row.get(at + 5)?)?,
        sent_ms: row.get(at + 6)?,
    })
}

pub(super) fn party_of(text: &str) -> Result<Party, StoreError> {
    Ok(serde_json::from_value(text.into())?)
}

/// Which part of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The last ones.
    Last,
    /// The last ones before this number.
    Before(u64),
    /// The first ones after this number.
    After(u64),
}

/// Up to `limit` messages of a room in their order. Those that wait stand at the end, unless older ones are asked for.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &dyn Database,
    room: &RoomKey,
    part: Part,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let (condition, order, number) = match part {
        Part::Last => ("?3 = ?3", "l.number IS NULL DESC, l.number DESC, l.place DESC", 0),
        Part::Before(number) => ("l.number < ?3", "l.number DESC", number),
        Part::After(number) => {
            ("(l.number > ?3 OR l.number IS NULL)", "l.number IS NULL, l.number, l.place", number)
        }
    };
    let select = Statement::new(format!(
        "SELECT {COLUMNS} FROM message l WHERE l.order_id = ?1 AND l.vendor_id = ?2 AND {condition}
         ORDER BY {order} LIMIT ?4"
    ));
    let select =
        select.bind(room.order.as_str()).bind(room.vendor.as_str()).bind(integer(number)).bind(limit);
    let rows = db.query(select).await?;
    let mut messages = rows.iter().map(|row| message_of(row, 0)).collect::<Result<Vec<_>, _>>()?;
    if !matches!(part, Part::After(_)) {
        messages.reverse();
    }
    Ok(messages)
}

/// A message of any of an account's rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it was written.
    pub room: RoomKey,
    /// The message.
    pub message: Message,
    /// The vendor has read up to the messages of this time, Unix milliseconds.
    pub vendor_read_ms: i64,
    /// Ask after this for those that came later.
    pub place: i64,
}

/// Up to `limit` messages of all rooms of `account`, in the order they came to this POP, after `place`.
///
/// # Errors
/// When the database fails.
pub async fn list_of_account(
    db: &dyn Database,
    account: &str,
    place: i64,
    limit: u32,
) -> Result<Vec<Kept>, StoreError> {
    let select = Statement::new(format!(
        "SELECT {COLUMNS}, l.place, l.order_id, l.vendor_id, r.vendor_read_ms FROM message l
           JOIN room r ON r.order_id = l.order_id AND r.vendor_id = l.vendor_id
         WHERE r.account = ?1 AND l.place > ?2 ORDER BY l.place LIMIT ?3"
    ));
    let rows = db.query(select.bind(account).bind(place).bind(limit)).await?;
    let kept = rows.iter().map(|row| {
        let (order, vendor) = (OrderId::parse(row.get(8)?)?, VendorId::parse(row.get(9)?)?);
        let room = RoomKey { order, vendor };
        Ok(Kept { room, message: message_of(row, 0)?, vendor_read_ms: row.get(10)?, place: row.get(7)? })
    });
    kept.collect()
}

/// The answer that was given to `key` of `scope`.
///
/// # Errors
/// When the database fails.
pub async fn remembered(db: &dyn Database, scope: &str, key: &str) -> Result<Option<Remembered>, StoreError> {
    let select = Statement::new(
        "SELECT request_hash, status, response FROM idempotency WHERE scope = ?1 AND key = ?2",
    );
    let rows = db.query(select.bind(scope).bind(key)).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let status = u16::try_from(row.get::<u32>(1)?).unwrap_or(0);
    Ok(Some(Remembered { request_hash: row.get(0)?, status, response: row.get(2)? }))
}

/// A message that is sent.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// Identifier.
    pub id: &'a MessageId,
    /// Where.
    pub room: &'a RoomKey,
    /// Who.
    pub account: &'a str,
    /// What.
    pub text: Masked,
    /// SHA-256, hex, of the account's pictures.
    pub uploads: &'a [String],
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Names the event.
    pub event: &'a EventId,
    /// Whose idempotency keys, and which.
    pub key: (&'a str, &'a str),
    /// The answer to repeat.
    pub answer: &'a Remembered,
}

/// Sends a message: it waits for the core, and its pictures with it. All or nothing.
///
/// # Errors
/// A constraint that names a [`SocialGuard`], one of [`super::was_answered`], or when the database fails.
pub async fn send(db: &dyn Database, message: NewMessage<'_>) -> Result<(), StoreError> {
    let NewMessage { id, room, account, uploads: hashes, now_ms, event, .. } = message;
    let listed = serde_json::to_string(hashes)?;
    let open = SocialGuard::RoomIsOpen.unless(
        "NOT EXISTS (SELECT 1 FROM room
           WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3 AND closed_by IS NULL)",
    );
    let rate = SocialGuard::MessagesInBounds
        .unless("(SELECT COUNT(*) FROM message WHERE account = ?1 AND sent_ms > ?2) >= ?3");
    let insert = Statement::new(
        "INSERT INTO message (id, order_id, vendor_id, sender, account, text, pictures, uploads, sent_ms)
         VALUES (?1, ?2, ?3, 'customer', ?4, ?5, '[]', ?6, ?7)",
    );
    let moved = Statement::new("UPDATE room SET moved_ms = ?3 WHERE order_id = ?1 AND vendor_id = ?2");
    let (order, vendor) = (room.order.as_str(), room.vendor.as_str());
    let mut batch = vec![
        open.bind(order).bind(vendor).bind(account),
        rate.bind(account).bind(now_ms - RATE_MS).bind(MESSAGES_MAX),
        insert
            .bind(id.as_str())
            .bind(order)
            .bind(vendor)
            .bind(account)
            .bind(message.text.as_str())
            .bind(listed)
            .bind(now_ms),
        moved.bind(order).bind(vendor).bind(now_ms),
        remember(message.key.0, message.key.1, message.answer, now_ms),
    ];
    batch.extend(uploads::attach(account, hashes, None, event)?);
    let record = MessageRecord {
        id: id.clone(),
        room: room.clone(),
        account: account.to_owned(),
        text: message.text.into(),
        uploads: hashes.to_vec(),
        sent_ms: now_ms,
    };
    batch.push(outbox::append(event, now_ms, &EventBody::MessageSent(Box::new(record)))?);
    db.batch(batch).await?;
    Ok(())
}
