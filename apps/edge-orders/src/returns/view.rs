//! Returns as the API shows them to who asked for them.

use std::collections::HashMap;

use kiosk_pop_store::returns::Asked;
use kiosk_wire::people::OrderState;
use kiosk_wire::{OrderReturn, ReturnStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::WishName;
use crate::checkout::view::{OrderLineBody, OrderVendor};

/// The returns that were asked for: one for each vendor.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AskedReturns {
    pub returns: Vec<ReturnBody>,
}

/// What goes back to one vendor.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReturnBody {
    pub id: String,
    pub vendor: OrderVendor,
    pub status: ReturnStatusName,
    pub wish: WishName,
    /// What to write on the parcel, once it is expected.
    pub label: Option<String>,
    /// Why it was refused: `return_window`, `pieces_short`, …
    pub reason: Option<String>,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
    pub lines: Vec<ReturnLineBody>,
}

/// Pieces of a return.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReturnLineBody {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    /// Of those, paid back or exchanged; 0 before they were inspected.
    pub accepted: u32,
}

/// How far a return is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatusName {
    /// The vendor has not heard of it yet.
    Asked,
    /// It may be sent.
    Expected,
    /// The vendor has it.
    Received,
    /// It was inspected and answered.
    Inspected,
    /// Nothing will be sent.
    Cancelled,
    /// It cannot be sent back.
    Refused,
}

impl From<ReturnStatus> for ReturnStatusName {
    fn from(status: ReturnStatus) -> Self {
        match status {
            ReturnStatus::Expected => Self::Expected,
            ReturnStatus::Received => Self::Received,
            ReturnStatus::Inspected => Self::Inspected,
            ReturnStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// Pieces that can be sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReturnableBody {
    pub sku: String,
    pub title: String,
    pub quantity: u32,
    #[serde(skip)]
    pub vendor: OrderVendor,
}

/// What can be sent back: what the core told, less what was asked for here and is not decided. An article that stands on
/// several lines is told once.
pub fn returnable(
    lines: &[OrderLineBody],
    told: Option<&OrderState>,
    asked: &[Asked],
) -> Vec<ReturnableBody> {
    let Some(told) = told else { return Vec::new() };
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for line in &told.lines {
        *counts.entry(line.sku.as_str()).or_default() += line.returnable;
    }
    for open in asked.iter().filter(|asked| is_open(asked, told)) {
        for item in &open.record.lines {
            if let Some(count) = counts.get_mut(item.sku.as_str()) {
                *count = count.saturating_sub(item.quantity);
            }
        }
    }
    let mut found: Vec<ReturnableBody> = Vec::new();
    for line in lines {
        let quantity = counts.remove(line.sku.as_str()).unwrap_or(0);
        if quantity > 0 {
            let (sku, title, vendor) = (line.sku.clone(), line.title.clone(), line.vendor.clone());
            found.push(ReturnableBody { sku, title, quantity, vendor });
        }
    }
    found
}

/// Whether the core has not said yet what becomes of it.
fn is_open(asked: &Asked, told: &OrderState) -> bool {
    asked.refused.is_none() && !told.returns.iter().any(|known| known.id == asked.record.id)
}

/// The returns of an order: as the core told them, and those that were asked for here and that it has not.
pub fn returns(lines: &[OrderLineBody], told: Option<&OrderState>, asked: &[Asked]) -> Vec<ReturnBody> {
    let known = told.map_or(&[][..], |told| told.returns.as_slice());
    let waiting = asked.iter().filter(|asked| known.iter().all(|known| known.id != asked.record.id));
    let told = known.iter().map(|given| ReturnBody::told(given, lines));
    told.chain(waiting.map(|asked| ReturnBody::asked(asked, lines))).collect()
}

impl ReturnBody {
    fn told(given: &OrderReturn, lines: &[OrderLineBody]) -> Self {
        let line = |line: &kiosk_wire::OrderReturnLine| {
            line_body(line.sku.as_str(), (line.quantity, line.accepted), lines)
        };
        Self {
            id: given.id.to_string(),
            vendor: vendor(given.vendor.as_str(), lines),
            status: given.status.into(),
            wish: given.wish.into(),
            label: Some(given.label.clone()),
            reason: None,
            changed_ms: given.changed_ms,
            lines: given.lines.iter().map(line).collect(),
        }
    }

    /// One that the core has not opened.
    pub fn asked(asked: &Asked, lines: &[OrderLineBody]) -> Self {
        let record = &asked.record;
        let line = |item: &kiosk_wire::ReturnItem| line_body(item.sku.as_str(), (item.quantity, 0), lines);
        Self {
            id: record.id.to_string(),
            vendor: vendor(record.vendor.as_str(), lines),
            status: match asked.refused {
                Some(_) => ReturnStatusName::Refused,
                None => ReturnStatusName::Asked,
            },
            wish: record.wish.into(),
            label: None,
            reason: asked.refused.clone(),
            changed_ms: asked.asked_ms,
            lines: record.lines.iter().map(line).collect(),
        }
    }
}

fn vendor(id: &str, lines: &[OrderLineBody]) -> OrderVendor {
    let sold = lines.iter().map(|line| &line.vendor).find(|vendor| vendor.id == id);
    sold.cloned().unwrap_or_else(|| OrderVendor { id: id.to_owned(), name: id.to_owned() })
}

fn line_body(sku: &str, (quantity, accepted): (u32, u32), lines: &[OrderLineBody]) -> ReturnLineBody {
    let sold = lines.iter().find(|line| line.sku == sku);
    let title = sold.map_or_else(|| sku.to_owned(), |line| line.title.clone());
    ReturnLineBody { sku: sku.to_owned(), title, quantity, accepted }
}
