//! Values that say who somebody is.

use std::fmt;

use serde::{Deserialize, Deserializer};

/// A personal value. It can be read from a request, stored in the region's database and shown to its owner; each of
/// the last two takes a [`Personal::reveal`] that a reviewer sees.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Takes a value in.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, to store it in the region or to show it to its owner. Never log it or send it to the core.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

/// Logs and panics see a placeholder.
impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// How to reach somebody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Full name.
    pub name: Personal<String>,
    /// E-mail address.
    pub email: Personal<String>,
    /// Telephone number, if given.
    #[serde(default)]
    pub phone: Option<Personal<String>>,
}

/// Where to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and house number.
    pub street: Personal<String>,
    /// Flat, floor, company.
    #[serde(default)]
    pub extra: Option<Personal<String>>,
    /// Postcode.
    pub postcode: Personal<String>,
    /// City.
    pub city: Personal<String>,
    /// ISO 3166-1 alpha-2; not personal by itself.
    pub country: String,
}

/// A person who buys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shopper {
    /// How to reach them.
    pub contact: Contact,
    /// Where to deliver.
    pub address: Address,
}
