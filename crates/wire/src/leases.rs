//! Leases of stock: `POST /sync/v1/leases`.
//!
//! An escrow account for each POP and stock item (O'Neil, "The Escrow Transactional Method", 1986) told as counters
//! that only grow within an epoch (Balegas et al., "Extending Eventually Consistent Cloud Databases for Enforcing
//! Numeric Invariants", 2015). `granted` counts what the core ever gave; what the POP sold or gave back it reports
//! by events. All leases of a POP lapse together, and every contact renews them (volume leases, Yin et al. 1999).

use kiosk_ids::Sku;
use serde::{Deserialize, Serialize};

/// Asks for more stock, and renews.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRequest {
    /// Names this POP's database; a POP that lost it comes back as another incarnation.
    pub incarnation: String,
    /// The number of the last event that the POP wrote, delivered or not: shows the core how far behind it is.
    pub last_seq: u64,
    /// The `fence` of the last reply that this database took in, 0 before the first.
    #[serde(default)]
    pub fence: u64,
    /// What it wants; empty to renew only.
    pub asks: Vec<LeaseAsk>,
}

/// Asks for more of one stock item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseAsk {
    /// The stock item.
    pub item: Sku,
    /// The epoch the POP knows, 0 when it has none.
    pub epoch: u64,
    /// The `granted` the POP knows. The core grants only when this is its own count, so that a repeated ask is
    /// answered with what was granted already.
    pub granted_seen: u64,
    /// Units wanted on top.
    pub units: u32,
    /// Grant only the whole of `units` or nothing: a shopper waits for exactly this many.
    pub whole: bool,
}

/// The state of the asked accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseReply {
    /// The core's clock, Unix milliseconds.
    pub now_ms: i64,
    /// When all leases of this POP lapse unless renewed, Unix milliseconds of the core's clock.
    pub expires_ms: i64,
    /// One for each ask, in order; an unknown item has epoch 0.
    pub leases: Vec<LeaseState>,
    /// Accounts whose epoch the core has raised: the POP must stop selling from older epochs of them.
    pub fenced: Vec<LeaseState>,
    /// How often the core took back what this database held; `fenced` is what it must know of that. Whoever shows a
    /// lower number later is a copy from before, whose epochs look current and are not.
    #[serde(default)]
    pub fence: u64,
}

/// The escrow account of one POP and one stock item, as the core has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseState {
    /// The stock item.
    pub item: Sku,
    /// Fencing token: raised when the core took the stock back from a POP that is lost.
    pub epoch: u64,
    /// Units granted in this epoch so far.
    pub granted: u64,
    /// Units the core could still grant to anybody, rounded as the core likes: tells "sold out" from "sold out here".
    pub available: u64,
}
