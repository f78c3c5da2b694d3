//! Velocity: how many orders, over what amount, the same customer, device, address or card made lately.

use serde::{Deserialize, Serialize};

/// One hour, milliseconds.
pub const WINDOW_1H_MS: i64 = 3_600_000;
/// One day, milliseconds.
pub const WINDOW_24H_MS: i64 = 24 * WINDOW_1H_MS;
/// Seven days, milliseconds; older rows may be pruned.
pub const WINDOW_7D_MS: i64 = 7 * WINDOW_24H_MS;
/// All windows, shortest first, indexed by [`Window`].
pub const WINDOWS_MS: [i64; 3] = [WINDOW_1H_MS, WINDOW_24H_MS, WINDOW_7D_MS];

/// A span that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Window {
    /// The last hour.
    #[serde(rename = "1h")]
    Hour,
    /// The last 24 hours.
    #[serde(rename = "24h")]
    Day,
    /// The last seven days.
    #[serde(rename = "7d")]
    Week,
}

/// What orders are counted by. The numbers are stored in the POP's database: never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Account or e-mail address.
    Customer = 0,
    /// Browser or app installation.
    Device = 1,
    /// Shipping address.
    Address = 2,
    /// Card token.
    Card = 3,
}

impl KeyKind {
    /// All kinds, by number.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Device, Self::Address, Self::Card];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Device => "device",
            Self::Address => "address",
            Self::Card => "card",
        }
    }

    /// The kind with this stored number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as i64 == number)
    }
}

/// Orders of one key before the one being scored, per [`Window`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Number of orders in the last 1 h, 24 h, 7 d.
    pub count: [i64; 3],
    /// Sum of their amounts in reference units ([`crate::reference_minor`]) in the last 1 h, 24 h, 7 d.
    pub amount_minor: [i64; 3],
}

/// Counters of all four keys; those of an absent key are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Velocity {
    /// Per account or e-mail address.
    pub customer: Counters,
    /// Per device.
    pub device: Counters,
    /// Per shipping address.
    pub address: Counters,
    /// Per card.
    pub card: Counters,
}

impl Velocity {
    /// Counters of one kind.
    #[must_use]
    pub const fn get(&self, kind: KeyKind) -> &Counters {
        match kind {
            KeyKind::Customer => &self.customer,
            KeyKind::Device => &self.device,
            KeyKind::Address => &self.address,
            KeyKind::Card => &self.card,
        }
    }

    /// Counters of one kind, to be filled.
    pub const fn get_mut(&mut self, kind: KeyKind) -> &mut Counters {
        match kind {
            KeyKind::Customer => &mut self.customer,
            KeyKind::Device => &mut self.device,
            KeyKind::Address => &mut self.address,
            KeyKind::Card => &mut self.card,
        }
    }
}
