//! The kinds of object that can be drawn, by the word that cards use.

use super::Setting::{self, Field, Flat, Room, Table, Wall};
use super::pen::Pen;
use super::svg::Svg;
use super::{coffee, cooking, tableware};

/// A kind of object.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    name: &'static str,
    /// Where it is shown.
    pub setting: Setting,
    /// Where a closer look is taken, from the drawing's origin.
    pub focus: (f32, f32),
    /// Draws it.
    pub draw: fn(&mut Svg, &Pen<'_>),
}

const fn kind(name: &'static str, setting: Setting, focus: (f32, f32), draw: fn(&mut Svg, &Pen<'_>)) -> Kind {
    Kind { name, setting, focus, draw }
}

/// The kind of that name.
pub fn find(name: &str) -> Option<Kind> {
    KINDS.iter().find(|kind| kind.name == name).copied()
}

const KINDS: &[Kind] = &[
    // tableware
    kind("mug", Table, (60.0, -260.0), tableware::mug),
    kind("cup", Table, (0.0, -150.0), tableware::cup),
    kind("bowl", Table, (-60.0, -200.0), tableware::bowl),
    kind("plate", Table, (-120.0, -230.0), tableware::plate),
    kind("jug", Table, (0.0, -330.0), tableware::jug),
    kind("glass", Table, (0.0, -250.0), tableware::glass),
    kind("jar", Table, (0.0, -330.0), tableware::jar),
    // cooking
    kind("pan", Table, (-80.0, -110.0), cooking::pan),
    kind("pot", Table, (-60.0, -250.0), cooking::pot),
    kind("knife", Flat, (-100.0, -60.0), cooking::knife),
    kind("board", Flat, (40.0, 100.0), cooking::board),
    kind("mill", Table, (0.0, -480.0), cooking::mill),
    kind("utensils", Table, (0.0, -430.0), cooking::utensils),
    kind("mortar", Table, (0.0, -220.0), cooking::mortar),
    // coffee and tea
    kind("teapot", Table, (-40.0, -250.0), coffee::teapot),
    kind("kettle", Table, (-60.0, -250.0), coffee::kettle),
    kind("dripper", Table, (0.0, -420.0), coffee::dripper),
    kind("press", Table, (0.0, -340.0), coffee::press),
    kind("grinder", Table, (0.0, -330.0), coffee::grinder),
];
