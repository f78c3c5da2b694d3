//! Colours: mixing, and the named colours that products are sold in.

use std::fmt;

/// An sRGB colour, written as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Warm white: what light adds.
const LIGHT: Rgb = Rgb(255, 249, 238);
/// Deep plum: what shade adds. A tinted shade keeps colours alive where black would grey them.
const SHADE: Rgb = Rgb(38, 26, 44);

impl Rgb {
    /// From `0xrrggbb`.
    pub const fn hex(value: u32) -> Self {
        Self((value >> 16) as u8, (value >> 8) as u8, value as u8)
    }

    /// This colour with `share` (0 to 1) of `other` in it.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
        Self(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Lit by `share`.
    pub fn light(self, share: f32) -> Self {
        self.mix(LIGHT, share)
    }

    /// Shaded by `share`.
    pub fn dark(self, share: f32) -> Self {
        self.mix(SHADE, share)
    }

    /// Perceived lightness, 0 to 255 (Rec. 601 weights).
    pub fn luma(self) -> f32 {
        0.299 * f32::from(self.0) + 0.587 * f32::from(self.1) + 0.114 * f32::from(self.2)
    }

    /// How far apart two colours look; lightness counts most.
    pub fn distance(self, other: Self) -> f32 {
        let part = |a: u8, b: u8| (f32::from(a) - f32::from(b)).powi(2);
        let chroma = part(self.0, other.0) + part(self.1, other.1) + part(self.2, other.2);
        (chroma * 0.35 + (self.luma() - other.luma()).powi(2)).sqrt()
    }

    /// A line or lettering colour that reads on this one.
    pub fn contrast(self) -> Self {
        if self.luma() > 140.0 { self.dark(0.62) } else { self.light(0.72) }
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The colours that products come in, by the name a shopper reads (case does not matter).
const NAMED: &[(&str, u32)] = &[
    // whites and naturals
    ("White", 0xF6F2EA),
    ("Chalk", 0xEFE9DE),
    ("Cream", 0xF3E7CF),
    ("Ivory", 0xF2EADB),
    ("Natural", 0xE4D5BB),
    ("Oat", 0xDCCBB0),
    ("Sand", 0xD6BD98),
    ("Flax", 0xCDB891),
    ("Straw", 0xD9B871),
    ("Camel", 0xBE8F5C),
    ("Tan", 0xB27B4B),
    ("Cognac", 0x99562C),
    ("Chestnut", 0x713E28),
    ("Cocoa", 0x5C4033),
    ("Espresso", 0x3E2C26),
    // yellows, oranges, reds, pinks
    ("Butter", 0xF3D98B),
    ("Lemon", 0xF0CF4E),
    ("Mustard", 0xD49F2F),
    ("Honey", 0xE0A848),
    ("Amber", 0xC27A2C),
    ("Apricot", 0xEDAE7B),
    ("Orange", 0xE27A3A),
    ("Terracotta", 0xC26B4A),
    ("Rust", 0xA9512F),
    ("Brick", 0x9C4634),
    ("Coral", 0xE7806A),
    ("Tomato", 0xD24B35),
    ("Red", 0xC13A32),
    ("Cherry", 0x9E2B36),
    ("Bordeaux", 0x6C2433),
    ("Plum", 0x6A3B57),
    ("Rose", 0xD99A97),
    ("Blush", 0xE9C0B4),
    ("Pink", 0xE5A3AE),
    ("Raspberry", 0xB5375C),
    // purples and blues
    ("Lilac", 0xBDA9CF),
    ("Lavender", 0x9C8DBB),
    ("Aubergine", 0x463049),
    ("Sky", 0xA6C8DB),
    ("Ice", 0xCADDE3),
    ("Denim", 0x5C7C9C),
    ("Cobalt", 0x2C52A0),
    ("Blue", 0x39679E),
    ("Petrol", 0x1F5765),
    ("Navy", 0x25344F),
    ("Ink", 0x2A3240),
    ("Midnight", 0x1E2838),
    // greens
    ("Mint", 0xB4D6C3),
    ("Sage", 0xA3B18E),
    ("Celadon", 0xB5CDB4),
    ("Pistachio", 0xC3CE98),
    ("Moss", 0x73804A),
    ("Olive", 0x6B6A3C),
    ("Leaf", 0x5F9152),
    ("Fern", 0x4B7B50),
    ("Pine", 0x2F5746),
    ("Forest", 0x2C4636),
    ("Teal", 0x2C7F80),
    // greys and blacks
    ("Pebble", 0xBDB6AA),
    ("Fog", 0xC9CCCB),
    ("Stone", 0xA69F94),
    ("Grey", 0x8D8F90),
    ("Slate", 0x5A636C),
    ("Graphite", 0x44474B),
    ("Charcoal", 0x36373B),
    ("Black", 0x26262A),
    // woods
    ("Birch", 0xE3CCA1),
    ("Maple", 0xDFC08C),
    ("Ash", 0xD8BD92),
    ("Beech", 0xD9AE7C),
    ("Oak", 0xC79A63),
    ("Olive wood", 0xB98B50),
    ("Cherry wood", 0xA9633C),
    ("Teak", 0xA56F3E),
    ("Smoked oak", 0x6E4C33),
    ("Walnut", 0x754B30),
    ("Bamboo", 0xDDBB79),
    ("Cork", 0xC99B6B),
    ("Rattan", 0xCFA468),
    ("Wicker", 0xC1945A),
    // metals, glass, stone
    ("Brass", 0xC9A04E),
    ("Copper", 0xBE7450),
    ("Steel", 0xB4B9BD),
    ("Zinc", 0x9AA3A6),
    ("Iron", 0x3B3A3C),
    ("Clear", 0xD5E6E4),
    ("Smoke", 0x7D7A78),
    ("Marble", 0xECE8E4),
    ("Concrete", 0xB7B2AB),
];

/// The colour of that name, if the palette has it.
pub fn named(name: &str) -> Option<Rgb> {
    NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| Rgb::hex(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_stays_between_its_ends() {
        let grey = Rgb(0, 0, 0).mix(Rgb(200, 100, 50), 0.5);
        assert_eq!(grey, Rgb(100, 50, 25));
        assert_eq!(grey.to_string(), "#643219");
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(named("olive wood"), named("Olive wood"));
        assert_eq!(named("no such colour"), None);
    }
}
