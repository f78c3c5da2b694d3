//! The auditor: knows what really happened, from the statements that the databases committed and from the answers that
//! shoppers were given, and compares that with what the code under test believes.

pub mod commits;
pub mod drain;
pub mod payments;
pub mod restored;
pub mod shoppers;
pub mod stock;

use std::collections::{BTreeMap, BTreeSet};

use self::payments::{Paying, Stage};
use crate::goods;

/// A database of a POP.
pub type Holder = (usize, String);
/// An escrow account: a database, a stock item and an epoch.
pub type Account = (usize, String, String, i64);

/// An order that a POP's database committed.
#[derive(Clone, Debug)]
pub struct Order {
    /// The POP.
    pub pop: usize,
    /// The name of its database then.
    pub incarnation: String,
    /// The cart it came from.
    pub cart: String,
    /// The idempotency key.
    pub key: String,
    /// Units by stock item, from what was bought.
    pub units: BTreeMap<String, u64>,
    /// The epochs of the leases it was taken from, by stock item.
    pub epochs: BTreeMap<String, i64>,
    /// When, in simulated microseconds.
    pub at_us: u64,
    /// The core has it.
    pub in_core: bool,
    /// Its POP's database was lost before the core had it.
    pub lost: bool,
    /// Its POP's database was set back to a copy from before it.
    pub forgotten: bool,
    /// How far it is.
    pub stage: Stage,
    /// How it is paid, where that is at a provider.
    pub payment: Option<Paying>,
    /// Its POP's database was set back since: it may not know what became of the payment.
    pub shaken: bool,
}

impl Order {
    /// Whether the core has to hear of it and has not.
    fn has_to_arrive(&self) -> bool {
        self.stage == Stage::Placed && !self.in_core && !self.lost
    }

    /// Whether its POP's database has to have it.
    fn is_kept(&self) -> bool {
        !self.lost && !self.forgotten && self.stage != (Stage::GivenUp { kept: false })
    }
}

/// The truth.
pub struct Auditor {
    /// Orders by id.
    pub orders: BTreeMap<String, Order>,
    /// Which order a cart of a POP became.
    carts: BTreeMap<String, String>,
    /// Events other than orders: the POP they are of, and whether its database was lost before they were delivered.
    blocked: BTreeMap<String, (usize, bool)>,
    /// Units that POPs gave back, by account.
    returned: BTreeMap<Account, u64>,
    /// Accounts that were written off.
    written_off: BTreeSet<Account>,
    /// Units of orders that a write-off could not know of, by item: the price of writing off.
    exposed: BTreeMap<String, u64>,
    /// Units on hand and units that were sent, by item; only imports change the sum.
    on_hand: BTreeMap<String, i64>,
    /// Units that were sent, by item.
    sent: BTreeMap<String, i64>,
    /// Orders that were cancelled in the core: their units can be sold again.
    cancelled: BTreeSet<String>,
    /// Databases that are gone.
    lost: BTreeSet<Holder>,
    /// Databases that were set back: their counters are not those that the core was told.
    restored: BTreeSet<Holder>,
    /// Carts whose order their POP forgot: they may be ordered again.
    reopened: BTreeSet<String>,
    /// The last order of the core that was looked at.
    core_seen: i64,
    /// Products that were ever imported.
    pub products: u64,
    requests: u64,
}

impl Auditor {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new(_pops: usize) -> Self {
        let stock = (0..goods::PRODUCTS).map(|number| (goods::sku(number), goods::first_stock(number)));
        Self {
            orders: BTreeMap::new(),
            carts: BTreeMap::new(),
            blocked: BTreeMap::new(),
            returned: BTreeMap::new(),
            written_off: BTreeSet::new(),
            exposed: BTreeMap::new(),
            on_hand: stock.collect(),
            sent: BTreeMap::new(),
            cancelled: BTreeSet::new(),
            lost: BTreeSet::new(),
            restored: BTreeSet::new(),
            reopened: BTreeSet::new(),
            core_seen: 0,
            products: goods::PRODUCTS,
            requests: 0,
        }
    }
}
