//! Drawn pictures: a setting, its light, and an object drawn by the function of its kind.

mod backdrop;
mod colour;
mod kinds;
mod pen;
mod props;
mod solids;
mod svg;
mod texture;

mod apparel;
mod bags;
mod care;
mod coffee;
mod cooking;
mod garden;
mod glassware;
mod home;
mod kids;
mod light;
mod outdoor;
mod plants;
mod plush;
mod seating;
mod stationery;
mod storage;
mod tableware;
mod textiles;
mod wearing;

pub use kinds::Kind;
pub use pen::Look;

use backdrop::Backdrop;
use svg::Svg;

/// Colours of a product that get a picture each; further ones show in the picture of the whole range.
pub const OWN_PICTURE_COLOURS_MAX: usize = 3;

/// Where an object is shown, which decides where its drawing has its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// On a table; origin where it stands. Up to 720 wide and high.
    Table,
    /// On the floor of a room; origin where it stands. Up to 900 wide and 820 high.
    Room,
    /// On a wall; origin at its middle. Up to 780 wide and high.
    Wall,
    /// Seen from above; origin at its middle. Up to 780 wide and high.
    Flat,
    /// Outdoors; origin where it stands. Up to 880 wide and 720 high.
    Field,
}

impl Setting {
    /// Where the origin of the object comes to lie on the canvas.
    fn anchor(self) -> (f32, f32) {
        match self {
            Self::Table => (590.0, 990.0),
            Self::Room => (600.0, 1020.0),
            Self::Wall => (600.0, 580.0),
            Self::Flat => (600.0, 600.0),
            Self::Field => (600.0, 990.0),
        }
    }
}

/// How much larger than drawn an object is shown.
const ENLARGED: f32 = 1.16;

impl Setting {
    fn scale(self) -> f32 {
        if matches!(self, Self::Table | Self::Flat) { ENLARGED } else { 1.0 }
    }
}

/// What a picture of a product shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The whole thing in its colour of that number.
    Whole(usize),
    /// A closer look.
    Detail,
    /// Its colours side by side.
    Range,
    /// The whole thing in another setting.
    Again,
}

/// The pictures of a product, in order. Those of colours come first, so that a colour's number is its picture's.
pub fn views(look: &Look) -> Vec<View> {
    let mut views: Vec<View> = (0..look.pictured_colours()).map(View::Whole).collect();
    match views.len() {
        1 => views.extend([View::Detail, View::Again]),
        2 => views.extend([View::Detail, View::Range]),
        _ => views.push(if look.seed.is_multiple_of(2) { View::Range } else { View::Detail }),
    }
    views
}

/// Draws picture number `index` of a product.
pub fn picture(look: &Look, index: usize, title: &str) -> Option<String> {
    let view = *views(look).get(index)?;
    // Letters first: an id may not begin with a digit.
    let mut s = Svg::new(&format!("k{:x}{index}-", look.seed));
    match view {
        View::Whole(colour) => whole(&mut s, look, colour, look.seed.wrapping_add(colour as u32 * 7)),
        View::Detail => {
            let (x, y) = look.kind.setting.anchor();
            let scale = look.kind.setting.scale();
            let (x, y) = (x + look.kind.focus.0 * scale, y + look.kind.focus.1 * scale);
            let zoom = 1.9;
            s.group(&format!("translate({} {}) scale({zoom})", 600.0 - x * zoom, 600.0 - y * zoom), |s| {
                whole(s, look, 0, look.seed)
            });
        }
        View::Range => range(&mut s, look),
        View::Again => whole(&mut s, look, 0, look.seed.wrapping_mul(31).wrapping_add(5)),
    }
    Some(s.finish(title))
}

fn whole(s: &mut Svg, look: &Look, colour: usize, scene: u32) {
    let pen = look.pen(colour);
    let setting = look.kind.setting;
    let (x, y) = setting.anchor();
    let backdrop = Backdrop::choose(scene, &pen);
    backdrop.draw(s, setting, true);
    s.group(&format!("translate({x} {y}) scale({})", setting.scale()), |s| (look.kind.draw)(s, &pen));
    backdrop.foreground(s, setting);
}

fn range(s: &mut Svg, look: &Look) {
    let count = look.pictured_colours();
    let setting = look.kind.setting;
    let (_, y) = setting.anchor();
    let scene = look.seed.wrapping_add(3);
    Backdrop::choose(scene, &look.pen(count - 1)).draw(s, setting, false);
    let stands = matches!(setting, Setting::Table | Setting::Room | Setting::Field);
    let scale = setting.scale()
        * match (count, setting) {
            (2, _) => 0.6,
            (_, Setting::Table | Setting::Flat) => 0.47,
            _ => 0.42,
        };
    for (index, lot) in [(0, -1.0), (2, 1.0), (1, 0.0)].into_iter().filter(|(index, _)| *index < count) {
        let (x, y) = match (count, stands) {
            (2, true) => (325.0 + 530.0 * index as f32, y - 60.0 + 70.0 * index as f32),
            (2, false) => (320.0 + 560.0 * index as f32, y - 70.0 + 140.0 * index as f32),
            (_, true) => (590.0 + lot * 365.0, if index == 1 { y } else { y - 85.0 }),
            _ => (600.0 + lot * 345.0, y + if index == 1 { 170.0 } else { -130.0 }),
        };
        s.group(&format!("translate({x} {y}) scale({scale})"), |s| (look.kind.draw)(s, &look.pen(index)));
    }
}

/// A number from a name (FNV-1a), the same on every machine.
pub fn seed(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
