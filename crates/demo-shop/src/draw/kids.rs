//! Toys.

use super::colour::Rgb;
use super::pen::Pen;
use super::plush::{blob, limb};
use super::solids::{
    TILT, body, crate_box, face_paint, flat_shadow, floor_shadow, ground_shadow, rounded, turned, wood,
};
use super::svg::Svg;

const PLAY: [u32; 7] = [0xD9604F, 0xE6B848, 0x6F9A7A, 0x4E86A6, 0xE9A9A0, 0x7C6A9C, 0xD98A3A];

fn hue(pen: &Pen<'_>, index: usize) -> Rgb {
    let own = [pen.base, pen.accent];
    if index < 2 { own[index] } else { Rgb::hex(PLAY[(pen.seed as usize / 11 + index) % PLAY.len()]) }
}

/// Building blocks: `tower`, `castle`, `city`.
pub fn blocks(s: &mut Svg, pen: &Pen<'_>) {
    ground_shadow(s, 0.0, 300.0, 330.0);
    let natural = Rgb::hex(0xE0C296);
    if pen.has("castle") {
        crate_box(s, (-290.0, -300.0), 130.0, 300.0, 70.0, hue(pen, 0), true);
        crate_box(s, (130.0, -300.0), 130.0, 300.0, 70.0, hue(pen, 1), true);
        crate_box(s, (-160.0, -180.0), 290.0, 180.0, 70.0, natural, true);
        s.path("M-80 0V-80a66 66 0 0 1 132 0V0Z", natural.dark(0.6));
        for (x, c) in [(-250.0, hue(pen, 2)), (170.0, hue(pen, 3))] {
            s.path(format!("M{} -312L{} -480L{} -312Z", x - 50.0, x + 40.0, x + 134.0), c)
                .path(format!("M{} -480L{} -312H{}Z", x + 40.0, x + 134.0, x + 76.0), c.dark(0.25));
        }
        for x in [-150.0, -40.0, 70.0] {
            crate_box(s, (x, -240.0), 60.0, 60.0, 40.0, hue(pen, 4), false);
        }
        return;
    }
    let lots: &[(f32, f32, f32, f32, usize)] = if pen.has("tower") {
        &[
            (-170.0, -150.0, 340.0, 150.0, 9),
            (-130.0, -280.0, 250.0, 130.0, 0),
            (-90.0, -400.0, 180.0, 120.0, 1),
            (-70.0, -510.0, 130.0, 110.0, 2),
            (-40.0, -600.0, 90.0, 90.0, 3),
        ]
    } else {
        &[
            (-330.0, -170.0, 170.0, 170.0, 0),
            (-150.0, -170.0, 210.0, 170.0, 9),
            (80.0, -170.0, 170.0, 170.0, 1),
            (-250.0, -330.0, 160.0, 160.0, 2),
            (-70.0, -330.0, 170.0, 160.0, 3),
        ]
    };
    for (x, y, w, h, index) in lots {
        let c = if *index == 9 { natural } else { hue(pen, *index) };
        crate_box(s, (*x, *y), *w, *h, 80.0, c, *index == 9);
        if *w < 180.0 && *index != 9 {
            let (cx, cy) = (x + w / 2.0, y + h / 2.0);
            match index {
                0 => s.circle(cx, cy, w * 0.24, c.light(0.6)),
                1 => s.path(
                    format!("M{cx} {}l{} {}h-{}Z", cy - w * 0.26, w * 0.28, w * 0.48, w * 0.56),
                    c.light(0.6),
                ),
                2 => s.path(rounded(cx - w * 0.2, cy - w * 0.2, w * 0.4, w * 0.4, 6.0), c.light(0.6)),
                _ => s.line(
                    format!("M{} {cy}h{}M{cx} {}v{}", cx - w * 0.2, w * 0.4, cy - w * 0.2, w * 0.4),
                    c.light(0.6),
                    w * 0.13,
                ),
            };
        }
    }
    if !pen.has("tower") {
        s.path("M-60 -334a78 78 0 0 1 156 0Z", hue(pen, 4))
            .path("M96 -334l50 -34a78 78 0 0 0 -90 -70q40 40 40 104Z", hue(pen, 4).dark(0.3));
        s.group("translate(280 20)", |s| {
            ground_shadow(s, 0.0, 70.0, 140.0);
            let c = hue(pen, 5);
            s.path(turned(0.0, &[(4.0, -170.0), (40.0, -90.0), (80.0, 0.0)]), c)
                .path("M4 -170L80 0Q40 14 10 13Z", c.dark(0.25));
        });
    }
}

/// A jigsaw: pieces of a drawn landscape, some lying beside it.
pub fn puzzle(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    let frame = rounded(-330.0, -300.0, 560.0, 560.0, 12.0);
    flat_shadow(s, &frame, 20.0);
    s.path(&frame, Rgb::hex(0xE0C296));
    let area = "M-310 -280H210V110H80V240H-310Z";
    s.clipped(area, |s| {
        s.path(area, c.light(0.55)).circle(90.0, -170.0, 66.0, a);
        s.path("M-310 -20Q-180 -170 -50 -40T210 -60V240H-310Z", c)
            .path("M-310 80Q-120 -10 20 70T210 60V240H-310Z", c.dark(0.3))
            .path("M-310 180Q-100 100 210 190V240H-310Z", c.dark(0.5));
        s.path("M-200 60V-10l-40 0l60 -90l60 90h-40v70Z", c.dark(0.55))
            .path("M-60 100h110v-70l-55 -50l-55 50Z", a.light(0.4))
            .path("M-76 34L-5 -34L66 34Z", a.dark(0.3));
    });
    let knob = "q-6 -36 20 -36t20 36";
    let mut cuts = String::new();
    for step in 0..4 {
        let at = -180 + 130 * step;
        for other in 0..4 {
            let from = -310 + 130 * other;
            cuts.push_str(&format!(
                "M{from} {}h45{knob}h45M{at} {}v45q36 -6 36 20t-36 20v45",
                at + 30,
                from + 30
            ));
        }
    }
    s.clipped(area, |s| {
        s.hint(cuts, Rgb(255, 250, 240), 4.0, 0.75);
    });
    for (x, y, turn, tone) in [(310, 180, 24, c.dark(0.3)), (180, 320, -18, c.dark(0.5)), (320, -40, 60, a)] {
        s.group(&format!("translate({x} {y}) rotate({turn})"), |s| {
            let piece =
                "M-60 -60h40q-6 -36 20 -36t20 36h40v40q36 -6 36 20t-36 20v40h-40q6 -32 -20 -32t-20 32h-40Z";
            flat_shadow(s, piece, 14.0);
            let paint = face_paint(s, tone);
            s.path(piece, paint);
        });
    }
}

fn wheel(s: &mut Svg, x: f32, y: f32, r: f32, c: Rgb) {
    s.circle(x + 8.0, y, r, c.dark(0.45));
    wood(s, &blob(x, y, r, r), c, false);
    s.circle(x, y, r * 0.3, c.dark(0.4)).circle(x - 2.0, y - 2.0, r * 0.2, c.light(0.5));
}

/// A wooden vehicle: `car`, `train`, `truck`, `digger`-like loads stay out of it.
pub fn vehicle(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    let pine = Rgb::hex(0xE0C296);
    ground_shadow(s, 0.0, 330.0, 200.0);
    if pen.has("train") {
        crate_box(s, (120.0, -190.0), 220.0, 130.0, 60.0, a, false);
        for (x, tone) in [(150.0, 0xC99B5E), (230.0, 0xB5824A), (290.0, 0xD6AC70)] {
            s.circle(x, -206.0, 40.0, Rgb::hex(tone)).circle(x, -206.0, 26.0, Rgb::hex(tone).light(0.3));
        }
        s.line("M80 -80H130", Rgb(70, 60, 60), 11.0);
        crate_box(s, (-340.0, -120.0), 430.0, 60.0, 60.0, pine, true);
        wood(s, &rounded(-340.0, -250.0, 260.0, 136.0, 60.0), c, false);
        s.path(turned(-270.0, &[(40.0, -360.0), (26.0, -310.0), (28.0, -250.0)]), a).ellipse(
            -270.0,
            -360.0,
            40.0,
            40.0 * TILT,
            a.dark(0.5),
        );
        crate_box(s, (-90.0, -370.0), 170.0, 250.0, 60.0, c, false);
        s.path(rounded(-60.0, -330.0, 110.0, 100.0, 10.0), Rgb::hex(0xDCE9EA))
            .path("M-120 -372L-70 -412H140L110 -372Z", a);
        for x in [-270.0, -130.0, 20.0, 170.0, 290.0] {
            wheel(s, x, -44.0, 58.0, pine.dark(0.1));
        }
        return;
    }
    if pen.has("truck") {
        crate_box(s, (-340.0, -330.0), 400.0, 230.0, 90.0, a, false);
        s.path("M90 -300H220L300 -200V-100H90Z", c).path("M120 -270H206L262 -196H120Z", Rgb::hex(0xDCE9EA));
        crate_box(s, (-350.0, -120.0), 640.0, 46.0, 50.0, pine, true);
        for x in [-230.0, 200.0] {
            wheel(s, x, -64.0, 82.0, pine.dark(0.12));
        }
        return;
    }
    let car = "M-350 -90C-360 -200 -300 -220 -220 -230C-160 -330 -100 -350 0 -350S170 -330 230 -230C320 -220 360 -190 350 -90Z";
    wood(s, car, c, false);
    let tint = s.down(&[(0.0, c.light(0.3)), (1.0, c)]);
    s.veil(car, tint, 0.7)
        .path(
            "M-170 -236C-130 -300 -90 -316 -20 -316V-236ZM10 -316C90 -316 130 -300 180 -236H10Z",
            Rgb::hex(0xDCE9EA),
        )
        .line("M-346 -140H346", a, 13.0)
        .circle(322.0, -170.0, 19.0, Rgb::hex(0xF6D988));
    for x in [-200.0, 210.0] {
        wheel(s, x, -74.0, 84.0, pine);
    }
}

/// Stacking toys: `rainbow` arches or rings on a peg.
pub fn stacker(s: &mut Svg, pen: &Pen<'_>) {
    if pen.has("rainbow") {
        ground_shadow(s, 0.0, 350.0, 260.0);
        for index in 0..6usize {
            let r = 360.0 - 56.0 * index as f32;
            let c = hue(pen, index);
            let inner = r - 50.0;
            wood(
                s,
                &format!("M-{r} 0A{r} {r} 0 0 1 {r} 0H{inner}A{inner} {inner} 0 0 0 -{inner} 0Z"),
                c,
                false,
            );
            s.hint(format!("M-{0} 0A{0} {0} 0 0 1 {0} 0", r - 8.0), c.light(0.6), 5.0, 0.5);
        }
        return;
    }
    ground_shadow(s, 0.0, 210.0, 480.0);
    let pine = Rgb::hex(0xE0C296);
    wood(s, &turned(0.0, &[(230.0, -40.0), (236.0, -20.0), (226.0, 0.0)]), pine, false);
    s.ellipse(0.0, -40.0, 230.0, 39.0, pine.light(0.25));
    for index in 0..5usize {
        let (r, y) = (210.0 - 28.0 * index as f32, -46.0 - 84.0 * index as f32);
        let c = hue(pen, index);
        body(
            s,
            pen,
            0.0,
            &[(r - 34.0, y - 84.0), (r - 6.0, y - 70.0), (r, y - 42.0), (r - 6.0, y - 14.0), (r - 34.0, y)],
            c,
        );
        s.ellipse(0.0, y - 84.0, r - 34.0, (r - 34.0) * TILT, c.light(0.3));
    }
    limb(s, &blob(0.0, -530.0, 70.0, 70.0), hue(pen, 5));
}

/// A kite in the sky.
pub fn kite(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    s.line("M30 -330C-90 -200 60 -120 -60 -20S-160 80 -200 160", Rgb::hex(0xF4ECDC), 5.0);
    for (x, y, turn) in [(-16, -238, 40), (-6, -140, -30), (-60, -20, 60), (-130, 60, -10)] {
        s.group(&format!("translate({x} {y}) rotate({turn})"), |s| {
            s.path("M0 0L-46 -26V26ZM0 0L46 -26V26Z", a);
        });
    }
    s.group("rotate(16 60 -560)", |s| {
        s.path("M60 -880L-170 -620L60 -300Z", c)
            .path("M60 -880L290 -620L60 -300Z", a)
            .path("M-170 -620H60V-300Z", c.dark(0.2))
            .path("M290 -620H60V-300Z", a.light(0.3));
        s.hint("M60 -880V-300M-170 -620H290", Rgb::hex(0x6E4C33), 7.0, 0.8);
    });
}

/// A balance bike, or with `scooter` a scooter.
pub fn bike(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    floor_shadow(s, 0.0, 380.0, 160.0);
    let r = if pen.has("scooter") { 80.0 } else { 170.0 };
    for x in [-280.0, 280.0] {
        s.circle(x, -r, r, Rgb(48, 46, 50))
            .circle(x, -r, r - 24.0, Rgb::hex(0xE9E2D4))
            .circle(x, -r, r - 36.0, c.mix(Rgb(240, 236, 228), 0.78))
            .circle(x, -r, 24.0, Rgb::hex(0xB4B9BD));
        if !pen.has("scooter") {
            s.hint(
                format!(
                    "M{} {1}h{2}M{x} {3}v{2}M{4} {5}l200 200M{4} {6}l200 -200",
                    x - 140.0,
                    -r,
                    280.0,
                    -r - 140.0,
                    x - 100.0,
                    -r - 100.0,
                    -r + 100.0
                ),
                Rgb::hex(0x8E979B),
                4.0,
                0.8,
            );
        }
    }
    if pen.has("scooter") {
        wood(s, &rounded(-330.0, -120.0, 520.0, 46.0, 20.0), c, false);
        s.line("M280 -80L210 -560", a.dark(0.25), 30.0).line("M277 -84L207 -562", a, 17.0).line(
            "M140 -560H290",
            Rgb(58, 50, 50),
            34.0,
        );
        return;
    }
    wood(
        s,
        "M-280 -200C-200 -300 -60 -330 60 -330C140 -350 180 -420 200 -470L250 -450C240 -380 220 -320 200 -290C80 -240 -100 -220 -240 -140Z",
        c,
        false,
    );
    s.line("M280 -170L210 -520", a.dark(0.3), 34.0).line("M277 -174L207 -522", a, 20.0).line(
        "M150 -530L280 -550",
        Rgb(58, 50, 50),
        34.0,
    );
    s.line("M-60 -320L-76 -390", Rgb::hex(0x8E979B), 24.0)
        .path("M-190 -400C-120 -440 0 -430 60 -400C40 -360 -150 -356 -190 -400Z", Rgb::hex(0x7A4A30));
}

/// Crayons and paper, or with `paint` a box of watercolours.
pub fn crayons(s: &mut Svg, pen: &Pen<'_>) {
    let paper = "M-330 -360L270 -390L320 330L-290 360Z";
    flat_shadow(s, paper, 18.0);
    s.path(paper, Rgb(250, 246, 236));
    s.circle(-60.0, -140.0, 90.0, Rgb::hex(0xE6BE48))
        .hint("M-60 -290v-40M70 -240l34 -30M-190 -240l-34 -30M90 -130h46", Rgb::hex(0xE6BE48), 15.0, 0.9)
        .hint("M-250 60q60 -70 120 0t120 0t120 0t110 -10", pen.base, 17.0, 0.85)
        .hint("M-240 120q60 -60 120 0t120 0t120 0t100 -10", pen.accent, 17.0, 0.85);
    if pen.has("paint") {
        s.group("translate(40 240) rotate(-6)", |s| {
            let tin = rounded(-330.0, -110.0, 660.0, 220.0, 20.0);
            flat_shadow(s, &tin, 22.0);
            s.path(&tin, Rgb::hex(0x3B3A3C));
            for index in 0..12usize {
                let (x, y) = (-310.0 + 104.0 * (index % 6) as f32, -90.0 + 94.0 * (index / 6) as f32);
                s.rect(x, y, 92.0, 82.0, 8.0, Rgb(236, 232, 224)).rect(
                    x + 8.0,
                    y + 8.0,
                    76.0,
                    66.0,
                    8.0,
                    hue(pen, index).mix(Rgb(40, 40, 60), if index > 6 { 0.25 } else { 0.0 }),
                );
            }
        });
        return;
    }
    for index in 0..7usize {
        let c = hue(pen, index);
        s.group(
            &format!(
                "translate({} {}) rotate({})",
                -200.0 + 88.0 * index as f32,
                230.0 - (index % 3) as f32 * 24.0,
                -20.0 + 8.0 * index as f32
            ),
            |s| {
                let stick = "M-30 130V-90L-14 -150H14L30 -90V130Z";
                flat_shadow(s, stick, 14.0);
                let paint = s.across(&[(0.0, c.light(0.3)), (0.5, c), (1.0, c.dark(0.3))]);
                s.path(stick, paint).rect(-30.0, -40.0, 60.0, 120.0, 0.0, c.light(0.5)).hint(
                    "M-14 0H14M-14 26H14",
                    c.dark(0.3),
                    6.0,
                    0.8,
                );
            },
        );
    }
}

/// A dolls' house seen from its open side.
pub fn dolls_house(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    let pine = Rgb::hex(0xE0C296);
    ground_shadow(s, 0.0, 300.0, 460.0);
    s.path("M-290 -430L0 -680L290 -430V0H-290Z", c.light(0.5))
        .path("M-270 -210H-10V-20H-270Z", a.light(0.55))
        .path("M10 -210H270V-20H10Z", c.light(0.25))
        .path("M-270 -420H-10V-226H-270Z", c.light(0.35))
        .path("M10 -420H270V-226H10Z", a.light(0.35))
        .path("M-200 -440L0 -620L200 -440Z", Rgb::hex(0xF4E6C8));
    s.path(rounded(-90.0, -160.0, 60.0, 140.0, 4.0), a)
        .circle(-44.0, -90.0, 6.0, Rgb::hex(0xE2C98A))
        .rect(-240.0, -150.0, 90.0, 76.0, 4.0, Rgb::hex(0xDCE9EA))
        .hint("M-195 -150V-74M-240 -112H-150", pine.dark(0.4), 6.0, 0.8);
    s.rect(60.0, -90.0, 160.0, 26.0, 6.0, pine.dark(0.2))
        .rect(74.0, -64.0, 14.0, 44.0, 0.0, pine.dark(0.3))
        .rect(192.0, -64.0, 14.0, 44.0, 0.0, pine.dark(0.3))
        .rect(-230.0, -300.0, 170.0, 60.0, 12.0, a)
        .rect(-230.0, -330.0, 46.0, 40.0, 10.0, Rgb::hex(0xF6F0E2))
        .circle(140.0, -340.0, 40.0, Rgb::hex(0xF6F0E2))
        .rect(70.0, -270.0, 130.0, 34.0, 6.0, pine.dark(0.15))
        .circle(0.0, -520.0, 34.0, Rgb::hex(0xDCE9EA));
    s.line("M-290 -218H290M0 -430V-10M-290 -428H290", pine.dark(0.1), 15.0)
        .line("M-290 -430V-8H290V-430", pine, 24.0)
        .line("M-330 -400L0 -690L330 -400", pine.dark(0.12), 38.0)
        .line("M-330 -408L0 -698L330 -408", a, 22.0);
}
