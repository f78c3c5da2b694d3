//! For beds, balconies and window sills.

use super::colour::Rgb;
use super::pen::Pen;
use super::plants::{LEAF, SOIL};
use super::props::twig;
use super::solids::{
    bar, body, crate_box, face_paint, flat_shadow, floor_shadow, ground_shadow, metal_paint, mouth, rounded,
    turned_front, wood,
};
use super::svg::Svg;

/// A watering can: `long` spout, `metal`.
pub fn watering_can(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.group("translate(60 0)", |s| {
        ground_shadow(s, 0.0, 190.0, 360.0);
        let reach = if pen.has("long") { -440.0 } else { -380.0 };
        s.path(format!("M-150 -60L{reach} -420L{} -440L-130 -170Z", reach + 40.0), c.dark(0.18)).hint(
            format!("M-146 -100L{} -424", reach + 14.0),
            c.light(0.6),
            7.0,
            0.5,
        );
        s.path(
            format!(
                "M{} -400L{} -480L{} -500L{} -430Z",
                reach - 30.0,
                reach - 10.0,
                reach + 70.0,
                reach + 60.0
            ),
            pen.accent,
        );
        s.line("M-120 -310C-130 -520 180 -560 250 -330C280 -220 240 -120 170 -90", c.dark(0.35), 32.0).line(
            "M-120 -312C-130 -522 178 -562 247 -332C277 -222 238 -124 168 -94",
            c.light(0.06),
            18.0,
        );
        body(s, pen, 0.0, &[(150.0, -320.0), (180.0, -240.0), (192.0, -100.0), (192.0, 0.0)], c);
        s.ellipse(0.0, -320.0, 150.0, 25.0, c.light(0.25))
            .path("M-140 -316A146 22 0 0 1 20 -342V-312A150 26 0 0 0 -140 -316Z", c.dark(0.5));
        s.hint("M-190 -60Q0 -24 190 -60", pen.accent, 11.0, 0.9);
    });
}

/// A hand tool: `trowel`, `fork`, `set` of both, `hoe`.
pub fn trowel(s: &mut Svg, pen: &Pen<'_>) {
    let tools: &[(f32, f32, &str)] = if pen.has("set") {
        &[(-170.0, -14.0, "trowel"), (0.0, 0.0, "fork"), (170.0, 14.0, "hoe")]
    } else if pen.has("fork") {
        &[(0.0, 24.0, "fork")]
    } else if pen.has("hoe") {
        &[(0.0, 24.0, "hoe")]
    } else {
        &[(0.0, 24.0, "trowel")]
    };
    for (x, turn, shape) in tools {
        s.group(&format!("translate({x} 0) rotate({turn})"), |s| hand_tool(s, pen, shape));
    }
}

fn hand_tool(s: &mut Svg, pen: &Pen<'_>, shape: &str) {
    let head = match shape {
        "fork" => {
            "M-16 40C-90 20 -96 -60 -92 -130V-330Q-84 -370 -74 -330V-120H-12V-340Q0 -384 12 -340V-120H74V-330Q84 -370 92 -330V-130C96 -60 90 20 16 40Z"
        }
        "hoe" => {
            "M-14 40L-20 -180C-110 -200 -140 -260 -140 -360Q0 -320 140 -360C140 -260 110 -200 20 -180L14 40Z"
        }
        _ => "M-16 40C-120 -10 -116 -130 -100 -220Q-70 -330 0 -390Q70 -330 100 -220C116 -130 120 -10 16 40Z",
    };
    flat_shadow(s, head, 18.0);
    let steel = s.linear(
        (0.0, 0.0),
        (1.0, 0.4),
        &[(0.0, Rgb::hex(0xDDE2E3), 1.0), (0.5, Rgb::hex(0xA4ADB0), 1.0), (1.0, Rgb::hex(0x757F84), 1.0)],
    );
    s.path(head, steel).hint("M0 20V-300", Rgb::hex(0x5F696E), 5.0, 0.35);
    let grip = "M-24 130C-40 200 -44 300 -30 380Q0 410 30 380C44 300 40 200 24 130Z";
    flat_shadow(s, grip, 18.0);
    s.line("M0 40V140", Rgb::hex(0x8E979B), 24.0);
    wood(s, grip, pen.base, true);
    s.rect(-28.0, 116.0, 56.0, 34.0, 6.0, Rgb::hex(0xC9A04E)).line(
        "M0 372C-30 420 30 430 0 376",
        pen.accent,
        7.0,
    );
}

/// Secateurs, half open.
pub fn secateurs(s: &mut Svg, pen: &Pen<'_>) {
    s.group("rotate(28)", |s| {
        for flip in [1, -1] {
            s.group(&format!("scale({flip} 1) rotate(13)"), |s| {
                let blade = if flip == 1 {
                    "M-26 -60C-20 -200 10 -310 70 -370C90 -260 70 -130 30 -40Z"
                } else {
                    "M-20 -60C-10 -170 30 -250 90 -290C70 -230 50 -140 26 -40Z"
                };
                flat_shadow(s, blade, 14.0);
                let steel = s.across(&[(0.0, Rgb::hex(0xE6EAEB)), (1.0, Rgb::hex(0x8B959A))]);
                s.path(blade, steel);
                let grip = "M-30 -50C-50 80 -20 220 -50 390Q-20 420 10 396C40 240 30 90 34 -50Z";
                flat_shadow(s, grip, 16.0);
                let paint =
                    s.across(&[(0.0, pen.base.light(0.25)), (0.5, pen.base), (1.0, pen.base.dark(0.3))]);
                s.path(grip, paint).hint("M-18 40C-26 140 -10 230 -26 340", pen.base.light(0.6), 6.0, 0.5);
            });
        }
        s.line("M-40 120q40 30 80 0M-36 150q36 30 72 0", Rgb::hex(0x8E979B), 8.0)
            .circle(0.0, -44.0, 32.0, Rgb::hex(0xC9A04E))
            .circle(-4.0, -48.0, 17.0, Rgb::hex(0xEBD9A0));
    });
    twig(s, "translate(-230 260) rotate(-70) scale(.8)", LEAF);
}

/// Packets of seeds: the base and accent colour them.
pub fn seeds(s: &mut Svg, pen: &Pen<'_>) {
    for (transform, c, bloom) in [
        ("translate(-190 -40) rotate(-12)", pen.base, 0xD9604F),
        ("translate(190 -10) rotate(11)", pen.accent, 0xE6BE48),
        ("translate(0 50) rotate(-1)", pen.base.mix(pen.accent, 0.5), 0xB5547A),
    ] {
        s.group(transform, |s| {
            let d = "M-150 -240H150V250H-150Z";
            flat_shadow(s, d, 20.0);
            let paint = face_paint(s, c);
            s.path(d, paint)
                .path("M-150 -240H150L140 -200H-140Z", c.dark(0.2))
                .path(rounded(-110.0, -160.0, 220.0, 250.0, 10.0), Rgb::hex(0xF8F2E4));
            s.line("M0 80V-40", LEAF, 9.0).path(
                "M0 40C-50 40 -70 10 -74 -10C-30 -14 -4 10 0 40ZM0 60C50 56 70 30 74 6C30 4 4 30 0 60Z",
                LEAF,
            );
            for turn in (0..360).step_by(60) {
                s.group(&format!("translate(0 -70) rotate({turn})"), |s| {
                    s.ellipse(0.0, -34.0, 20.0, 32.0, Rgb::hex(bloom));
                });
            }
            s.circle(0.0, -70.0, 19.0, Rgb::hex(0x5C4033))
                .rect(-90.0, 130.0, 180.0, 22.0, 5.0, c.light(0.6))
                .rect(-60.0, 170.0, 120.0, 13.0, 5.0, c.light(0.45));
        });
    }
    s.hint("M-40 350l12 8M30 370l14 2M80 344l10 10M-100 372l12 4M140 372l8 10", SOIL, 11.0, 0.9);
}

/// A nesting box or bird table on a post: `feeder`.
pub fn birdhouse(s: &mut Svg, pen: &Pen<'_>) {
    let (c, roof) = (pen.base, pen.accent);
    ground_shadow(s, 0.0, 40.0, 420.0);
    bar(s, (0.0, -330.0), (0.0, 10.0), 38.0, 42.0, Rgb::hex(0x8A6547));
    if pen.has("feeder") {
        wood(s, "M-230 -360H240V-320H-230Z", c, false);
        for x in [-190.0, 190.0] {
            bar(s, (x, -600.0), (x, -350.0), 26.0, 26.0, c);
        }
        s.path("M-120 -362C-60 -400 70 -400 120 -362Z", Rgb::hex(0xC9A46A));
    } else {
        wood(s, "M-180 -620L0 -740L190 -620V-310H-180Z", c, true);
        s.circle(4.0, -500.0, 58.0, c.dark(0.3)).circle(8.0, -496.0, 50.0, c.dark(0.75));
        s.line("M4 -400V-386", c.dark(0.3), 24.0).line("M4 -396l-10 30", c.dark(0.4), 13.0);
    }
    let y = if pen.has("feeder") { -590.0 } else { -600.0 };
    s.path(format!("M-270 {y}L0 -790L280 {y}L250 {}L0 -736L-240 {}Z", y + 36.0, y + 36.0), roof)
        .path(format!("M0 -790L280 {y}L250 {}L0 -736Z", y + 36.0), roof.dark(0.3));
    s.group("translate(150 -330) scale(.5)", |s| {
        s.path(
            "M-80 -10C-100 -110 -20 -150 50 -130L90 -110L60 -96C60 -40 20 0 -40 0L-160 30Z",
            Rgb::hex(0x5D7F95),
        )
        .path("M-10 -30C30 -40 50 -70 54 -96C10 -90 -20 -60 -10 -30Z", Rgb::hex(0xE6A25A))
        .circle(40.0, -108.0, 8.0, Rgb(28, 26, 30))
        .line("M-20 0V30M6 -4V28", Rgb(70, 60, 56), 7.0);
    });
}

/// A raised bed full of vegetables, or with `compost` a slatted bin.
pub fn raised_bed(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 400.0, 200.0);
    if pen.has("compost") {
        crate_box(s, (-260.0, -420.0), 440.0, 430.0, 150.0, c, true);
        for y in [-340.0, -260.0, -180.0, -100.0] {
            s.hint(format!("M-256 {y}H178"), c.dark(0.75), 17.0, 0.75);
        }
        s.path("M-240 -424C-150 -490 -40 -450 40 -490S200 -470 250 -470L180 -424Z", SOIL);
        twig(s, "translate(-60 -440) rotate(-30) scale(.5)", LEAF);
        return;
    }
    s.path("M-400 -230L-330 -300H410L370 -230Z", SOIL);
    for (x, y, kind) in [
        (-280.0, -262.0, 0),
        (-150.0, -244.0, 1),
        (-20.0, -262.0, 0),
        (110.0, -244.0, 1),
        (240.0, -262.0, 0),
        (330.0, -246.0, 1),
    ] {
        s.group(&format!("translate({x} {y})"), |s| {
            if kind == 0 {
                for (turn, tone) in [(-50, 0.1), (46, 0.1), (-22, 0.0), (20, 0.05), (0, 0.15)] {
                    s.group(&format!("rotate({turn}) scale(.5)"), |s| {
                        s.path(
                            "M0 0C-60 -80 -70 -170 0 -230C70 -170 60 -80 0 0Z",
                            Rgb(124, 160, 92).dark(tone),
                        );
                    });
                }
            } else {
                twig(s, "scale(.72)", LEAF);
                s.circle(-34.0, -90.0, 19.0, Rgb::hex(0xCF4B36))
                    .circle(36.0, -130.0, 17.0, Rgb::hex(0xDD6A3F))
                    .circle(10.0, -60.0, 15.0, Rgb::hex(0xCF4B36));
            }
        });
    }
    wood(s, "M-420 -232H390V-118H-420Z", c, false);
    wood(s, "M-420 -114H390V0H-420Z", c.dark(0.06), false);
    wood(s, "M390 -232L430 -300V-66L390 0Z", c.dark(0.3), true);
    for x in [-410.0, 356.0] {
        wood(s, &format!("M{x} -250h30V6h-30Z"), c.dark(0.14), true);
    }
}

/// A deck chair or camp chair: `director`, with cloth in the base colour.
pub fn deck_chair(s: &mut Svg, pen: &Pen<'_>) {
    let (c, frame) = (pen.base, pen.colour("frame", Rgb::hex(0xB98B50)));
    floor_shadow(s, 0.0, if pen.has("director") { 220.0 } else { 330.0 }, 300.0);
    if pen.has("director") {
        for (a, b) in [((-190.0, -300.0), (180.0, 0.0)), ((190.0, -300.0), (-180.0, 0.0))] {
            bar(s, a, b, 30.0, 30.0, frame.dark(0.1));
        }
        for side in [-1.0, 1.0] {
            bar(s, (side * 210.0, -640.0), (side * 200.0, -290.0), 26.0, 30.0, frame);
            wood(s, &rounded(side * 230.0 - 44.0, -430.0, 88.0, 30.0, 12.0), frame, false);
        }
        for d in [
            "M-226 -640Q0 -610 226 -640V-500Q0 -470 -226 -500Z",
            "M-206 -330Q0 -290 206 -330L216 -270Q0 -230 -216 -270Z",
        ] {
            let paint = s.down(&[(0.0, c.light(0.2)), (1.0, c.dark(0.2))]);
            s.path(d, paint);
            if let Some(texture) = pen.texture(s, c) {
                s.path(d, texture);
            }
        }
        return;
    }
    bar(s, (-250.0, -700.0), (250.0, 0.0), 30.0, 30.0, frame.dark(0.25));
    bar(s, (190.0, -250.0), (-330.0, 0.0), 28.0, 28.0, frame.dark(0.25));
    let sling = "M-300 -690L40 -730C40 -500 90 -300 330 -220L70 -150C-120 -220 -230 -440 -300 -690Z";
    let paint = s.linear(
        (0.0, 0.0),
        (1.0, 1.0),
        &[(0.0, c.light(0.25), 1.0), (0.6, c, 1.0), (1.0, c.dark(0.3), 1.0)],
    );
    s.path(sling, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(sling, texture);
    }
    bar(s, (60.0, -740.0), (420.0, 0.0), 30.0, 30.0, frame);
    bar(s, (340.0, -220.0), (-180.0, 30.0), 30.0, 30.0, frame);
    wood(s, "M-320 -712L66 -752L70 -724L-314 -682Z", frame.light(0.1), false);
    s.line("M60 -150L336 -220", frame.light(0.1), 26.0);
}

/// A fire bowl on feet, with embers and flames.
pub fn fire_bowl(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let glow = s.radial((0.5, 0.5), 0.5, &[(0.0, Rgb(255, 170, 80), 0.55), (1.0, Rgb(255, 170, 80), 0.0)]);
    floor_shadow(s, 0.0, 260.0, 160.0);
    s.circle(0.0, -360.0, 420.0, glow);
    for x in [-220.0, 0.0, 220.0] {
        bar(s, (x * 0.8, -120.0), (x, 20.0 - x.abs() * 0.1), 26.0, 20.0, c.dark(0.3));
    }
    mouth(s, 0.0, -260.0, 380.0, c, Some(Rgb::hex(0x4A2A20)));
    for (x, size, tone) in [
        (-90.0, 1.5, 0xE8702E),
        (90.0, 1.4, 0xE8702E),
        (0.0, 2.1, 0xF08A32),
        (-20.0, 1.2, 0xFFC65C),
        (40.0, 0.9, 0xFFE09A),
    ] {
        s.group(&format!("translate({x} -236) scale({size})"), |s| {
            s.path("M0 -150C10 -100 70 -80 56 -20C40 10 -40 10 -56 -20C-64 -60 -20 -70 -30 -110C-10 -100 -6 -120 0 -150Z", Rgb::hex(tone));
        });
    }
    s.line("M-200 -250L80 -290M-60 -240L230 -276", Rgb::hex(0x6E4A33), 38.0).line(
        "M-200 -256L80 -296",
        Rgb::hex(0x9A6B48),
        11.0,
    );
    let profile = [(380.0, -260.0), (340.0, -190.0), (220.0, -120.0), (120.0, -100.0)];
    let paint = metal_paint(s, c);
    s.path(turned_front(0.0, &profile), paint);
}
