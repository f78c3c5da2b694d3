//! Moderators look at rooms that were reported, and at no others.

use kiosk_ids::MessageId;
use kiosk_wire::Change;
use kiosk_wire::people::{Party, RoomKey};

use super::room::{RoomRow, Stored};
use super::service::{MESSAGES_SHOWN_MAX, Service, lock_room, save_room};
use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::feed;
use crate::modules::customers::service::checked_reason;
use crate::modules::members::service::Member;
use crate::page::List;

impl Service {
    /// Rooms that were reported, and whether there are more. The search is part of an order, a vendor or a reason;
    /// states are `all` and `closed`, none is those that wait.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_reported(&self, list: &List) -> Result<(Vec<RoomRow>, bool), Error> {
        let mut rooms = store::list_reported(&mut *self.db.read().await?, list).await?;
        let more = list.cut(&mut rooms);
        Ok((rooms, more))
    }

    /// A room that was reported, and its last messages.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody reported such a room: other chats are nobody's business.
    pub async fn get_reported(&self, key: &RoomKey) -> Result<(RoomRow, Vec<Stored>), Error> {
        let conn = &mut *self.db.read().await?;
        let room = store::get_room(conn, key).await?.filter(|room| room.report.is_some());
        let room = room.ok_or(Error::NotFound("chat"))?;
        Ok((room, store::list_messages(conn, key, MESSAGES_SHOWN_MAX).await?))
    }

    /// A moderator closes a reported room, or opens it again.
    ///
    /// # Errors
    /// 422 without a reason, [`Error::NotFound`] when nobody reported such a room.
    pub async fn close_reported(
        &self,
        by: &Member,
        key: &RoomKey,
        closed: bool,
        reason: &str,
    ) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let mut tx = self.db.begin().await?;
        let mut room = lock_reported(&mut tx, key).await?;
        if closed {
            room.closed_by = Some(Party::Moderator);
        } else {
            room.set_closed(Party::Moderator, false);
        }
        save_room(&mut tx, &room).await?;
        let action = if closed { "chat.close" } else { "chat.open" };
        self.log(&mut tx, by, action, key, reason).await?;
        self.commit(tx, key).await
    }

    /// A moderator is done with a report.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody reported such a room.
    pub async fn settle(&self, by: &Member, key: &RoomKey) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let mut room = lock_reported(&mut tx, key).await?;
        if let Some(report) = &mut room.report {
            report.settled_ms = Some(self.clock.now_ms());
        }
        store::put_rooms(&mut tx, &[&room]).await?;
        self.log(&mut tx, by, "chat.settle", key, "").await?;
        Ok(tx.commit().await?)
    }

    /// A moderator takes a message of a reported room down.
    ///
    /// # Errors
    /// 422 without a reason, [`Error::NotFound`] when there is no such message in a reported room.
    pub async fn remove_message(
        &self,
        by: &Member,
        key: &RoomKey,
        id: &MessageId,
        reason: &str,
    ) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let mut tx = self.db.begin().await?;
        let room = lock_reported(&mut tx, key).await?;
        let stored =
            store::get_message(&mut tx, key, id.as_str()).await?.ok_or(Error::NotFound("message"))?;
        store::remove_message(&mut tx, id.as_str(), self.clock.now_ms()).await?;
        let mut message = stored.message;
        message.text.clear();
        message.pictures.clear();
        feed::publish(&mut tx, Some(&room.region), &[Change::Message(Box::new(message))]).await?;
        self.log(&mut tx, by, "chat.remove", key, &format!("{id}: {reason}")).await?;
        self.commit(tx, key).await
    }

    async fn log(
        &self,
        tx: &mut Tx,
        by: &Member,
        action: &str,
        key: &RoomKey,
        detail: &str,
    ) -> Result<(), Error> {
        let subject = format!("{}/{}", key.order, key.vendor);
        let act = Act { action, subject: &subject, detail: detail.to_owned() };
        audit::append(tx, &by.id, &act, self.clock.now_ms()).await
    }
}

async fn lock_reported(tx: &mut Tx, key: &RoomKey) -> Result<RoomRow, Error> {
    let room = lock_room(tx, key).await?;
    if room.report.is_some() { Ok(room) } else { Err(Error::NotFound("chat")) }
}
