//! Vases, candles, mirrors and other things that make a room.

use super::colour::Rgb;
use super::pen::Pen;
use super::props::twig;
use super::solids::{
    TILT, body, face_paint, flat_shadow, glass_paint, gloss, ground_shadow, metal_paint, mouth, rounded,
    turned, turned_front, wood,
};
use super::svg::Svg;

/// A vase: `bottle`, `moon`, `column`, `amphora`; with `bare` nothing stands in it.
pub fn vase(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let profile: &[(f32, f32)] = if pen.has("bottle") {
        &[(40.0, -440.0), (36.0, -360.0), (52.0, -280.0), (150.0, -190.0), (160.0, -80.0), (110.0, 0.0)]
    } else if pen.has("moon") {
        &[(70.0, -380.0), (66.0, -350.0), (180.0, -280.0), (220.0, -180.0), (180.0, -60.0), (90.0, 0.0)]
    } else if pen.has("amphora") {
        &[
            (90.0, -470.0),
            (60.0, -430.0),
            (70.0, -370.0),
            (170.0, -270.0),
            (150.0, -130.0),
            (70.0, -30.0),
            (90.0, 0.0),
        ]
    } else {
        &[(104.0, -430.0), (110.0, -380.0), (118.0, -200.0), (124.0, -40.0), (112.0, 0.0)]
    };
    let (rim, top) = profile[0];
    ground_shadow(s, 0.0, profile[profile.len() - 1].0 + 20.0, 480.0);
    mouth(s, 0.0, top, rim, c, None);
    match pen.word("stems") {
        "tulips" => flowers(s, top, Rgb::hex(0xD9604F), false),
        "daisies" => flowers(s, top, Rgb::hex(0xFBF6EA), true),
        "pampas" => grasses(s, top),
        "none" => {}
        _ => {
            for (turn, size) in [(-22, 1.0), (3, 1.1), (25, 0.9)] {
                twig(
                    s,
                    &format!("translate(0 {}) rotate({turn}) scale({size})", top + 30.0),
                    Rgb(98, 122, 88),
                );
            }
        }
    }
    if pen.has("amphora") {
        for side in [-1.0, 1.0] {
            let d = format!(
                "M{} -420C{} -430 {} -330 {} -280",
                side * 64.0,
                side * 190.0,
                side * 190.0,
                side * 150.0
            );
            s.line(&d, c.dark(0.25), 26.0).line(&d, c.light(0.06), 14.0);
        }
    }
    if pen.has("glass") {
        let d = turned_front(0.0, profile);
        let paint = glass_paint(s, c);
        s.veil(&d, c, 0.35).path(&d, paint);
        gloss(s, 0.0, profile);
    } else {
        let d = turned_front(0.0, profile);
        s.clipped(&d, |s| body(s, pen, 0.0, profile, c));
    }
}

fn flowers(s: &mut Svg, top: f32, colour: Rgb, open: bool) {
    let stem = Rgb(104, 134, 84);
    for (dx, height, lean) in
        [(-96.0, 230.0, -60.0), (-30.0, 290.0, -10.0), (40.0, 260.0, 20.0), (104.0, 210.0, 60.0)]
    {
        let (x, y) = (dx * 1.4 + lean * 0.3, top - height);
        s.line(
            format!("M{} {}Q{} {} {x} {y}", dx * 0.25, top + 20.0, dx * 0.5, top - height * 0.6),
            stem,
            8.0,
        );
        if open {
            for turn in (0..360).step_by(45) {
                s.group(&format!("translate({x} {y}) rotate({turn})"), |s| {
                    s.ellipse(0.0, -30.0, 12.0, 28.0, colour);
                });
            }
            s.circle(x, y, 17.0, Rgb::hex(0xE2A93B));
        } else {
            s.path(
                format!(
                    "M{x} {}c-50 -10 -60 -60 -44 -104l22 24l22 -34l22 34l22 -24c16 44 6 94 -44 104Z",
                    y + 20.0
                ),
                colour,
            )
            .path(format!("M{x} {}c-26 -12 -30 -70 0 -104c30 34 26 92 0 104Z", y + 20.0), colour.light(0.2));
        }
    }
    s.path(
        format!(
            "M-10 {0}C-120 {1} -150 {2} -130 {3}C-60 {2} -20 {1} -10 {0}Z",
            top + 14.0,
            top - 60.0,
            top - 110.0,
            top - 150.0
        ),
        stem.dark(0.12),
    )
    .path(
        format!(
            "M14 {0}C100 {1} 130 {2} 150 {2}C120 {1} 50 {0} 14 {0}Z",
            top + 14.0,
            top - 60.0,
            top - 110.0
        ),
        stem,
    );
}

fn grasses(s: &mut Svg, top: f32) {
    let c = Rgb::hex(0xDCC59B);
    for turn in [-24, -6, 10, 28] {
        s.group(&format!("translate(0 {}) rotate({turn})", top + 20.0), |s| {
            s.line("M0 0V-180", c.dark(0.4), 5.0)
                .path("M0 -360C-34 -290 -34 -210 -3 -150C30 -210 34 -290 0 -360Z", c)
                .hint("M0 -340V-170M-12 -260L0 -220M14 -270L0 -230", c.light(0.5), 4.0, 0.7);
        });
    }
}

/// Candles: in a `jar`, `pillar` trio, or `taper` pair in holders whose colour is the accent.
pub fn candle(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("jar") {
        ground_shadow(s, 0.0, 170.0, 330.0);
        let profile = [(190.0, -360.0), (190.0, -200.0), (188.0, -30.0), (170.0, 0.0)];
        if pen.has("tin") {
            let paint = metal_paint(s, c);
            s.path(turned(0.0, &profile), paint);
        } else {
            body(s, pen, 0.0, &profile, c);
        }
        mouth(s, 0.0, -360.0, 190.0, c, Some(Rgb::hex(0xF5EAD2)));
        s.path("M-100 -240Q0 -214 100 -240V-110Q0 -84 -100 -110Z", Rgb::hex(0xF6EFE2)).hint(
            "M-56 -188Q0 -174 56 -188M-38 -156Q0 -146 38 -156",
            Rgb(70, 56, 60),
            7.0,
            0.75,
        );
        flame(s, 0.0, -360.0, 1.2);
        return;
    }
    let lots: &[(f32, f32, f32, f32)] = if pen.has("taper") {
        &[(-110.0, -10.0, 26.0, 390.0), (120.0, 30.0, 26.0, 300.0)]
    } else {
        &[(-170.0, -20.0, 92.0, 470.0), (170.0, 0.0, 92.0, 300.0), (10.0, 50.0, 80.0, 190.0)]
    };
    for (x, y, r, h) in lots {
        s.group(&format!("translate({x} {y})"), |s| {
            ground_shadow(s, 0.0, r + 40.0, *h);
            let foot = if pen.has("taper") { holder(s, pen) } else { 0.0 };
            body(s, pen, 0.0, &[(*r, foot - h), (*r, foot - h / 2.0), (r + 1.0, foot)], c);
            s.ellipse(0.0, foot - h, *r, r * TILT, c.light(0.5));
            flame(s, 0.0, foot - h, 1.0);
        });
    }
}

/// A candle holder; returns how high the candle stands.
fn holder(s: &mut Svg, pen: &Pen<'_>) -> f32 {
    let paint = metal_paint(s, pen.accent);
    s.path(turned(0.0, &[(100.0, -24.0), (104.0, -10.0), (96.0, 0.0)]), &paint).ellipse(
        0.0,
        -24.0,
        100.0,
        17.0,
        pen.accent.light(0.3),
    );
    s.path(turned(0.0, &[(40.0, -130.0), (30.0, -116.0), (14.0, -80.0), (30.0, -24.0)]), &paint).ellipse(
        0.0,
        -130.0,
        40.0,
        8.0,
        pen.accent.light(0.3),
    );
    -128.0
}

/// A flame with its glow.
pub fn flame(s: &mut Svg, x: f32, y: f32, size: f32) {
    let glow = s.radial((0.5, 0.5), 0.5, &[(0.0, Rgb(255, 214, 130), 0.5), (1.0, Rgb(255, 214, 130), 0.0)]);
    s.group(&format!("translate({x} {y}) scale({size})"), |s| {
        s.circle(0.0, -54.0, 150.0, glow).line("M0 0V-26", Rgb(60, 40, 36), 6.0);
        s.path("M0 -112C28 -74 30 -46 16 -26Q0 -12 -16 -26C-30 -46 -26 -76 0 -112Z", Rgb(246, 168, 64))
            .path("M0 -82C14 -60 14 -44 8 -32Q0 -24 -8 -32C-14 -44 -12 -62 0 -82Z", Rgb(255, 240, 190));
    });
}

/// A mirror on the wall: `arch`, `round`, `pill`.
pub fn mirror(s: &mut Svg, pen: &Pen<'_>) {
    let shape = |inset: f32| {
        let (w, h) = (300.0 - inset, 400.0 - inset);
        if pen.has("arch") {
            format!("M-{w} {h}V{}A{w} {w} 0 0 1 {w} {}V{h}Z", 300.0 - h, 300.0 - h)
        } else if pen.has("pill") {
            format!("M-{0} {1}A{0} {0} 0 0 0 {0} {1}V-{1}A{0} {0} 0 0 0 -{0} -{1}Z", 210.0 - inset, 190.0)
        } else {
            format!("M-{0} 0A{0} {0} 0 1 1 {0} 0A{0} {0} 0 1 1 -{0} 0Z", 340.0 - inset)
        }
    };
    let (frame, glass) = (shape(0.0), shape(if pen.has("thin") { 16.0 } else { 40.0 }));
    flat_shadow(s, &frame, 30.0);
    wood(s, &frame, pen.base, true);
    let sky = s.linear(
        (0.0, 0.0),
        (1.0, 1.0),
        &[(0.0, Rgb(236, 243, 243), 1.0), (0.5, Rgb(205, 219, 221), 1.0), (1.0, Rgb(176, 194, 199), 1.0)],
    );
    s.path(&glass, sky);
    s.clipped(&glass, |s| {
        s.faint(0.5, |s| {
            s.path("M-500 200L100 -500H220L-500 340Z", Rgb(255, 255, 255))
                .path("M-500 440L330 -500H370L-500 500Z", Rgb(255, 255, 255));
            twig(s, "translate(210 470) rotate(-16) scale(1.3)", Rgb(120, 146, 120));
        });
    });
    s.hint(&glass, pen.base.dark(0.5), 5.0, 0.5);
}

/// A wall clock; `numerals` for hour marks in full.
pub fn clock(s: &mut Svg, pen: &Pen<'_>) {
    let rim = "M-330 0A330 330 0 1 1 330 0A330 330 0 1 1 -330 0Z";
    flat_shadow(s, rim, 30.0);
    wood(s, rim, pen.base, false);
    let dial = pen.colour("dial", Rgb::hex(0xF7F1E5));
    let paint = face_paint(s, dial);
    s.circle(0.0, 0.0, 294.0, paint);
    for hour in 0..12 {
        s.group(&format!("rotate({})", hour * 30), |s| {
            let (long, wide) = if hour % 3 == 0 { (54.0, 14.0) } else { (30.0, 8.0) };
            s.rect(-wide / 2.0, -266.0, wide, long, wide / 2.0, dial.contrast());
        });
    }
    let hand = dial.contrast();
    s.hint("M6 12L-118 -86M8 14L160 -150", hand.dark(0.3), 16.0, 0.15)
        .line("M0 0L-124 -98", hand, 18.0)
        .line("M0 0L152 -164", hand, 11.0)
        .line("M-30 -50L60 130", pen.accent, 5.0);
    s.circle(0.0, 0.0, 18.0, pen.accent);
}

/// A framed print: `arches`, `bird`, `fruit` or `hills`.
pub fn print(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    let frame = "M-300 -400H300V400H-300Z";
    flat_shadow(s, frame, 30.0);
    let wood_colour = pen.colour("frame", Rgb::hex(0xC79A63));
    wood(s, frame, wood_colour, true);
    s.path("M-272 -372H272V372H-272Z", Rgb::hex(0xF8F3E9));
    s.clipped("M-212 -300H212V300H-212Z", |s| {
        let ground = s.down(&[(0.0, c.light(0.62)), (1.0, c.light(0.34))]);
        s.path("M-212 -300H212V300H-212Z", ground);
        match pen.word("art") {
            "hills" => {
                s.circle(90.0, -150.0, 76.0, a).path("M-212 20Q-90 -120 40 10T212 -30V300H-212Z", c.light(0.1)).path("M-212 130Q-40 20 90 120T212 100V300H-212Z", c.dark(0.2)).path("M-212 230Q0 150 212 220V300H-212Z", c.dark(0.45));
            }
            "bird" => {
                s.line("M-212 150C-80 110 60 150 212 90", c.dark(0.5), 14.0).path("M-130 60C-120 -60 0 -130 100 -90L150 -80L110 -60C110 40 30 110 -60 100L-190 170Z", a).path("M-70 40C-30 -20 30 -20 60 10C20 50 -30 60 -70 40Z", a.dark(0.3)).circle(84.0, -66.0, 8.0, Rgb(30, 26, 32));
                s.path("M120 130C150 90 190 80 212 84C200 130 160 150 120 130ZM-190 130C-180 90 -150 70 -120 74C-124 110 -150 136 -190 130Z", c.dark(0.2));
            }
            "fruit" => {
                s.path("M-212 140H212V300H-212Z", c.dark(0.15));
                for (x, y, r, tone) in [(-70.0, 60.0, 96.0, a), (80.0, 80.0, 80.0, a.light(0.35)), (10.0, -70.0, 74.0, a.dark(0.25))] {
                    s.circle(x, y, r, tone);
                }
                s.path("M10 -140C20 -200 70 -230 120 -220C110 -170 70 -140 10 -140Z", Rgb(96, 124, 86));
            }
            _ => {
                for (r, tone) in [(180.0, a), (136.0, c.light(0.2)), (92.0, a.mix(c, 0.5)), (48.0, c.dark(0.4))] {
                    s.path(format!("M-{r} 230V0A{r} {r} 0 0 1 {r} 0V230Z"), tone);
                }
            }
        }
    });
    s.veil("M-272 372L60 -372H180L-212 372Z", Rgb(255, 255, 255), 0.12);
}

/// A basket: `lidded`, `tall`, `handles`; the texture is wicker unless the card names one.
pub fn basket(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let h = if pen.has("tall") { 540.0 } else { 330.0 };
    let (top, bottom) = if pen.has("tall") { (230.0, 190.0) } else { (310.0, 230.0) };
    ground_shadow(s, 0.0, bottom, h);
    let profile = [(top, -h), ((top + bottom) / 2.0 + 22.0, -h * 0.5), (bottom, 0.0)];
    if !pen.has("lidded") {
        mouth(s, 0.0, -h, top, c, None);
        if pen.has("filled") {
            s.path(
                format!(
                    "M{} {}C-180 {} -120 {} -40 {}S120 {} {} {}Q0 {} {} {0}Z",
                    -top * 0.86,
                    -h + 12.0,
                    -h - 90.0,
                    -h - 110.0,
                    -h - 70.0,
                    -h - 130.0,
                    top * 0.86,
                    -h + 8.0,
                    -h + 60.0,
                    -top * 0.86
                ),
                pen.accent,
            );
            s.hint(
                format!(
                    "M-120 {}Q-60 {} -20 {}M40 {}Q80 {} 150 {}",
                    -h - 40.0,
                    -h - 60.0,
                    -h - 10.0,
                    -h - 30.0,
                    -h - 60.0,
                    -h - 30.0
                ),
                pen.accent.dark(0.5),
                5.0,
                0.4,
            );
        }
    }
    let front = turned_front(0.0, &profile);
    let paint = super::solids::round_paint(s, c);
    s.path(&front, paint);
    if let Some(weave) = pen.texture_or(s, "wicker", c) {
        s.path(&front, weave);
    }
    let shade = s.linear(
        (0.0, 0.0),
        (1.0, 0.0),
        &[(0.0, c.dark(0.6), 0.25), (0.3, c.light(0.6), 0.18), (1.0, c.dark(0.7), 0.5)],
    );
    s.path(&front, shade);
    s.hint(format!("M{} {}A{top} {} 0 0 0 {top} {}", -top, -h, top * TILT, -h), c.light(0.24), 20.0, 1.0);
    if pen.has("band") {
        s.hint(
            format!("M{} {1}Q0 {2} {0} {1}", -(top + bottom) / 2.0 - 14.0, -h * 0.42, -h * 0.42 + 60.0),
            pen.accent,
            34.0,
            0.9,
        );
    }
    if pen.has("lidded") {
        let lid = turned(0.0, &[(60.0, -h - 66.0), (top * 0.8, -h - 44.0), (top + 14.0, -h + 6.0)]);
        let paint = super::solids::round_paint(s, c.light(0.08));
        s.path(&lid, paint);
        if let Some(weave) = pen.texture_or(s, "wicker", c) {
            s.path(&lid, weave);
        }
        wood(s, &rounded(-40.0, -h - 112.0, 80.0, 46.0, 20.0), Rgb::hex(0x8A5A36), false);
    }
    if pen.has("handles") {
        for side in [-1.0, 1.0] {
            let d = format!(
                "M{} {}C{} {} {} {} {} {}",
                side * top * 0.45,
                -h + 34.0,
                side * top * 0.5,
                -h - 110.0,
                side * top * 0.98,
                -h - 96.0,
                side * top * 0.94,
                -h + 10.0
            );
            s.line(&d, pen.accent.dark(0.25), 26.0).line(&d, pen.accent, 14.0);
        }
    }
}
