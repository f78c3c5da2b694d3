//! Asks for returns.

use http::{HeaderMap, StatusCode};
use kiosk_ids::{EventId, ReturnId, VendorId};
use kiosk_pop_store::StoreError;
use kiosk_pop_store::idempotency::Remembered;
use kiosk_pop_store::returns::{self as store, Asked};
use kiosk_pop_store::social::was_answered;
use kiosk_problem::{Problem, idempotency_key_reused, parse_json};
use kiosk_wire::{ReturnItem, ReturnRecord};

use super::request::AskReturn;
use super::view::{AskedReturns, ReturnBody, ReturnableBody, returnable};
use crate::app::Pop;
use crate::auth::Token;
use crate::error::Result;
use crate::orders::service::find;

/// Who asks for what.
pub struct Ask<'a> {
    /// The order, as the address names it.
    pub order: &'a str,
    pub token: Option<&'a Token>,
    pub headers: &'a HeaderMap,
    /// The idempotency key.
    pub key: &'a str,
    pub body: &'a [u8],
}

/// Asks for the return of pieces of an order, once for each idempotency key; whether that was answered before.
pub async fn ask_return(pop: &Pop, ask: Ask<'_>) -> Result<(AskedReturns, bool)> {
    let found = find(pop, ask.order, ask.token, ask.headers).await?;
    let (id, told, lines) = found.parts(pop).await?;
    let request = parse_json::<AskReturn>(ask.body)?;
    let items = request.items()?;
    let request_hash = pop.config.request_hash(ask.body);
    let db = &*pop.edge.db;
    if let Some(known) = store::remembered(db, &id, ask.key).await? {
        return repeat(&known, &request_hash);
    }
    let asked = store::list(db, &id).await?;
    let there = returnable(&lines, told.as_ref(), &asked);
    let now_ms = pop.now_ms();
    let mut records = Vec::new();
    for (vendor, lines) in by_vendor(&there, items)? {
        let record = ReturnRecord {
            id: ReturnId::fresh(now_ms, &pop.edge.random_bytes()),
            order: id.clone(),
            vendor,
            lines,
            reason: request.reason.into(),
            wish: request.wish.into(),
            note: request.masked_note()?,
        };
        records.push((EventId::fresh(now_ms, &pop.edge.random_bytes()), record));
    }
    let body = |(_, record): &(EventId, ReturnRecord)| {
        let asked = Asked { record: record.clone(), asked_ms: now_ms, refused: None };
        ReturnBody::asked(&asked, &lines)
    };
    let answer = AskedReturns { returns: records.iter().map(body).collect() };
    let remembered = Remembered {
        request_hash: request_hash.clone(),
        status: StatusCode::ACCEPTED.as_u16(),
        response: serde_json::to_string(&answer)?,
    };
    match store::ask(db, &id, &records, (ask.key, &remembered), now_ms).await {
        Ok(()) => Ok((answer, false)),
        Err(error) if was_answered(&error) => match store::remembered(db, &id, ask.key).await? {
            Some(known) => repeat(&known, &request_hash),
            None => Err(error.into()),
        },
        Err(error) if store::is_out_of_bounds(&error) => Err(too_many().into()),
        Err(error) => Err(error.into()),
    }
}

/// The answer that was given before; another body under the same key is refused.
fn repeat(known: &Remembered, request_hash: &str) -> Result<(AskedReturns, bool)> {
    if known.request_hash != request_hash {
        return Err(idempotency_key_reused().into());
    }
    Ok((serde_json::from_str(&known.response)?, true))
}

/// The pieces by vendor. Each vendor takes its own back.
fn by_vendor(there: &[ReturnableBody], items: Vec<ReturnItem>) -> Result<Vec<(VendorId, Vec<ReturnItem>)>> {
    let mut vendors: Vec<(VendorId, Vec<ReturnItem>)> = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        let known = there.iter().find(|line| line.sku == item.sku.as_str());
        let left = known.map_or(0, |line| line.quantity);
        let Some(line) = known.filter(|_| item.quantity <= left) else {
            return Err(short(place, left).into());
        };
        let vendor = VendorId::parse(&line.vendor.id).map_err(StoreError::from)?;
        match vendors.iter_mut().find(|(known, _)| *known == vendor) {
            Some((_, items)) => items.push(item),
            None => vendors.push((vendor, vec![item])),
        }
    }
    Ok(vendors)
}

/// 409: not so many pieces of a line can come back.
fn short(place: usize, left: u32) -> Problem {
    Problem::new(StatusCode::CONFLICT, "not_returnable", "Not so many pieces can be sent back")
        .param(format!("lines[{place}].quantity"))
        .detail("Only pieces that have arrived, and that are not on their way back, can be sent back.")
        .with("returnable", left)
}

/// 409: enough returns of the order were asked for.
fn too_many() -> Problem {
    Problem::new(StatusCode::CONFLICT, "too_many_returns", "Too many returns of this order were asked for")
        .detail("Please write to our support.")
}
