//! Where a sale to a consumer is taxed.

use crate::Tables;
use crate::day::Day;

/// The member states of the European Union.
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether a country is in the European Union.
#[must_use]
pub fn is_eu(country: &str) -> bool {
    EU.contains(&country)
}

/// What is sold: from where, to where, when.
#[derive(Clone, Copy, Debug)]
pub struct Supply<'a> {
    /// Country that the goods are sent from, ISO 3166-1 alpha-2; empty when it is not known.
    pub seller: &'a str,
    /// Country that they are sent to.
    pub destination: &'a str,
    /// First characters of the postcode there.
    pub area: &'a str,
    /// When.
    pub day: Day,
}

/// How the tax is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In the seller's own country.
    Domestic,
    /// Through the EU's One Stop Shop, at the rate of the destination. It is used from the first sale: the threshold of
    /// 10,000 € below which a small seller may tax at home is waived.
    Oss,
    /// In a state of the US, by who runs the marketplace.
    State,
    /// Not by the seller: the goods cross a customs border.
    Import,
    /// No tax is known there.
    Untaxed,
    /// In the US, in a state that the postcode does not tell.
    Unresolved,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Domestic, Self::Oss, Self::State, Self::Import, Self::Untaxed, Self::Unresolved];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domestic => "domestic",
            Self::Oss => "oss",
            Self::State => "state",
            Self::Import => "import",
            Self::Untaxed => "untaxed",
            Self::Unresolved => "unresolved",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }
}

/// How a sale is taxed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxation {
    /// Whose tax it is: a country, or `US-` and a state.
    pub jurisdiction: String,
    /// How it is declared.
    pub scheme: Scheme,
    /// The rate, in parts per million.
    pub ppm: i64,
}

impl Supply<'_> {
    /// How it is taxed.
    #[must_use]
    pub fn taxation(&self, tables: &Tables) -> Taxation {
        let (destination, seller) = (vat_territory(self.destination), vat_territory(self.seller));
        if destination == "US" {
            return self.us(tables);
        }
        let vat = tables.vat.rate(destination, self.day);
        let (scheme, ppm) = match vat {
            None => (Scheme::Untaxed, 0),
            // Of an unknown seller too much tax is put aside rather than too little.
            Some(ppm) if seller == destination || seller.is_empty() => (Scheme::Domestic, ppm),
            Some(ppm) if is_eu(destination) && is_eu(seller) => (Scheme::Oss, ppm),
            Some(_) => (Scheme::Import, 0),
        };
        Taxation { jurisdiction: destination.to_owned(), scheme, ppm }
    }

    fn us(&self, tables: &Tables) -> Taxation {
        let Some(state) = tables.state_of(self.area) else {
            return Taxation { jurisdiction: "US".to_owned(), scheme: Scheme::Unresolved, ppm: 0 };
        };
        let jurisdiction = format!("US-{state}");
        let ppm = tables.us.rate(&jurisdiction, self.day).unwrap_or(0);
        let scheme = if ppm == 0 { Scheme::Untaxed } else { Scheme::State };
        Taxation { jurisdiction, scheme, ppm }
    }
}

/// Monaco is France to VAT, the Isle of Man the United Kingdom; the EU writes Greece `EL`.
fn vat_territory(country: &str) -> &str {
    match country {
        "MC" => "FR",
        "IM" => "GB",
        "EL" => "GR",
        country => country,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn taxed(seller: &str, destination: &str, area: &str) -> (String, Scheme, i64) {
        let day = "2026-11-18".parse().unwrap();
        let taxation = Supply { seller, destination, area, day }.taxation(Tables::bundled());
        (taxation.jurisdiction, taxation.scheme, taxation.ppm)
    }

    #[test]
    fn goods_are_taxed_where_they_go() {
        for ((seller, destination, area), (jurisdiction, scheme, ppm)) in [
            (("DE", "DE", "10"), ("DE", Scheme::Domestic, 190_000)),
            (("DE", "FI", "00"), ("FI", Scheme::Oss, 255_000)),
            (("FR", "MC", "98"), ("FR", Scheme::Domestic, 200_000)),
            (("", "SK", ""), ("SK", Scheme::Domestic, 230_000)),
            (("US", "DE", "10"), ("DE", Scheme::Import, 0)),
            (("DE", "GB", "SW"), ("GB", Scheme::Import, 0)),
            (("GB", "GB", "SW"), ("GB", Scheme::Domestic, 200_000)),
            (("DE", "US", "902"), ("US-CA", Scheme::State, 72_500)),
            (("US", "US", "971"), ("US-OR", Scheme::Untaxed, 0)),
            (("US", "US", "20"), ("US", Scheme::Unresolved, 0)),
            (("DE", "CH", "80"), ("CH", Scheme::Untaxed, 0)),
        ] {
            assert_eq!(
                taxed(seller, destination, area),
                (jurisdiction.to_owned(), scheme, ppm),
                "{seller} to {destination} {area}"
            );
        }
    }

    #[test]
    fn schemes_read_back() {
        for scheme in Scheme::ALL {
            assert_eq!(Scheme::parse(scheme.name()), Some(scheme));
        }
    }
}
