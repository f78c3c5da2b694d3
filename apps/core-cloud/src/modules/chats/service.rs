//! A vendor's side of the chats.

use http::StatusCode;
use kiosk_ids::MessageId;
use kiosk_problem::Problem;
use kiosk_wire::people::{Message, PICTURES_MAX, Party, RoomKey, TEXT_CHARS_MAX};
use kiosk_wire::{Change, Picture};

use super::news::{Listener, News};
use super::room::{RoomRow, Stored, party_name};
use super::store;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::media::service::Service as Media;
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::customers::service::checked_reason;
use crate::page::List;
use crate::random::random;
use crate::text::clean;

/// Messages of a room that are shown: the last ones.
pub const MESSAGES_SHOWN_MAX: i64 = 500;
/// Longest text of a picture, in characters.
pub const ALT_CHARS_MAX: usize = 300;

/// What a vendor writes.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Plain text; may be empty beside pictures.
    pub text: String,
    /// Pictures as they were uploaded.
    pub files: Vec<Vec<u8>>,
    /// What they show, for those who do not see them.
    pub alt: String,
}

/// Chats as vendors and moderators see them.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    media: Media,
    news: News,
}

impl Service {
    /// Over this database; pictures go to `media`, and `news` tells what changes.
    #[must_use]
    pub fn new(db: Db, clock: Clock, media: Media, news: News) -> Self {
        Self { db, clock, media, news }
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

    /// A word that is another one whenever the page of a room shows something else: a message more or less, how far the
    /// customer has read, who closed it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such room.
    pub async fn get_version(&self, key: &RoomKey) -> Result<String, Error> {
        let conn = &mut *self.db.read().await?;
        let room = store::get_room(conn, key).await?.ok_or(Error::NotFound("chat"))?;
        let removed_ms = store::last_removed_ms(conn, key).await?;
        let closed_by = room.closed_by.map_or("nobody", party_name);
        Ok(format!("{}.{}.{removed_ms}.{closed_by}", room.last_number, room.customer_read_ms))
    }

    /// Hears of what changes in a room.
    #[must_use]
    pub fn listen(&self, key: &RoomKey) -> Listener {
        self.news.listen(key)
    }

    /// The vendor of a room writes.
    ///
    /// # Errors
    /// 422 when there is neither text nor picture, the text is too long, there are too many pictures or one of them is none;
    /// 409 `chat_closed`, [`Error::NotFound`] when there is no such room.
    pub async fn send(&self, key: &RoomKey, draft: Draft) -> Result<(), Error> {
        let text = clean(&draft.text);
        if text.is_empty() && draft.files.is_empty() {
            return Err(Error::invalid("text", "write something, or choose a picture"));
        }
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(Error::invalid("text", format!("at most {TEXT_CHARS_MAX} characters")));
        }
        if draft.files.len() > PICTURES_MAX {
            return Err(Error::invalid("file", format!("at most {PICTURES_MAX} pictures")));
        }
        // Nobody draws pictures for a room that takes none.
        let room = store::get_room(&mut *self.db.read().await?, key).await?;
        check_open(&room.ok_or(Error::NotFound("chat"))?)?;
        let pictures = self.draw(draft.files, &draft.alt).await?;
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        let mut room = lock_room(&mut tx, key).await?;
        check_open(&room)?;
        let mut message = Message {
            id: MessageId::fresh(now_ms, &random()?),
            room: key.clone(),
            number: 0,
            from: Party::Vendor,
            text,
            pictures,
            sent_ms: now_ms,
        };
        room.append(&mut message);
        store::put_rooms(&mut tx, &[&room]).await?;
        store::insert_messages(&mut tx, std::slice::from_ref(&message)).await?;
        let changes = [Change::Room(room.told()), Change::Message(Box::new(message))];
        feed::publish(&mut tx, Some(&room.region), &changes).await?;
        self.commit(tx, key).await
    }

    /// Draws uploaded pictures anew; a refusal says which of them it is.
    async fn draw(&self, files: Vec<Vec<u8>>, alt: &str) -> Result<Vec<Picture>, Error> {
        let alt: String = clean(alt).chars().take(ALT_CHARS_MAX).collect();
        let mut pictures = Vec::with_capacity(files.len());
        for (place, bytes) in files.into_iter().enumerate() {
            let drawn = self.media.put_upload(bytes, &alt).await.map_err(|error| match error {
                Error::Refused(problem) if problem.code == "picture_refused" => {
                    let why = problem.detail.clone().unwrap_or_default();
                    problem.param("file").detail(format!("Picture {}: {why}", place + 1)).into()
                }
                error => error,
            });
            pictures.push(drawn?);
        }
        Ok(pictures)
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
        self.commit(tx, key).await?;
        Ok(room)
    }

    /// Commits what happened in a room, and wakes those who look at it.
    pub(super) async fn commit(&self, tx: Tx, key: &RoomKey) -> Result<(), Error> {
        tx.commit().await?;
        self.news.tell(key);
        Ok(())
    }
}

/// Refuses what is written into a closed room.
fn check_open(room: &RoomRow) -> Result<(), Error> {
    if room.closed_by.is_none() {
        return Ok(());
    }
    Err(Problem::new(StatusCode::CONFLICT, "chat_closed", "This chat is closed").into())
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
