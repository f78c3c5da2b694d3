//! Events a POP delivers: `POST /sync/v1/events`.

use kiosk_ids::{
    CartId, DiscountId, EventId, GiftCardId, OrderId, PaymentId, ProductId, ReviewId, Sku, VendorId,
};
use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use crate::people::{AppealRecord, MessageRecord, ReturnRecord, ReviewRecord, RoomKey};

/// A run of events without a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventBatch {
    /// Names the POP's database; numbers start again at 1 with a new one.
    pub incarnation: String,
    /// In order of `seq`, at most [`crate::EVENTS_PER_BATCH_MAX`].
    pub events: Vec<Event>,
}

/// How far the core has applied a POP's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventAck {
    /// Every event up to and including this number is applied, and will not be applied again.
    pub applied_through: u64,
}

/// One event of a POP's outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Counts from 1 without a gap within an incarnation.
    pub seq: u64,
    /// Identifier.
    pub id: EventId,
    /// Unix time in milliseconds by the POP's clock.
    pub occurred_ms: i64,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventBody {
    /// A shopper placed an order.
    OrderPlaced(Box<OrderRecord>),
    /// A checkout was refused for fraud; nothing was sold.
    CheckoutBlocked {
        /// The score that refused it.
        fraud: FraudRecord,
        /// What it would have cost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        total: Option<Money>,
    },
    /// A blocked account says that it should not be.
    AppealMade(Box<AppealRecord>),
    /// The POP gives leased stock back that it has not sold.
    StockReturned {
        /// What it gives back.
        take: StockTake,
    },
    /// A customer wants to send pieces back.
    ReturnAsked(Box<ReturnRecord>),
    /// A customer reviewed a product, or changed their review.
    ReviewWritten(Box<ReviewRecord>),
    /// A customer took their review back.
    ReviewWithdrawn {
        /// The review.
        id: ReviewId,
    },
    /// A customer wrote to a vendor.
    MessageSent(Box<MessageRecord>),
    /// A customer has read a room.
    RoomRead {
        /// The room.
        room: RoomKey,
        /// Up to the messages of this time, Unix milliseconds.
        read_ms: i64,
    },
    /// A customer wants to hear no more from a vendor, or does again.
    RoomBlocked {
        /// The room.
        room: RoomKey,
        /// Whether it is closed.
        blocked: bool,
    },
    /// A customer reports a room to the moderators.
    RoomReported {
        /// The room.
        room: RoomKey,
        /// Why, masked as messages are.
        reason: String,
    },
}

/// An order without anything personal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderRecord {
    /// Identifier.
    pub id: OrderId,
    /// The cart it came from.
    pub cart: CartId,
    /// Region of the POP.
    pub region: String,
    /// Unix time in milliseconds.
    pub placed_ms: i64,
    /// Keyed pseudonym of the customer; the key stays in the region.
    pub customer: String,
    /// Keyed pseudonym of the account that bought; none for guests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// ISO 3166-1 alpha-2 country of delivery.
    pub country: String,
    /// The first characters of the postcode, too coarse to name a street.
    pub area: String,
    /// What was bought.
    pub lines: Vec<OrderLine>,
    /// Leased stock the order took, summed over its lines.
    pub takes: Vec<StockTake>,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Price of delivery, tax included.
    pub delivery: Money,
    /// What of it was added as tax, where prices are told without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_tax: Option<Money>,
    /// Subtotal and delivery, however they are paid.
    pub total: Money,
    /// The discounts that made its prices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<DiscountUse>,
    /// Gift cards that pay a part of the total, or all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gift_cards: Vec<GiftCardUse>,
    /// `parcel`, `express`, `freight` or `pickup`.
    pub delivery_kind: String,
    /// How it is paid.
    pub payment: PaymentRecord,
    /// The fraud score inside the checkout.
    pub fraud: FraudRecord,
}

impl OrderRecord {
    /// What gift cards pay of the total: never more than that, and nothing in another currency.
    #[must_use]
    pub fn paid_by_gift_cards(&self) -> Money {
        let used = self.gift_cards.iter().map(|used| used.amount);
        let used = used.filter(|amount| amount.currency == self.total.currency);
        let sum = used.fold(0_i64, |sum, amount| sum.saturating_add(amount.amount.max(0)));
        Money::new(sum.min(self.total.amount.max(0)), self.total.currency)
    }
}

/// One line of an order. Pieces of one article whose discount does not divide evenly are several lines, so that each piece
/// has a price of its own that is charged and given back to the minor unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// What was bought.
    pub sku: Sku,
    /// Its product.
    pub product: ProductId,
    /// Its seller.
    pub vendor: VendorId,
    /// Pieces.
    pub quantity: u32,
    /// What the customer pays for one piece: after discounts, with tax.
    pub unit_price: Money,
    /// The listed price of one piece, where `unit_price` is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Money>,
    /// What the marketplace bears of one piece's discount: the vendor is owed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subsidy: Option<Money>,
    /// Tax that was added to one piece, where prices are told without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added_tax: Option<Money>,
}

/// What a discount took off an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountUse {
    /// The discount.
    pub discount: DiscountId,
    /// How much, summed over the lines and delivery.
    pub amount: Money,
    /// What it took of its leased budget; none for a discount without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<StockTake>,
}

/// What a gift card pays of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftCardUse {
    /// The card.
    pub card: GiftCardId,
    /// How much.
    pub amount: Money,
    /// The same in minor units of the card's leased balance.
    pub take: StockTake,
}

/// Units of one leased stock item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockTake {
    /// The stock item.
    pub item: Sku,
    /// The epoch of the lease they came from.
    pub epoch: u64,
    /// Units.
    pub units: u32,
}

/// How an order is paid, without anything of the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// The authorisation.
    pub id: PaymentId,
    /// `card`, `paypal`, `bank_transfer` or `invoice`.
    pub method: String,
    /// `stripe` or `paypal`, where a provider has reserved the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What captures name at the provider; for a bank transfer, what the payer was told to write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What the provider called the payment when it was begun: it is looked at and closed by this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
}

/// A fraud decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FraudRecord {
    /// `allow`, `step_up` (and the buyer passed), `review` or `block`.
    pub outcome: String,
    /// Probability of fraud, 0 to 1; none when no model answered.
    pub score: Option<f32>,
    /// Version of the model, empty when none could be asked.
    pub model: String,
    /// Codes of the top reasons.
    pub reasons: Vec<String>,
    /// Who ordered, as other orders may show them too.
    #[serde(default, skip_serializing_if = "FraudLinks::is_empty")]
    pub links: FraudLinks,
    /// What a second model would have decided, where one is watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowRecord>,
}

/// Keyed pseudonyms of who ordered; the key stays in the region, and so do their values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FraudLinks {
    /// Of the e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// Of the account; none for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Of the browser or the app's installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Of the address that it goes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl FraudLinks {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a model that only watches says of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowRecord {
    /// Its version.
    pub model: String,
    /// Its probability of fraud, 0 to 1; none when it could not score the order.
    pub score: Option<f32>,
    /// `allow`, `step_up`, `review` or `block`.
    pub outcome: String,
}
