//! What one sits and sleeps on.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{bar, face_paint, floor_shadow, rounded, turned, wood};
use super::svg::Svg;

/// Cloth stretched over padding: paint, the card's texture, and a soft top light.
fn padded(s: &mut Svg, pen: &Pen<'_>, d: &str, c: Rgb) {
    let paint = s.down(&[(0.0, c.light(0.2)), (0.3, c), (1.0, c.dark(0.24))]);
    s.path(d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    s.hint(d, c.dark(0.5), 3.5, 0.3);
}

fn frame_colour(pen: &Pen<'_>) -> Rgb {
    pen.colour("frame", Rgb::hex(0xC79A63))
}

/// A dining chair: back `spindle`, `cane`, `shell` or `ladder`; the colour is the frame's, the accent the seat's.
pub fn chair(s: &mut Svg, pen: &Pen<'_>) {
    let (c, seat) = (pen.base, pen.accent);
    floor_shadow(s, 0.0, 210.0, 560.0);
    bar(s, (-130.0, -340.0), (-150.0, -40.0), 26.0, 18.0, c.dark(0.3));
    bar(s, (190.0, -340.0), (224.0, -40.0), 26.0, 18.0, c.dark(0.3));
    if pen.has("shell") {
        let d =
            "M-190 -350C-260 -560 -230 -740 -150 -780C-40 -810 110 -810 190 -780C260 -740 270 -560 220 -350Z";
        padded(s, pen, d, c);
        s.hint("M-150 -700C-60 -740 110 -740 180 -700", c.light(0.6), 12.0, 0.4);
    } else {
        bar(s, (-196.0, -790.0), (-178.0, -350.0), 26.0, 30.0, c);
        bar(s, (226.0, -790.0), (214.0, -350.0), 26.0, 30.0, c);
        if pen.has("cane") {
            let d = "M-180 -740H208L204 -470H-174Z";
            s.path(d, Rgb::hex(0xE9D3A8));
            if let Some(cane) = super::texture::texture(s, "cane", Rgb::hex(0xE9D3A8), c) {
                s.path(d, cane);
            }
            wood(s, &rounded(-196.0, -490.0, 420.0, 34.0, 8.0), c, false);
        } else if pen.has("ladder") {
            for y in [-680.0, -580.0, -480.0] {
                wood(
                    s,
                    &format!("M-184 {y}Q14 {} 212 {y}v46Q14 {} -184 {}Z", y - 26.0, y + 20.0, y + 46.0),
                    c,
                    false,
                );
            }
        } else {
            for step in 0..6 {
                let x = -140.0 + 62.0 * step as f32;
                bar(s, (x, -740.0), (x * 0.94, -360.0), 13.0, 17.0, c.dark(0.06));
            }
        }
        wood(
            s,
            "M-220 -800Q14 -850 250 -800Q262 -740 240 -728Q14 -776 -208 -728Q-232 -744 -220 -800Z",
            c,
            false,
        );
    }
    let top = "M-220 -378Q0 -404 240 -378L272 -312Q10 -286 -256 -312Z";
    if pen.has("wooden") {
        wood(s, top, c.light(0.1), false);
    } else {
        padded(s, pen, top, seat);
    }
    s.path("M-256 -312Q10 -286 272 -312V-284Q10 -256 -256 -284Z", c.dark(0.22));
    bar(s, (-220.0, -290.0), (-246.0, 0.0), 34.0, 22.0, c);
    bar(s, (236.0, -290.0), (262.0, 0.0), 34.0, 22.0, c);
    s.hint("M-232 -130H248", c.dark(0.2), 15.0, 0.9);
}

/// A stool: `bar` is tall, `round` has a turned seat, `step` has two treads.
pub fn stool(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let h = if pen.has("bar") { 620.0 } else { 420.0 };
    floor_shadow(s, 0.0, 170.0, h);
    if pen.has("step") {
        for (x, y, w) in [(-60.0, -420.0, 380.0), (-200.0, -210.0, 420.0)] {
            wood(
                s,
                &format!(
                    "M{} {}h34v{}h-34ZM{} {}h34v{}h-34Z",
                    x + 10.0,
                    y + 30.0,
                    -y - 30.0,
                    x + w - 44.0,
                    y + 30.0,
                    -y - 30.0
                ),
                c.dark(0.12),
                true,
            );
            wood(s, &rounded(x, y, w, 44.0, 10.0), c, false);
            s.path(format!("M{x} {y}l30 -40h{}l30 40Z", w - 60.0), c.light(0.26));
        }
        return;
    }
    bar(s, (-90.0, 30.0 - h), (-120.0, -30.0), 26.0, 18.0, c.dark(0.3));
    bar(s, (100.0, 30.0 - h), (130.0, -30.0), 26.0, 18.0, c.dark(0.3));
    s.hint(format!("M-150 {0}H160M-112 {1}H122", -h * 0.36, -h * 0.42), c.dark(0.14), 16.0, 1.0);
    bar(s, (-120.0, 40.0 - h), (-190.0, 0.0), 32.0, 22.0, c);
    bar(s, (130.0, 40.0 - h), (200.0, 0.0), 32.0, 22.0, c);
    if pen.has("padded") {
        let d =
            format!("M-210 {0}C-210 {1} 220 {1} 220 {0}C230 {2} -220 {2} -210 {0}Z", -h, -h - 84.0, 70.0 - h);
        padded(s, pen, &d, pen.accent);
    } else {
        wood(s, &turned(4.0, &[(206.0, -h), (212.0, 16.0 - h), (196.0, 44.0 - h)]), c, false);
        s.ellipse(4.0, -h, 206.0, 35.0, c.light(0.26)).ellipse(4.0, 4.0 - h, 168.0, 24.0, c.light(0.12));
    }
}

/// An armchair: `wing`, `low`, `sling`; `frame=` colours its wood.
pub fn armchair(s: &mut Svg, pen: &Pen<'_>) {
    let (c, frame) = (pen.base, frame_colour(pen));
    floor_shadow(s, 0.0, 320.0, 560.0);
    for (x, y) in [(-260.0, 0.0), (270.0, 0.0), (-190.0, -36.0), (210.0, -36.0)] {
        bar(s, (x * 0.94, -140.0), (x, y), 32.0, 20.0, frame);
    }
    if pen.has("sling") {
        padded(s, pen, "M-230 -640Q0 -690 240 -640L216 -220Q0 -190 -206 -220Z", c);
        padded(s, pen, "M-226 -260Q0 -300 236 -260L290 -150Q0 -110 -280 -150Z", c.light(0.1));
        for side in [-1.0, 1.0] {
            bar(s, (side * 250.0, -660.0), (side * 236.0, -150.0), 28.0, 30.0, frame);
            wood(s, &rounded(side * 280.0 - 36.0, -390.0, 72.0, 34.0, 15.0), frame, false);
            bar(s, (side * 286.0, -360.0), (side * 292.0, -120.0), 24.0, 28.0, frame);
        }
        return;
    }
    let back = if pen.has("wing") {
        "M-250 -240C-310 -520 -300 -760 -220 -770C-80 -800 100 -800 230 -770C310 -760 320 -520 260 -240Z"
    } else {
        "M-240 -240C-270 -480 -240 -620 -150 -640C-50 -660 70 -660 160 -640C250 -620 280 -480 250 -240Z"
    };
    padded(s, pen, back, c);
    if pen.has("wing") {
        s.hint(
            "M-190 -700C-160 -560 -150 -420 -156 -300M200 -700C170 -560 160 -420 166 -300",
            c.dark(0.5),
            6.0,
            0.35,
        );
    }
    padded(
        s,
        pen,
        "M-210 -330C-120 -370 140 -370 220 -330C250 -280 250 -220 230 -180H-220C-240 -220 -240 -280 -210 -330Z",
        c.light(0.1),
    );
    for (x, flip) in [(-330.0, 1.0), (338.0, -1.0)] {
        s.group(&format!("translate({x} 0) scale({flip} 1)"), |s| {
            padded(s, pen, "M0 -100V-380C0 -450 110 -450 124 -380L130 -100Z", c.dark(0.05))
        });
    }
    padded(s, pen, &rounded(-330.0, -180.0, 668.0, 90.0, 26.0), c.dark(0.1));
}

/// A sofa for `seats=2` or 3; `tufted`, `round` arms, `frame=` for the legs; cushions in the accent.
pub fn sofa(s: &mut Svg, pen: &Pen<'_>) {
    let (c, frame) = (pen.base, frame_colour(pen));
    let seats = pen.num("seats", 3.0);
    let half = if seats < 2.5 { 340.0 } else { 450.0 };
    floor_shadow(s, 0.0, half, 260.0);
    for x in [-half + 50.0, half - 50.0, -half + 120.0, half - 120.0] {
        bar(s, (x, -110.0), (x * 1.02, 0.0), 30.0, 18.0, frame);
    }
    padded(s, pen, &rounded(40.0 - half, -480.0, 2.0 * half - 80.0, 360.0, 60.0), c.dark(0.06));
    let width = (2.0 * half - 130.0) / seats;
    for seat in 0..seats as i32 {
        let x = 65.0 - half + width * seat as f32;
        padded(s, pen, &rounded(x, -460.0, width - 6.0, 230.0, 44.0), c.light(0.06));
        if pen.has("tufted") {
            for spot in [0.25, 0.5, 0.75] {
                s.circle(x + width * spot, -360.0, 7.0, c.dark(0.4)).hint(
                    format!("M{} -360l-30 -34M{0} -360l30 -34", x + width * spot),
                    c.dark(0.4),
                    4.0,
                    0.35,
                );
            }
        }
        padded(s, pen, &rounded(x - 4.0, -262.0, width + 2.0, 112.0, 34.0), c.light(0.14));
    }
    for side in [-1.0, 1.0] {
        let r = if pen.has("round") { 60.0 } else { 26.0 };
        padded(s, pen, &rounded(side * (half - 50.0) - 60.0, -370.0, 120.0, 280.0, r), c);
    }
    padded(s, pen, &rounded(20.0 - half, -156.0, 2.0 * half - 40.0, 70.0, 22.0), c.dark(0.12));
    s.group(&format!("translate({} -250) rotate(-9) scale(.34)", -half + 190.0), |s| {
        let cushion = "M-300 -590C-160 -556 160 -556 300 -590C270 -400 270 -190 306 6C160 -30 -160 -30 -306 6C-270 -190 -270 -400 -300 -590Z";
        let paint = face_paint(s, pen.accent);
        s.path(cushion, paint);
    });
}

/// A bed seen from its foot: `upholstered` or wooden headboard, bedding in the accent.
pub fn bed(s: &mut Svg, pen: &Pen<'_>) {
    let (c, linen) = (pen.base, pen.accent);
    floor_shadow(s, 0.0, 440.0, 180.0);
    let head = rounded(-410.0, -620.0, 820.0, 480.0, 40.0);
    if pen.has("upholstered") {
        padded(s, pen, &head, c);
        s.hint("M-205 -600V-300M0 -610V-300M205 -600V-300", c.dark(0.5), 5.0, 0.35);
    } else {
        wood(s, &head, c, false);
        s.hint("M-390 -470H390", c.dark(0.5), 4.0, 0.4);
    }
    for x in [-210.0, 210.0] {
        padded(
            s,
            pen,
            &format!(
                "M{} -430C{} -480 {} -480 {} -430C{} -380 {} -330 {} -320H{}C{} -340 {} -380 {0} -430Z",
                x - 160.0,
                x - 70.0,
                x + 70.0,
                x + 160.0,
                x + 176.0,
                x + 170.0,
                x + 160.0,
                x - 160.0,
                x - 176.0,
                x - 176.0
            ),
            linen.light(0.5),
        );
    }
    let cover = "M-400 -350Q0 -390 400 -350L452 -110Q460 -60 420 -60H-420Q-460 -60 -452 -110Z";
    let paint = s.down(&[(0.0, linen.light(0.3)), (0.4, linen), (1.0, linen.dark(0.22))]);
    s.path(cover, paint).path("M-404 -344Q0 -384 404 -344L416 -276Q0 -316 -416 -276Z", linen.light(0.5));
    s.hint("M-300 -260C-260 -180 -290 -120 -300 -70M-60 -290C-20 -200 -60 -130 -40 -70M240 -280C220 -190 270 -130 260 -70", linen.dark(0.5), 6.0, 0.25);
    wood(s, "M-446 -90H446V-36H-446Z", if pen.has("upholstered") { frame_colour(pen) } else { c }, false);
    for x in [-410.0, 410.0] {
        bar(s, (x, -40.0), (x, 0.0), 40.0, 32.0, if pen.has("upholstered") { frame_colour(pen) } else { c });
    }
}

/// A bench: `back` for a backrest, `slats`, `padded`.
pub fn bench(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    floor_shadow(s, 0.0, 420.0, 260.0);
    for x in [-340.0, 350.0] {
        bar(s, (x * 0.96, -270.0), (x, -36.0), 30.0, 24.0, c.dark(0.3));
    }
    if pen.has("back") {
        for x in [-390.0, 0.0, 396.0] {
            bar(s, (x * 0.98, -580.0), (x, -260.0), 30.0, 34.0, c.dark(0.08));
        }
        for y in [-570.0, -480.0, -390.0] {
            wood(s, &rounded(-420.0, y, 844.0, 56.0, 8.0), c, false);
        }
    }
    if pen.has("slats") {
        for (y, inset) in [(-318.0, 24.0), (-292.0, 12.0), (-264.0, 0.0)] {
            wood(s, &rounded(inset - 440.0, y, 884.0 - 2.0 * inset, 24.0, 5.0), c.light(0.12), false);
        }
    } else {
        wood(s, "M-410 -330H416L444 -266H-440Z", c.light(0.16), false);
    }
    if pen.has("padded") {
        padded(
            s,
            pen,
            "M-412 -336C-390 -372 400 -372 420 -336L440 -290C430 -260 -430 -260 -438 -290Z",
            pen.accent,
        );
    }
    wood(s, "M-440 -266H444V-230H-440Z", c.dark(0.08), false);
    for x in [-400.0, 406.0] {
        bar(s, (x, -232.0), (x * 1.03, 0.0), 40.0, 30.0, c);
    }
}
