//! The facts. A consumer of an older version meets newer ones, so fields are only added, with a default.

use kiosk_ids::{
    GiftCardId, OrderId, ParcelId, PaymentId, PayoutId, PromotionId, RefundId, ReturnId, VendorId,
};
use kiosk_money::Money;
use kiosk_wire::OrderRecord;
use serde::{Deserialize, Serialize};

/// A fact as a consumer hears of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Identifier (`evt_…`), the same however often it is delivered.
    pub id: String,
    /// When it was written, Unix milliseconds of the core's clock.
    pub written_ms: i64,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// The core has taken an order of a POP in. Told by `sync`.
    OrderPlaced(Box<OrderPlaced>),
    /// Nothing holds an order up any more, neither its payment nor a review: it is to be fulfilled. Told by `orders`.
    OrderCleared(OrderCleared),
    /// Pieces of a vendor's order will not come. Told by `orders`.
    GoodsCancelled(Box<GoodsMoved>),
    /// A parcel left. Told by `orders`.
    ParcelShipped(Box<GoodsMoved>),
    /// A parcel arrived. Told by `orders`.
    ParcelDelivered(ParcelDelivered),
    /// A customer is owed money for pieces that came back or never arrived. Told by `orders`.
    RefundDue(Box<RefundDue>),
    /// Goods that come back are expected. Told by `orders`.
    ReturnExpected(Box<ReturnMoved>),
    /// Goods that came back were inspected. Told by `orders`.
    ReturnInspected(Box<ReturnMoved>),
    /// Goods cannot be sent back as a customer wanted to. Told by `orders`.
    ReturnRefused(Box<ReturnRefused>),
    /// Pieces that came back are neither paid back nor exchanged. Told by `orders`.
    ReturnRejected(ReturnRejected),
    /// Money arrived for an order that was not paid through a provider. Told by `payments`.
    PaymentReceived(PaymentMoved),
    /// Money was captured at a provider. Told by `payments`.
    PaymentCaptured(PaymentMoved),
    /// Money went back to the payer. Told by `payments`.
    PaymentRefunded(PaymentMoved),
    /// A refund came back from the payer's bank after it was made: the money is with the provider again, and the
    /// customer is still owed it. Told by `payments`.
    RefundFailed(PaymentMoved),
    /// No money can be had for an order: its authorisation is gone, or its bank transfer did not come. Told by
    /// `payments`.
    PaymentFailed(PaymentFailed),
    /// The payer disputes a payment, and the provider took the money back. Told by `payments`.
    ChargebackOpened(PaymentMoved),
    /// A dispute was lost: the money stays with the payer. Told by `payments`.
    ChargebackLost(PaymentMoved),
    /// A dispute that was told as lost is not: it was decided anew. Told by `payments`.
    ChargebackReopened(PaymentMoved),
    /// A dispute was won: the money is back. Told by `payments`.
    ChargebackWon(PaymentMoved),
    /// A vendor owes the fee of a promotion. Told by `promotions`.
    PromotionBooked(PromotionFee),
    /// The fee is not owed after all. Told by `promotions`.
    PromotionWaived(PromotionFee),
    /// A vendor paid the fee of a promotion by card. Told by `payments`.
    PromotionPaid(PromotionFee),
    /// A fee that was paid by card went back to it. Told by `payments`.
    PromotionRefunded(PromotionFee),
    /// A vendor was paid. Told by `payouts`.
    PayoutSent(PayoutSent),
    /// A gift card is issued. Told by `gift_cards`.
    GiftCardIssued(GiftCardIssued),
    /// A gift card paid a part of an order. Told by `gift_cards`.
    GiftCardRedeemed(GiftCardMoved),
    /// The gift cards of an order are owed money back. Told by `payments`.
    GiftCardRefundDue(GiftCardRefundDue),
    /// Money of an order went back onto a gift card. Told by `gift_cards`.
    GiftCardRefunded(GiftCardMoved),
}

impl Fact {
    /// What it is about: facts of one key are told in their order.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::OrderPlaced(fact) => fact.order.id.as_str(),
            Self::OrderCleared(fact) => fact.order.as_str(),
            Self::GoodsCancelled(fact) | Self::ParcelShipped(fact) => fact.order.as_str(),
            Self::ParcelDelivered(fact) => fact.order.as_str(),
            Self::RefundDue(fact) => fact.order.as_str(),
            Self::ReturnExpected(fact) | Self::ReturnInspected(fact) => fact.order.as_str(),
            Self::ReturnRejected(fact) => fact.order.as_str(),
            Self::ReturnRefused(fact) => fact.order.as_str(),
            Self::PaymentReceived(fact)
            | Self::PaymentCaptured(fact)
            | Self::PaymentRefunded(fact)
            | Self::RefundFailed(fact)
            | Self::ChargebackOpened(fact)
            | Self::ChargebackLost(fact)
            | Self::ChargebackReopened(fact)
            | Self::ChargebackWon(fact) => fact.order.as_str(),
            Self::PaymentFailed(fact) => fact.order.as_str(),
            Self::PromotionBooked(fact)
            | Self::PromotionWaived(fact)
            | Self::PromotionPaid(fact)
            | Self::PromotionRefunded(fact) => fact.promotion.as_str(),
            Self::PayoutSent(fact) => fact.vendor.as_str(),
            Self::GiftCardIssued(fact) => fact.card.as_str(),
            Self::GiftCardRedeemed(fact) | Self::GiftCardRefunded(fact) => fact.order.as_str(),
            Self::GiftCardRefundDue(fact) => fact.order.as_str(),
        }
    }
}

/// See [`Fact::OrderPlaced`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The POP that sold it.
    pub pop: String,
    /// Its region.
    pub region: String,
    /// The whole purchase: a group of one order for each vendor in it.
    pub order: OrderRecord,
}

/// See [`Fact::OrderCleared`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCleared {
    /// The purchase.
    pub order: OrderId,
}

/// Pieces of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineUnits {
    /// Place of the line in the order, from 0.
    pub line: u32,
    /// Pieces.
    pub quantity: u32,
    /// What the customer pays for them, tax included.
    pub amount: Money,
}

/// Pieces of a vendor's order that left, or that will not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsMoved {
    /// The purchase.
    pub order: OrderId,
    /// Whose part of it.
    pub vendor: VendorId,
    /// The parcel that left; none for a cancellation.
    pub parcel: Option<ParcelId>,
    /// Which pieces.
    pub lines: Vec<LineUnits>,
    /// What of the price of delivery goes with them: all of the vendor's share with its first parcel, nothing with the
    /// others.
    pub delivery: Money,
    /// Sum of the lines, and delivery.
    pub total: Money,
    /// Nothing of the whole purchase is left to ship.
    pub last: bool,
    /// Of a cancellation: why.
    #[serde(default)]
    pub reason: String,
}

/// See [`Fact::ParcelDelivered`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelDelivered {
    /// The purchase.
    pub order: OrderId,
    /// Whose part of it.
    pub vendor: VendorId,
    /// The parcel.
    pub parcel: ParcelId,
}

/// See [`Fact::RefundDue`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDue {
    /// Identifier.
    pub refund: RefundId,
    /// The purchase.
    pub order: OrderId,
    /// Whose part of it.
    pub vendor: VendorId,
    /// Which pieces.
    pub lines: Vec<LineUnits>,
    /// What of the price of delivery goes back.
    pub delivery: Money,
    /// Sum of the lines, and delivery.
    pub total: Money,
    /// Why.
    pub reason: String,
}

/// Goods that come back, or came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnMoved {
    /// The return.
    pub given: ReturnId,
    /// The purchase.
    pub order: OrderId,
    /// To whom.
    pub vendor: VendorId,
    /// What the customer writes on the parcel.
    pub label: String,
    /// Which pieces: those that are expected, or those that were accepted; amounts are what is paid back for them.
    pub lines: Vec<LineUnits>,
    /// Sum of the lines.
    pub total: Money,
}

/// See [`Fact::ReturnRefused`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRefused {
    /// The return that was asked for.
    pub given: ReturnId,
    /// The purchase.
    pub order: OrderId,
    /// To whom.
    pub vendor: VendorId,
    /// A code.
    pub reason: String,
}

/// See [`Fact::ReturnRejected`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRejected {
    /// The return.
    #[serde(rename = "return")]
    pub id: ReturnId,
    /// The purchase.
    pub order: OrderId,
    /// Whose part of it.
    pub vendor: VendorId,
    /// Pieces that came and were not accepted.
    pub pieces: u32,
}

/// Money of an order moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMoved {
    /// The payment.
    pub payment: PaymentId,
    /// The purchase.
    pub order: OrderId,
    /// `stripe`, `paypal` or `bank`: whose clearing account it moved on.
    pub provider: String,
    /// Our name of the movement: the parcel of a capture, the refund, the dispute, the line of a statement.
    pub movement: String,
    /// The provider's name of it.
    pub reference: String,
    /// How much; never negative.
    pub amount: Money,
    /// What the provider kept for it.
    pub fee: Money,
}

/// See [`Fact::PaymentFailed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFailed {
    /// The payment.
    pub payment: PaymentId,
    /// The purchase.
    pub order: OrderId,
    /// A code.
    pub reason: String,
}

/// What a vendor owes for a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionFee {
    /// The promotion.
    pub promotion: PromotionId,
    /// Who owes.
    pub vendor: VendorId,
    /// How much.
    pub fee: Money,
    /// Until when, Unix milliseconds.
    pub due_ms: i64,
    /// What the provider kept of a payment, where it said so.
    #[serde(default)]
    pub provider_fee: Option<Money>,
}

/// See [`Fact::PayoutSent`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutSent {
    /// The payout.
    pub payout: PayoutId,
    /// Who was paid.
    pub vendor: VendorId,
    /// `stripe`, `paypal` or `bank`.
    pub provider: String,
    /// The provider's name of it.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// See [`Fact::GiftCardIssued`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardIssued {
    /// The card.
    pub card: GiftCardId,
    /// How much is on it.
    pub amount: Money,
    /// Whether it was paid for, into the bank account; else it is given away.
    pub sold: bool,
}

/// Money of an order moved on a gift card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardMoved {
    /// The card.
    pub card: GiftCardId,
    /// The purchase.
    pub order: OrderId,
    /// How much; above zero.
    pub amount: Money,
}

/// See [`Fact::GiftCardRefundDue`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardRefundDue {
    /// The purchase.
    pub order: OrderId,
    /// How much; above zero.
    pub amount: Money,
}
