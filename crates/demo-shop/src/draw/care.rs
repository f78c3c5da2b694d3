//! For the bathroom.

use super::colour::Rgb;
use super::pen::Pen;
use super::props::twig;
use super::solids::{
    TILT, bar, body, flat_shadow, glass_paint, gloss, ground_shadow, metal_paint, round_paint, rounded,
    turned, wood,
};
use super::svg::Svg;

const PAPER: Rgb = Rgb(247, 240, 226);

/// Bars of soap: `stack`, `wrapped`, `dish` (accent colours the dish), `herbs` in the bar.
pub fn soap(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 280.0, 200.0);
    if pen.has("dish") {
        let paint = round_paint(s, pen.accent);
        s.path(turned(0.0, &[(340.0, -80.0), (300.0, -30.0), (220.0, 0.0)]), paint)
            .ellipse(0.0, -80.0, 340.0, 56.0, pen.accent.light(0.3))
            .ellipse(0.0, -76.0, 312.0, 46.0, pen.accent.dark(0.14));
    }
    let lots: &[(f32, f32, f32, Rgb)] = if pen.has("stack") {
        &[(-20.0, 0.0, 0.0, c), (14.0, -150.0, 0.0, c.mix(pen.accent, 0.5)), (-30.0, -300.0, 0.0, pen.accent)]
    } else {
        &[(0.0, if pen.has("dish") { -60.0 } else { 0.0 }, 0.0, c)]
    };
    for (x, y, _, tone) in lots {
        s.group(&format!("translate({x} {y})"), |s| bar_of_soap(s, pen, *tone));
    }
    if pen.has("foam") {
        for (x, y, r) in [
            (-200.0, -40.0, 46.0),
            (-130.0, -20.0, 34.0),
            (-250.0, -6.0, 28.0),
            (-170.0, 14.0, 24.0),
            (190.0, -20.0, 30.0),
        ] {
            let bubble = s.radial(
                (0.35, 0.3),
                0.7,
                &[
                    (0.0, Rgb(255, 255, 255), 0.95),
                    (0.7, Rgb(235, 240, 244), 0.6),
                    (1.0, Rgb(200, 214, 226), 0.8),
                ],
            );
            s.circle(x, y, r, bubble);
        }
    }
}

fn bar_of_soap(s: &mut Svg, pen: &Pen<'_>, c: Rgb) {
    let side = "M-250 -100Q-250 -10 -210 0H220Q256 -10 256 -100Z";
    let paint = s.across(&[(0.0, c.light(0.1)), (0.3, c), (1.0, c.dark(0.3))]);
    s.path(side, paint);
    let top = "M-250 -110Q-246 -164 -180 -170H190Q256 -166 256 -110Q250 -64 190 -62H-190Q-250 -66 -250 -110Z";
    let lit = s.linear((0.0, 0.0), (1.0, 1.0), &[(0.0, c.light(0.45), 1.0), (1.0, c.light(0.08), 1.0)]);
    s.path(top, lit);
    if let Some(texture) = pen.texture(s, c) {
        s.path(side, &texture).path(top, &texture);
    }
    if pen.has("wrapped") {
        s.path("M-120 -170H130L136 -62L130 2H-130L-126 -62Z", PAPER)
            .path("M-126 -62H136L130 2H-130Z", PAPER.dark(0.12))
            .hint("M-70 -30H80M-44 -8H50", Rgb(90, 70, 66), 7.0, 0.7)
            .line("M-128 -116H134", pen.accent, 13.0);
    } else {
        s.hint("M-110 -128H120M-70 -104H80", c.dark(0.4), 8.0, 0.35);
    }
    if pen.has("herbs") {
        twig(s, "translate(-170 -104) rotate(84) scale(.5)", Rgb(104, 122, 82));
    }
}

/// Bottles with a pump: `pair`, `amber`; the label takes the accent.
pub fn pump(s: &mut Svg, pen: &Pen<'_>) {
    let lots: &[(f32, f32, f32, Rgb)] = if pen.has("pair") {
        &[(-150.0, -16.0, 0.95, pen.base), (160.0, 34.0, 0.84, pen.base.mix(pen.accent, 0.6))]
    } else {
        &[(0.0, 0.0, 1.08, pen.base)]
    };
    for (x, y, size, c) in lots {
        s.group(&format!("translate({x} {y}) scale({size})"), |s| {
            ground_shadow(s, 0.0, 120.0, 500.0);
            let profile = [
                (44.0, -440.0),
                (48.0, -420.0),
                (124.0, -360.0),
                (128.0, -200.0),
                (128.0, -24.0),
                (112.0, 0.0),
            ];
            let black = pen.colour("head", Rgb::hex(0x2B2A2C));
            let head = round_paint(s, black);
            s.line("M0 -560H-110V-530", black.dark(0.1), 26.0)
                .hint("M-6 -566H-106", black.light(0.5), 5.0, 0.5)
                .rect(-11.0, -560.0, 22.0, 90.0, 0.0, black)
                .path(turned(0.0, &[(40.0, -580.0), (44.0, -548.0)]), &head)
                .path(turned(0.0, &[(54.0, -490.0), (56.0, -430.0)]), &head);
            body(s, pen, 0.0, &profile, *c);
            gloss(s, 0.0, &profile);
            label(s, pen, 96.0, -290.0, -110.0);
        });
    }
}

/// A curved paper label of half width `half`, from `top` to `bottom`.
fn label(s: &mut Svg, pen: &Pen<'_>, half: f32, top: f32, bottom: f32) {
    let dip = half * 0.16;
    let d = format!(
        "M-{half} {top}Q0 {} {half} {top}V{bottom}Q0 {} -{half} {bottom}Z",
        top + dip * 2.0,
        bottom + dip * 2.0
    );
    let paint = s.across(&[(0.0, PAPER.dark(0.08)), (0.3, PAPER.light(0.5)), (1.0, PAPER.dark(0.16))]);
    let ink = Rgb(78, 62, 62);
    let y = top + (bottom - top) * 0.5;
    s.path(d, paint).circle(0.0, y - (bottom - top) * 0.14, half * 0.22, pen.accent);
    s.hint(
        format!(
            "M-{0} {1}Q0 {2} {0} {1}M-{3} {4}Q0 {5} {3} {4}",
            half * 0.55,
            y + half * 0.32,
            y + half * 0.42,
            half * 0.35,
            y + half * 0.6,
            y + half * 0.68
        ),
        ink,
        half * 0.07,
        0.75,
    );
}

/// Small bottles of oil with a dropper: `roll`.
pub fn dropper(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    for (x, y, size) in [(-110.0, -10.0, 1.0), (180.0, 44.0, 0.66)] {
        s.group(&format!("translate({x} {y}) scale({size})"), |s| {
            ground_shadow(s, 0.0, 120.0, 420.0);
            let profile = [
                (50.0, -330.0),
                (54.0, -310.0),
                (132.0, -260.0),
                (136.0, -120.0),
                (134.0, -20.0),
                (120.0, 0.0),
            ];
            let outline = turned(0.0, &profile);
            let oil = round_paint(s, c);
            s.path(&outline, oil);
            let glass = glass_paint(s, c);
            s.path(&outline, glass);
            gloss(s, 0.0, &profile);
            label(s, pen, 100.0, -200.0, -50.0);
            let gold = metal_paint(s, pen.colour("cap", Rgb::hex(0xC9A04E)));
            s.path(turned(0.0, &[(56.0, -400.0), (60.0, -330.0)]), gold);
            s.path(
                turned(0.0, &[(20.0, -530.0), (40.0, -500.0), (36.0, -430.0), (44.0, -398.0)]),
                Rgb::hex(0x2F2C30),
            )
            .hint("M-20 -500V-420", Rgb(140, 136, 140), 9.0, 0.6);
        });
    }
}

/// Flat tins and pots of cream: `tin`, `open`, `stack`.
pub fn tin(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let lots: &[(f32, f32, f32)] = if pen.has("stack") {
        &[(-60.0, 0.0, 1.0), (-50.0, -150.0, 0.86), (-66.0, -276.0, 0.7)]
    } else {
        &[(-90.0, -10.0, 1.06)]
    };
    for (index, (x, y, size)) in lots.iter().enumerate() {
        let tone = c.mix(pen.accent, index as f32 * 0.4);
        s.group(&format!("translate({x} {y}) scale({size})"), |s| {
            if index == 0 {
                ground_shadow(s, 0.0, 250.0, 220.0);
            }
            let paint = if pen.has("tin") { metal_paint(s, tone) } else { round_paint(s, tone) };
            s.path(turned(0.0, &[(250.0, -150.0), (252.0, -80.0), (244.0, 0.0)]), &paint);
            if pen.has("open") {
                s.ellipse(0.0, -150.0, 250.0, 250.0 * TILT, tone.light(0.3))
                    .ellipse(0.0, -147.0, 230.0, 36.0, pen.colour("cream", Rgb::hex(0xF6EAD2)))
                    .hint(
                        "M-120 -150C-60 -170 20 -166 60 -150S0 -132 -40 -142",
                        Rgb::hex(0xD9C39C),
                        9.0,
                        0.7,
                    );
            } else {
                s.path(turned(0.0, &[(252.0, -160.0), (258.0, -100.0)]), &paint)
                    .ellipse(0.0, -160.0, 252.0, 252.0 * TILT, tone.light(0.22))
                    .ellipse(0.0, -160.0, 196.0, 32.0, PAPER)
                    .hint("M-90 -166H90M-60 -150H60", Rgb(78, 62, 62), 6.0, 0.7);
            }
        });
    }
    if pen.has("open") {
        s.group("translate(250 30) rotate(-64) scale(.8)", |s| {
            let lid = metal_paint(s, c);
            s.ellipse(0.0, 0.0, 60.0, 240.0, c.dark(0.3)).ellipse(-20.0, 0.0, 52.0, 240.0, lid);
        });
    }
}

/// A brush lying or standing: `hair`, `bath` (long handle), `shave`, `dish`, `nail`.
pub fn brush(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("shave") {
        s.group("rotate(16) scale(.84)", |s| {
            s.group("translate(0 -110)", |s| {
                let tuft = "M-120 130C-190 -60 -170 -330 -110 -370Q0 -410 110 -370C170 -330 190 -60 120 130Z";
                flat_shadow(s, tuft, 26.0);
                let hair = s.down(&[
                    (0.0, Rgb::hex(0xF4EAD8)),
                    (0.4, Rgb::hex(0xD8C3A0)),
                    (0.8, Rgb::hex(0x6B5443)),
                    (1.0, Rgb::hex(0xE3D2B4)),
                ]);
                s.path(tuft, hair).hint(
                    "M-100 100L-130 -330M-50 110L-64 -370M0 116V-380M50 110L64 -370M100 100L130 -330",
                    Rgb::hex(0x6B5443),
                    5.0,
                    0.3,
                );
            });
            let profile =
                [(130.0, 0.0), (124.0, 40.0), (70.0, 130.0), (96.0, 240.0), (140.0, 350.0), (120.0, 410.0)];
            let grip = turned(0.0, &profile);
            flat_shadow(s, &grip, 26.0);
            wood(s, &grip, c, true);
            gloss(s, 0.0, &profile);
            s.ellipse(0.0, 2.0, 130.0, 20.0, pen.colour("ring", Rgb::hex(0xC9A04E)));
        });
        return;
    }
    s.group("rotate(-34)", |s| {
        let (head, grip) = if pen.has("bath") {
            (
                "M-420 0C-420 -130 -300 -150 -220 -150S-40 -130 -40 0S-140 150 -220 150S-420 130 -420 0Z",
                "M-60 -44C60 -30 220 -34 400 -44Q440 0 400 44C220 34 60 30 -60 44Z",
            )
        } else if pen.has("nail") {
            ("M-300 0C-300 -130 -200 -160 0 -160S300 -130 300 0S200 160 0 160S-300 130 -300 0Z", "M0 0")
        } else {
            (
                "M-360 0C-360 -160 -260 -190 -150 -190S80 -150 90 0S-40 190 -150 190S-360 160 -360 0Z",
                "M60 -60C160 -30 260 -60 390 -44Q430 0 390 44C260 60 160 30 60 60Z",
            )
        };
        for d in [grip, head] {
            flat_shadow(s, d, 26.0);
            wood(s, d, c, false);
        }
        s.hint(head, c.light(0.5), 5.0, 0.6);
        let bristle = pen.accent;
        let pad = if pen.has("bath") {
            (-230.0, 140.0, 104.0)
        } else if pen.has("nail") {
            (0.0, 240.0, 110.0)
        } else {
            (-140.0, 170.0, 140.0)
        };
        s.ellipse(pad.0, 0.0, pad.1, pad.2, c.dark(0.45));
        for ring in 0..4 {
            let share = 0.94 - 0.24 * ring as f32;
            let count = [22, 17, 11, 5][ring];
            for step in 0..count {
                let angle = step as f32 / count as f32 * std::f32::consts::TAU;
                s.circle(
                    (pad.0 + angle.cos() * pad.1 * share).round(),
                    (angle.sin() * pad.2 * share).round(),
                    13.0,
                    bristle.light(0.1 * ((step + ring) % 3) as f32),
                );
            }
        }
        if !pen.has("nail") {
            s.circle(370.0, 0.0, 13.0, c.dark(0.6)).line(
                "M370 0C440 -40 450 40 380 10",
                Rgb::hex(0xE9DFC8),
                8.0,
            );
        }
    });
}

/// A comb with a cloth under it.
pub fn comb(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let cloth = "M-330 -250L250 -330L340 240L-270 320Z";
    flat_shadow(s, cloth, 16.0);
    s.path(cloth, pen.accent.light(0.3));
    if let Some(linen) = super::texture::texture(s, "linen", pen.accent, c) {
        s.path(cloth, linen);
    }
    s.group("rotate(-24)", |s| {
        let mut teeth = String::from("M-330 -110Q-340 -150 -290 -156H290Q340 -150 330 -110L320 130");
        for step in 0..20 {
            let x = 320 - 33 * step;
            teeth.push_str(&format!(
                "q-4 20 -{} 0L{} -40h-16L{} 130",
                if step < 19 { 10 } else { 4 },
                x - 12,
                x - 33
            ));
        }
        teeth.push('Z');
        flat_shadow(s, &teeth, 16.0);
        wood(s, &teeth, c, false);
        s.hint("M-290 -140H290", c.light(0.6), 5.0, 0.6);
    });
}

/// A safety razor on its stand.
pub fn razor(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 170.0, 560.0);
    let metal = metal_paint(s, pen.accent);
    s.path(turned(0.0, &[(150.0, -44.0), (160.0, -20.0), (156.0, 0.0)]), &metal).ellipse(
        0.0,
        -44.0,
        150.0,
        26.0,
        pen.accent.light(0.3),
    );
    bar(s, (0.0, -560.0), (0.0, -44.0), 20.0, 20.0, pen.accent);
    s.line("M0 -560H-120M-120 -560V-530M0 -560H120M120 -560V-530", pen.accent.dark(0.2), 15.0);
    wood(s, &turned(-120.0, &[(26.0, -520.0), (30.0, -400.0), (34.0, -220.0), (24.0, -180.0)]), c, true);
    s.path(rounded(-200.0, -610.0, 160.0, 44.0, 18.0), &metal).rect(-134.0, -570.0, 28.0, 60.0, 6.0, &metal);
    let tuft = "M70 -500H170C180 -400 190 -330 180 -290Q120 -260 60 -290C50 -330 60 -400 70 -500Z";
    let hair = s.down(&[(0.0, Rgb::hex(0x6B5443)), (0.5, Rgb::hex(0xD8C3A0)), (1.0, Rgb::hex(0xF4EAD8))]);
    s.path(tuft, hair);
    wood(s, &turned(120.0, &[(34.0, -640.0), (40.0, -600.0), (30.0, -560.0), (52.0, -500.0)]), c, true);
}

/// A sponge and a loofah: soft, full of holes.
pub fn sponge(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 270.0, 260.0);
    let d = "M-300 -120C-330 -240 -240 -300 -170 -310C-120 -390 -20 -370 30 -350C110 -400 210 -350 230 -290C320 -260 330 -160 290 -90C280 -10 180 10 110 0C40 30 -60 20 -110 0C-200 20 -290 -20 -300 -120Z";
    let paint =
        s.radial((0.36, 0.3), 0.8, &[(0.0, c.light(0.4), 1.0), (0.5, c, 1.0), (1.0, c.dark(0.32), 1.0)]);
    s.path(d, paint);
    for (x, y, rx, ry) in [
        (-190, -200, 34, 24),
        (-90, -270, 26, 20),
        (-60, -160, 38, 28),
        (40, -250, 34, 22),
        (60, -120, 30, 24),
        (140, -200, 40, 28),
        (-160, -90, 28, 20),
        (-30, -60, 24, 16),
        (180, -90, 28, 18),
        (230, -170, 20, 16),
        (-240, -140, 20, 18),
        (130, -300, 20, 14),
    ] {
        s.ellipse(x as f32, y as f32, rx as f32, ry as f32, c.dark(0.42)).ellipse(
            x as f32 + 5.0,
            y as f32 + 5.0,
            rx as f32 - 6.0,
            ry as f32 - 6.0,
            c.dark(0.26),
        );
    }
    if let Some(pile) = super::texture::texture(s, "speckle", c, c) {
        s.path(d, pile);
    }
}

/// A gift box of care things, or any box: ribbon in the accent.
pub fn gift(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    ground_shadow(s, 0.0, 300.0, 340.0);
    super::solids::crate_box(s, (-280.0, -290.0), 480.0, 290.0, 130.0, c, false);
    super::solids::crate_box(s, (-300.0, -360.0), 520.0, 90.0, 150.0, c.light(0.12), false);
    s.rect(-70.0, -360.0, 60.0, 360.0, 0.0, a).path("M-70 -360L22 -423H82L-10 -360Z", a.light(0.2));
    s.path("M10 -400C-110 -540 -220 -500 -160 -420C-130 -390 -50 -386 10 -400ZM10 -400C110 -550 230 -520 180 -430C150 -396 70 -386 10 -400Z", a).hint("M0 -402C-80 -470 -140 -470 -130 -430M20 -404C90 -470 150 -480 146 -440", a.dark(0.4), 7.0, 0.5).circle(10.0, -404.0, 26.0, a.dark(0.16));
}
