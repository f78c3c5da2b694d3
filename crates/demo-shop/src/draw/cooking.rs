//! What one cooks with.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{
    TILT, bar, body, face_paint, flat_shadow, ground_shadow, metal_paint, mouth, round_paint, rounded,
    turned, turned_front, wood,
};
use super::svg::Svg;
use super::texture::texture;

/// A frying pan: `wok`, `grill`; `grip=` colours the handle.
pub fn pan(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let grip = pen.colour("grip", c);
    s.group("translate(-80 -50) scale(.82)", |s| {
        let profile: &[(f32, f32)] = if pen.has("wok") {
            &[(330.0, -200.0), (290.0, -110.0), (200.0, -30.0), (110.0, 0.0)]
        } else {
            &[(310.0, -120.0), (290.0, -60.0), (250.0, -10.0), (236.0, 0.0)]
        };
        let (rim, top) = profile[0];
        ground_shadow(s, 0.0, 250.0, 150.0);
        s.line(
            format!(
                "M{} {}C{} {} {} {} {} {}",
                rim - 30.0,
                top + 30.0,
                rim + 90.0,
                top + 10.0,
                rim + 140.0,
                top - 60.0,
                rim + 300.0,
                top - 110.0
            ),
            grip.dark(0.3),
            46.0,
        );
        s.line(
            format!(
                "M{} {}C{} {} {} {} {} {}",
                rim - 30.0,
                top + 22.0,
                rim + 90.0,
                top + 2.0,
                rim + 140.0,
                top - 68.0,
                rim + 298.0,
                top - 117.0
            ),
            grip,
            30.0,
        );
        s.hint(
            format!("M{} {}L{} {}", rim + 130.0, top - 60.0, rim + 280.0, top - 118.0),
            grip.light(0.6),
            6.0,
            0.5,
        );
        body(s, pen, 0.0, profile, c);
        let ry = rim * 0.26;
        let edge = s.across(&[(0.0, c.light(0.45)), (0.5, c.light(0.2)), (1.0, c.dark(0.1))]);
        let inside = s.linear((0.0, 0.0), (1.0, 1.0), &[(0.0, c.dark(0.45), 1.0), (1.0, c.light(0.1), 1.0)]);
        s.ellipse(0.0, top, rim, ry, edge).ellipse(0.0, top + 5.0, rim * 0.95, ry * 0.9, inside);
        s.ellipse(0.0, top + 20.0, rim * 0.76, ry * 0.66, c.dark(0.22));
        if pen.has("grill") {
            s.hint(
                format!(
                    "M-190 {0}h380M-220 {1}h440M-220 {2}h440M-180 {3}h360",
                    top - 12.0,
                    top + 8.0,
                    top + 28.0,
                    top + 48.0
                ),
                c.light(0.3),
                9.0,
                0.6,
            );
        } else {
            s.hint(
                format!("M-180 {}Q-120 {} 20 {}", top + 10.0, top - 30.0, top - 26.0),
                c.light(0.6),
                9.0,
                0.35,
            );
        }
    });
}

/// A lidded pot: `low`, `sauce` (one long handle), `metal`; `knob=`.
pub fn pot(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let h = if pen.has("low") { 190.0 } else { 290.0 };
    let r = if pen.has("sauce") { 220.0 } else { 300.0 };
    ground_shadow(s, 0.0, r * 0.94, h + 100.0);
    if pen.has("sauce") {
        let grip = pen.colour("grip", Rgb::hex(0xC79A63));
        bar(s, (r - 10.0, -h + 44.0), (r + 30.0, -h + 50.0), 30.0, 30.0, c.dark(0.2));
        wood(s, &rounded(r + 10.0, -h + 26.0, 260.0, 40.0, 19.0), grip, false);
    } else {
        for side in [-1.0, 1.0] {
            let x = side * (r - 6.0);
            let d = format!(
                "M{x} {}C{} {} {} {} {x} {}",
                -h + 36.0,
                x + side * 92.0,
                -h + 20.0,
                x + side * 92.0,
                -h + 112.0,
                -h + 100.0
            );
            s.line(&d, c.dark(0.32), 30.0).line(&d, c, 17.0);
        }
    }
    body(s, pen, 0.0, &[(r, -h), (r, -h * 0.6), (r * 0.99, -60.0), (r * 0.92, 0.0)], c);
    let lid = if pen.has("metal") { metal_paint(s, c) } else { round_paint(s, c) };
    s.path(
        turned(0.0, &[(30.0, -h - 96.0), (r * 0.6, -h - 74.0), (r * 0.95, -h - 26.0), (r * 1.03, -h)]),
        &lid,
    );
    s.hint(format!("M{} {}A{r} {} 0 0 0 {r} {}", -r, -h + 8.0, r * TILT, -h + 8.0), c.dark(0.55), 7.0, 0.5);
    s.hint(
        format!("M{} {}Q{} {} {} {}", -r * 0.7, -h - 30.0, -r * 0.5, -h - 70.0, -r * 0.1, -h - 78.0),
        Rgb(255, 255, 255),
        11.0,
        0.4,
    );
    let knob = pen.colour("knob", c);
    let paint = metal_paint(s, knob);
    s.path(
        turned(0.0, &[(46.0, -h - 142.0), (48.0, -h - 126.0), (20.0, -h - 108.0), (24.0, -h - 90.0)]),
        paint,
    )
    .ellipse(0.0, -h - 142.0, 46.0, 9.0, knob.light(0.4));
}

/// A knife seen from above: `bread`, `paring`, `cleaver`, `set` (three); the colour is the handle's.
pub fn knife(s: &mut Svg, pen: &Pen<'_>) {
    let blades: &[(f32, f32, &str)] = if pen.has("set") {
        &[(-190.0, 1.0, "chef"), (10.0, 0.9, "bread"), (190.0, 0.62, "paring")]
    } else if pen.has("bread") {
        &[(0.0, 1.08, "bread")]
    } else if pen.has("paring") {
        &[(0.0, 0.86, "paring")]
    } else if pen.has("cleaver") {
        &[(0.0, 1.0, "cleaver")]
    } else {
        &[(0.0, 1.08, "chef")]
    };
    let slab = rounded(-330.0, -330.0, 660.0, 660.0, 40.0);
    if !pen.has("bare") {
        flat_shadow(s, &slab, 24.0);
        wood(s, &slab, pen.colour("board", Rgb::hex(0xD8BD92)), false);
    }
    s.group("rotate(-32)", |s| {
        for (y, size, shape) in blades {
            s.group(&format!("translate(0 {y}) scale({size})"), |s| one_knife(s, pen, shape));
        }
    });
}

fn one_knife(s: &mut Svg, pen: &Pen<'_>, shape: &str) {
    let blade = match shape {
        "bread" => {
            "M-60 -34H370Q400 -32 404 10L380 36l-22 -10l-22 10l-22 -10l-22 10l-22 -10l-22 10l-22 -10l-22 10l-22 -10l-22 10l-22 -10l-22 10l-22 -10l-22 10l-22 -10H-60Z"
        }
        "paring" => "M-60 -34H120Q260 -30 330 22Q180 44 -60 40Z",
        "cleaver" => "M-60 -50H360Q384 -50 384 -26L370 110Q100 120 -60 96Z",
        _ => "M-60 -42H200Q340 -30 410 44Q240 86 -60 78Z",
    };
    flat_shadow(s, blade, 16.0);
    let steel = s.down(&[
        (0.0, Rgb::hex(0xE9EDEF)),
        (0.45, Rgb::hex(0xB9C2C7)),
        (0.5, Rgb::hex(0xD7DDE0)),
        (1.0, Rgb::hex(0x98A3A9)),
    ]);
    s.path(blade, steel).hint("M-40 -30H300", Rgb(255, 255, 255), 5.0, 0.8);
    if pen.has("damask") {
        s.hint(
            "M-50 20C20 -4 60 40 130 14S240 30 330 16M-50 44C20 24 60 60 130 40S220 50 280 44",
            Rgb::hex(0x75828A),
            5.0,
            0.6,
        );
    }
    let grip = "M-66 -40H-100Q-220 -56 -350 -40Q-392 -30 -392 10Q-388 50 -346 46Q-220 34 -100 46H-66Z";
    flat_shadow(s, grip, 16.0);
    wood(s, grip, pen.base, false);
    s.rect(-76.0, -44.0, 26.0, 92.0, 5.0, Rgb::hex(0xC4A35A));
    for x in [-150.0, -235.0, -320.0] {
        s.circle(x, 0.0, 11.0, Rgb::hex(0xE2C98A)).circle(x + 2.0, 2.0, 7.0, Rgb::hex(0xB8954C));
    }
}

/// A cutting board with bread and herbs: `round`, `long`, `marble`, `slots`.
pub fn board(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let d = if pen.has("round") {
        "M-44 -250V-400a44 44 0 0 1 88 0V-250A320 320 0 1 1 -44 -250Z".to_owned()
    } else if pen.has("long") {
        "M-40 -250V-380a40 40 0 0 1 80 0V-250Q210 -246 214 -200V360Q210 400 170 400H-170Q-210 400 -214 360V-200Q-210 -246 -40 -250Z".to_owned()
    } else {
        rounded(-330.0, -270.0, 660.0, 560.0, 44.0)
    };
    s.group("rotate(14)", |s| {
        flat_shadow(s, &d, 30.0);
        if pen.has("marble") {
            let paint = face_paint(s, c);
            s.path(&d, paint);
            if let Some(veins) = texture(s, "marble", c, c) {
                s.path(&d, veins);
            }
        } else {
            wood(s, &d, c, true);
        }
        s.hint(&d, c.light(0.5), 5.0, 0.6);
        if pen.has("round") || pen.has("long") {
            s.circle(0.0, -388.0, 20.0, c.dark(0.6));
        } else if pen.has("slots") {
            s.hint(rounded(-296.0, -236.0, 592.0, 492.0, 26.0), c.dark(0.4), 13.0, 0.5);
        }
        if !pen.has("bare") {
            bread(s);
        }
    });
}

fn bread(s: &mut Svg) {
    let crust = Rgb::hex(0xB9783C);
    let loaf = "M-150 80C-190 -10 -120 -110 0 -120S190 -60 180 40S90 160 0 160S-120 150 -150 80Z";
    flat_shadow(s, loaf, 20.0);
    let paint = s.radial(
        (0.38, 0.32),
        0.8,
        &[(0.0, crust.light(0.42), 1.0), (0.6, crust, 1.0), (1.0, crust.dark(0.4), 1.0)],
    );
    s.path(loaf, paint);
    s.hint(
        "M-80 -20C-50 10 -40 50 -50 100M-10 -60C20 -20 30 50 20 120M70 -70C100 -30 110 30 96 90",
        Rgb::hex(0xF0D6A8),
        16.0,
        0.8,
    );
    super::props::twig(s, "translate(-170 270) rotate(-60) scale(.5)", Rgb::hex(0x6E8A5A));
}

/// A tall turned mill, or a pair of them with `pair`.
pub fn mill(s: &mut Svg, pen: &Pen<'_>) {
    let lots: &[(f32, f32, f32, Rgb)] = if pen.has("pair") {
        &[(-130.0, -20.0, 1.0, pen.base), (150.0, 30.0, 0.8, pen.accent)]
    } else {
        &[(0.0, 0.0, 1.1, pen.base)]
    };
    for (x, y, size, c) in lots {
        s.group(&format!("translate({x} {y}) scale({size})"), |s| {
            ground_shadow(s, 0.0, 96.0, 560.0);
            let shaft = [
                (72.0, -410.0),
                (88.0, -390.0),
                (62.0, -330.0),
                (52.0, -240.0),
                (72.0, -130.0),
                (102.0, -50.0),
                (98.0, 0.0),
            ];
            wood(s, &turned(0.0, &shaft), *c, true);
            super::solids::gloss(s, 0.0, &shaft);
            let head = [(20.0, -590.0), (70.0, -560.0), (90.0, -500.0), (74.0, -440.0), (68.0, -418.0)];
            wood(s, &turned(0.0, &head), *c, true);
            super::solids::gloss(s, 0.0, &head);
            let brass = metal_paint(s, Rgb::hex(0xC9A04E));
            s.path(turned(0.0, &[(72.0, -420.0), (72.0, -406.0)]), &brass)
                .path(turned(0.0, &[(22.0, -624.0), (26.0, -606.0), (12.0, -588.0)]), &brass);
        });
    }
}

/// Spoons and spatulas in a crock; `accent` colours the crock.
pub fn utensils(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 150.0, 520.0);
    for (turn, shape) in [(-17, "spoon"), (15, "slice"), (-4, "fork"), (28, "spoon")] {
        s.group(&format!("translate(0 -160) rotate({turn})"), |s| {
            wood(s, "M-13 0L-11 -330H11L13 0Z", c, true);
            let head = match shape {
                "slice" => "M-12 -330Q-64 -370 -56 -520H56Q64 -370 12 -330Z",
                "fork" => "M-12 -330C-62 -360 -58 -420 -54 -510H-30V-440H-10V-510H10V-440H30V-510H54C58 -420 62 -360 12 -330Z",
                _ => "M-11 -326C-76 -370 -74 -510 0 -516C74 -510 76 -370 11 -326Z",
            };
            wood(s, head, c, true);
            if shape == "spoon" {
                s.veil("M0 -500C-46 -494 -50 -400 0 -366C50 -400 46 -494 0 -500Z", c.dark(0.5), 0.3);
            }
        });
    }
    let crock = [(160.0, -300.0), (162.0, -200.0), (160.0, -60.0), (138.0, 0.0)];
    mouth(s, 0.0, -300.0, 160.0, pen.accent, None);
    let d = turned_front(0.0, &crock);
    let paint = round_paint(s, pen.accent);
    s.path(&d, paint);
    if let Some(speckle) = pen.texture(s, pen.accent) {
        s.path(&d, speckle);
    }
    super::solids::gloss(s, 0.0, &crock);
}

/// Mortar and pestle.
pub fn mortar(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 200.0, 330.0);
    let profile =
        [(260.0, -330.0), (264.0, -240.0), (230.0, -110.0), (150.0, -60.0), (140.0, -40.0), (190.0, 0.0)];
    body(s, pen, 0.0, &profile, c);
    mouth(s, 0.0, -330.0, 260.0, c, None);
    s.clipped("M-300 -760H400V-318A245 38 0 0 1 -245 -318Z", |s| {
        s.group("rotate(28 40 -300)", |s| {
            let pestle = [
                (34.0, -640.0),
                (46.0, -600.0),
                (30.0, -480.0),
                (34.0, -380.0),
                (62.0, -300.0),
                (60.0, -260.0),
            ];
            let paint = round_paint(s, c.light(0.12));
            s.path(turned(40.0, &pestle), paint);
            super::solids::gloss(s, 40.0, &pestle);
        });
    });
}
