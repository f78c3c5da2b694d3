//! Glasses, carafes and jars.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{TILT, body, glass_paint, gloss, ground_shadow, round_paint, turned, wood};
use super::svg::Svg;

/// Drinking glasses: `stem`, `tumbler`, `carafe`; the colour tints them.
pub fn glass(s: &mut Svg, pen: &Pen<'_>) {
    let stem = [
        (118.0, -560.0),
        (142.0, -460.0),
        (120.0, -340.0),
        (30.0, -270.0),
        (11.0, -230.0),
        (10.0, -60.0),
        (20.0, -26.0),
        (120.0, 0.0),
    ];
    let tumbler = [(140.0, -330.0), (136.0, -200.0), (122.0, -20.0), (112.0, 0.0)];
    let carafe =
        [(84.0, -640.0), (70.0, -560.0), (78.0, -470.0), (186.0, -250.0), (200.0, -120.0), (170.0, 0.0)];
    if pen.has("carafe") {
        one_glass(s, pen, -70.0, 0.0, &carafe, -280.0);
        one_glass(s, pen, 220.0, 50.0, &[(92.0, -210.0), (88.0, -100.0), (80.0, 0.0)], -120.0);
    } else if pen.has("stem") {
        one_glass(s, pen, -140.0, -30.0, &stem, -420.0);
        one_glass(s, pen, 150.0, 30.0, &stem, -400.0);
    } else {
        one_glass(s, pen, -170.0, -30.0, &tumbler, -190.0);
        one_glass(s, pen, 160.0, 40.0, &tumbler, -150.0);
    }
}

fn one_glass(s: &mut Svg, pen: &Pen<'_>, x: f32, y: f32, profile: &[(f32, f32)], level: f32) {
    let c = pen.base;
    let (rim, top) = profile[0];
    s.group(&format!("translate({x} {y})"), |s| {
        ground_shadow(s, 0.0, profile[profile.len() - 1].0, -top * 0.8);
        let outline = turned(0.0, profile);
        let paint = glass_paint(s, c);
        s.ellipse(0.0, top, rim, rim * TILT, c.light(0.3).mix(c, 0.3));
        s.path(&outline, &paint);
        if !pen.has("empty") {
            let drink = pen.colour("drink", c.light(0.2));
            let fill = s.across(&[(0.0, drink.dark(0.12)), (0.3, drink.light(0.25)), (1.0, drink.dark(0.2))]);
            s.clipped(&outline, |s| {
                s.faint(0.6, |s| {
                    s.path(format!("M-260 {level}H260V30H-260Z"), fill);
                });
                s.hint(format!("M-260 {level}H260"), drink.light(0.6), 5.0, 0.7);
            });
        }
        if let Some(texture) = pen.texture(s, c) {
            s.veil(&outline, texture, 0.7);
        }
        s.hint(
            format!(
                "M{} {top}A{rim} {} 0 0 0 {rim} {top}A{rim} {} 0 0 0 {} {top}Z",
                -rim,
                rim * TILT,
                rim * TILT,
                -rim
            ),
            c.light(0.7),
            4.0,
            0.9,
        );
        gloss(s, 0.0, profile);
        gloss(s, 0.0, profile);
    });
}

/// Storage jars: `cork` or wooden lids, `pair` or `trio`; the accent colours the content of glass ones.
pub fn jar(s: &mut Svg, pen: &Pen<'_>) {
    let lots: &[(f32, f32, f32)] = if pen.has("trio") {
        &[(-220.0, -20.0, 0.9), (225.0, 6.0, 0.62), (20.0, 40.0, 0.74)]
    } else if pen.has("pair") {
        &[(-140.0, -10.0, 1.0), (190.0, 36.0, 0.72)]
    } else {
        &[(0.0, 0.0, 1.12)]
    };
    for (x, y, size) in lots {
        s.group(&format!("translate({x} {y}) scale({size})"), |s| one_jar(s, pen));
    }
}

fn one_jar(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let profile = [(164.0, -430.0), (172.0, -400.0), (174.0, -200.0), (172.0, -30.0), (150.0, 0.0)];
    ground_shadow(s, 0.0, 165.0, 430.0);
    if pen.has("glass") {
        let outline = turned(0.0, &profile);
        let fill = round_paint(s, pen.accent);
        s.clipped(&outline, |s| {
            s.path("M-200 -330Q-60 -350 0 -336T200 -340V60H-200Z", fill);
        });
        if let Some(speckle) = super::texture::texture(s, "speckle", pen.accent, c) {
            s.clipped(&outline, |s| {
                s.path("M-200 -330Q-60 -350 0 -336T200 -340V60H-200Z", speckle);
            });
        }
        let paint = glass_paint(s, c);
        s.path(&outline, paint);
        gloss(s, 0.0, &profile);
    } else {
        body(s, pen, 0.0, &profile, c);
        if pen.has("label") {
            s.path("M-90 -260Q0 -240 90 -260V-140Q0 -120 -90 -140Z", c.light(0.6)).hint(
                "M-50 -206Q0 -196 50 -206M-34 -176Q0 -168 34 -176",
                c.dark(0.5),
                7.0,
                0.7,
            );
        }
    }
    let lid = pen.colour("lid", Rgb::hex(if pen.has("cork") { 0xC99B6B } else { 0xC79A63 }));
    wood(s, &turned(0.0, &[(158.0, -486.0), (158.0, -440.0), (156.0, -424.0)]), lid, true);
    s.ellipse(0.0, -486.0, 158.0, 27.0, lid.light(0.28));
    if !pen.has("cork") {
        wood(s, &turned(0.0, &[(30.0, -532.0), (36.0, -514.0), (24.0, -484.0)]), lid, true);
        s.ellipse(0.0, -532.0, 30.0, 7.0, lid.light(0.3));
    }
}
