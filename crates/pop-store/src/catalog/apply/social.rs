//! Rooms, messages, purchases and the state of reviews that were written here.

use kiosk_edge_platform::Statement;
use kiosk_wire::{Change, FeedPage, OrderState};
use serde::Serialize;

use super::{EXPECT_PICTURES, push};
use crate::StoreError;

/// What `page` tells of them.
pub fn put(page: &FeedPage, batch: &mut Vec<Statement>) -> Result<(), StoreError> {
    fn told<'a, T>(page: &'a FeedPage, pick: impl Fn(&'a Change) -> Option<T>) -> impl Iterator<Item = T> {
        page.changes.iter().filter_map(pick)
    }
    let orders = || {
        told(page, |change| if let Change::Order(order) = change { Some(&**order) } else { None })
            // A guest has neither chats nor reviews.
            .filter(|order| !order.account.is_empty())
    };
    let rooms = || told(page, |change| if let Change::Room(room) = change { Some(room) } else { None });
    let messages =
        || told(page, |change| if let Change::Message(message) = change { Some(&**message) } else { None });
    let reviews =
        || told(page, |change| if let Change::Review(review) = change { Some(&**review) } else { None });
    let removed =
        told(page, |change| if let Change::ReviewRemoved { id } = change { Some(id.as_str()) } else { None });

    push(batch, PUT_BOUGHT_ROOMS, orders().flat_map(BoughtRoom::of))?;
    push(batch, PUT_PURCHASES, orders().flat_map(PurchaseRow::of))?;
    push(batch, PUT_ROOMS, rooms())?;
    push(batch, PUT_MESSAGES, messages())?;
    push(batch, MOVE_ROOMS, messages())?;
    push(batch, EXPECT_PICTURES, messages().flat_map(|message| &message.pictures))?;
    push(batch, PUBLISH_REVIEWS, reviews())?;
    push(batch, REMOVE_REVIEWS, removed)
}

/// A room as an order makes it.
#[derive(Serialize)]
struct BoughtRoom<'a> {
    order: &'a str,
    vendor: &'a str,
    account: &'a str,
    titles: Vec<&'a str>,
    placed_ms: i64,
}

impl<'a> BoughtRoom<'a> {
    fn of(order: &'a OrderState) -> impl Iterator<Item = Self> + 'a {
        order.parcels.iter().map(|parcel| Self {
            order: order.id.as_str(),
            vendor: parcel.vendor.as_str(),
            account: &order.account,
            titles: order
                .lines
                .iter()
                .filter(|line| line.vendor == parcel.vendor)
                .map(|line| line.title.as_str())
                .collect(),
            placed_ms: order.placed_ms,
        })
    }
}

/// A row of `purchase`.
#[derive(Serialize)]
struct PurchaseRow<'a> {
    order: &'a str,
    product: &'a str,
    account: &'a str,
    title: &'a str,
    delivered: bool,
}

impl<'a> PurchaseRow<'a> {
    fn of(order: &'a OrderState) -> impl Iterator<Item = Self> + 'a {
        order.lines.iter().map(|line| Self {
            order: order.id.as_str(),
            product: line.product.as_str(),
            account: &order.account,
            title: &line.title,
            delivered: order
                .parcels
                .iter()
                .any(|parcel| parcel.vendor == line.vendor && parcel.status.has_arrived()),
        })
    }
}

// Whatever order the feed tells them in, the order says what was bought, and the room who has read and who closed it.
const PUT_BOUGHT_ROOMS: &str = "INSERT INTO room (order_id, vendor_id, account, titles, moved_ms)
    SELECT value ->> 'order', value ->> 'vendor', value ->> 'account', value ->> 'titles', value ->> 'placed_ms'
    FROM json_each(?1) WHERE 1
    ON CONFLICT (order_id, vendor_id) DO UPDATE SET account = excluded.account, titles = excluded.titles,
      moved_ms = MAX(moved_ms, excluded.moved_ms)";

const PUT_ROOMS: &str = "INSERT INTO room (order_id, vendor_id, account, titles, moved_ms, closed_by, vendor_read_ms,
      read_ms)
    SELECT value ->> 'order', value ->> 'vendor', value ->> 'account', '[]', 0, value ->> 'closed_by',
      value ->> 'vendor_read_ms', value ->> 'customer_read_ms' FROM json_each(?1) WHERE 1
    ON CONFLICT (order_id, vendor_id) DO UPDATE SET account = excluded.account, closed_by = excluded.closed_by,
      vendor_read_ms = MAX(vendor_read_ms, excluded.vendor_read_ms), read_ms = MAX(read_ms, excluded.read_ms)";

const PUT_MESSAGES: &str = "INSERT INTO message (id, order_id, vendor_id, number, sender, text, pictures, uploads, sent_ms)
    SELECT value ->> 'id', value ->> '$.room.order', value ->> '$.room.vendor', value ->> 'number', value ->> 'from',
      value ->> 'text', value ->> 'pictures', '[]', value ->> 'sent_ms' FROM json_each(?1) WHERE 1
    ON CONFLICT (id) DO UPDATE SET number = excluded.number, text = excluded.text, pictures = excluded.pictures,
      uploads = '[]'";

const MOVE_ROOMS: &str = "UPDATE room SET moved_ms = MAX(moved_ms, told.sent_ms)
    FROM (SELECT value ->> '$.room.order' AS order_id, value ->> '$.room.vendor' AS vendor_id,
        MAX(value ->> 'sent_ms') AS sent_ms FROM json_each(?1) GROUP BY 1, 2) told
    WHERE room.order_id = told.order_id AND room.vendor_id = told.vendor_id";

const PUT_PURCHASES: &str = "INSERT INTO purchase (account, product_id, order_id, title, delivered)
    SELECT value ->> 'account', value ->> 'product', value ->> 'order', value ->> 'title', value ->> 'delivered'
    FROM json_each(?1) WHERE 1
    ON CONFLICT (account, product_id, order_id) DO UPDATE SET title = excluded.title, delivered = excluded.delivered";

// What was changed here since then is still on its way.
const PUBLISH_REVIEWS: &str = "UPDATE own_review SET state = 'published', stars = told.stars, title = told.title,
      body = told.body, pictures = told.pictures, written_ms = told.written_ms,
      uploads = CASE WHEN own_review.written_ms = told.written_ms THEN own_review.uploads ELSE '[]' END
    FROM (SELECT value ->> 'id' AS id, value ->> 'written_ms' AS written_ms, value ->> 'pictures' AS pictures,
        value ->> 'stars' AS stars, value ->> 'title' AS title, value ->> 'body' AS body FROM json_each(?1)) told
    WHERE own_review.id = told.id AND own_review.written_ms <= told.written_ms";

const REMOVE_REVIEWS: &str = "UPDATE own_review SET state = 'removed'
    WHERE state = 'published' AND id IN (SELECT value FROM json_each(?1))";
