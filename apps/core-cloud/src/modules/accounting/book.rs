//! What each fact is in the books.

use kiosk_ids::{OrderId, VendorId};
use kiosk_money::Money;

use super::account::Account;
use super::documents::{Kind, Moved, issue};
use super::journal::{Books, Draft, Side};
use super::sales_store as store;
use super::terms::{Line, Parts, Progress, Sale};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{
    Fact, GiftCardIssued, GiftCardMoved, GoodsMoved, LineUnits, PaymentMoved, PayoutSent, PromotionFee,
    RefundDue, Told,
};

/// The provider that cards of vendors are charged at.
const CARD_PROVIDER: &str = "stripe";
/// Where money for gift cards comes in.
const GIFT_CARD_PROVIDER: &str = "bank";

/// Books a fact.
///
/// # Errors
/// When the database fails, and for a fact that does not fit what was agreed.
pub async fn book(tx: &mut Tx, books: &mut Books, told: &Told) -> Result<(), Error> {
    match &told.fact {
        Fact::ParcelShipped(moved) => ship(tx, books, told, moved).await,
        Fact::RefundDue(due) => credit(tx, books, told, due).await,
        Fact::PaymentReceived(moved) | Fact::PaymentCaptured(moved) => books.enter(paid(told, moved)),
        Fact::PaymentRefunded(moved) => books.enter(refunded(told, moved)),
        Fact::RefundFailed(moved) => books.enter(refund_failed(told, moved)),
        Fact::ChargebackOpened(moved) => books.enter(charged_back(told, moved)),
        Fact::ChargebackLost(moved) => books.enter(lost(told, moved, 1)),
        Fact::ChargebackReopened(moved) => books.enter(lost(told, moved, -1)),
        Fact::ChargebackWon(moved) => books.enter(won(told, moved)),
        Fact::PromotionBooked(fee) => books.enter(promoted(told, fee, 1)),
        Fact::PromotionWaived(fee) => books.enter(promoted(told, fee, -1)),
        Fact::PromotionPaid(fee) => books.enter(promotion_paid(told, fee)),
        Fact::PromotionRefunded(fee) => books.enter(promotion_refunded(told, fee)),
        Fact::PayoutSent(sent) => books.enter(paid_out(told, sent)),
        Fact::GiftCardIssued(issued) => books.enter(card_issued(told, issued)),
        Fact::GiftCardRedeemed(moved) => books.enter(card_moved(told, "gift_card", moved, 1)),
        Fact::GiftCardRefunded(moved) => books.enter(card_moved(told, "gift_card_refund", moved, -1)),
        // The terms of what was placed are frozen before; the others move no money.
        Fact::OrderPlaced(_)
        | Fact::OrderCleared(_)
        | Fact::GoodsCancelled(_)
        | Fact::ParcelDelivered(_)
        | Fact::ReturnExpected(_)
        | Fact::ReturnInspected(_)
        | Fact::ReturnRefused(_)
        | Fact::GiftCardRefundDue(_)
        | Fact::ReturnRejected(_)
        | Fact::PaymentFailed(_) => Ok(()),
    }
}

fn draft(told: &Told, kind: &'static str, subject: &str, note: String) -> Draft {
    let (source, subject) = (told.id.clone(), subject.to_owned());
    Draft { at_ms: told.written_ms, source, kind, subject, note, postings: Vec::new() }
}

/// Goods left: what they cost is earned.
async fn ship(tx: &mut Tx, books: &mut Books, told: &Told, moved: &GoodsMoved) -> Result<(), Error> {
    let change: fn(&mut Progress, i64) = |progress, amount| progress.shipped += amount;
    let what = (&moved.order, &moved.vendor, moved.lines.as_slice(), moved.delivery);
    let earned = move_goods(tx, what, change).await?;
    let parcel = moved.parcel.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut entry = draft(told, "shipment", moved.order.as_str(), format!("{} {parcel}", moved.vendor));
    earned.book(&mut entry);
    books.enter(entry)?;
    earned.issue(tx, told, &parcel).await
}

/// Goods came back, or never arrived: what was earned is taken back.
async fn credit(tx: &mut Tx, books: &mut Books, told: &Told, due: &RefundDue) -> Result<(), Error> {
    let change: fn(&mut Progress, i64) = |progress, amount| progress.refunded += amount;
    let what = (&due.order, &due.vendor, due.lines.as_slice(), due.delivery);
    let taken_back = move_goods(tx, what, change).await?;
    let mut entry = draft(told, "credit_note", due.order.as_str(), format!("{} {}", due.vendor, due.refund));
    taken_back.book(&mut entry);
    books.enter(entry)?;
    taken_back.issue(tx, told, due.refund.as_str()).await
}

/// What a fact newly earned and newly took back of a sale.
struct Change {
    sale: Sale,
    shipped: Vec<(Line, Parts)>,
    credited: Vec<(Line, Parts)>,
    delivery: (Parts, Parts),
}

impl Change {
    fn book(&self, entry: &mut Draft) {
        let parts = |moved: &[(Line, Parts)]| moved.iter().map(|(_, parts)| *parts).collect::<Vec<_>>();
        self.sale.book(entry, &parts(&self.shipped), self.delivery.0, 1);
        self.sale.book(entry, &parts(&self.credited), self.delivery.1, -1);
    }

    async fn issue(&self, tx: &mut Tx, told: &Told, reference: &str) -> Result<(), Error> {
        for (kind, lines, delivery) in [
            (Kind::Invoice, &self.shipped, self.delivery.0),
            (Kind::CreditNote, &self.credited, self.delivery.1),
        ] {
            issue(tx, told, kind, &Moved { sale: &self.sale, lines, delivery, reference }).await?;
        }
        Ok(())
    }
}

async fn move_goods(
    tx: &mut Tx,
    (order, vendor, moved, delivery): (&OrderId, &VendorId, &[LineUnits], Money),
    change: fn(&mut Progress, i64),
) -> Result<Change, Error> {
    let sale = store::lock_sale(tx, order.as_str(), vendor.as_str()).await?;
    let mut sale = sale.ok_or(Error::NotFound("sale"))?;
    let mut lines = store::list_lines(tx, order.as_str(), vendor.as_str()).await?;
    let (mut shipped, mut credited) = (Vec::new(), Vec::new());
    for units in moved {
        let amount = amount_of(&sale, units.amount)?;
        let line = lines.iter_mut().find(|line| line.line == i64::from(units.line));
        let line = line.ok_or(Error::NotFound("line of the sale"))?;
        let before = line.clone();
        line.count((amount, i64::from(units.quantity)), change);
        let (earned, taken_back) = line.since(&before);
        store::set_line(tx, order.as_str(), line).await?;
        let of_pieces = Line { quantity: i64::from(units.quantity), ..line.clone() };
        if earned != Parts::default() {
            shipped.push((of_pieces.clone(), earned));
        }
        if taken_back != Parts::default() {
            credited.push((of_pieces, taken_back));
        }
    }
    let before = sale.delivery;
    let charged = amount_of(&sale, delivery)?;
    change(&mut sale.delivery, charged);
    let delivery = sale.delivery_since(before);
    store::set_delivery(tx, &sale).await?;
    Ok(Change { sale, shipped, credited, delivery })
}

fn amount_of(sale: &Sale, amount: Money) -> Result<i64, Error> {
    if amount.currency != sale.currency || amount.amount < 0 {
        return Err(Error::invalid(
            "amount",
            format!("{amount} does not fit a sale in {}", sale.currency.code()),
        ));
    }
    Ok(amount.amount)
}

fn receivable(moved: &PaymentMoved) -> Side {
    Side::of(Account::Receivable, moved.order.as_str())
}

fn clearing(moved: &PaymentMoved) -> Side {
    Side::of(Account::Clearing, &moved.provider)
}

/// What the provider keeps leaves the clearing account.
fn post_fee(entry: &mut Draft, moved: &PaymentMoved) {
    entry.post(Side::of(Account::PaymentFees, &moved.provider), clearing(moved), moved.fee);
}

fn movement(told: &Told, kind: &'static str, moved: &PaymentMoved) -> Draft {
    draft(told, kind, moved.order.as_str(), format!("{} {}", moved.provider, moved.movement))
}

fn paid(told: &Told, moved: &PaymentMoved) -> Draft {
    let mut entry = movement(told, "payment", moved);
    entry.post(clearing(moved), receivable(moved), moved.amount);
    post_fee(&mut entry, moved);
    entry
}

fn refunded(told: &Told, moved: &PaymentMoved) -> Draft {
    let mut entry = movement(told, "refund", moved);
    entry.post(receivable(moved), clearing(moved), moved.amount);
    post_fee(&mut entry, moved);
    entry
}

fn refund_failed(told: &Told, moved: &PaymentMoved) -> Draft {
    let mut entry = movement(told, "refund_failed", moved);
    entry.post(clearing(moved), receivable(moved), moved.amount);
    entry
}

fn charged_back(told: &Told, moved: &PaymentMoved) -> Draft {
    let mut entry = movement(told, "chargeback", moved);
    entry.post(Side::of(Account::Chargebacks, &moved.provider), clearing(moved), moved.amount);
    post_fee(&mut entry, moved);
    entry
}

/// What was disputed is a loss, or with `sign` -1 is disputed again.
fn lost(told: &Told, moved: &PaymentMoved, sign: i64) -> Draft {
    let kind = if sign > 0 { "chargeback_lost" } else { "chargeback_reopened" };
    let mut entry = movement(told, kind, moved);
    let side = |account| Side::of(account, &moved.provider);
    let amount = Money::new(sign * moved.amount.amount, moved.amount.currency);
    entry.post(side(Account::ChargebackLosses), side(Account::Chargebacks), amount);
    entry
}

fn won(told: &Told, moved: &PaymentMoved) -> Draft {
    let mut entry = movement(told, "chargeback_won", moved);
    entry.post(clearing(moved), Side::of(Account::Chargebacks, &moved.provider), moved.amount);
    post_fee(&mut entry, moved);
    entry
}

fn promoted(told: &Told, fee: &PromotionFee, sign: i64) -> Draft {
    let kind = if sign > 0 { "promotion" } else { "promotion_waived" };
    let mut entry = draft(told, kind, fee.promotion.as_str(), fee.vendor.to_string());
    let owed = Side::of(Account::PromotionDues, fee.vendor.as_str());
    let amount = Money::new(sign * fee.fee.amount, fee.fee.currency);
    entry.post(owed, Side::all(Account::PromotionFees), amount);
    entry
}

fn promotion_paid(told: &Told, fee: &PromotionFee) -> Draft {
    let mut entry = draft(told, "promotion_paid", fee.promotion.as_str(), fee.vendor.to_string());
    let owed = Side::of(Account::PromotionDues, fee.vendor.as_str());
    let clearing = Side::of(Account::Clearing, CARD_PROVIDER);
    entry.post(clearing.clone(), owed, fee.fee);
    if let Some(kept) = fee.provider_fee {
        entry.post(Side::of(Account::PaymentFees, CARD_PROVIDER), clearing, kept);
    }
    entry
}

fn promotion_refunded(told: &Told, fee: &PromotionFee) -> Draft {
    let mut entry = draft(told, "promotion_refunded", fee.promotion.as_str(), fee.vendor.to_string());
    let owed = Side::of(Account::PromotionDues, fee.vendor.as_str());
    entry.post(owed, Side::of(Account::Clearing, CARD_PROVIDER), fee.fee);
    entry
}

fn paid_out(told: &Told, sent: &PayoutSent) -> Draft {
    let mut entry =
        draft(told, "payout_sent", sent.payout.as_str(), format!("{} {}", sent.vendor, sent.provider));
    let transit = Side::of(Account::PayoutsInTransit, sent.vendor.as_str());
    entry.post(transit, Side::of(Account::Clearing, &sent.provider), sent.amount);
    entry
}

/// A gift card is owed from the start, whether somebody paid for it or it is given away.
fn card_issued(told: &Told, issued: &GiftCardIssued) -> Draft {
    let mut entry = draft(told, "gift_card_issued", issued.card.as_str(), String::new());
    let paid_by = if issued.sold {
        Side::of(Account::Clearing, GIFT_CARD_PROVIDER)
    } else {
        Side::all(Account::GiftCardsGiven)
    };
    entry.post(paid_by, Side::of(Account::GiftCards, issued.card.as_str()), issued.amount);
    entry
}

/// What a gift card pays of an order, or with `sign` -1 gets back.
fn card_moved(told: &Told, kind: &'static str, moved: &GiftCardMoved, sign: i64) -> Draft {
    let mut entry = draft(told, kind, moved.order.as_str(), moved.card.to_string());
    let owed = Side::of(Account::Receivable, moved.order.as_str());
    let amount = Money::new(sign * moved.amount.amount, moved.amount.currency);
    entry.post(Side::of(Account::GiftCards, moved.card.as_str()), owed, amount);
    entry
}
