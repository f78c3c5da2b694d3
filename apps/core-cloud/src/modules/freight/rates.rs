//! What carriers of freight ask: the table of prices, and the weight that it goes by.

use super::zones::Zone;

/// What a cubic metre counts as on a lorry, in grams.
const GRAMS_PER_M3: i128 = 333_000;
const MM3_PER_M3: i128 = 1_000_000_000;
/// The heaviest piece that a driver lifts alone, in grams; a lorry with a lift-gate brings all that is heavier.
pub const HAND_G_MAX: i64 = 30_000;
/// The longest side of what fits a pallet, in millimetres.
const PALLET_MM_MAX: i64 = 2_400;
/// What a lift-gate costs, in cents.
const LIFT_GATE: i64 = 2_900;
/// What a time window costs, in cents.
const WINDOW: i64 = 1_900;
/// Each further 100 kg of a class without a limit, in cents.
const FURTHER_100_KG: i64 = 4_500;
/// What a price of the table is for, at most, in the last class, in grams.
const LAST_CLASS_G: i64 = 500_000;

/// What a piece measures, packed, in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its longest side.
    pub length_mm: i64,
    /// The second one.
    pub width_mm: i64,
    /// The third one.
    pub height_mm: i64,
}

impl Size {
    /// What its room counts as, in grams.
    #[must_use]
    pub fn volumetric_g(&self) -> i64 {
        let mm3 = i128::from(self.length_mm) * i128::from(self.width_mm) * i128::from(self.height_mm);
        i64::try_from((mm3 * GRAMS_PER_M3 + MM3_PER_M3 - 1) / MM3_PER_M3).unwrap_or(i64::MAX)
    }

    fn longest_mm(&self) -> i64 {
        self.length_mm.max(self.width_mm).max(self.height_mm)
    }
}

/// How carriers price a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Up to 50 kg.
    Light,
    /// Up to 150 kg.
    Standard,
    /// Up to 500 kg, and each further 100 kg.
    Heavy,
    /// Too long for a pallet, whatever it weighs.
    Oversize,
}

impl Class {
    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Standard => "standard",
            Self::Heavy => "heavy",
            Self::Oversize => "oversize",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        PRICES.iter().map(|(class, _)| *class).find(|class| class.name() == name)
    }
}

/// Prices in euro cents by class and zone: domestic, union, continent, world.
const PRICES: [(Class, [i64; 4]); 4] = [
    (Class::Light, [3_900, 7_900, 11_900, 34_900]),
    (Class::Standard, [6_900, 12_900, 18_900, 59_900]),
    (Class::Heavy, [12_900, 24_900, 34_900, 119_900]),
    (Class::Oversize, [17_900, 32_900, 44_900, 159_900]),
];

/// What a carrier is told of a shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// What it weighs, in grams.
    pub weight_g: i64,
    /// What its room counts as, in grams.
    pub volumetric_g: i64,
    /// How it is priced.
    pub class: Class,
    /// Whether a piece is too heavy to be lifted by hand.
    pub lift_gate: bool,
}

impl Load {
    /// Pieces of a weight and, when it is known, a size.
    #[must_use]
    pub fn of(pieces: i64, weight_g: i64, size: Option<Size>) -> Self {
        let one_volumetric_g = size.map_or(weight_g, |size| size.volumetric_g());
        let (weight, volumetric) = (weight_g.saturating_mul(pieces), one_volumetric_g.saturating_mul(pieces));
        let class = match weight.max(volumetric) {
            _ if size.is_some_and(|size| size.longest_mm() > PALLET_MM_MAX) => Class::Oversize,
            ..=50_000 => Class::Light,
            50_001..=150_000 => Class::Standard,
            _ => Class::Heavy,
        };
        Self { weight_g: weight, volumetric_g: volumetric, class, lift_gate: weight_g > HAND_G_MAX }
    }
}

/// What it costs to bring a load, in euro cents.
#[must_use]
pub fn quote(class: Class, chargeable_g: i64, zone: Zone, lift_gate: bool, window: bool) -> i64 {
    let prices = PRICES.iter().find(|(known, _)| *known == class).map(|(_, prices)| prices);
    let base = prices.map_or(0, |prices| prices[usize::from(zone.distance())]);
    let further = (chargeable_g - LAST_CLASS_G).max(0).div_euclid(100_000);
    let further = further + i64::from((chargeable_g - LAST_CLASS_G).max(0) % 100_000 > 0);
    base + further * FURTHER_100_KG + if lift_gate { LIFT_GATE } else { 0 } + if window { WINDOW } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_counts_as_weight() {
        let sofa = Size { length_mm: 2_000, width_mm: 1_000, height_mm: 1_000 };
        assert_eq!(sofa.volumetric_g(), 666_000);
        let load = Load::of(1, 45_000, Some(sofa));
        assert_eq!((load.class, load.lift_gate), (Class::Heavy, true));
        assert_eq!(Load::of(1, 45_000, None).class, Class::Light);
        assert_eq!(Load::of(2, 45_000, None).class, Class::Standard);
        let rod = Size { length_mm: 2_401, width_mm: 50, height_mm: 50 };
        assert_eq!(
            (Load::of(1, 2_000, Some(rod)).class, Load::of(1, 2_000, Some(rod)).lift_gate),
            (Class::Oversize, false)
        );
    }

    #[test]
    fn farther_and_heavier_costs_more() {
        let of = |class, grams, zone| quote(class, grams, zone, false, false);
        assert_eq!(of(Class::Light, 10_000, Zone::Domestic), 3_900);
        for (class, _) in PRICES {
            assert!(Zone::ALL.windows(2).all(|pair| of(class, 1, pair[0]) < of(class, 1, pair[1])));
            assert_eq!(Class::parse(class.name()), Some(class));
        }
        for pair in PRICES.windows(2) {
            assert!(Zone::ALL.iter().all(|zone| of(pair[0].0, 1, *zone) < of(pair[1].0, 1, *zone)));
        }
        assert_eq!(of(Class::Heavy, 500_000, Zone::Domestic), 12_900);
        assert_eq!(of(Class::Heavy, 500_001, Zone::Domestic), 17_400);
        assert_eq!(quote(Class::Light, 1, Zone::Domestic, true, true), 3_900 + 2_900 + 1_900);
    }
}
