//! Between customers, vendors and admins: what POPs are told, and what they tell.
//!
//! An `account` is a keyed pseudonym of a customer's account whose key stays in the region. Texts that customers write
//! are masked before they leave it.

use kiosk_ids::{
    EventId, MessageId, OrderId, ParcelId, ProductId, PromotionId, ReturnId, ReviewId, Sku, VendorId,
};
use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use crate::catalog::Picture;

/// Most characters of a message or a review.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// Most pictures of a message or a review.
pub const PICTURES_MAX: usize = 4;
/// Most articles of a return.
pub const RETURN_LINES_MAX: usize = 50;
/// Most characters of an appeal.
pub const APPEAL_CHARS_MAX: usize = 1_000;
/// Most characters of what a customer says of a return.
pub const RETURN_NOTE_CHARS_MAX: usize = 500;
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
    /// What became of their appeal against it; none when they made none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal: Option<AppealState>,
}

/// How far an appeal is. One that was upheld ends the block, so it is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppealState {
    /// Somebody will look at it.
    Open,
    /// The block stays.
    Refused,
}

impl AppealState {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Refused => "refused",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Refused].into_iter().find(|state| state.as_str() == name)
    }
}

/// What a blocked account says for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealRecord {
    /// Identifier, that of its event.
    pub id: EventId,
    /// Pseudonym of the account.
    pub account: String,
    /// In their own words, masked.
    pub text: String,
}

/// What an account's purchases of the last twelve months have earned it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loyalty {
    /// Pseudonym of the account.
    pub account: String,
    /// Its tier; none before the first.
    pub tier: Option<String>,
    /// What it bought and kept, in the currency of the marketplace's reports.
    pub kept: Money,
    /// Orders of which it kept something.
    pub orders: u32,
    /// The tier above; none for the highest.
    pub next: Option<LoyaltyTier>,
}

/// A tier, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoyaltyTier {
    /// Its name.
    pub name: String,
    /// What has to be kept within twelve months.
    pub kept: Money,
    /// In so many orders.
    pub orders: u32,
}

/// An order as the region shows it to its customer. Told when an account placed it, and of every order whenever it gets
/// further.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderState {
    /// Identifier.
    pub id: OrderId,
    /// Who bought; empty for a guest, whose order is shown only where it was placed.
    pub account: String,
    /// Unix milliseconds.
    pub placed_ms: i64,
    /// Sum of the lines and delivery.
    pub total: Money,
    /// What was bought.
    pub lines: Vec<OrderedLine>,
    /// One for each vendor of the order.
    pub parcels: Vec<Parcel>,
    /// What comes back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returns: Vec<OrderReturn>,
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
    /// Pieces that the customer has and did not send back, nor announced to.
    #[serde(default)]
    pub returnable: u32,
}

/// What a customer sends back to a vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReturn {
    /// Identifier.
    pub id: ReturnId,
    /// To whom.
    pub vendor: VendorId,
    /// How far it is.
    pub status: ReturnStatus,
    /// What the customer gets for it.
    pub wish: ReturnWish,
    /// What the customer writes on the parcel.
    pub label: String,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
    /// Which pieces.
    pub lines: Vec<OrderReturnLine>,
}

/// Pieces of a return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderReturnLine {
    /// What comes back.
    pub sku: Sku,
    /// Pieces.
    pub quantity: u32,
    /// Of those, paid back or exchanged; 0 before they were inspected.
    #[serde(default)]
    pub accepted: u32,
}

/// How far a return is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnStatus {
    /// The customer may send it.
    Expected,
    /// It is there, and nobody has looked into it.
    Received,
    /// It was inspected and answered.
    Inspected,
    /// Nothing will be sent.
    Cancelled,
}

/// Why something is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// The customer does not want it.
    ChangedMind,
    /// It does not work, or is broken.
    Faulty,
    /// It was damaged on its way.
    DamagedInTransit,
    /// It is not what was ordered or described.
    NotAsDescribed,
}

/// What a customer wants for what comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnWish {
    /// Their money.
    Refund,
    /// Another piece.
    Exchange,
}

/// A customer wants to send pieces of an order back to one vendor. The core opens the return under this identifier, or
/// refuses it by a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRecord {
    /// Identifier.
    pub id: ReturnId,
    /// The order.
    pub order: OrderId,
    /// Who sold them.
    pub vendor: VendorId,
    /// Which pieces, each article once.
    pub lines: Vec<ReturnItem>,
    /// Why.
    pub reason: ReturnReason,
    /// What for.
    pub wish: ReturnWish,
    /// What the customer says of it, masked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Pieces that a customer wants to send back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnItem {
    /// What was bought.
    pub sku: Sku,
    /// Pieces.
    pub quantity: u32,
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

/// Something that the customer of an order is to be told by mail. Told to the order's region; the POP that took the
/// order knows whom to write to, and does so once for each `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Identifier, the same however often it is told.
    pub id: EventId,
    /// The order.
    pub order: OrderId,
    /// What happened.
    pub kind: NoticeKind,
    /// Unix milliseconds.
    pub happened_ms: i64,
    /// Whose part of the order; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<VendorId>,
    /// The pieces it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<NoticeLine>,
    /// The money it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Who carries the parcel; empty when that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
    /// The carrier's number of it; empty when that is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tracking: String,
    /// The return it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<ReturnId>,
    /// What the customer writes on the parcel of a return; empty for all else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Why, as a code; empty when there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What a customer is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// The order is taken, and nothing holds it up.
    Confirmed,
    /// The money of a bank transfer came.
    Paid,
    /// A parcel left.
    Shipped,
    /// A parcel arrived.
    Delivered,
    /// Pieces will not come.
    Cancelled,
    /// Goods that come back are expected.
    ReturnExpected,
    /// Goods cannot be sent back as the customer wanted to.
    ReturnRefused,
    /// What was decided of goods that came back.
    ReturnInspected,
    /// Money is on its way back.
    Refunded,
}

/// Pieces that a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    /// What they are called.
    pub title: String,
    /// How many.
    pub quantity: u32,
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
