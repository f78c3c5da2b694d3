//! Returns that customers ask for at a POP: opened when the pieces can come back, refused otherwise. Either is told.

use std::collections::BTreeMap;

use kiosk_wire::people::{RETURN_LINES_MAX, RETURN_NOTE_CHARS_MAX, ReturnRecord};

use super::acts::Count;
use super::purchase::Purchase;
use super::returns::Ask;
use super::service::Source;
use super::{fulfilment, shipment_store, store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{Fact, ReturnRefused};
use crate::modules::bus::service as bus;

/// The reason of a refusal that the rules of returns do not name.
const NOT_POSSIBLE: &str = "not_possible";
/// The reason when there are not so many delivered pieces.
const PIECES_SHORT: &str = "pieces_short";

/// Opens or refuses what was asked for. What was asked for twice is opened once, and what is of an order that the POP's
/// region did not sell is passed over.
///
/// # Errors
/// When the database fails.
pub async fn apply(tx: &mut Tx, source: Source<'_>, asked: &[&ReturnRecord]) -> Result<(), Error> {
    for record in asked {
        let known = shipment_store::get_key_of_return(tx, record.id.as_str()).await?.is_some();
        let order = store::get_order(tx, record.order.as_str()).await?;
        let ours = order.is_some_and(|order| order.region == source.region);
        if known || !ours {
            tracing::warn!(id = %record.id, order = %record.order, known, "a return that is passed over");
            continue;
        }
        let Some(mut purchase) = fulfilment::load(tx, &record.order).await? else { continue };
        match open(&mut purchase, record, source.received_ms) {
            Ok(()) => fulfilment::save(tx, purchase, source.received_ms).await?,
            Err(error) => refuse(tx, record, error, source.received_ms).await?,
        }
    }
    Ok(())
}

fn open(purchase: &mut Purchase, record: &ReturnRecord, now_ms: i64) -> Result<(), Error> {
    if record.lines.len() > RETURN_LINES_MAX {
        return Err(Error::invalid("lines", format!("at most {RETURN_LINES_MAX}")));
    }
    let counts = counts(purchase, record)?;
    let ask = Ask {
        id: record.id.clone(),
        reason: record.reason.into(),
        wish: record.wish.into(),
        note: record.note.chars().take(RETURN_NOTE_CHARS_MAX).collect(),
    };
    purchase.open_return(&record.vendor, ask, &counts, now_ms)
}

/// The pieces by line: an article stands on several lines when its price does not divide evenly, or when it was sent in
/// place of another.
fn counts(purchase: &mut Purchase, record: &ReturnRecord) -> Result<Vec<Count>, Error> {
    let mut counts: BTreeMap<u32, i64> = BTreeMap::new();
    for item in &record.lines {
        let mut left = i64::from(item.quantity);
        for line in purchase.seller(&record.vendor)?.lines.iter().filter(|line| line.sku == item.sku.as_str())
        {
            let taken = counts.entry(line.number).or_default();
            let part = left.min(line.pieces.returnable() - *taken).max(0);
            *taken += part;
            left -= part;
        }
        if left > 0 {
            let problem = kiosk_problem::Problem::new(http::StatusCode::CONFLICT, PIECES_SHORT, "Too many");
            return Err(problem.into());
        }
    }
    Ok(counts.into_iter().collect())
}

/// Tells that it cannot be; an error that says nothing of what was asked for is passed on.
async fn refuse(tx: &mut Tx, record: &ReturnRecord, error: Error, now_ms: i64) -> Result<(), Error> {
    let reason = match error {
        Error::Refused(problem) => problem.code.clone(),
        Error::Invalid { .. } | Error::NotFound(_) => NOT_POSSIBLE.to_owned(),
        error => return Err(error),
    };
    let refused = ReturnRefused {
        given: record.id.clone(),
        order: record.order.clone(),
        vendor: record.vendor.clone(),
        reason,
    };
    bus::publish(tx, &[Fact::ReturnRefused(Box::new(refused))], now_ms).await
}
