//! What a drawing function is told: colours and the words of the product's card.

use super::colour::{Rgb, named};
use super::svg::Svg;
use super::texture::texture;
use super::{Kind, kinds};

/// How a product is drawn, from its card.
#[derive(Clone, Debug)]
pub struct Look {
    /// Tells pictures apart; from the product's handle.
    pub seed: u32,
    /// Kind of object.
    pub kind: Kind,
    words: Vec<String>,
    colours: Vec<Rgb>,
}

impl Look {
    /// `draw` is the card's line: a kind, then words, some as `key=value`.
    ///
    /// # Panics
    /// When the kind or a colour is unknown; the tests read every card.
    pub fn new(handle: &str, draw: &str, colours: &[String], paint: Option<&str>) -> Self {
        let mut words = draw.split_whitespace().map(str::to_owned);
        let kind = words
            .next()
            .and_then(|kind| kinds::find(&kind))
            .unwrap_or_else(|| panic!("{handle}: no drawing for {draw:?}"));
        let colour =
            |name: &str| named(name).unwrap_or_else(|| panic!("{handle}: no colour {name:?} in the palette"));
        let mut colours: Vec<Rgb> = match paint {
            Some(paint) => vec![colour(paint)],
            None => colours.iter().map(|name| colour(name)).collect(),
        };
        if colours.is_empty() {
            colours.push(colour("Natural"));
        }
        Self { seed: super::seed(handle), kind, words: words.collect(), colours }
    }

    /// Colours that have a picture of their own.
    pub fn pictured_colours(&self) -> usize {
        self.colours.len().min(super::OWN_PICTURE_COLOURS_MAX)
    }

    /// The pen that draws this product in its colour number `index`.
    pub fn pen(&self, index: usize) -> Pen<'_> {
        let base = self.colours.get(index).or(self.colours.first()).copied().unwrap_or(Rgb(200, 190, 170));
        let mut pen = Pen { base, accent: base.contrast(), seed: self.seed, look: self };
        pen.accent = pen.colour("accent", pen.accent);
        pen
    }
}

/// Everything a drawing function may depend on.
pub struct Pen<'a> {
    /// Main colour, the variant's.
    pub base: Rgb,
    /// Second colour; `accent=` on the card, else one that reads on `base`.
    pub accent: Rgb,
    /// For small differences between pictures of a kind.
    pub seed: u32,
    look: &'a Look,
}

impl Pen<'_> {
    /// Whether the card has that word.
    pub fn has(&self, word: &str) -> bool {
        self.look.words.iter().any(|known| known == word)
    }

    fn value(&self, key: &str) -> Option<&str> {
        self.look.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    /// `key=1.5` of the card.
    pub fn num(&self, key: &str, default: f32) -> f32 {
        self.value(key).and_then(|value| value.parse().ok()).unwrap_or(default)
    }

    /// `key=brass` of the card; two words are joined by `-`.
    pub fn colour(&self, key: &str, default: Rgb) -> Rgb {
        self.value(key).and_then(|value| named(&value.replace('-', " "))).unwrap_or(default)
    }

    /// `key=word` of the card.
    pub fn word(&self, key: &str) -> &str {
        self.value(key).unwrap_or_default()
    }

    /// The texture that the card names, to lay over a shape of colour `on`.
    pub fn texture(&self, s: &mut Svg, on: Rgb) -> Option<String> {
        self.look.words.iter().find_map(|word| texture(s, word, on, self.accent))
    }

    /// The card's texture, or else `word`.
    pub fn texture_or(&self, s: &mut Svg, word: &str, on: Rgb) -> Option<String> {
        self.texture(s, on).or_else(|| texture(s, word, on, self.accent))
    }
}
