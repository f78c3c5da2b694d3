//! Tables, shelves and cupboards.

use super::colour::Rgb;
use super::pen::Pen;
use super::props::twig;
use super::solids::{bar, crate_box, floor_shadow, metal_paint, round_paint, rounded, turned, wood};
use super::svg::Svg;

/// A dining table: `round`, `trestle`; with `set`, a bowl and a jug stand on it.
pub fn table(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    floor_shadow(s, 0.0, 400.0, 200.0);
    let legs = pen.colour("legs", c);
    if pen.has("round") {
        s.path(turned(0.0, &[(200.0, -30.0), (206.0, -10.0), (196.0, 0.0)]), legs.dark(0.1));
        wood(s, &turned(0.0, &[(120.0, -420.0), (60.0, -330.0), (64.0, -120.0), (190.0, -26.0)]), legs, true);
        wood(s, &turned(0.0, &[(430.0, -450.0), (430.0, -424.0), (410.0, -412.0)]), c, false);
        s.ellipse(0.0, -450.0, 430.0, 73.0, c.light(0.24));
        if let Some(grain) = super::texture::texture(s, "grain", c, c) {
            s.ellipse(0.0, -450.0, 430.0, 73.0, grain);
        }
    } else {
        for (x, y) in [(-330.0, -46.0), (350.0, -46.0)] {
            bar(s, (x * 0.97, -400.0), (x, y), 34.0, 22.0, legs.dark(0.32));
        }
        wood(s, "M-370 -490H380L450 -410H-440Z", c.light(0.2), false);
        wood(s, "M-440 -410H450V-370H-440Z", c, false);
        if pen.has("trestle") {
            for x in [-320.0, 330.0] {
                bar(s, (x, -370.0), (x - 70.0, 0.0), 34.0, 28.0, legs);
                bar(s, (x, -370.0), (x + 70.0, 0.0), 34.0, 28.0, legs.dark(0.1));
                s.hint(format!("M{} -130H{}", x - 44.0, x + 44.0), legs.dark(0.2), 18.0, 1.0);
            }
        } else {
            for x in [-400.0, 408.0] {
                bar(s, (x, -370.0), (x * 1.03, 0.0), 46.0, 28.0, legs);
            }
        }
    }
    setting(s, if pen.has("round") { -450.0 } else { -440.0 }, pen.accent);
}

/// A vase and a bowl on a table top at height `y`.
fn setting(s: &mut Svg, y: f32, c: Rgb) {
    s.group(&format!("translate(-130 {y}) scale(.5)"), |s| {
        floor_shadow(s, 0.0, 90.0, 160.0);
        twig(s, "translate(0 -200) rotate(-12) scale(1.1)", Rgb(98, 122, 88));
        twig(s, "translate(0 -200) rotate(20) scale(.9)", Rgb(120, 140, 100));
        let paint = round_paint(s, c);
        s.path(turned(0.0, &[(34.0, -250.0), (30.0, -210.0), (96.0, -120.0), (70.0, 0.0)]), paint);
    });
    s.group(&format!("translate(110 {}) scale(.36)", y + 14.0), |s| {
        floor_shadow(s, 0.0, 140.0, 120.0);
        let clay = Rgb::hex(0xE9DFD0);
        let paint = round_paint(s, clay);
        s.path(turned(0.0, &[(300.0, -190.0), (270.0, -110.0), (130.0, 0.0)]), paint).ellipse(
            0.0,
            -190.0,
            284.0,
            44.0,
            clay.dark(0.3),
        );
    });
}

/// A small table: `tray`, `drum`, `nest`, `night` (with a drawer).
pub fn side_table(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    floor_shadow(s, 0.0, 230.0, 420.0);
    if pen.has("night") {
        for x in [-190.0, 196.0] {
            bar(s, (x, -170.0), (x * 1.05, 0.0), 30.0, 20.0, c.dark(0.1));
        }
        crate_box(s, (-230.0, -450.0), 440.0, 290.0, 90.0, c, true);
        s.path(rounded(-206.0, -426.0, 392.0, 112.0, 6.0), c.light(0.14))
            .path("M-206 -290H186V-186H-206Z", c.dark(0.5));
        s.circle(-10.0, -370.0, 15.0, Rgb::hex(0xC9A04E));
        books(s, -90.0, -450.0 - 18.0);
        return;
    }
    if pen.has("drum") {
        let profile = [(240.0, -380.0), (200.0, -300.0), (196.0, -100.0), (240.0, 0.0)];
        super::solids::body(s, pen, 0.0, &profile, c);
        s.ellipse(0.0, -380.0, 240.0, 41.0, c.light(0.25));
    } else {
        if pen.has("nest") {
            s.group("translate(210 20) scale(.74)", |s| low_table(s, c.dark(0.12)));
        }
        low_table(s, c);
    }
    books(s, -30.0, if pen.has("drum") { -384.0 } else { -430.0 });
}

fn low_table(s: &mut Svg, c: Rgb) {
    for (x, y) in [(-170.0, -16.0), (0.0, 28.0), (176.0, -16.0)] {
        bar(s, (x * 0.7, -400.0), (x, y), 26.0, 18.0, c.dark(0.2));
    }
    wood(s, &turned(0.0, &[(270.0, -430.0), (272.0, -414.0), (262.0, -396.0)]), c, false);
    s.ellipse(0.0, -430.0, 270.0, 46.0, c.light(0.25));
}

fn books(s: &mut Svg, x: f32, y: f32) {
    for (dy, width, c) in [(-30.0, 190.0, 0xC9694B), (-54.0, 160.0, 0xE8D7B5), (-84.0, 140.0, 0x47596A)] {
        let c = Rgb::hex(c);
        let paint = s.down(&[(0.0, c.light(0.2)), (1.0, c.dark(0.2))]);
        s.rect(x - width / 2.0, y + dy, width, 28.0, 4.0, paint);
    }
}

/// A shelf with things on it: `wall` (two boards), `tall`, `ladder`.
pub fn shelf(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let (half, rows, height): (f32, i32, f32) =
        if pen.has("tall") { (240.0, 5, 820.0) } else { (330.0, 4, 720.0) };
    floor_shadow(s, 0.0, half, 300.0);
    let lean = if pen.has("ladder") { 0.75 } else { 1.0 };
    if !pen.has("ladder") && !pen.has("open") {
        s.path(format!("M{} {}H{half}V-20H{0}Z", -half, -height), c.dark(0.42));
    }
    let gap = (height - 60.0) / rows as f32;
    for row in 0..rows {
        let y = -60.0 - gap * row as f32;
        let reach = half * (1.0 - (1.0 - lean) * row as f32 / rows as f32);
        load(s, pen, row as u32, reach, y, gap);
        wood(s, &format!("M{} {y}H{reach}v26H{0}Z", -reach), c, false);
        s.veil(format!("M{} {}H{reach}v14H{0}Z", -reach, y + 26.0), Rgb(30, 20, 30), 0.3);
    }
    for side in [-1.0, 1.0] {
        bar(s, (side * half * lean, -height), (side * half, 0.0), 34.0, 34.0, c);
    }
    if !pen.has("ladder") {
        wood(s, &format!("M{} {}H{}v28H{0}Z", -half - 17.0, -height - 6.0, half + 17.0), c.light(0.1), false);
    }
}

/// Books, pots and boxes on a board at `y`, with `gap` above it.
fn load(s: &mut Svg, pen: &Pen<'_>, row: u32, half: f32, y: f32, gap: f32) {
    let tones = [0xC9694B, 0xE8D7B5, 0x47596A, 0x8FA08A, 0xD9A850, 0xB8C4C8, 0x7A4A58];
    let pick = |n: u32| Rgb::hex(tones[((pen.seed >> 4) + n * 3 + row) as usize % tones.len()]);
    let mut x = -half + 34.0;
    for book in 0..4 + row % 2 {
        let (w, h) = (
            24.0 + ((row + book * 5) % 4) as f32 * 7.0,
            (gap * (0.55 + ((row * 3 + book * 2) % 5) as f32 * 0.06)).round(),
        );
        s.path(format!("M{x} {y}v-{h}h{w}v{h}Z"), pick(book));
        x += w + 2.0;
    }
    let c = pick(row + 2);
    if row.is_multiple_of(2) {
        s.group(&format!("translate({} {y}) scale({})", half * 0.52, gap / 260.0), |s| {
            s.path("M0 -90Q-90 -130 -84 -210Q-20 -170 0 -90Q-40 -180 0 -240Q40 -180 0 -90Q20 -170 84 -210Q90 -130 0 -90Z", Rgb(98, 122, 88)).path("M-60 -110H60L44 0H-44Z", c.light(0.2)).path("M10 -110H60L44 0H6Z", c);
        });
    } else {
        let w = half * 0.62;
        s.rect(half * 0.3, y - gap * 0.4, w, gap * 0.4, 6.0, c.light(0.12)).rect(
            half * 0.3,
            y - gap * 0.4,
            w,
            gap * 0.12,
            6.0,
            c.light(0.3),
        );
    }
}

/// A sideboard or chest: `drawers`, `doors`, `slats` or `cane` fronts; `tall` for a cupboard.
pub fn cabinet(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let (half, h): (f32, f32) = if pen.has("tall") {
        (270.0, 740.0)
    } else if pen.has("chest") {
        (300.0, 520.0)
    } else {
        (430.0, 340.0)
    };
    floor_shadow(s, 0.0, half, h * 0.7);
    for x in [-half + 40.0, half - 50.0] {
        bar(s, (x, -120.0), (x * 1.03, 0.0), 32.0, 20.0, pen.colour("legs", c.dark(0.2)));
    }
    let top = -h - 100.0;
    crate_box(s, (-half, top), 2.0 * half - 40.0, h, 70.0, c, true);
    let (x0, w) = (-half + 18.0, 2.0 * half - 76.0);
    let (columns, rows): (i32, i32) = if pen.has("drawers") {
        (if half > 400.0 { 3 } else { 1 }, if half > 400.0 { 2 } else { 4 })
    } else {
        (if half > 400.0 { 4 } else { 2 }, 1)
    };
    let (cw, ch) = (w / columns as f32, (h - 36.0) / rows as f32);
    let brass = metal_paint(s, pen.colour("pulls", Rgb::hex(0xC9A04E)));
    for cell in 0..columns * rows {
        let (x, y) = (x0 + cw * (cell % columns) as f32, top + 18.0 + ch * (cell / columns) as f32);
        let front = rounded(x + 4.0, y + 4.0, cw - 8.0, ch - 8.0, 5.0);
        let paint = s.down(&[(0.0, c.light(0.26)), (1.0, c)]);
        s.path(&front, paint);
        if !pen.has("cane")
            && !pen.has("slats")
            && let Some(grain) = super::texture::texture(s, "grain", c, c)
        {
            s.path(&front, grain);
        }
        if pen.has("cane") || pen.has("slats") {
            let inner = rounded(x + 24.0, y + 24.0, cw - 48.0, ch - 48.0, 3.0);
            let ground = if pen.has("cane") { Rgb::hex(0xE9D3A8) } else { c };
            s.path(&inner, ground);
            if let Some(texture) =
                super::texture::texture(s, if pen.has("cane") { "cane" } else { "flute" }, ground, c)
            {
                s.path(&inner, texture);
            }
        }
        if rows > 1 {
            s.rect(x + cw / 2.0 - 30.0, y + ch * 0.44, 60.0, 13.0, 6.0, &brass);
        } else {
            let knob = if cell % 2 == 0 { x + cw - 24.0 } else { x + 24.0 };
            s.circle(knob, y + ch * 0.46, 11.0, &brass);
        }
    }
    if pen.has("tall") {
        return;
    }
    s.group(&format!("translate({} {}) scale(.7)", -half * 0.45, top - 12.0), |s| {
        twig(s, "translate(0 -130) rotate(-16) scale(.9)", Rgb(98, 122, 88));
        twig(s, "translate(0 -130) rotate(16) scale(.8)", Rgb(116, 138, 100));
        let paint = round_paint(s, pen.accent);
        s.path(turned(0.0, &[(44.0, -160.0), (36.0, -130.0), (84.0, -60.0), (60.0, 0.0)]), paint);
    });
}

/// A writing desk with a drawer, a lamp and paper on it: `legs=` colours the legs.
pub fn desk(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let legs = pen.colour("legs", c.dark(0.1));
    floor_shadow(s, 0.0, 400.0, 240.0);
    for x in [-330.0, 350.0] {
        bar(s, (x, -420.0), (x * 1.02, -40.0), 24.0, 18.0, legs.dark(0.3));
    }
    wood(s, "M-370 -560H390L440 -490H-430Z", c.light(0.2), false);
    wood(s, "M-430 -490H440V-400H-430Z", c, false);
    for x in [-300.0, 30.0] {
        s.path(rounded(x, -478.0, 280.0, 66.0, 5.0), c.light(0.13))
            .hint(rounded(x, -478.0, 280.0, 66.0, 5.0), c.dark(0.5), 3.0, 0.5)
            .circle(x + 140.0, -445.0, 11.0, Rgb::hex(0xC9A04E));
    }
    for x in [-400.0, 410.0] {
        bar(s, (x, -400.0), (x * 1.03, 0.0), 36.0, 22.0, legs);
    }
    s.path("M-60 -545H110L130 -510H-70Z", Rgb::hex(0xF7F2E8)).hint(
        "M-30 -534H80M-36 -522H60",
        Rgb(120, 110, 110),
        3.0,
        0.6,
    );
    s.group("translate(-250 -520) scale(.42)", |s| super::light::desk_lamp(s, pen));
    s.group("translate(270 -520) scale(.5)", |s| {
        let paint = round_paint(s, pen.accent);
        s.line("M-20 -80L-40 -220M10 -80L26 -240", Rgb::hex(0xD9A441), 12.0)
            .path(turned(0.0, &[(56.0, -120.0), (56.0, 0.0)]), paint);
    });
}

/// Hooks or a rack on the wall: `pegs`, `shelf`.
pub fn rack(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let board = rounded(-390.0, -150.0, 780.0, 90.0, 12.0);
    super::solids::flat_shadow(s, &board, 20.0);
    if pen.has("shelf") {
        load(s, pen, 2, 330.0, -250.0, 220.0);
        wood(s, "M-410 -250H410V-214H-410Z", c.light(0.1), false);
    }
    wood(s, &board, c, false);
    for x in [-300.0, -100.0, 100.0, 300.0] {
        s.hint(format!("M{} -84q10 50 34 70", x + 6.0), c.dark(0.7), 16.0, 0.18);
        s.line(format!("M{x} -106v54"), c.dark(0.3), 30.0).circle(x, -46.0, 26.0, c.light(0.2)).circle(
            x - 5.0,
            -52.0,
            12.0,
            c.light(0.45),
        );
    }
    let cloth = pen.accent;
    let d = "M-316 -30C-360 120 -370 300 -350 430Q-290 446 -240 428C-230 300 -250 120 -284 -30Z";
    super::solids::flat_shadow(s, d, 18.0);
    let paint = s.across(&[(0.0, cloth.light(0.2)), (0.5, cloth), (1.0, cloth.dark(0.25))]);
    s.path(d, paint).hint(
        "M-300 0C-320 140 -320 300 -310 424M-292 0C-280 140 -270 300 -276 424",
        cloth.dark(0.5),
        5.0,
        0.35,
    );
    s.line("M100 -30C60 60 60 120 70 160M100 -30C150 60 150 120 140 160", Rgb::hex(0x8A5A36), 10.0);
    let bag = "M30 150H190L210 380Q110 400 10 380Z";
    super::solids::flat_shadow(s, bag, 18.0);
    s.path(bag, Rgb::hex(0xE4D5BB)).hint("M40 176H182", Rgb::hex(0xA58A62), 4.0, 0.7);
}
