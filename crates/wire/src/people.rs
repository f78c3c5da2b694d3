//! Between customers, vendors and admins: what POPs are told, and what they tell.
//!
//! An `account` is a keyed pseudonym of a customer's account whose key stays in the region. Texts that customers write
//! are masked before they leave it.

use kiosk_ids::{MessageId, OrderId, ParcelId, ProductId, PromotionId, ReviewId, Sku, VendorId};
use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use crate::catalog::Picture;

/// Most characters of a message or a review.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Most pictures of a message or a review.
pub const PICTURES_MAX: usize = 4;
/// Largest picture that a POP hands in (`POST /sync/v1/media`), in bytes.
pub const UPLOAD_BYTES_MAX: usize = 3 * 1024 * 1024;

/// A product is shown as promoted for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Identifier.
    pub id: PromotionId,
    /// What is promoted.
    pub product: ProductId,
    /// From then on, Unix milliseconds.
    pub from_ms: i64,
    /// Until before then, Unix milliseconds.
    pub until_ms: i64,
}

/// How often a product was rated with how many stars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The product.
    pub product: ProductId,
    /// Ratings of one star, two, … five.
    pub counts: [u32; 5],
}

/// A published review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Identifier; the region derives it from account and product, so it names nobody elsewhere.
    pub id: ReviewId,
    /// The product.
    pub product: ProductId,
    /// 1 to 5.
    pub stars: u8,
    /// A line, plain text.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// At most [`PICTURES_MAX`].
    pub pictures: Vec<Picture>,
    /// When it was written or last changed, Unix milliseconds.
    pub written_ms: i64,
    /// What the vendor answers, plain text.
    pub answer: Option<String>,
}

/// Whether a customer may buy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Pseudonym of a customer or an account.
    pub customer: String,
    /// Whether their checkouts are refused.
    pub blocked: bool,
}

/// An order as the region shows it to its customer. Told for orders of accounts, when they are placed and whenever
/// they get further.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// Identifier.
    pub id: OrderId,
    /// Who bought.
    pub account: String,
    /// Unix milliseconds.
    pub placed_ms: i64,
    /// Sum of the lines and delivery.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<OrderedLine>,
    /// One for each vendor of the order.
    pub parcels: Vec<Parcel>,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderedLine {
    /// What was bought.
    pub sku: Sku,
    /// Its product.
    pub product: ProductId,
    /// What it was called.
    pub title: String,
    /// Its seller.
    pub vendor: VendorId,
    /// Pieces.
    pub quantity: u32,
    /// Price of one piece.
    pub unit_price: Money,
}

/// What one vendor sends for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The vendor.
    pub vendor: VendorId,
    /// How far it is.
    pub status: ParcelStatus,
    /// The parcels of it that left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
}

impl Parcel {
    /// What a vendor sends, of which nothing left.
    #[must_use]
    pub const fn new(vendor: VendorId, status: ParcelStatus) -> Self {
        Self { vendor, status, shipments: Vec::new() }
    }
}

/// A parcel that left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Identifier.
    pub id: ParcelId,
    /// Who carries it; empty when the vendor did not say.
    pub carrier: String,
    /// The carrier's number of it; empty when the vendor did not say.
    pub tracking: String,
    /// Shipped, delivered, returned to the vendor, or paid back because it was lost.
    pub status: ParcelStatus,
}

/// How far what a vendor sends is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelStatus {
    /// Ordered.
    Placed,
    /// Being packed.
    Picking,
    /// Some of it is on its way.
    PartiallyShipped,
    /// On its way.
    Shipped,
    /// The customer has it.
    Delivered,
    /// Some of it came back.
    PartiallyReturned,
    /// It came back.
    Returned,
    /// It will not come.
    Cancelled,
    /// Money went back for some of it.
    PartiallyRefunded,
    /// Money went back for all of it.
    Refunded,
}

impl ParcelStatus {
    /// Whether the customer has had some of it in hand.
    #[must_use]
    pub const fn has_arrived(self) -> bool {
        matches!(self, Self::Delivered | Self::PartiallyReturned | Self::Returned | Self::PartiallyRefunded)
    }
}

/// Names a room: customer and vendor of an order talk in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoomKey {
    /// The order.
    pub order: OrderId,
    /// The vendor.
    pub vendor: VendorId,
}

/// A room as the core has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// Which.
    #[serde(flatten)]
    pub key: RoomKey,
    /// The customer.
    pub account: String,
    /// Who closed it, while it is closed.
    pub closed_by: Option<Party>,
    /// The vendor has read up to the messages of this time, Unix milliseconds.
    pub vendor_read_ms: i64,
    /// The customer has, by what the core knows.
    pub customer_read_ms: i64,
}

/// Somebody in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who bought.
    Customer,
    /// Who sells.
    Vendor,
    /// Who keeps the peace.
    Moderator,
}

/// A message as the core has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// Where.
    pub room: RoomKey,
    /// Counts from 1 within the room, in the order the core took the messages.
    pub number: u64,
    /// Who wrote it.
    pub from: Party,
    /// Plain text; empty when a moderator took it away.
    pub text: String,
    /// At most [`PICTURES_MAX`].
    pub pictures: Vec<Picture>,
    /// Unix milliseconds.
    pub sent_ms: i64,
}

/// A message that a customer wrote, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// Identifier.
    pub id: MessageId,
    /// Where.
    pub room: RoomKey,
    /// Who.
    pub account: String,
    /// Plain text.
    pub text: String,
    /// SHA-256, hex, of pictures as the POP handed them in before.
    pub uploads: Vec<String>,
    /// Unix milliseconds.
    pub sent_ms: i64,
}

/// A review that a customer wrote, masked. The core publishes it when the account bought the product and has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewRecord {
    /// Identifier, the same when the review is changed.
    pub id: ReviewId,
    /// Who.
    pub account: String,
    /// The product.
    pub product: ProductId,
    /// 1 to 5.
    pub stars: u8,
    /// A line, plain text.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// SHA-256, hex, of pictures as the POP handed them in before.
    pub uploads: Vec<String>,
    /// Unix milliseconds.
    pub written_ms: i64,
}
