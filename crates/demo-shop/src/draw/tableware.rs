//! What one drinks and eats from.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{TILT, body, ground_shadow, mouth, round_paint, turned};
use super::svg::Svg;

const COFFEE: Rgb = Rgb(74, 46, 30);

/// A handle on the right: a thick curve with light on its upper side.
pub fn handle(s: &mut Svg, x: f32, top: f32, bottom: f32, reach: f32, width: f32, c: Rgb) {
    let d = format!(
        "M{x} {top}C{} {} {} {} {x} {bottom}",
        x + reach * 1.3,
        top - 8.0,
        x + reach * 1.2,
        bottom + 6.0
    );
    s.line(&d, c.dark(0.26), width);
    s.group("translate(-4 -4)", |s| {
        s.line(&d, c, width * 0.66).hint(&d, c.light(0.5), width * 0.2, 0.6);
    });
}

/// Thin lines of steam.
pub fn steam(s: &mut Svg, x: f32, y: f32) {
    let white = Rgb(255, 255, 255);
    s.hint(
        format!(
            "M{} {y}c-30 -40 30 -70 0 -120s20 -60 6 -90M{} {}c-26 -36 26 -60 0 -104",
            x - 26.0,
            x + 34.0,
            y - 8.0
        ),
        white,
        9.0,
        0.3,
    );
}

/// A mug: `tall`, `round`, `enamel`, `footed`, `raw` (bare clay foot).
pub fn mug(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let profile: &[(f32, f32)] = if pen.has("tall") {
        &[(150.0, -500.0), (150.0, -420.0), (150.0, -120.0), (146.0, -40.0), (126.0, 0.0)]
    } else if pen.has("round") {
        &[(158.0, -360.0), (196.0, -270.0), (208.0, -170.0), (176.0, -50.0), (112.0, 0.0)]
    } else if pen.has("footed") {
        &[(196.0, -400.0), (190.0, -250.0), (150.0, -110.0), (100.0, -66.0), (96.0, -40.0), (116.0, 0.0)]
    } else {
        &[(184.0, -390.0), (184.0, -300.0), (184.0, -100.0), (176.0, -34.0), (146.0, 0.0)]
    };
    let (rim, top) = profile[0];
    ground_shadow(s, 0.0, profile[profile.len() - 1].0, -top);
    if !pen.has("cupless") {
        let side = profile[1].0.max(profile[2].0) - 14.0;
        handle(s, side, top * 0.78, top * 0.24, 118.0, if pen.has("enamel") { 24.0 } else { 40.0 }, c);
    }
    body(s, pen, 0.0, profile, c);
    if pen.has("raw") {
        let clay = round_paint(s, Rgb::hex(0xC69A72));
        let outline = turned(0.0, profile);
        s.clipped(outline, |s| {
            s.path("M-230 -64Q0 -4 230 -64V60H-230Z", clay);
        });
    }
    if pen.has("cold") {
        mouth(s, 0.0, top, rim, c.light(0.2), None);
        scoops(s, top);
        let ry = rim * TILT;
        let lip = round_paint(s, c.light(0.06));
        s.path(
            format!(
                "M{} {top}A{rim} {ry} 0 0 0 {rim} {top}L{} {}Q0 {} {} {}Z",
                -rim,
                rim - 4.0,
                top + 40.0,
                top + 40.0 + ry * 2.0,
                4.0 - rim,
                top + 40.0
            ),
            lip,
        );
    } else {
        mouth(
            s,
            0.0,
            top,
            rim,
            if pen.has("enamel") { Rgb(246, 243, 236) } else { c.light(0.2) },
            Some(COFFEE),
        );
    }
    if pen.has("enamel") {
        s.hint(
            format!(
                "M{} {top}A{rim} {} 0 0 0 {rim} {top}A{rim} {} 0 0 0 {} {top}Z",
                -rim,
                rim * TILT,
                rim * TILT,
                -rim
            ),
            pen.accent,
            9.0,
            1.0,
        );
    }
    if !pen.has("cold") {
        steam(s, 0.0, top - 30.0);
    }
}

/// Ice cream with a berry, in an opening at `top`.
fn scoops(s: &mut Svg, top: f32) {
    for (x, y, colour) in [(-84.0, -30.0, 0xE9A9A0), (84.0, -34.0, 0xF4E6C3), (0.0, -104.0, 0xB8506A)] {
        let ice = Rgb::hex(colour);
        let paint = s.radial(
            (0.35, 0.3),
            0.75,
            &[(0.0, ice.light(0.5), 1.0), (0.6, ice, 1.0), (1.0, ice.dark(0.25), 1.0)],
        );
        s.circle(x, top + y, 96.0, paint);
    }
}

/// A low cup on its saucer: `espresso` is smaller.
pub fn cup(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let size = if pen.has("espresso") { 0.78 } else { 1.0 };
    ground_shadow(s, 0.0, 300.0 * size, 130.0);
    s.group(&format!("scale({size})"), |s| {
        let saucer = round_paint(s, c);
        s.path(turned(0.0, &[(330.0, -46.0), (240.0, -16.0), (150.0, 0.0)]), &saucer);
        s.ellipse(0.0, -46.0, 330.0, 56.0, c.light(0.28)).ellipse(0.0, -44.0, 306.0, 49.0, &saucer);
        s.ellipse(40.0, -40.0, 190.0, 28.0, c.dark(0.35));
        handle(s, 186.0, -220.0, -120.0, 104.0, 28.0, c);
        body(s, pen, 0.0, &[(214.0, -270.0), (206.0, -190.0), (160.0, -90.0), (104.0, -44.0)], c);
        mouth(s, 0.0, -270.0, 214.0, c.light(0.2), Some(COFFEE.light(0.12)));
        if pen.has("latte") {
            s.path("M0 -246C-60 -262 -70 -282 -30 -284C-14 -284 -4 -278 0 -272C4 -278 14 -284 30 -284C70 -282 60 -262 0 -246Z", Rgb(240, 220, 190));
        }
        steam(s, 10.0, -310.0);
    });
}

/// A bowl: `deep`, `wide`, `nest` (three in one another), `fruit` (filled).
pub fn bowl(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("nest") {
        ground_shadow(s, 0.0, 230.0, 260.0);
        let profile = [(330.0, -250.0), (312.0, -150.0), (230.0, -40.0), (150.0, 0.0)];
        body(s, pen, 0.0, &profile, c);
        mouth(s, 0.0, -250.0, 330.0, c, None);
        for (size, lift, share, below, rim) in
            [(0.84, -84.0, 0.4, 330.0, -250.0), (0.68, -160.0, 0.75, 277.0, -294.0)]
        {
            let shade = c.mix(pen.accent, share);
            let (inner, floor) = (330.0 * size, lift - 250.0 * size);
            // Only what rises above the front rim of the bowl below is seen.
            let seen = format!(
                "M-400 -700H400V{rim}H{below}A{below} {} 0 0 1 {} {rim}H-400Z",
                below * TILT * 0.84,
                -below
            );
            s.clipped(seen, |s| {
                s.group(&format!("translate(0 {lift}) scale({size})"), |s| {
                    body(s, pen, 0.0, &profile, shade)
                });
            });
            mouth(s, 0.0, floor, inner, shade, None);
        }
        return;
    }
    let profile: &[(f32, f32)] = if pen.has("deep") {
        &[(250.0, -300.0), (252.0, -200.0), (210.0, -80.0), (120.0, -22.0), (116.0, 0.0)]
    } else if pen.has("wide") {
        &[(370.0, -190.0), (330.0, -110.0), (220.0, -36.0), (150.0, 0.0)]
    } else {
        &[(310.0, -240.0), (292.0, -150.0), (220.0, -56.0), (132.0, -24.0), (130.0, 0.0)]
    };
    let (rim, top) = profile[0];
    ground_shadow(s, 0.0, 170.0, -top + 60.0);
    body(s, pen, 0.0, profile, c);
    mouth(s, 0.0, top, rim, c.light(0.1), None);
    if pen.has("fruit") {
        let inside = format!(
            "M{} {}H{}V{top}A{rim} {} 0 0 1 {} {top}Z",
            -rim * 0.9,
            top - 240.0,
            rim * 0.9,
            rim * TILT * 0.8,
            -rim * 0.9
        );
        s.clipped(inside, |s| {
            for (x, y, r, colour) in [
                (-130.0, -40.0, 96.0, 0xD98A3A),
                (110.0, -44.0, 100.0, 0xC7533B),
                (-10.0, -80.0, 104.0, 0xE4B547),
            ] {
                let fruit = Rgb::hex(colour);
                let paint = s.radial(
                    (0.35, 0.3),
                    0.75,
                    &[(0.0, fruit.light(0.4), 1.0), (0.5, fruit, 1.0), (1.0, fruit.dark(0.4), 1.0)],
                );
                s.circle(x, top + y + 20.0, r, paint);
            }
        });
    }
}

/// A stack of plates with one leaning behind it: `oval` for a platter.
pub fn plate(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 300.0, 300.0);
    let r = if pen.has("oval") { 340.0 } else { 270.0 };
    let (x, y) = (10.0, -330.0);
    let paint = s.linear(
        (0.0, 0.0),
        (1.0, 1.0),
        &[(0.0, c.light(0.3), 1.0), (0.6, c, 1.0), (1.0, c.dark(0.22), 1.0)],
    );
    s.ellipse(x + 16.0, y + 10.0, r, 272.0, c.dark(0.4)).ellipse(x, y, r, 272.0, &paint);
    if let Some(texture) = pen.texture(s, c) {
        s.ellipse(x, y, r, 272.0, texture);
    }
    let well = s.linear(
        (0.0, 0.0),
        (1.0, 1.0),
        &[(0.0, c.dark(0.16), 0.9), (0.5, c, 0.5), (1.0, c.light(0.3), 0.9)],
    );
    s.ellipse(x, y, r * 0.7, 190.0, well);
    if pen.has("rim") {
        s.hint(
            format!(
                "M{1} {y}a{0} 265 0 1 0 {2} 0a{0} 265 0 1 0 {3} 0Z",
                r - 7.0,
                x - r + 7.0,
                2.0 * r - 14.0,
                14.0 - 2.0 * r
            ),
            pen.accent,
            10.0,
            0.9,
        );
    }
    let stack = round_paint(s, c);
    for layer in 0..3 {
        let y = -18.0 - 32.0 * layer as f32;
        s.path(turned(0.0, &[(360.0, y - 20.0), (290.0, y), (200.0, y + 14.0)]), &stack);
        s.ellipse(0.0, y - 20.0, 360.0, 60.0, c.light(0.34)).ellipse(
            0.0,
            y - 17.0,
            350.0,
            55.0,
            c.dark(0.06),
        );
    }
    s.ellipse(10.0, -94.0, 240.0, 34.0, c.dark(0.14)).ellipse(0.0, -90.0, 236.0, 32.0, c.light(0.1));
    if pen.has("rim") {
        s.hint("M-354 -102A354 57 0 0 0 354 -102A354 57 0 0 0 -354 -102Z", pen.accent, 8.0, 0.9);
    }
}

/// A jug or carafe with a lip and a handle: `slim`.
pub fn jug(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let w = if pen.has("slim") { 0.78 } else { 1.0 };
    let profile = [
        (104.0 * w, -620.0),
        (96.0 * w, -540.0),
        (120.0 * w, -430.0),
        (206.0 * w, -250.0),
        (200.0 * w, -90.0),
        (140.0 * w, 0.0),
    ];
    ground_shadow(s, 0.0, 150.0 * w, 560.0);
    handle(s, 96.0 * w, -570.0, -220.0, 220.0, 38.0, c);
    body(s, pen, 0.0, &profile, c);
    s.path(
        format!(
            "M{} -624C{} -650 {} -640 -40 -606L-60 -560C-90 -580 -110 -596 {} -624Z",
            -104.0 * w,
            -150.0 * w,
            -130.0 * w,
            -104.0 * w
        ),
        c.light(0.2),
    );
    mouth(s, 0.0, -620.0, 104.0 * w, c, None);
}
