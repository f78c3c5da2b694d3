//! A vendor's side of the chats.

use http::StatusCode;
use kiosk_ids::MessageId;
use kiosk_problem::Problem;
use kiosk_wire::Change;
use kiosk_wire::people::{Message, Party, RoomKey, TEXT_CHARS_MAX};

use super::room::{RoomRow, Stored};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::customers::service::checked_reason;
use crate::page::List;
use crate::random::random;
use crate::text::clean;

/// Messages of a room that are shown: the last ones.
pub const MESSAGES_SHOWN_MAX: i64 = 500;

/// Chats as vendors and moderators see them.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// A vendor's rooms, those with something unread first, and whether there are more. The search is part of an
    /// order's id, states are `unread` and `closed`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_rooms(
        &self,
        vendor: &kiosk_ids::VendorId,
        list: &List,
    ) -> Result<(Vec<RoomRow>, bool), Error> {
        let mut rooms = store::list_of_vendor(&mut *self.db.read().await?, vendor.as_str(), list).await?;
        let more = list.cut(&mut rooms);
        Ok((rooms, more))
    }

    /// A room and its last messages. Its vendor has read them by this.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such room.
    pub async fn read_room(&self, key: &RoomKey) -> Result<(RoomRow, Vec<Stored>), Error> {
        let conn = &mut *self.db.read().await?;
        let mut room = store::get_room(conn, key).await?.ok_or(Error::NotFound("chat"))?;
        let messages = store::list_messages(conn, key, MESSAGES_SHOWN_MAX).await?;
        if room.is_unread() {
            // A message that came after these was not read.
            let shown = messages.iter().filter(|stored| stored.message.from == Party::Customer);
            let read_ms = shown.map(|stored| stored.message.sent_ms).max().unwrap_or(0);
            room = self
                .change(key, |room| {
                    room.vendor_read_ms = room.vendor_read_ms.max(read_ms);
                    Ok(())
                })
                .await?;
        }
        Ok((room, messages))
    }

    /// The vendor of a room writes.
    ///
    /// # Errors
    /// 422 when the text is empty or too long, 409 `chat_closed`, [`Error::NotFound`] when there is no such room.
    pub async fn send(&self, key: &RoomKey, text: &str) -> Result<(), Error> {
        let text = clean(text);
        if text.is_empty() {
            return Err(Error::invalid("text", "write something"));
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(Error::invalid("text", format!("at most {TEXT_CHARS_MAX} characters")));
        }
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut room = lock_room(&mut tx, key).await?;
        if room.closed_by.is_some() {
            let title = "This chat is closed";
            return Err(Problem::new(StatusCode::CONFLICT, "chat_closed", title).into());
        }
        let mut message = Message {
            id: MessageId::fresh(now_ms, &random()?),
            room: key.clone(),
            number: 0,
            from: Party::Vendor,
            text,
            pictures: Vec::new(),
            sent_ms: now_ms,
        };
        room.append(&mut message);
        store::put_rooms(&mut tx, &[&room]).await?;
        store::insert_messages(&mut tx, std::slice::from_ref(&message)).await?;
        let changes = [Change::Room(room.told()), Change::Message(Box::new(message))];
        feed::publish(&mut tx, Some(&room.region), &changes).await?;
        Ok(tx.commit().await?)
    }

    /// The vendor of a room asks the moderators to look.
    ///
    /// # Errors
    /// 422 without a reason, [`Error::NotFound`] when there is no such room.
    pub async fn report(&self, key: &RoomKey, reason: &str) -> Result<(), Error> {
        let reason = clean(checked_reason(reason)?);
        let now_ms = self.clock.now_ms();
        let report = |room: &mut RoomRow| {
            room.set_report(Party::Vendor, reason, now_ms);
            Ok(())
        };
        self.change(key, report).await.map(|_| ())
    }

    /// The vendor of a room closes it, or opens it again.
    ///
    /// # Errors
    /// 409 `chat_closed` when somebody else closed it, [`Error::NotFound`] when there is no such room.
    pub async fn set_blocked(&self, key: &RoomKey, blocked: bool) -> Result<(), Error> {
        let set = |room: &mut RoomRow| {
            room.set_closed(Party::Vendor, blocked);
            if room.closed_by == blocked.then_some(Party::Vendor) {
                return Ok(());
            }
            let title = "Somebody else closed this chat";
            Err(Problem::new(StatusCode::CONFLICT, "chat_closed", title).into())
        };
        self.change(key, set).await.map(|_| ())
    }

    /// Changes a room and tells its region.
    async fn change(
        &self,
        key: &RoomKey,
        change: impl FnOnce(&mut RoomRow) -> Result<(), Error> + Send,
    ) -> Result<RoomRow, Error> {
        let mut tx = self.db.begin().await?;
        let mut room = lock_room(&mut tx, key).await?;
        change(&mut room)?;
        save_room(&mut tx, &room).await?;
        tx.commit().await?;
        Ok(room)
    }
}

/// A room that nobody else changes until the transaction ends.
pub(super) async fn lock_room(tx: &mut Tx, key: &RoomKey) -> Result<RoomRow, Error> {
    catalog::lock_writers(tx).await?;
    store::get_room(tx, key).await?.ok_or(Error::NotFound("chat"))
}

/// Writes a room as it now is and tells its region.
pub(super) async fn save_room(tx: &mut Tx, room: &RoomRow) -> Result<(), Error> {
    store::put_rooms(tx, &[room]).await?;
    feed::publish(tx, Some(&room.region), &[Change::Room(room.told())]).await
}
