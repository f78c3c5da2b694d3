//! Rooms: customer and vendor of an order talk in one.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::{EventId, OrderId, VendorId};
use kiosk_wire::{EventBody, Party, RoomKey};

use super::messages::{self, Message};
use super::{CHANGE_AGAIN_MS, SocialGuard};
use crate::{StoreError, outbox};

/// A room can be reported again after this long, in milliseconds.
pub const REPORT_AGAIN_MS: i64 = 3_600_000;

/// A room as its customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Which.
    pub key: RoomKey,
    /// The vendor's name; empty while the feed has not told the vendor.
    pub vendor_name: String,
    /// What was bought.
    pub titles: Vec<String>,
    /// When the order was placed or the last message came, Unix milliseconds.
    pub moved_ms: i64,
    /// Who closed it, while it is closed.
    pub closed_by: Option<Party>,
    /// The vendor has read up to the messages of this time, Unix milliseconds.
    pub vendor_read_ms: i64,
    /// The customer has, Unix milliseconds.
    pub read_ms: i64,
    /// Messages that the customer has not read.
    pub unread: u32,
}

const COLUMNS: &str =
    "r.order_id, r.vendor_id, COALESCE(v.name, ''), r.titles, r.moved_ms, r.closed_by, r.vendor_read_ms,
    r.read_ms, (SELECT COUNT(*) FROM message m WHERE m.order_id = r.order_id AND m.vendor_id = r.vendor_id
      AND m.number IS NOT NULL AND m.sender <> 'customer' AND m.sent_ms > r.read_ms)";
const ROOM_COLUMNS: usize = 9;

fn room_of(row: &Row) -> Result<Room, StoreError> {
    Ok(Room {
        key: RoomKey { order: OrderId::parse(row.get(0)?)?, vendor: VendorId::parse(row.get(1)?)? },
        vendor_name: row.get(2)?,
        titles: serde_json::from_str(row.get(3)?)?,
        moved_ms: row.get(4)?,
        closed_by: row.get::<Option<&str>>(5)?.map(messages::party_of).transpose()?,
        vendor_read_ms: row.get(6)?,
        read_ms: row.get(7)?,
        unread: row.get(8)?,
    })
}

/// The room `key` of `account`; `None` when there is none or it is somebody else's.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, account: &str, key: &RoomKey) -> Result<Option<Room>, StoreError> {
    let select = Statement::new(format!(
        "SELECT {COLUMNS} FROM room r LEFT JOIN vendor v ON v.id = r.vendor_id
         WHERE r.order_id = ?1 AND r.vendor_id = ?2 AND r.account = ?3"
    ));
    let select = select.bind(key.order.as_str()).bind(key.vendor.as_str()).bind(account);
    db.query(select).await?.first().map(room_of).transpose()
}

/// The rooms of `account` with their last message, the last moved first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn list(
    db: &dyn Database,
    account: &str,
    limit: u32,
) -> Result<Vec<(Room, Option<Message>)>, StoreError> {
    let select = Statement::new(format!(
        "SELECT {COLUMNS}, {message} FROM room r LEFT JOIN vendor v ON v.id = r.vendor_id
           LEFT JOIN message l ON l.place = (SELECT m.place FROM message m
             WHERE m.order_id = r.order_id AND m.vendor_id = r.vendor_id
             ORDER BY m.number IS NULL DESC, m.number DESC, m.place DESC LIMIT 1)
         WHERE r.account = ?1 ORDER BY r.moved_ms DESC, r.order_id DESC, r.vendor_id LIMIT ?2",
        message = messages::COLUMNS,
    ));
    let rows = db.query(select.bind(account).bind(limit)).await?;
    rows.iter()
        .map(|row| {
            let last = row.get::<Option<&str>>(ROOM_COLUMNS)?;
            let last = last.map(|_| messages::message_of(row, ROOM_COLUMNS)).transpose()?;
            Ok((room_of(row)?, last))
        })
        .collect()
}

/// An act of a room's customer, and the event that tells the core.
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// The customer.
    pub account: &'a str,
    /// The room.
    pub room: &'a RoomKey,
    /// Names the event.
    pub event: &'a EventId,
    /// Unix milliseconds.
    pub now_ms: i64,
}

impl Act<'_> {
    fn bound(self, statement: Statement) -> Statement {
        statement.bind(self.room.order.as_str()).bind(self.room.vendor.as_str()).bind(self.account)
    }

    async fn commit(
        self,
        db: &dyn Database,
        mut batch: Vec<Statement>,
        body: &EventBody,
    ) -> Result<(), StoreError> {
        batch.push(outbox::append(self.event, self.now_ms, body)?);
        db.batch(batch).await?;
        Ok(())
    }
}

/// Remembers that the customer has read the messages up to `read_ms`, Unix milliseconds.
///
/// # Errors
/// When the database fails.
pub async fn mark_read(db: &dyn Database, act: Act<'_>, read_ms: i64) -> Result<(), StoreError> {
    let update = act.bound(Statement::new(
        "UPDATE room SET read_ms = MAX(read_ms, ?4) WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3",
    ));
    let body = EventBody::RoomRead { room: act.room.clone(), read_ms };
    act.commit(db, vec![update.bind(read_ms)], &body).await
}

/// Closes the room for its vendor, or opens it again; who else closed it keeps it closed.
///
/// # Errors
/// [`SocialGuard::ChangesInBounds`], or when the database fails.
pub async fn block(db: &dyn Database, act: Act<'_>, blocked: bool) -> Result<(), StoreError> {
    let guard = SocialGuard::ChangesInBounds.unless(
        "EXISTS (SELECT 1 FROM room WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3 AND changed_ms > ?4)",
    );
    let sql = if blocked {
        "UPDATE room SET changed_ms = ?4, closed_by = COALESCE(closed_by, 'customer')
         WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3"
    } else {
        "UPDATE room SET changed_ms = ?4, closed_by = NULL
         WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3 AND closed_by = 'customer'"
    };
    let body = EventBody::RoomBlocked { room: act.room.clone(), blocked };
    let batch = vec![
        act.bound(guard).bind(act.now_ms - CHANGE_AGAIN_MS),
        act.bound(Statement::new(sql)).bind(act.now_ms),
    ];
    act.commit(db, batch, &body).await
}

/// Hands the room to the moderators; `reason` is masked.
///
/// # Errors
/// [`SocialGuard::ReportsInBounds`], or when the database fails.
pub async fn report(
    db: &dyn Database,
    act: Act<'_>,
    reason: kiosk_privacy::Masked,
) -> Result<(), StoreError> {
    let guard = SocialGuard::ReportsInBounds.unless(
        "EXISTS (SELECT 1 FROM room WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3 AND reported_ms > ?4)",
    );
    let update = act.bound(Statement::new(
        "UPDATE room SET reported_ms = ?4 WHERE order_id = ?1 AND vendor_id = ?2 AND account = ?3",
    ));
    let batch = vec![act.bound(guard).bind(act.now_ms - REPORT_AGAIN_MS), update.bind(act.now_ms)];
    let body = EventBody::RoomReported { room: act.room.clone(), reason: reason.into() };
    act.commit(db, batch, &body).await
}
