//! Paper and what is used on it.

use super::colour::Rgb;
use super::pen::Pen;
use super::props::twig;
use super::solids::{
    TILT, face_paint, flat_shadow, ground_shadow, metal_paint, rounded, turned, turned_front, wood,
};
use super::svg::Svg;

const PAPER: Rgb = Rgb(248, 243, 231);

fn sheet(s: &mut Svg, d: &str, c: Rgb) {
    flat_shadow(s, d, 16.0);
    let paint = face_paint(s, c);
    s.path(d, paint);
}

/// A notebook: `spiral`, `band`, `stack` (three), `open`, `label`.
pub fn notebook(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("open") {
        s.group("rotate(-7)", |s| {
            sheet(s, &rounded(-400.0, -280.0, 800.0, 560.0, 16.0), c);
            for flip in [-1, 1] {
                s.group(&format!("scale({flip} 1)"), |s| {
                    let paint = s.across(&[(0.0, PAPER.dark(0.22)), (0.16, PAPER.light(0.4)), (1.0, PAPER)]);
                    s.path("M0 -262Q190 -290 380 -262V262Q190 236 0 262Z", paint);
                    s.hint("M50 -190Q200 -206 330 -190M50 -130Q200 -146 330 -130M50 -70Q200 -86 330 -70M50 -10Q200 -26 330 -10M50 50Q200 34 330 50M50 110Q200 94 330 110", c.dark(0.3), 3.0, 0.35);
                });
            }
            s.path("M60 -274h34v380l-17 -24l-17 24Z", pen.accent);
        });
        return;
    }
    let covers: &[(&str, f32)] = if pen.has("stack") {
        &[
            ("translate(90 60) rotate(17)", 0.7),
            ("translate(10 20) rotate(3)", 0.35),
            ("translate(-70 -30) rotate(-11)", 0.0),
        ]
    } else {
        &[("translate(0 0) rotate(-9)", 0.0)]
    };
    for (transform, share) in covers {
        s.group(transform, |s| cover(s, pen, c.mix(pen.accent, *share)));
    }
}

fn cover(s: &mut Svg, pen: &Pen<'_>, c: Rgb) {
    s.group("translate(9 9)", |s| sheet(s, &rounded(-260.0, -360.0, 520.0, 720.0, 14.0), PAPER));
    let d = rounded(-264.0, -364.0, 520.0, 720.0, 18.0);
    let paint = face_paint(s, c);
    s.path(&d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(&d, texture);
    }
    if pen.has("spiral") {
        for step in 0..17 {
            let y = -330.0 + 41.0 * step as f32;
            s.circle(-234.0, y, 9.0, c.dark(0.55)).line(
                format!(
                    "M-234 {y}C-262 {} -300 {} -290 {}S-250 {} -236 {y}",
                    y - 20.0,
                    y - 14.0,
                    y + 6.0,
                    y + 12.0
                ),
                Rgb::hex(0xC0B79F),
                6.0,
            );
        }
    } else {
        s.veil(
            "M-264 -346q0 -18 18 -18h54v720h-54q-18 0 -18 -18Z",
            if pen.has("spine") { pen.accent } else { c.dark(0.3) },
            if pen.has("spine") { 1.0 } else { 0.35 },
        );
    }
    if pen.has("label") {
        s.path(rounded(-110.0, -210.0, 270.0, 150.0, 8.0), PAPER).hint(
            "M-70 -160h190M-70 -118h120",
            c.dark(0.3),
            7.0,
            0.6,
        );
    }
    if pen.has("band") {
        s.rect(180.0, -364.0, 20.0, 720.0, 0.0, pen.accent)
            .path("M-60 356h30v90l-15 -20l-15 20Z", pen.accent);
    }
    if pen.has("foil") {
        for r in [120.0, 84.0, 48.0] {
            s.hint(format!("M{} -40a{r} {r} 0 1 1 0 .1Z", 4.0 - r), pen.accent, 7.0, 0.9);
        }
    }
}

/// Pens: `fountain`, `roller`, `pair`; the accent is the metal's.
pub fn pens(s: &mut Svg, pen: &Pen<'_>) {
    sheet(s, "M-330 -370L250 -400L290 350L-290 380Z", PAPER);
    s.hint("M-230 -260q60 -60 80 0t80 0t70 -10t80 6M-226 -160q40 -30 70 0t90 -4t70 6M-222 -60q60 -50 90 0t100 -6", Rgb::hex(0x39496A), 7.0, 0.75);
    let lots: &[(&str, Rgb)] = if pen.has("pair") {
        &[("translate(60 70) rotate(-38)", pen.base), ("translate(150 190) rotate(-30)", pen.accent)]
    } else {
        &[("translate(60 110) rotate(-36) scale(1.1)", pen.base)]
    };
    for (transform, c) in lots {
        s.group(transform, |s| one_pen(s, pen, *c));
    }
}

fn one_pen(s: &mut Svg, pen: &Pen<'_>, c: Rgb) {
    let metal = pen.colour("metal", Rgb::hex(0xC9A04E));
    flat_shadow(s, "M-330 -34H210L350 0L210 34H-330Z", 18.0);
    let shaft = s.down(&[(0.0, c.light(0.1)), (0.25, c.light(0.5)), (0.5, c), (1.0, c.dark(0.45))]);
    let gold =
        s.down(&[(0.0, metal.light(0.2)), (0.3, metal.light(0.6)), (0.6, metal), (1.0, metal.dark(0.4))]);
    s.path("M-320 -32Q-350 -30 -350 0T-320 32H-40V-32Z", &shaft)
        .path("M-40 -30H190Q214 -20 214 0T190 30H-40Z", &shaft)
        .rect(-52.0, -35.0, 22.0, 70.0, 4.0, &gold)
        .rect(-330.0, -34.0, 12.0, 68.0, 3.0, &gold);
    if let Some(texture) = pen.texture(s, c) {
        s.path("M-318 -32H-54V32H-318Z", texture);
    }
    if pen.has("roller") {
        s.path("M190 -28L262 -8V8L190 28Z", &gold).line("M262 0h14", Rgb(50, 50, 56), 7.0);
    } else {
        s.path("M200 -26L300 -8L350 0L300 8L200 26Q220 0 200 -26Z", &gold)
            .line("M240 0H346", metal.dark(0.6), 3.0)
            .circle(240.0, 0.0, 6.0, metal.dark(0.6));
    }
    s.path("M-300 -40H-90Q-76 -40 -76 -30T-90 -24H-300Z", &gold);
}

/// Pencils fanned out: `colour` for many colours.
pub fn pencils(s: &mut Svg, pen: &Pen<'_>) {
    let rainbow = [0xC94B3C, 0xE08A3C, 0xE6BE48, 0x6F9A5A, 0x2F7F86, 0x39679E, 0x6A4A7C, 0xB5547A];
    let own = [0.0, 0.85, 0.0, 0.85, 0.0].map(|share| pen.base.mix(pen.accent, share));
    let colours = if pen.has("colour") { rainbow.map(Rgb::hex).to_vec() } else { own.to_vec() };
    let count = colours.len();
    for (index, c) in colours.into_iter().enumerate() {
        let turn = (index as f32 - (count as f32 - 1.0) / 2.0) * if pen.has("colour") { 8.5 } else { 10.0 };
        s.group(&format!("translate(0 560) rotate({turn}) translate(0 -560)"), |s| {
            flat_shadow(s, "M-26 360V-290L0 -370L26 -290V360Z", 12.0);
            let shaft = s.across(&[
                (0.0, c.light(0.3)),
                (0.34, c.light(0.12)),
                (0.35, c),
                (0.66, c),
                (0.67, c.dark(0.2)),
                (1.0, c.dark(0.3)),
            ]);
            s.path("M-26 350V-286Q-16 -270 -9 -286Q0 -270 9 -286Q16 -270 26 -286V350Z", shaft)
                .path(
                    "M-26 -286L0 -370L26 -286Q16 -270 9 -286Q0 -270 -9 -286Q-16 -270 -26 -286Z",
                    Rgb::hex(0xE8CFA4),
                )
                .path("M-8 -344L0 -370L8 -344Z", if pen.has("colour") { c } else { Rgb(58, 56, 60) });
            s.rect(-26.0, 330.0, 52.0, 30.0, 4.0, Rgb::hex(0xC9A04E));
        });
    }
}

/// Cards and envelopes: `botanical`, `stripes`, `sun` on the card.
pub fn cards(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    s.group("translate(70 90) rotate(12)", |s| {
        sheet(s, "M-310 -210H310V220H-310Z", a.light(0.2));
        s.path("M-310 -210L0 60L310 -210Z", a.light(0.32))
            .hint("M-310 -210L0 60L310 -210", a.dark(0.4), 4.0, 0.4)
            .hint("M-310 220L-60 10M310 220L60 10", a.dark(0.4), 4.0, 0.25);
    });
    s.group("translate(-50 -60) rotate(-9)", |s| {
        sheet(s, "M-220 -310H220V310H-220Z", c);
        s.clipped("M-220 -310H220V310H-220Z", |s| {
            if pen.has("botanical") {
                twig(s, "translate(-20 300) scale(1.7)", a);
                twig(s, "translate(130 320) rotate(18) scale(1.2)", a.light(0.25));
                s.circle(-120.0, -130.0, 40.0, Rgb::hex(0xE0A848));
            } else if pen.has("sun") {
                for (r, tone) in [(210.0, a.light(0.5)), (160.0, a.light(0.25)), (110.0, a)] {
                    s.circle(0.0, 30.0, r, tone);
                }
                s.path("M-220 90Q-100 30 0 90T220 70V310H-220Z", a.dark(0.5));
            } else {
                for (row, share) in [(0, 0.0), (1, 0.3), (2, 0.55), (3, 0.75), (4, 0.2)] {
                    s.path(
                        format!("M-170 {}q85 -50 170 0t170 0v60q-85 50 -170 0t-170 0Z", -220 + row * 96),
                        a.mix(c, share),
                    );
                }
            }
        });
    });
}

/// A wall calendar or planner.
pub fn calendar(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    s.circle(0.0, -440.0, 13.0, Rgb::hex(0xC9A04E)).line("M-70 -390L0 -440L70 -390", Rgb::hex(0x8A6547), 5.0);
    sheet(s, "M-300 -390H300V420H-300Z", PAPER);
    s.path("M-300 -390H300V-30H-300Z", c.light(0.4));
    s.clipped("M-300 -390H300V-30H-300Z", |s| {
        s.circle(130.0, -250.0, 70.0, a)
            .path("M-300 -150Q-150 -290 0 -160T300 -190V-30H-300Z", c)
            .path("M-300 -80Q-100 -180 80 -90T300 -100V-30H-300Z", c.dark(0.3));
    });
    s.rect(-310.0, -404.0, 620.0, 26.0, 6.0, Rgb::hex(0xA97B4F)).rect(
        -240.0,
        10.0,
        200.0,
        26.0,
        4.0,
        c.dark(0.4),
    );
    for cell in 0..31 {
        let (x, y) = (-228 + cell % 7 * 76, 90 + cell / 7 * 62);
        s.circle(
            x as f32,
            y as f32,
            if cell == 17 { 24.0 } else { 9.0 },
            if cell == 17 { a } else { c.dark(0.35).mix(PAPER, 0.45) },
        );
    }
}

/// A pot of pens and a tray on the desk: `pot`, otherwise an organiser of wood.
pub fn organiser(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("pot") {
        ground_shadow(s, 0.0, 150.0, 460.0);
        super::solids::mouth(s, 0.0, -320.0, 150.0, c, None);
        for (x, turn, tone) in
            [(-60, -12, 0xD9A441), (-10, -3, 0x39679E), (40, 6, 0xC94B3C), (80, 15, 0x3B3A3C)]
        {
            s.group(&format!("translate({x} -120) rotate({turn})"), |s| {
                let tone = Rgb::hex(tone);
                s.line("M0 0V-400", tone.dark(0.2), 30.0)
                    .line("M-4 0V-398", tone, 17.0)
                    .path("M-15 -408L0 -462L15 -408Z", Rgb::hex(0xE8CFA4))
                    .path("M-5 -444L0 -462L5 -444Z", tone.dark(0.4));
            });
        }
        let profile = [(150.0, -320.0), (150.0, -200.0), (150.0, -40.0), (142.0, 0.0)];
        s.clipped(turned_front(0.0, &profile), |s| super::solids::body(s, pen, 0.0, &profile, c));
        return;
    }
    ground_shadow(s, 0.0, 330.0, 160.0);
    for (x, tone) in [(-250.0, 0x47596A), (-210.0, 0xC9694B), (-166.0, 0xE8D7B5)] {
        s.rect(x, -380.0, 36.0, 330.0, 4.0, Rgb::hex(tone));
    }
    s.line("M120 -100L170 -340M160 -100L150 -360", Rgb::hex(0xD9A441), 22.0)
        .path("M20 -260H90V-100H20Z", PAPER)
        .hint("M34 -230H76M34 -200H76", Rgb(120, 110, 110), 4.0, 0.6);
    wood(s, "M-310 -190H330V-160H-310Z", c.dark(0.25), false);
    wood(s, "M-330 -170H320V0H-330Z", c, false);
    s.hint("M-110 -166V-4M60 -166V-4", c.dark(0.5), 5.0, 0.5)
        .path("M-330 -170H320L330 -190H-310Z", c.light(0.25));
}

/// An ink bottle with a drop of its colour beside it.
pub fn ink(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 220.0, 330.0);
    let glass = rounded(-230.0, -300.0, 460.0, 300.0, 46.0);
    let inside = s.down(&[(0.0, c.light(0.25)), (1.0, c.dark(0.4))]);
    s.path(&glass, Rgb::hex(0xDCE6E6)).path(rounded(-196.0, -250.0, 392.0, 224.0, 34.0), inside);
    let shine = s.linear(
        (0.0, 0.0),
        (1.0, 0.4),
        &[(0.0, Rgb(255, 255, 255), 0.65), (0.3, Rgb(255, 255, 255), 0.1), (1.0, c.dark(0.5), 0.25)],
    );
    s.path(&glass, shine).path("M-110 -190H110V-70H-110Z", PAPER).hint(
        "M-70 -150H70M-46 -112H46",
        c.dark(0.3),
        8.0,
        0.8,
    );
    s.path(turned(0.0, &[(120.0, -330.0), (126.0, -296.0)]), Rgb::hex(0xC8D4D4));
    let cap = metal_paint(s, pen.colour("cap", Rgb::hex(0x2B2A2C)));
    s.path(turned(0.0, &[(134.0, -450.0), (136.0, -340.0)]), cap).ellipse(
        0.0,
        -450.0,
        134.0,
        134.0 * TILT,
        Rgb(84, 82, 86),
    );
    s.path("M-360 40C-340 10 -280 20 -286 46S-370 70 -360 40Z", c);
}

/// Scissors lying open on paper.
pub fn scissors(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    sheet(s, "M-340 -300L200 -360L260 300L-280 350Z", pen.accent.light(0.4));
    s.group("rotate(34)", |s| {
        for flip in [1, -1] {
            s.group(&format!("scale({flip} 1) rotate(11)"), |s| {
                let blade = "M-22 40L-8 -400Q20 -380 26 -330L30 40Z";
                flat_shadow(s, blade, 12.0);
                let steel = s.across(&[
                    (0.0, Rgb::hex(0xEEF1F2)),
                    (0.5, Rgb::hex(0xB7C0C5)),
                    (1.0, Rgb::hex(0x8E999F)),
                ]);
                s.path(blade, steel);
                let bow = "M4 40C6 110 26 150 60 180A96 110 0 1 1 -30 240C-34 200 -20 110 -10 60";
                s.line(bow, c.dark(0.35), 42.0).line(bow, c, 30.0).hint(bow, c.light(0.6), 5.0, 0.5);
            });
        }
        s.circle(0.0, 30.0, 20.0, Rgb::hex(0xC9A04E)).line("M-10 30H10", Rgb::hex(0x7A6230), 4.0);
    });
}

/// Rolls of paper tape.
pub fn tape(s: &mut Svg, pen: &Pen<'_>) {
    for (x, y, c, pattern) in [
        (-170.0, -150.0, pen.base, "stripe"),
        (180.0, -60.0, pen.accent, "dots"),
        (-60.0, 190.0, pen.base.mix(pen.accent, 0.5), "check"),
    ] {
        let ring = format!("M{} {y}a170 170 0 1 1 340 0a170 170 0 1 1 -340 0Z", x - 170.0);
        flat_shadow(s, &ring, 22.0);
        let paint = face_paint(s, c);
        s.path(&ring, paint);
        if let Some(texture) = super::texture::texture(s, pattern, c, c.light(0.55)) {
            s.path(&ring, texture);
        }
        s.hint(&ring, c.dark(0.4), 6.0, 0.4);
        let core = Rgb::hex(0xC9A87C);
        s.circle(x, y, 96.0, core).circle(x + 4.0, y + 6.0, 78.0, core.dark(0.45)).circle(
            x + 8.0,
            y + 12.0,
            70.0,
            PAPER.dark(0.12),
        );
    }
}
