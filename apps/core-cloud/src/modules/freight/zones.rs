//! How far two countries are from each other, for prices of freight and for the choice of a warehouse.

/// Members of the European Union.
const EU: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
    "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// Its neighbours that lorries reach.
const NEAR: &[&str] =
    &["AD", "AL", "BA", "CH", "GB", "IS", "LI", "MC", "MD", "ME", "MK", "NO", "RS", "SM", "UA", "XK"];
/// North America.
const NORTH_AMERICA: &[&str] = &["CA", "MX", "US"];

/// How far goods go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Zone {
    /// Within a country.
    Domestic,
    /// Within the European Union, or within North America.
    Union,
    /// Within Europe.
    Continent,
    /// Anywhere else.
    World,
}

impl Zone {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Domestic, Self::Union, Self::Continent, Self::World];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Domestic => "domestic",
            Self::Union => "union",
            Self::Continent => "continent",
            Self::World => "world",
        }
    }

    /// Smaller is nearer.
    #[must_use]
    pub const fn distance(self) -> u8 {
        self as u8
    }
}

/// The zone between two countries, by their ISO 3166-1 alpha-2 codes.
#[must_use]
pub fn zone(from: &str, to: &str) -> Zone {
    let both = |countries: &[&str]| countries.contains(&from) && countries.contains(&to);
    let europe = |country: &str| EU.contains(&country) || NEAR.contains(&country);
    if !from.is_empty() && from == to {
        Zone::Domestic
    } else if both(EU) || both(NORTH_AMERICA) {
        Zone::Union
    } else if europe(from) && europe(to) {
        Zone::Continent
    } else {
        Zone::World
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_near_or_far() {
        assert_eq!(zone("DE", "DE"), Zone::Domestic);
        assert_eq!(zone("DE", "FR"), Zone::Union);
        assert_eq!(zone("US", "CA"), Zone::Union);
        assert_eq!(zone("DE", "CH"), Zone::Continent);
        assert_eq!(zone("GB", "NO"), Zone::Continent);
        assert_eq!(zone("DE", "US"), Zone::World);
        assert_eq!(zone("", ""), Zone::World);
        assert!(Zone::ALL.windows(2).all(|pair| pair[0].distance() < pair[1].distance()));
    }
}
