//! Tables `chats_rooms`, `chats_messages`, `chats_dropped`.

use std::collections::HashSet;

use kiosk_ids::InvalidId;
use kiosk_wire::people::{Message, Party, RoomKey};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::room::{Report, RoomRow, Stored, parse_party, party_name};
use crate::db::{Conn, batches, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const ROOM_COLUMNS: &str = "order_id, vendor, account, region, closed_by, last_number, last_ms, customer_ms, \
     vendor_read_ms, customer_read_ms, reported_ms, reported_by, report, settled_ms";
const MESSAGE_COLUMNS: &str = "id, order_id, vendor, number, sender, text, pictures, sent_ms, removed_ms";
/// What a vendor's rooms may be sorted by: those with something unread come first.
const VENDOR_SORTS: &[(&str, &str)] =
    &[("unread", "CASE WHEN customer_ms > vendor_read_ms THEN 0 ELSE 1 END"), ("last", "last_ms")];
/// What reported rooms may be sorted by.
const REPORT_SORTS: &[(&str, &str)] = &[("reported", "reported_ms"), ("last", "last_ms")];

/// The rooms of these orders.
pub async fn list_rooms_of(conn: &mut Conn, orders: &[&str]) -> Result<Vec<RoomRow>> {
    let mut rooms = Vec::new();
    for orders in batches(orders, 1) {
        let sql = format!(
            "SELECT {ROOM_COLUMNS} FROM chats_rooms WHERE order_id IN ({})",
            placeholders(1, orders.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for order in orders {
            query = query.bind(*order);
        }
        for row in &query.fetch_all(&mut *conn).await? {
            rooms.push(room_of(row)?);
        }
    }
    Ok(rooms)
}

/// A room.
pub async fn get_room(conn: &mut Conn, key: &RoomKey) -> Result<Option<RoomRow>> {
    let rooms = list_rooms_of(conn, &[key.order.as_str()]).await?;
    Ok(rooms.into_iter().find(|room| room.key == *key))
}

/// Writes rooms as they now are, each once.
pub async fn put_rooms(conn: &mut Conn, rooms: &[&RoomRow]) -> Result<()> {
    for rows in batches(rooms, 14) {
        let sql = format!(
            "INSERT INTO chats_rooms ({ROOM_COLUMNS}) VALUES {} ON CONFLICT (order_id, vendor) DO UPDATE SET \
             closed_by = excluded.closed_by, last_number = excluded.last_number, last_ms = excluded.last_ms, \
             customer_ms = excluded.customer_ms, vendor_read_ms = excluded.vendor_read_ms, \
             customer_read_ms = excluded.customer_read_ms, reported_ms = excluded.reported_ms, \
             reported_by = excluded.reported_by, report = excluded.report, settled_ms = excluded.settled_ms",
            tuples(rows.len(), 14)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for room in rows {
            let report = room.report.as_ref();
            query = query.bind(room.key.order.as_str()).bind(room.key.vendor.as_str());
            query = query.bind(&*room.account).bind(&*room.region).bind(room.closed_by.map(party_name));
            query = query.bind(room.last_number).bind(room.last_ms).bind(room.customer_ms);
            query = query.bind(room.vendor_read_ms).bind(room.customer_read_ms);
            query = query.bind(report.map(|report| report.at_ms));
            query = query.bind(report.map(|report| party_name(report.by)));
            query = query.bind(report.map(|report| report.reason.as_str()));
            query = query.bind(report.and_then(|report| report.settled_ms));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// A vendor's rooms. Those that nobody wrote in are left out unless one is looked for.
pub async fn list_of_vendor(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<RoomRow>> {
    let of_state = match list.state.as_str() {
        "unread" => "customer_ms > vendor_read_ms",
        "closed" => "closed_by IS NOT NULL",
        _ if list.search().is_empty() => "last_number > 0",
        _ => "last_number >= 0",
    };
    let sql = format!(
        "SELECT {ROOM_COLUMNS} FROM chats_rooms WHERE vendor = $1 AND {of_state} AND order_id LIKE $2 {} \
         LIMIT $3 OFFSET $4",
        list.order_by(VENDOR_SORTS, "last_ms DESC, order_id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(list.like()).bind(limit).bind(offset);
    query.fetch_all(conn).await?.iter().map(room_of).collect()
}

/// Rooms that were reported: those that wait, or all that ever were.
pub async fn list_reported(conn: &mut Conn, list: &List) -> Result<Vec<RoomRow>> {
    let of_state = match list.state.as_str() {
        "all" => "reported_ms IS NOT NULL",
        "closed" => "reported_ms IS NOT NULL AND closed_by = 'moderator'",
        _ => "reported_ms IS NOT NULL AND settled_ms IS NULL",
    };
    let sql = format!(
        "SELECT {ROOM_COLUMNS} FROM chats_rooms WHERE {of_state} AND (order_id LIKE $1 OR vendor LIKE $1 \
         OR LOWER(report) LIKE $1) {} LIMIT $2 OFFSET $3",
        list.order_by(REPORT_SORTS, "order_id, vendor")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(list.like()).bind(limit).bind(offset);
    query.fetch_all(conn).await?.iter().map(room_of).collect()
}

/// Stores messages.
pub async fn insert_messages(conn: &mut Conn, messages: &[Message]) -> Result<()> {
    for rows in batches(messages, 8) {
        let sql = format!(
            "INSERT INTO chats_messages (id, order_id, vendor, number, sender, text, pictures, sent_ms) VALUES {}",
            tuples(rows.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for message in rows {
            let pictures = serde_json::to_string(&message.pictures).unwrap_or_else(|_| "[]".to_owned());
            query = query.bind(message.id.as_str()).bind(message.room.order.as_str());
            query = query.bind(message.room.vendor.as_str());
            query = query.bind(i64::try_from(message.number).unwrap_or(i64::MAX));
            query = query.bind(party_name(message.from)).bind(&*message.text).bind(pictures);
            query = query.bind(message.sent_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Remembers messages that no room took, and why.
pub async fn insert_dropped(conn: &mut Conn, dropped: &[(String, &str)], now_ms: i64) -> Result<()> {
    for rows in batches(dropped, 3) {
        let sql = format!(
            "INSERT INTO chats_dropped (id, why, dropped_ms) VALUES {} ON CONFLICT (id) DO NOTHING",
            tuples(rows.len(), 3)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (id, why) in rows {
            query = query.bind(&**id).bind(*why).bind(now_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Which of these messages were taken or dropped.
pub async fn list_known(conn: &mut Conn, ids: &[&str]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for ids in batches(ids, 1) {
        let names = placeholders(1, ids.len());
        let sql = format!(
            "SELECT id FROM chats_messages WHERE id IN ({names}) UNION SELECT id FROM chats_dropped WHERE id IN ({names})"
        );
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        known.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(id,)| id));
    }
    Ok(known)
}

/// The last messages of a room, oldest first.
pub async fn list_messages(conn: &mut Conn, key: &RoomKey, limit: i64) -> Result<Vec<Stored>> {
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM chats_messages WHERE order_id = $1 AND vendor = $2 \
         ORDER BY number DESC LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(key.order.as_str()).bind(key.vendor.as_str());
    let rows = query.bind(limit).fetch_all(conn).await?;
    rows.iter().rev().map(message_of).collect()
}

/// When a message of a room was last taken down, Unix milliseconds, 0 when none ever was.
pub async fn last_removed_ms(conn: &mut Conn, key: &RoomKey) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COALESCE(MAX(removed_ms), 0) FROM chats_messages WHERE order_id = $1 AND vendor = $2",
    );
    let query = query.bind(key.order.as_str()).bind(key.vendor.as_str());
    query.fetch_one(conn).await.map(|(removed_ms,)| removed_ms)
}

/// A message of a room.
pub async fn get_message(conn: &mut Conn, key: &RoomKey, id: &str) -> Result<Option<Stored>> {
    let sql = format!(
        "SELECT {MESSAGE_COLUMNS} FROM chats_messages WHERE id = $1 AND order_id = $2 AND vendor = $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(id);
    let row = query.bind(key.order.as_str()).bind(key.vendor.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(message_of).transpose()
}

/// Empties a message.
pub async fn remove_message(conn: &mut Conn, id: &str, now_ms: i64) -> Result<()> {
    let query =
        sqlx::query("UPDATE chats_messages SET text = '', pictures = '[]', removed_ms = $1 WHERE id = $2");
    query.bind(now_ms).bind(id).execute(conn).await.map(|_| ())
}

fn key_of(row: &AnyRow) -> Result<RoomKey> {
    let (order, vendor): (String, String) = (row.try_get("order_id")?, row.try_get("vendor")?);
    Ok(RoomKey { order: order.parse().map_err(not_an_id)?, vendor: vendor.parse().map_err(not_an_id)? })
}

fn not_an_id(error: InvalidId) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

fn party_of(row: &AnyRow, column: &str) -> Result<Option<Party>> {
    let name: Option<String> = row.try_get(column)?;
    Ok(name.and_then(|name| parse_party(&name)))
}

fn room_of(row: &AnyRow) -> Result<RoomRow> {
    let reported_ms: Option<i64> = row.try_get("reported_ms")?;
    let report = match reported_ms {
        None => None,
        Some(at_ms) => Some(Report {
            at_ms,
            by: party_of(row, "reported_by")?.unwrap_or(Party::Customer),
            reason: row.try_get::<Option<String>, _>("report")?.unwrap_or_default(),
            settled_ms: row.try_get("settled_ms")?,
        }),
    };
    Ok(RoomRow {
        key: key_of(row)?,
        account: row.try_get("account")?,
        region: row.try_get("region")?,
        closed_by: party_of(row, "closed_by")?,
        last_number: row.try_get("last_number")?,
        last_ms: row.try_get("last_ms")?,
        customer_ms: row.try_get("customer_ms")?,
        vendor_read_ms: row.try_get("vendor_read_ms")?,
        customer_read_ms: row.try_get("customer_read_ms")?,
        report,
    })
}

fn message_of(row: &AnyRow) -> Result<Stored> {
    let (id, pictures): (String, String) = (row.try_get("id")?, row.try_get("pictures")?);
    let number: i64 = row.try_get("number")?;
    let message = Message {
        id: id.parse().map_err(not_an_id)?,
        room: key_of(row)?,
        number: u64::try_from(number).unwrap_or(0),
        from: party_of(row, "sender")?.unwrap_or(Party::Moderator),
        text: row.try_get("text")?,
        pictures: serde_json::from_str(&pictures).unwrap_or_default(),
        sent_ms: row.try_get("sent_ms")?,
    };
    Ok(Stored { message, removed_ms: row.try_get("removed_ms")? })
}
