//! The feed: what changed since a cursor. A record that changed twice stands once, with its last state.

use std::collections::{HashMap, HashSet};

use kiosk_ids::ProductId;
use kiosk_wire::{CHANGES_PER_PAGE_MAX, Change, FeedPage, SYNC_BODY_BYTES_MAX};

use super::store::{self, Kind};
use crate::db::{Conn, Tx};
use crate::error::Error;

/// Largest sum of records on one page, in bytes: half of what a POP reads, since JSON is wrapped around them.
const PAGE_BYTES_MAX: usize = SYNC_BODY_BYTES_MAX / 2;

/// The kind of what customers are told by mail.
const NOTICE: &str = "notice";

/// Reads a page after a cursor.
///
/// # Errors
/// [`Error::CursorAhead`] when the cursor is of another feed, [`Error::Invalid`] when the page is too large.
pub async fn read_page(conn: &mut Conn, region: &str, after: u64, limit: u32) -> Result<FeedPage, Error> {
    if !(1..=CHANGES_PER_PAGE_MAX).contains(&limit) {
        return Err(Error::invalid("limit", format!("must be 1 to {CHANGES_PER_PAGE_MAX}")));
    }
    let latest = store::get_latest(conn).await?;
    let cursor = i64::try_from(after).unwrap_or(i64::MAX);
    if cursor > latest {
        return Err(Error::CursorAhead { latest: u64::try_from(latest).unwrap_or(0) });
    }
    let mut rows = store::list_changes(conn, region, (cursor, latest), i64::from(limit) + 1).await?;
    let mut more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let bodies = read_bodies(conn, &rows).await?;
    let mut page = FeedPage { changes: Vec::with_capacity(rows.len()), next: after, more: false };
    let mut page_bytes = 0;
    for (seq, kind, key, body) in &rows {
        let catalogued = Kind::parse(kind);
        let body = match catalogued {
            Some(kind) => bodies.get(&(kind, key.as_str())).map(String::as_str),
            None => body.as_deref(),
        };
        page_bytes += body.map_or(0, str::len);
        if page_bytes > PAGE_BYTES_MAX && !page.changes.is_empty() {
            more = true;
            break;
        }
        match (catalogued, body) {
            (Some(kind), body) => page.changes.extend(change_of(kind, key, body)?),
            (None, Some(body)) => page.changes.push(serde_json::from_str(body)?),
            (None, None) => {}
        }
        page.next = u64::try_from(*seq).unwrap_or(0);
    }
    // What other regions were told is passed over.
    if !more {
        page.next = u64::try_from(latest).unwrap_or(0);
    }
    page.more = more;
    Ok(page)
}

/// The records of the rows, a statement for each kind.
async fn read_bodies<'a>(
    conn: &mut Conn,
    rows: &'a [store::ChangeRow],
) -> Result<HashMap<(Kind, &'a str), String>, Error> {
    let mut bodies = HashMap::with_capacity(rows.len());
    for kind in [Kind::Vendor, Kind::Category, Kind::Product] {
        let of_kind = rows.iter().filter(|(_, name, ..)| name == kind.name());
        let keys: Vec<&str> = of_kind.map(|(_, _, key, _)| key.as_str()).collect();
        let mut found = store::list_bodies(conn, kind, &keys).await?;
        bodies.extend(keys.iter().filter_map(|key| Some(((kind, *key), found.remove(*key)?))));
    }
    Ok(bodies)
}

/// Tells POPs of records that are not the catalogue's: those of one region, or all of them. The catalogue's own records
/// are told where they are written.
///
/// # Errors
/// When the database fails.
pub async fn publish(tx: &mut Tx, region: Option<&str>, changes: &[Change]) -> Result<(), Error> {
    let mut records = Vec::with_capacity(changes.len());
    let mut seen = HashSet::with_capacity(changes.len());
    // Of a record that changed twice only the last state is told: a statement takes each key once.
    for change in changes.iter().rev() {
        if let Some((kind, key)) = record_of(change)
            && seen.insert((kind, key.clone()))
        {
            records.push((kind, key, region, serde_json::to_string(change)?));
        }
    }
    records.reverse();
    if records.is_empty() { Ok(()) } else { Ok(store::publish(tx, &records).await?) }
}

/// Takes notices of these ids out of the feed: who has not read them by now is not told.
///
/// # Errors
/// When the database fails.
pub async fn forget_notices(tx: &mut Tx, ids: &[&str]) -> Result<(), Error> {
    Ok(store::delete_records(tx, NOTICE, ids).await?)
}

/// The kind and key of a record that is not the catalogue's; one that is gone stands in its place.
fn record_of(change: &Change) -> Option<(&'static str, String)> {
    Some(match change {
        Change::Promotion(promotion) => ("promotion", promotion.id.to_string()),
        Change::PromotionRemoved { id } => ("promotion", id.to_string()),
        Change::Discount(discount) => ("discount", discount.id.to_string()),
        Change::DiscountRemoved { id } => ("discount", id.to_string()),
        Change::GiftCard(card) => ("gift_card", card.id.to_string()),
        Change::FraudPlan(_) => ("fraud_plan", "plan".to_owned()),
        Change::VendorRisk(risk) => ("vendor_risk", risk.vendor.to_string()),
        Change::Rating(rating) => ("rating", rating.product.to_string()),
        Change::Review(review) => ("review", review.id.to_string()),
        Change::ReviewRemoved { id } => ("review", id.to_string()),
        Change::Standing(standing) => ("standing", standing.customer.clone()),
        Change::Loyalty(loyalty) => ("loyalty", loyalty.account.clone()),
        Change::Order(order) => ("order", order.id.to_string()),
        Change::Notice(notice) => (NOTICE, notice.id.to_string()),
        Change::Room(room) => ("room", format!("{}/{}", room.key.order, room.key.vendor)),
        Change::Message(message) => ("message", message.id.to_string()),
        Change::Vendor(_)
        | Change::Category(_)
        | Change::CategoryRemoved { .. }
        | Change::Product(_)
        | Change::ProductRemoved { .. } => return None,
    })
}

/// The change of a record; without a body it is gone.
fn change_of(kind: Kind, key: &str, body: Option<&str>) -> Result<Option<Change>, Error> {
    Ok(match (kind, body) {
        (Kind::Vendor, Some(body)) => Some(Change::Vendor(serde_json::from_str(body)?)),
        (Kind::Category, Some(body)) => Some(Change::Category(serde_json::from_str(body)?)),
        (Kind::Product, Some(body)) => Some(Change::Product(serde_json::from_str(body)?)),
        (Kind::Product, None) => ProductId::parse(key).ok().map(|id| Change::ProductRemoved { id }),
        (Kind::Category, None) => Some(Change::CategoryRemoved { slug: key.to_owned() }),
        // Vendors stay: their orders do.
        (Kind::Vendor, None) => None,
    })
}
