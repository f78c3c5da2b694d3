//! Taking in what customers did, as part of the transaction that applies their POP's events. Its first act is
//! [`crate::modules::catalog::service::lock_writers`].

use std::collections::{BTreeMap, HashMap, HashSet};

use kiosk_wire::people::{Message, MessageRecord, PICTURES_MAX, Party, RoomKey, TEXT_CHARS_MAX};
use kiosk_wire::{Change, OrderRecord, Picture};

use super::room::RoomRow;
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::media::upload as media;
use crate::modules::catalog::feed;
use crate::modules::customers::service::REASON_CHARS_MAX;
use crate::modules::orders::parcels::vendors_of;
use crate::modules::orders::service::{Source, known_account};
use crate::text::{clean, is_hash};

/// What a customer did.
#[derive(Clone, Copy, Debug)]
pub enum Deed<'a> {
    /// Wrote.
    Sent(&'a MessageRecord),
    /// Has read up to the messages of a time, Unix milliseconds.
    Read(&'a RoomKey, i64),
    /// Closed the room, or opened it again.
    Blocked(&'a RoomKey, bool),
    /// Asks the moderators to look, and why.
    Reported(&'a RoomKey, &'a str),
}

impl Deed<'_> {
    fn room(&self) -> &RoomKey {
        match self {
            Self::Sent(record) => &record.room,
            Self::Read(room, _) | Self::Blocked(room, _) | Self::Reported(room, _) => room,
        }
    }
}

/// Opens a room for each vendor of new orders of accounts.
///
/// # Errors
/// When the database fails.
pub async fn open_rooms(tx: &mut Tx, source: Source<'_>, orders: &[&OrderRecord]) -> Result<(), Error> {
    let mut rooms = Vec::new();
    for order in orders {
        let Some(account) = known_account(order) else { continue };
        for vendor in vendors_of(order) {
            let key = RoomKey { order: order.id.clone(), vendor: vendor.clone() };
            rooms.push(RoomRow::new(key, account, source.region));
        }
    }
    store::put_rooms(tx, &rooms.iter().collect::<Vec<_>>()).await?;
    let changes: Vec<_> = rooms.iter().map(|room| Change::Room(room.told())).collect();
    feed::publish(tx, Some(source.region), &changes).await
}

/// Applies what customers did, in order. What no room takes is dropped and counted, and stops nothing.
///
/// # Errors
/// When the database fails.
pub async fn apply(tx: &mut Tx, source: Source<'_>, deeds: &[Deed<'_>]) -> Result<(), Error> {
    if deeds.is_empty() {
        return Ok(());
    }
    let mut desk = Desk::open(tx, source, deeds).await?;
    for deed in deeds {
        desk.take(deed, source.received_ms);
    }
    desk.close(tx, source).await
}

/// Which of these messages the core has heard of, taken or not.
///
/// # Errors
/// When the database fails.
pub async fn list_known(tx: &mut Tx, ids: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::list_known(tx, ids).await?)
}

/// The rooms of a batch in memory, and what happened in them.
struct Desk {
    /// Each with whether its region has to be told.
    rooms: BTreeMap<RoomKey, (RoomRow, bool)>,
    known: HashSet<String>,
    uploads: HashMap<String, Picture>,
    messages: Vec<Message>,
    /// Messages that no room took, and why.
    dropped: Vec<(String, &'static str)>,
}

impl Desk {
    async fn open(tx: &mut Tx, source: Source<'_>, deeds: &[Deed<'_>]) -> Result<Self, Error> {
        let orders: HashSet<&str> = deeds.iter().map(|deed| deed.room().order.as_str()).collect();
        let rooms = store::list_rooms_of(tx, &orders.into_iter().collect::<Vec<_>>()).await?;
        let sent = deeds.iter().filter_map(|deed| match deed {
            Deed::Sent(record) => Some(*record),
            _ => None,
        });
        let sent: Vec<&MessageRecord> = sent.collect();
        let ids: Vec<&str> = sent.iter().map(|record| record.id.as_str()).collect();
        let uploads = sent.iter().flat_map(|record| &record.uploads).map(String::as_str);
        let uploads: Vec<&str> = uploads.filter(|upload| is_hash(upload)).collect();
        // A room of another region is none of this POP's.
        let rooms = rooms.into_iter().filter(|room| room.region == source.region);
        Ok(Self {
            rooms: rooms.map(|room| (room.key.clone(), (room, false))).collect(),
            known: store::list_known(tx, &ids).await?,
            uploads: media::list_uploads(tx, &uploads).await?,
            messages: Vec::new(),
            dropped: Vec::new(),
        })
    }

    fn take(&mut self, deed: &Deed<'_>, now_ms: i64) {
        if let Deed::Sent(record) = deed {
            // A message that was told twice is taken once.
            if self.known.insert(record.id.to_string())
                && let Err(why) = self.take_message(record)
            {
                metrics::counter!("core_chat_messages_dropped_total", "why" => why).increment(1);
                self.dropped.push((record.id.to_string(), why));
            }
            return;
        }
        let Some((room, moved)) = self.rooms.get_mut(deed.room()) else { return };
        let before = room.told();
        match deed {
            Deed::Sent(_) => {}
            Deed::Read(_, read_ms) => room.customer_read_ms = room.customer_read_ms.max(*read_ms),
            Deed::Blocked(_, blocked) => room.set_closed(Party::Customer, *blocked),
            Deed::Reported(_, reason) => {
                let reason = clean(reason).chars().take(REASON_CHARS_MAX).collect();
                room.set_report(Party::Customer, reason, now_ms);
                *moved = true;
            }
        }
        *moved |= room.told() != before;
    }

    fn take_message(&mut self, record: &MessageRecord) -> Result<(), &'static str> {
        let found = self.rooms.get_mut(&record.room).filter(|(room, _)| room.account == record.account);
        let (room, moved) = found.ok_or("not_in_room")?;
        // Whoever writes into a closed room learns that it is closed.
        *moved = true;
        if room.closed_by.is_some() {
            return Err("closed");
        }
        let text = clean(&record.text);
        let pictures = record.uploads.iter().filter_map(|upload| self.uploads.get(upload).cloned());
        let pictures: Vec<Picture> = pictures.take(PICTURES_MAX).collect();
        if text.is_empty() && pictures.is_empty() {
            return Err("empty");
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err("too_long");
        }
        let mut message = Message {
            id: record.id.clone(),
            room: record.room.clone(),
            number: 0,
            from: Party::Customer,
            text,
            pictures,
            sent_ms: record.sent_ms,
        };
        room.append(&mut message);
        self.messages.push(message);
        Ok(())
    }

    async fn close(self, tx: &mut Tx, source: Source<'_>) -> Result<(), Error> {
        let moved: Vec<_> = self.rooms.values().filter(|(_, moved)| *moved).map(|(room, _)| room).collect();
        store::put_rooms(tx, &moved).await?;
        store::insert_messages(tx, &self.messages).await?;
        store::insert_dropped(tx, &self.dropped, source.received_ms).await?;
        let rooms = moved.iter().map(|room| Change::Room(room.told()));
        let messages = self.messages.iter().map(|message| Change::Message(Box::new(message.clone())));
        let changes: Vec<_> = rooms.chain(messages).collect();
        feed::publish(tx, Some(source.region), &changes).await
    }
}
