//! The facts. A consumer of an older version meets newer ones, so fields are only added, with a default.

use kiosk_ids::{OrderId, ParcelId, PaymentId, PayoutId, PromotionId, RefundId, VendorId};
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
    /// Money arrived for an order that was not paid through a provider. Told by `payments`.
    PaymentReceived(PaymentMoved),
    /// Money was captured at a provider. Told by `payments`.
    PaymentCaptured(PaymentMoved),
    /// Money went back to the payer. Told by `payments`.
    PaymentRefunded(PaymentMoved),
    /// No money can be had for an order: its authorisation is gone, or its bank transfer did not come. Told by
    /// `payments`.
    PaymentFailed(PaymentFailed),
    /// The payer disputes a payment, and the provider took the money back. Told by `payments`.
    ChargebackOpened(PaymentMoved),
    /// A dispute was won: the money is back. Told by `payments`.
    ChargebackWon(PaymentMoved),
    /// A vendor owes the fee of a promotion. Told by `promotions`.
    PromotionBooked(PromotionFee),
    /// The fee is not owed after all. Told by `promotions`.
    PromotionWaived(PromotionFee),
    /// A vendor paid the fee of a promotion by card. Told by `payments`.
    PromotionPaid(PromotionFee),
    /// A vendor was paid. Told by `payouts`.
    PayoutSent(PayoutSent),
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
            Self::PaymentReceived(fact)
            | Self::PaymentCaptured(fact)
            | Self::PaymentRefunded(fact)
            | Self::ChargebackOpened(fact)
            | Self::ChargebackWon(fact) => fact.order.as_str(),
            Self::PaymentFailed(fact) => fact.order.as_str(),
            Self::PromotionBooked(fact) | Self::PromotionWaived(fact) | Self::PromotionPaid(fact) => {
                fact.promotion.as_str()
            }
            Self::PayoutSent(fact) => fact.vendor.as_str(),
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
