//! Woven things for the house.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{face_paint, flat_shadow, ground_shadow, rounded};
use super::svg::Svg;

/// A cushion that leans; `round`, `long`, `piped`, `tassel`.
pub fn cushion(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 280.0, 420.0);
    let d = if pen.has("round") {
        "M0 -560C200 -570 300 -430 300 -280S200 10 0 6S-300 -130 -300 -280S-200 -550 0 -560Z"
    } else if pen.has("long") {
        "M-350 -350C-200 -320 200 -320 350 -350C330 -240 330 -110 354 0C200 -20 -200 -20 -354 0C-330 -110 -330 -240 -350 -350Z"
    } else {
        "M-300 -590C-160 -556 160 -556 300 -590C270 -400 270 -190 306 6C160 -30 -160 -30 -306 6C-270 -190 -270 -400 -300 -590Z"
    };
    if pen.has("tassel") {
        for (x, y) in [(-302.0, -586.0), (302.0, -586.0), (-306.0, 2.0), (306.0, 2.0)] {
            let (x, y) = if pen.has("long") && y < -10.0 { (x * 1.16, -346.0) } else { (x, y) };
            let side = if x < 0.0 { -1.0 } else { 1.0 };
            s.line(format!("M{x} {y}l{} 12", side * 18.0), pen.accent, 10.0).hint(
                format!(
                    "M{} {}l{} 44M{0} {1}l{} 48M{0} {1}l{} 40",
                    x + side * 18.0,
                    y + 12.0,
                    side * 4.0,
                    side * 16.0,
                    side * 26.0
                ),
                pen.accent,
                5.0,
                1.0,
            );
        }
    }
    s.path(d, c);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    let puff =
        s.radial((0.36, 0.3), 0.8, &[(0.0, c.light(0.6), 0.5), (0.5, c, 0.0), (1.0, c.dark(0.7), 0.5)]);
    s.path(d, puff);
    if pen.has("piped") {
        s.line(d, pen.accent, 11.0);
    } else {
        s.hint(d, c.dark(0.4), 4.0, 0.35);
    }
    if !pen.has("long") {
        s.hint("M-280 -560C-240 -500 -230 -460 -232 -420M282 -30C240 -90 236 -110 240 -160M-286 -24C-240 -80 -230 -110 -234 -150", c.dark(0.55), 6.0, 0.3);
    }
}

/// Folded textiles on a pile: `single` for one; `fringe`. Also towels with `hem`.
pub fn pile(s: &mut Svg, pen: &Pen<'_>) {
    let count = if pen.has("single") {
        1
    } else if pen.has("pair") {
        2
    } else {
        3
    };
    let height = if pen.has("single") { 190.0 } else { 128.0 };
    ground_shadow(s, 0.0, 310.0, 150.0 * count as f32);
    for layer in 0..count {
        let c = match layer {
            0 => pen.base,
            1 => pen.base.mix(pen.accent, if pen.has("mixed") { 0.9 } else { 0.0 }),
            _ => pen.base.light(0.25),
        };
        let y = -(layer as f32) * (height - 4.0);
        let half = 310.0 - 16.0 * layer as f32;
        fold(s, pen, y, half, height, c);
    }
}

/// A folded cloth: its round fold is on the left.
fn fold(s: &mut Svg, pen: &Pen<'_>, y: f32, half: f32, height: f32, c: Rgb) {
    let top = y - height;
    let d = format!(
        "M{half} {top}H{}C{} {top} {} {y} {} {y}H{half}Q{} {} {half} {top}Z",
        -half + 50.0,
        -half - 26.0,
        -half - 26.0,
        -half + 50.0,
        half - 16.0,
        top + height / 2.0
    );
    let paint =
        s.down(&[(0.0, c.light(0.25)), (0.25, c.light(0.08)), (0.8, c.dark(0.1)), (1.0, c.dark(0.4))]);
    s.path(&d, paint);
    if let Some(texture) = pen.texture_or(s, "linen", c) {
        s.veil(&d, texture, 0.85);
    }
    let turn = s.linear(
        (0.0, 0.0),
        (1.0, 0.0),
        &[(0.0, c.dark(0.5), 0.55), (0.12, c.light(0.6), 0.4), (0.3, c, 0.0), (1.0, c.dark(0.5), 0.3)],
    );
    s.path(&d, turn);
    let layers = format!(
        "M{} {}H{}M{} {}H{}",
        half - 6.0,
        top + height * 0.34,
        -half + 40.0,
        half - 8.0,
        top + height * 0.66,
        -half + 40.0
    );
    s.hint(layers, c.dark(0.5), 5.0, 0.4);
    if pen.has("hem") {
        s.veil(
            format!(
                "M{} {top}h54q-10 {} 0 {height}h-54q-10 {} 0 {}Z",
                half - 130.0,
                height / 2.0,
                -height / 2.0,
                -height
            ),
            pen.accent,
            0.8,
        );
    }
    if pen.has("fringe") {
        let mut threads = String::new();
        for step in 0..(height / 11.0) as i32 {
            threads.push_str(&format!(
                "M{} {}q26 2 {} {}",
                half - 8.0,
                top + 6.0 + 11.0 * step as f32,
                46 - step % 3 * 6,
                5 + step % 4 * 3
            ));
        }
        s.hint(threads, c.light(0.2), 5.0, 1.0);
    }
}

/// A rug seen from above: `round`, `runner`, `fringe`, `framed` (a border), `medallion`.
pub fn rug(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("round") {
        let d = "M-390 0A390 390 0 1 1 390 0A390 390 0 1 1 -390 0Z";
        flat_shadow(s, d, 18.0);
        let paint = face_paint(s, c);
        s.path(d, paint);
        for (r, colour) in
            [(330.0, pen.accent), (270.0, c.light(0.3)), (150.0, pen.accent), (96.0, c.light(0.25))]
        {
            s.circle(0.0, 0.0, r, colour);
            s.circle(0.0, 0.0, r - 26.0, c);
        }
        if let Some(texture) = pen.texture_or(s, "linen", c) {
            s.path(d, texture);
        }
        return;
    }
    let (w, h) = if pen.has("runner") { (300.0, 860.0) } else { (620.0, 820.0) };
    s.group("rotate(-8)", |s| {
        let d = rounded(-w / 2.0, -h / 2.0, w, h, 8.0);
        if pen.has("fringe") {
            let mut threads = String::new();
            for step in 0..(w / 20.0) as i32 {
                let x = -w / 2.0 + 10.0 + 20.0 * step as f32;
                threads.push_str(&format!(
                    "M{x} {}l{} -34M{x} {}l{} 34",
                    -h / 2.0,
                    step % 3 * 4 - 4,
                    h / 2.0,
                    step % 4 * 4 - 6
                ));
            }
            s.hint(threads, c.mix(Rgb(243, 235, 220), 0.6), 7.0, 1.0);
        }
        flat_shadow(s, &d, 16.0);
        let paint = face_paint(s, c);
        s.path(&d, paint);
        if let Some(texture) = pen.texture_or(s, "linen", c) {
            s.path(&d, texture);
        }
        if pen.has("framed") {
            for (inset, width) in [(34.0, 16.0), (64.0, 5.0)] {
                s.line(
                    rounded(inset - w / 2.0, inset - h / 2.0, w - 2.0 * inset, h - 2.0 * inset, 4.0),
                    pen.accent,
                    width,
                );
            }
        }
        if pen.has("medallion") {
            for y in [-220.0, 0.0, 220.0] {
                s.path(format!("M0 {}L{1} {y}L0 {2}L-{1} {y}Z", y - 120.0, w * 0.3, y + 120.0), pen.accent);
                s.path(format!("M0 {}L{1} {y}L0 {2}L-{1} {y}Z", y - 78.0, w * 0.19, y + 78.0), c.light(0.3));
                s.path(
                    format!("M0 {}L{1} {y}L0 {2}L-{1} {y}Z", y - 38.0, w * 0.09, y + 38.0),
                    pen.accent.dark(0.2),
                );
            }
        }
        let pale = s.linear(
            (0.0, 0.0),
            (1.0, 1.0),
            &[(0.0, Rgb(255, 250, 238), 0.2), (0.6, c, 0.0), (1.0, c.dark(0.7), 0.16)],
        );
        s.path(&d, pale);
    });
}

/// A cloth hanging in folds from a rail on the wall: curtains, towels, tea towels.
pub fn hanging(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let wood = pen.colour("rail", Rgb::hex(0xA97B4F));
    s.rect(-390.0, -410.0, 780.0, 18.0, 9.0, wood.dark(0.3)).rect(
        -390.0,
        -414.0,
        780.0,
        14.0,
        7.0,
        wood.light(0.1),
    );
    for (x, width, colour) in
        [(-300.0, 340.0, c), (70.0, 230.0, c.mix(pen.accent, if pen.has("mixed") { 0.9 } else { 0.0 }))]
    {
        let length = if width > 300.0 { 720.0 } else { 560.0 };
        let d = format!(
            "M{x} -420Q{} -432 {} -420L{} {}Q{} {} {} {}Q{} {} {} {}Z",
            x + width / 2.0,
            x + width,
            x + width + 14.0,
            length - 420.0,
            x + width * 0.8,
            length - 432.0,
            x + width * 0.55,
            length - 416.0,
            x + width * 0.3,
            length - 430.0,
            x - 12.0,
            length - 418.0
        );
        flat_shadow(s, &d, 20.0);
        s.path(&d, colour);
        if let Some(texture) = pen.texture_or(s, "linen", colour) {
            s.path(&d, texture);
        }
        let shade = s.linear(
            (0.0, 0.0),
            (1.0, 0.0),
            &[
                (0.0, colour.light(0.5), 0.3),
                (0.2, colour.dark(0.6), 0.3),
                (0.34, colour.light(0.6), 0.4),
                (0.56, colour.dark(0.6), 0.28),
                (0.7, colour.light(0.5), 0.35),
                (1.0, colour.dark(0.6), 0.4),
            ],
        );
        s.path(&d, shade);
        if pen.has("hem") {
            s.hint(
                format!(
                    "M{} {}H{}M{} {}H{}",
                    x - 8.0,
                    length - 480.0,
                    x + width + 10.0,
                    x - 8.0,
                    length - 500.0,
                    x + width + 10.0
                ),
                pen.accent,
                9.0,
                0.85,
            );
        }
    }
}
