//! Messages between a POP and the core, and how they are signed.
//!
//! Everything here leaves the region: no field may hold a personal value. The types of `kiosk-privacy` that hold
//! one cannot be serialised, so a message with such a field does not compile (invariant I3).
//!
//! State goes down by level, events go up in order. A lease is told as counters that only grow, so a lost, doubled
//! or late answer does no harm; an event carries its number in the POP's outbox, so the core applies it once.

pub mod catalog;
pub mod discounts;
pub mod events;
pub mod leases;
pub mod models;
pub mod people;
pub mod sign;

pub use catalog::{
    Attribute, Category, Change, FeedPage, Picture, PictureSize, Product, StockLine, Variant, Vendor,
};
pub use discounts::{Discount, DiscountBudget, DiscountRate, GiftCard};
pub use events::{
    DiscountUse, Event, EventAck, EventBatch, EventBody, FraudLinks, FraudRecord, GiftCardUse, OrderLine,
    OrderRecord, PaymentRecord, ShadowRecord, StockTake,
};
pub use leases::{LeaseAsk, LeaseReply, LeaseRequest, LeaseState};
pub use models::{CANARY_POPS_MAX, FraudPlan, MODEL_CARD_BYTES_MAX, MODEL_ONNX_BYTES_MAX, VendorRisk};
pub use people::{
    AppealRecord, AppealState, Loyalty, LoyaltyTier, Message, MessageRecord, Notice, NoticeKind, NoticeLine,
    OrderReturn, OrderReturnLine, OrderState, OrderedLine, Parcel, ParcelStatus, Party, Promotion, Rating,
    ReturnItem, ReturnReason, ReturnRecord, ReturnStatus, ReturnWish, Review, ReviewRecord, Room, RoomKey,
    Shipment, Standing,
};

/// Most events in one delivery.
pub const EVENTS_PER_BATCH_MAX: usize = 200;
/// Most changes in one page of the feed.
pub const CHANGES_PER_PAGE_MAX: u32 = 500;
/// Most stock items in one lease request.
pub const LEASE_ASKS_MAX: usize = 500;
/// Most units a POP may ask for at once of one item: pieces of stock, or minor units of a budget or a balance.
pub const LEASE_UNITS_MAX: u32 = 1_000_000;
/// Largest sync message, in bytes.
pub const SYNC_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How far a POP's clock may run apart from the core's, in milliseconds. The POP stops selling this much before its
/// leases lapse, and the core waits this much longer.
pub const CLOCK_SKEW_MS_MAX: i64 = 30_000;
