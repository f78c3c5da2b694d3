//! Ways to deliver, where to, and what they cost: data, see `data/delivery.json`.

use std::sync::LazyLock;

use kiosk_money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::openapi::MoneySchema;

/// How an order is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryKind {
    /// Parcel, ordinary speed.
    Parcel,
    /// Parcel, the next working day.
    Express,
    /// For bulky goods.
    Freight,
    /// Collected by the shopper.
    Pickup,
}

impl DeliveryKind {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Parcel => "parcel",
            Self::Express => "express",
            Self::Freight => "freight",
            Self::Pickup => "pickup",
        }
    }
}

/// A way to have a cart delivered.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DeliveryOption {
    /// To be sent as `delivery` of the order.
    pub kind: DeliveryKind,
    /// For people.
    pub name: &'static str,
    /// When and how.
    pub detail: &'static str,
    /// What it costs for this cart.
    #[schema(value_type = MoneySchema)]
    pub price: Money,
}

/// The data.
#[derive(Debug, Deserialize)]
pub struct Delivery {
    countries: Vec<String>,
    kinds: Vec<Kind>,
    prices: Vec<Prices>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    kind: DeliveryKind,
    name: String,
    detail: String,
    carries_bulky: bool,
}

/// Prices in minor units of a currency.
#[derive(Debug, Deserialize)]
struct Prices {
    currency: Currency,
    parcel: i64,
    /// Parcels are free from this subtotal on.
    parcel_free_from: i64,
    express: i64,
    freight: i64,
    pickup: i64,
}

impl Prices {
    fn of(&self, kind: DeliveryKind, subtotal: i64) -> i64 {
        match kind {
            DeliveryKind::Parcel if subtotal >= self.parcel_free_from => 0,
            DeliveryKind::Parcel => self.parcel,
            DeliveryKind::Express => self.express,
            DeliveryKind::Freight => self.freight,
            DeliveryKind::Pickup => self.pickup,
        }
    }
}

/// The data of this version.
pub fn delivery() -> &'static Delivery {
    static DELIVERY: LazyLock<Delivery> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../../data/delivery.json")).expect("delivery.json is tested")
    });
    &DELIVERY
}

impl Delivery {
    /// Whether goods go to `country`, an ISO 3166-1 alpha-2 code.
    pub fn serves(&self, country: &str) -> bool {
        self.countries.iter().any(|known| known == country)
    }

    /// The ways for a cart worth `subtotal`: bulky goods go by freight or are collected, others do not go by freight.
    /// In a currency without prices goods can only be collected, for nothing.
    pub fn options(&'static self, subtotal: Money, bulky: bool) -> Vec<DeliveryOption> {
        let prices = self.prices.iter().find(|prices| prices.currency == subtotal.currency);
        let fits = |kind: &&Kind| match kind.kind {
            DeliveryKind::Pickup => true,
            DeliveryKind::Freight => bulky && prices.is_some(),
            _ => (kind.carries_bulky || !bulky) && prices.is_some(),
        };
        let option = |kind: &'static Kind| DeliveryOption {
            kind: kind.kind,
            name: &kind.name,
            detail: &kind.detail,
            price: Money::new(
                prices.map_or(0, |prices| prices.of(kind.kind, subtotal.amount)),
                subtotal.currency,
            ),
        };
        self.kinds.iter().filter(fits).map(option).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kinds(amount: i64, currency: Currency, bulky: bool) -> Vec<(DeliveryKind, i64)> {
        let options = delivery().options(Money::new(amount, currency), bulky);
        options.into_iter().map(|option| (option.kind, option.price.amount)).collect()
    }

    #[test]
    fn options_follow_the_goods_and_the_subtotal() {
        use DeliveryKind::{Express, Freight, Parcel, Pickup};
        assert_eq!(kinds(4_999, Currency::EUR, false), [(Parcel, 490), (Express, 1290), (Pickup, 0)]);
        assert_eq!(kinds(5_000, Currency::EUR, false), [(Parcel, 0), (Express, 1290), (Pickup, 0)]);
        assert_eq!(kinds(5_000, Currency::EUR, true), [(Freight, 4900), (Pickup, 0)]);
        assert_eq!(kinds(5_000, Currency::KRW, true), [(Pickup, 0)]);
    }

    #[test]
    fn the_data_is_sound() {
        let delivery = delivery();
        assert!(delivery.countries.is_sorted() && delivery.serves("DE") && !delivery.serves("de"));
        assert!(
            delivery
                .countries
                .iter()
                .all(|code| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase()))
        );
        for prices in &delivery.prices {
            let all = [prices.parcel, prices.parcel_free_from, prices.express, prices.freight, prices.pickup];
            assert!(all.iter().all(|price| *price >= 0), "{prices:?}");
        }
    }
}
