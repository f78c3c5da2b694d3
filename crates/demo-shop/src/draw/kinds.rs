//! The kinds of object that can be drawn, by the word that cards use.

use super::Setting::{self, Field, Flat, Room, Table, Wall};
use super::pen::Pen;
use super::svg::Svg;
use super::{
    apparel, bags, care, coffee, cooking, garden, glassware, home, kids, light, outdoor, plants, plush,
    seating, stationery, storage, tableware, textiles, wearing,
};

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
    kind("glass", Table, (0.0, -250.0), glassware::glass),
    kind("jar", Table, (0.0, -330.0), glassware::jar),
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
    // textiles
    kind("cushion", Table, (-120.0, -330.0), textiles::cushion),
    kind("pile", Table, (-120.0, -200.0), textiles::pile),
    kind("rug", Flat, (-120.0, -180.0), textiles::rug),
    kind("hanging", Wall, (-120.0, 160.0), textiles::hanging),
    // home
    kind("vase", Table, (0.0, -300.0), home::vase),
    kind("candle", Table, (0.0, -300.0), home::candle),
    kind("mirror", Wall, (-120.0, -160.0), home::mirror),
    kind("clock", Wall, (60.0, -80.0), home::clock),
    kind("print", Wall, (0.0, 0.0), home::print),
    kind("basket", Table, (-60.0, -250.0), home::basket),
    // light
    kind("table-lamp", Table, (0.0, -380.0), light::table_lamp),
    kind("desk-lamp", Table, (60.0, -420.0), light::desk_lamp),
    kind("floor-lamp", Room, (30.0, -600.0), light::floor_lamp),
    kind("pendant", Wall, (-60.0, 60.0), light::pendant),
    kind("lantern", Table, (0.0, -300.0), light::lantern),
    // furniture
    kind("chair", Room, (0.0, -480.0), seating::chair),
    kind("stool", Room, (0.0, -380.0), seating::stool),
    kind("armchair", Room, (-60.0, -420.0), seating::armchair),
    kind("sofa", Room, (-180.0, -330.0), seating::sofa),
    kind("bed", Room, (-100.0, -360.0), seating::bed),
    kind("bench", Room, (-140.0, -300.0), seating::bench),
    kind("table", Room, (-60.0, -440.0), storage::table),
    kind("side-table", Room, (0.0, -400.0), storage::side_table),
    kind("shelf", Room, (-40.0, -460.0), storage::shelf),
    kind("cabinet", Room, (-120.0, -360.0), storage::cabinet),
    kind("desk", Room, (-80.0, -520.0), storage::desk),
    kind("rack", Wall, (-160.0, -60.0), storage::rack),
    // apparel
    kind("tee", Flat, (0.0, -200.0), apparel::tee),
    kind("shirt", Flat, (0.0, -180.0), apparel::shirt),
    kind("knit", Flat, (0.0, -180.0), apparel::knit),
    kind("jacket", Flat, (0.0, -160.0), apparel::jacket),
    kind("trousers", Flat, (0.0, -220.0), apparel::trousers),
    kind("dress", Flat, (0.0, -140.0), apparel::dress),
    kind("robe", Flat, (0.0, -120.0), apparel::robe),
    kind("cap", Flat, (60.0, 0.0), wearing::cap),
    kind("beanie", Flat, (0.0, 60.0), wearing::beanie),
    kind("scarf", Flat, (-60.0, 60.0), wearing::scarf),
    kind("socks", Flat, (-80.0, -80.0), wearing::socks),
    kind("gloves", Flat, (-120.0, -40.0), wearing::gloves),
    kind("shoes", Flat, (-120.0, -100.0), wearing::shoes),
    kind("belt", Flat, (120.0, 200.0), wearing::belt),
    // bags
    kind("backpack", Table, (0.0, -320.0), bags::backpack),
    kind("tote", Table, (0.0, -300.0), bags::tote),
    kind("duffel", Table, (-60.0, -230.0), bags::duffel),
    kind("suitcase", Table, (0.0, -330.0), bags::suitcase),
    kind("wallet", Flat, (90.0, 20.0), bags::wallet),
    kind("pouch", Flat, (0.0, 40.0), bags::pouch),
    // stationery
    kind("notebook", Flat, (60.0, -80.0), stationery::notebook),
    kind("pens", Flat, (60.0, 60.0), stationery::pens),
    kind("pencils", Flat, (0.0, -200.0), stationery::pencils),
    kind("cards", Flat, (-30.0, -20.0), stationery::cards),
    kind("calendar", Wall, (-40.0, -60.0), stationery::calendar),
    kind("organiser", Table, (0.0, -240.0), stationery::organiser),
    kind("ink", Table, (0.0, -200.0), stationery::ink),
    kind("scissors", Flat, (0.0, 60.0), stationery::scissors),
    kind("tape", Flat, (0.0, -40.0), stationery::tape),
    // garden
    kind("planter", Table, (0.0, -280.0), plants::planter),
    kind("watering-can", Table, (0.0, -260.0), garden::watering_can),
    kind("hand-tool", Flat, (0.0, -60.0), garden::trowel),
    kind("secateurs", Flat, (0.0, -60.0), garden::secateurs),
    kind("seeds", Flat, (0.0, 0.0), garden::seeds),
    kind("birdhouse", Field, (0.0, -520.0), garden::birdhouse),
    kind("raised-bed", Field, (-60.0, -220.0), garden::raised_bed),
    kind("deck-chair", Field, (0.0, -380.0), garden::deck_chair),
    kind("fire-bowl", Field, (0.0, -260.0), garden::fire_bowl),
    // outdoor
    kind("tent", Field, (-40.0, -240.0), outdoor::tent),
    kind("bottle", Table, (0.0, -430.0), outdoor::bottle),
    kind("roll", Table, (60.0, -180.0), outdoor::roll),
    kind("hammock", Field, (0.0, -330.0), outdoor::hammock),
    kind("cookset", Table, (0.0, -330.0), outdoor::cookset),
    kind("cooler", Field, (-40.0, -300.0), outdoor::cooler),
    kind("tool", Flat, (40.0, -40.0), outdoor::tool),
    // kids
    kind("blocks", Table, (-40.0, -240.0), kids::blocks),
    kind("plush", Table, (0.0, -420.0), plush::plush),
    kind("puzzle", Flat, (60.0, 40.0), kids::puzzle),
    kind("vehicle", Table, (-120.0, -200.0), kids::vehicle),
    kind("stacker", Table, (-60.0, -200.0), kids::stacker),
    kind("kite", Field, (60.0, -540.0), kids::kite),
    kind("bike", Field, (60.0, -330.0), kids::bike),
    kind("crayons", Flat, (0.0, 120.0), kids::crayons),
    kind("dolls-house", Table, (0.0, -330.0), kids::dolls_house),
    // care
    kind("soap", Table, (0.0, -110.0), care::soap),
    kind("pump", Table, (0.0, -330.0), care::pump),
    kind("dropper", Table, (-60.0, -260.0), care::dropper),
    kind("tin", Table, (-60.0, -120.0), care::tin),
    kind("brush", Flat, (-60.0, 40.0), care::brush),
    kind("comb", Flat, (40.0, 0.0), care::comb),
    kind("razor", Table, (-60.0, -480.0), care::razor),
    kind("sponge", Table, (0.0, -180.0), care::sponge),
    kind("gift", Table, (-40.0, -330.0), care::gift),
];
