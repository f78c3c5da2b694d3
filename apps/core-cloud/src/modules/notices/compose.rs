//! What a fact says to the customer of its order. Nothing in it names a person.

use std::collections::HashMap;

use kiosk_ids::{EventId, OrderId, ReturnId, VendorId};
use kiosk_money::Money;
use kiosk_wire::{Notice, NoticeKind, NoticeLine};

use super::store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{
    Fact, GiftCardMoved, GoodsMoved, LineUnits, ParcelDelivered, PaymentMoved, ReturnMoved, Told,
};
use crate::modules::catalog::service as catalog;
use crate::modules::orders::fulfilment;
use crate::modules::orders::purchase::Purchase;

/// Why pieces are cancelled, where it is for customers to read: what members write is not.
const REASONS: [&str; 3] = ["review_rejected", "payment_failed", "cancelled_by_shop"];
/// The provider whose refunds are made by hand, each by itself.
const BANK: &str = "bank";

/// Pieces by the number of their line.
type Pieces = Vec<(u32, i64)>;

/// What is known of a notice before its lines have names.
struct Draft {
    kind: NoticeKind,
    vendor: Option<VendorId>,
    pieces: Pieces,
    amount: Option<Money>,
    shipment: (String, String),
    returned: Option<(ReturnId, String)>,
    reason: String,
}

impl Draft {
    fn new(kind: NoticeKind) -> Self {
        Self {
            kind,
            vendor: None,
            pieces: Vec::new(),
            amount: None,
            shipment: <_>::default(),
            returned: None,
            reason: String::new(),
        }
    }

    fn of_return(kind: NoticeKind, vendor: &VendorId, given: &ReturnId, label: &str) -> Self {
        let returned = Some((given.clone(), label.to_owned()));
        Self { vendor: Some(vendor.clone()), returned, ..Self::new(kind) }
    }
}

/// The order that a fact is about, if its customer may have to hear of it.
pub fn order_of(fact: &Fact) -> Option<&OrderId> {
    match fact {
        Fact::OrderCleared(cleared) => Some(&cleared.order),
        Fact::PaymentReceived(moved) | Fact::PaymentRefunded(moved) => Some(&moved.order),
        Fact::ParcelShipped(moved) | Fact::GoodsCancelled(moved) => Some(&moved.order),
        Fact::ParcelDelivered(delivered) => Some(&delivered.order),
        Fact::RefundDue(due) => Some(&due.order),
        Fact::ReturnExpected(moved) | Fact::ReturnInspected(moved) => Some(&moved.order),
        Fact::ReturnRefused(refused) => Some(&refused.order),
        Fact::GiftCardRefunded(moved) => Some(&moved.order),
        Fact::OrderPlaced(_)
        | Fact::ReturnRejected(_)
        | Fact::RefundFailed(_)
        | Fact::GiftCardIssued(_)
        | Fact::GiftCardRedeemed(_)
        | Fact::GiftCardRefundDue(_)
        | Fact::PromotionRefunded(_)
        | Fact::PaymentCaptured(_)
        | Fact::PaymentFailed(_)
        | Fact::ChargebackOpened(_)
        | Fact::ChargebackLost(_)
        | Fact::ChargebackReopened(_)
        | Fact::ChargebackWon(_)
        | Fact::PromotionBooked(_)
        | Fact::PromotionWaived(_)
        | Fact::PromotionPaid(_)
        | Fact::PayoutSent(_) => None,
    }
}

/// The notice of a fact, and the region that it is for. None when there is nothing to say, or nobody to say it to.
///
/// # Errors
/// When the database fails.
pub async fn compose(tx: &mut Tx, told: &Told) -> Result<Option<(String, Notice)>, Error> {
    if let Fact::RefundDue(due) = &told.fact {
        store::insert_refund(tx, due.refund.as_str(), due.total.amount, told.written_ms).await?;
        return Ok(None);
    }
    let Some(order) = order_of(&told.fact) else { return Ok(None) };
    let Some((region, total)) = fulfilment::get_sold(tx, order).await? else { return Ok(None) };
    let Some(purchase) = fulfilment::get(tx, order).await? else { return Ok(None) };
    let draft = match &told.fact {
        // What gift cards paid goes back onto them: the parts of such a refund are told as they come.
        Fact::PaymentRefunded(moved) if purchase.due == total => refunded(tx, moved).await?,
        fact => draft(fact, &purchase, total),
    };
    let Some(draft) = draft else { return Ok(None) };
    let lines = name(tx, &purchase, &draft.pieces).await?;
    let id = EventId::parse(&told.id).map_err(|error| Error::invalid("id", error.to_string()))?;
    let (returned, label) = draft.returned.map_or_else(Default::default, |(id, label)| (Some(id), label));
    let (carrier, tracking) = draft.shipment;
    let notice = Notice {
        id,
        order: order.clone(),
        kind: draft.kind,
        happened_ms: told.written_ms,
        vendor: draft.vendor,
        lines,
        amount: draft.amount,
        carrier,
        tracking,
        returned,
        label,
        reason: draft.reason,
    };
    Ok(Some((region, notice)))
}

fn draft(fact: &Fact, purchase: &Purchase, total: Money) -> Option<Draft> {
    Some(match fact {
        Fact::OrderCleared(_) => {
            Draft { pieces: bought(purchase), amount: Some(total), ..Draft::new(NoticeKind::Confirmed) }
        }
        Fact::PaymentReceived(moved) => Draft { amount: Some(moved.amount), ..Draft::new(NoticeKind::Paid) },
        Fact::ParcelShipped(moved) => shipped(moved, purchase),
        Fact::ParcelDelivered(delivered) => arrived(delivered, purchase)?,
        Fact::GoodsCancelled(moved) => Draft {
            vendor: Some(moved.vendor.clone()),
            pieces: pieces_of(&moved.lines),
            amount: Some(moved.total),
            reason: if REASONS.contains(&&*moved.reason) { moved.reason.clone() } else { String::new() },
            ..Draft::new(NoticeKind::Cancelled)
        },
        Fact::ReturnExpected(moved) => return_of(NoticeKind::ReturnExpected, moved),
        Fact::ReturnInspected(moved) => return_of(NoticeKind::ReturnInspected, moved),
        Fact::ReturnRefused(refused) => Draft {
            reason: refused.reason.clone(),
            ..Draft::of_return(NoticeKind::ReturnRefused, &refused.vendor, &refused.given, "")
        },
        Fact::PaymentRefunded(PaymentMoved { amount, .. })
        | Fact::GiftCardRefunded(GiftCardMoved { amount, .. }) => {
            Draft { amount: Some(*amount), ..Draft::new(NoticeKind::Refunded) }
        }
        _ => return None,
    })
}

fn shipped(moved: &GoodsMoved, purchase: &Purchase) -> Draft {
    let parcel = purchase.now.parcels.iter().find(|parcel| Some(&parcel.id) == moved.parcel.as_ref());
    let shipment = parcel.map(|parcel| (parcel.carrier.clone(), parcel.tracking.clone()));
    Draft {
        vendor: Some(moved.vendor.clone()),
        pieces: pieces_of(&moved.lines),
        shipment: shipment.unwrap_or_default(),
        ..Draft::new(NoticeKind::Shipped)
    }
}

fn arrived(delivered: &ParcelDelivered, purchase: &Purchase) -> Option<Draft> {
    let parcel = purchase.now.parcels.iter().find(|parcel| parcel.id == delivered.parcel)?;
    Some(Draft {
        vendor: Some(parcel.vendor.clone()),
        pieces: parcel.contents.clone(),
        ..Draft::new(NoticeKind::Delivered)
    })
}

fn return_of(kind: NoticeKind, moved: &ReturnMoved) -> Draft {
    Draft {
        pieces: pieces_of(&moved.lines),
        amount: Some(moved.total).filter(|total| total.amount > 0),
        ..Draft::of_return(kind, &moved.vendor, &moved.given, &moved.label)
    }
}

/// A provider gives a refund back in parts, one for each capture it is of: with the last of them the customer is told,
/// once. What was not announced is told as it comes.
async fn refunded(tx: &mut Tx, moved: &PaymentMoved) -> Result<Option<Draft>, Error> {
    let mut amount = moved.amount;
    if moved.provider != BANK
        && let Some((sent, due)) = store::add_to_refund(tx, &moved.movement, amount.amount).await?
    {
        if sent < due {
            return Ok(None);
        }
        amount = Money::new(sent, amount.currency);
    }
    Ok(Some(Draft { amount: Some(amount), ..Draft::new(NoticeKind::Refunded) }))
}

fn pieces_of(lines: &[LineUnits]) -> Pieces {
    lines.iter().map(|line| (line.line, i64::from(line.quantity))).collect()
}

/// What was bought, without what will not come.
fn bought(purchase: &Purchase) -> Pieces {
    let lines = purchase.now.sellers.iter().flat_map(|seller| &seller.lines);
    let mut pieces: Pieces = lines
        .filter(|line| line.instead_of.is_none())
        .map(|line| (line.number, line.pieces.ordered - line.pieces.cancelled))
        .collect();
    pieces.sort_unstable();
    pieces
}

/// What pieces are called. Those of one article are told together, whatever lines they stand on.
async fn name(tx: &mut Tx, purchase: &Purchase, pieces: &Pieces) -> Result<Vec<NoticeLine>, Error> {
    let lines = || purchase.now.sellers.iter().flat_map(|seller| &seller.lines);
    let products: Vec<&str> = lines().map(|line| line.product.as_str()).collect();
    let titles =
        if pieces.is_empty() { HashMap::new() } else { catalog::list_product_titles(tx, &products).await? };
    let mut named: Vec<(&str, NoticeLine)> = Vec::with_capacity(pieces.len());
    for (number, count) in pieces {
        let Some(line) = lines().find(|line| line.number == *number) else { continue };
        let quantity = u32::try_from(*count).unwrap_or(0);
        if quantity == 0 {
            continue;
        }
        match named.iter_mut().find(|(sku, _)| *sku == line.sku) {
            Some((_, known)) => known.quantity = known.quantity.saturating_add(quantity),
            None => {
                let title = titles.get(&line.product).unwrap_or(&line.sku).clone();
                named.push((&line.sku, NoticeLine { title, quantity }));
            }
        }
    }
    Ok(named.into_iter().map(|(_, line)| line).collect())
}
