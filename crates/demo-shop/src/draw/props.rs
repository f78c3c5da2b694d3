//! Small things around the goods: a sprig, a book, a plant. They are kept quiet, so that the goods stay the subject.

use super::colour::Rgb;
use super::solids::{self, ground_shadow};
use super::svg::Svg;

const GREEN: Rgb = Rgb(98, 122, 88);

/// The soft shadow of a branch that falls on the wall from outside the picture.
pub fn leaf_shadow(s: &mut Svg, x: f32, y: f32) {
    let shade = Rgb(60, 40, 50);
    s.faint(0.1, |s| {
        s.group(&format!("translate({x} {y}) rotate(24)"), |s| {
            s.line("M120 -180C60 0 20 160 -60 330", shade, 8.0);
            for (dx, dy, turn) in [
                (80, -90, 60),
                (70, -60, -130),
                (48, 20, 55),
                (38, 50, -125),
                (8, 130, 50),
                (0, 160, -120),
                (-34, 240, 40),
                (-44, 260, -110),
                (-62, 330, -170),
            ] {
                s.group(&format!("translate({dx} {dy}) rotate({turn})"), |s| {
                    s.path("M0 0Q50 -90 0 -170Q-50 -90 0 0Z", shade);
                });
            }
        });
    });
}

/// A twig with paired leaves, growing up from its origin.
pub fn twig(s: &mut Svg, transform: &str, leaf: Rgb) {
    const LIT: &str = "M2 -70c20 -46 60 -60 92 -54c-14 36 -52 58 -92 54ZM2 -130c19 -44 57 -57 87 -51c-13 34 -49 55 -87 51ZM2 -190c16 -37 48 -48 74 -43c-11 29 -42 46 -74 43ZM2 -240c12 -28 36 -36 55 -32c-8 22 -31 35 -55 32ZM6 -262c-20 -34 -14 -68 2 -94c18 28 20 62 -2 94Z";
    const SHADED: &str = "M2 -64c-20 -46 -60 -60 -90 -52c14 34 50 58 90 52ZM2 -124c-19 -44 -57 -57 -86 -49c13 32 48 55 86 49ZM2 -184c-16 -37 -48 -48 -72 -42c11 27 40 46 72 42ZM2 -234c-12 -28 -36 -36 -54 -31c8 20 30 35 54 31Z";
    s.group(transform, |s| {
        s.line("M0 0C10 -90 -8 -180 6 -270", leaf.dark(0.3), 5.0)
            .path(LIT, leaf.light(0.14))
            .path(SHADED, leaf.dark(0.14));
    });
}

/// A few things at the back of a table whose far edge is above `y`, to one side of the middle.
pub fn on_table(s: &mut Svg, scene: u32, y: f32, surface: Rgb) {
    let right = (scene / 5).is_multiple_of(2);
    let x = if right { 1010.0 } else { 165.0 };
    match scene / 3 % 8 {
        0 => bottle_of_twigs(s, x, y, surface),
        1 => books(s, x, y),
        2 => pebbles(s, x, y + 190.0, surface),
        3 => fruit(s, x, y + 120.0, Rgb::hex(0xEBC24A)),
        4 => napkin(s, x, y + 240.0, surface),
        5 => fruit(s, x, y + 130.0, Rgb::hex(0xDE8A3E)),
        6 => twig(
            s,
            &format!("translate({} {}) rotate({})", x - 60.0, y + 300.0, if right { 78 } else { 68 }),
            GREEN,
        ),
        _ => {}
    }
}

fn bottle_of_twigs(s: &mut Svg, x: f32, y: f32, surface: Rgb) {
    let y = y + 40.0;
    s.group(&format!("translate({x} {y})"), |s| {
        ground_shadow(s, 0.0, 58.0, 160.0);
        twig(s, "translate(0 -120) rotate(-14)", GREEN);
        twig(s, "translate(4 -120) rotate(17) scale(.86)", GREEN.mix(surface, 0.35));
        let c = surface.light(0.45);
        let profile = [(20.0, -150.0), (19.0, -120.0), (54.0, -80.0), (58.0, -30.0), (44.0, 0.0)];
        let paint = solids::round_paint(s, c);
        s.path(solids::turned(0.0, &profile), paint);
        solids::gloss(s, 0.0, &profile);
    });
}

fn books(s: &mut Svg, x: f32, y: f32) {
    s.group(&format!("translate({x} {})", y + 50.0), |s| {
        ground_shadow(s, 0.0, 140.0, 90.0);
        for (dx, dy, width, height, c) in [
            (-140.0, -46.0, 280.0, 46.0, 0x7C8C7A),
            (-120.0, -84.0, 250.0, 38.0, 0xD9B08C),
            (-132.0, -112.0, 230.0, 28.0, 0x4F5D6B),
        ] {
            let c = Rgb::hex(c);
            let paint = s.down(&[(0.0, c.light(0.18)), (1.0, c.dark(0.18))]);
            s.rect(dx, dy, width, height, 5.0, paint)
                .rect(dx + 26.0, dy, 8.0, height, 0.0, c.light(0.4))
                .rect(dx + width - 46.0, dy, 5.0, height, 0.0, c.light(0.4));
        }
    });
}

fn pebbles(s: &mut Svg, x: f32, y: f32, surface: Rgb) {
    for (dx, dy, rx, ry, lift) in
        [(0.0, 0.0, 62.0, 34.0, 0.3), (74.0, 20.0, 38.0, 22.0, 0.55), (-40.0, 34.0, 26.0, 15.0, 0.12)]
    {
        let c = surface.mix(Rgb(200, 196, 190), 0.6).light(lift);
        s.ellipse(x + dx + 14.0, y + dy + 10.0, rx * 1.05, ry * 0.9, surface.dark(0.3));
        let paint = solids::face_paint(s, c);
        s.ellipse(x + dx, y + dy, rx, ry, paint);
    }
}

fn fruit(s: &mut Svg, x: f32, y: f32, c: Rgb) {
    for (dx, dy, r) in [(0.0, 0.0, 62.0), (96.0, 26.0, 56.0)] {
        s.group(&format!("translate({} {})", x + dx - 40.0, y + dy), |s| {
            ground_shadow(s, 0.0, r * 0.7, r * 1.6);
            let paint = s.radial(
                (0.35, 0.3),
                0.75,
                &[(0.0, c.light(0.45), 1.0), (0.5, c, 1.0), (1.0, c.dark(0.34), 1.0)],
            );
            s.ellipse(0.0, -r * 0.86, r, r * 0.9, paint);
            s.path(format!("M-4 {}q4 -16 16 -20l4 6q-10 4 -12 16Z", -r * 1.7), GREEN.dark(0.3));
        });
    }
}

fn napkin(s: &mut Svg, x: f32, y: f32, surface: Rgb) {
    let c = surface.mix(Rgb::hex(0xF4EEE2), 0.72);
    s.group(&format!("translate({x} {y}) rotate(-8)"), |s| {
        let d = "M-230 -30C-120 -76 60 -70 220 -40C250 0 200 70 230 130C80 110 -90 150 -240 120C-210 70 -250 20 -230 -30Z";
        solids::flat_shadow(s, d, 14.0);
        let paint = solids::face_paint(s, c);
        s.path(d, paint).hint("M-190 96C-60 110 60 84 190 100M-120 -50C-130 10 -110 70 -130 126M60 -58C90 0 60 60 80 116", c.dark(0.4), 4.0, 0.35);
    });
}

/// A plant, a picture or nothing beside furniture.
pub fn in_room(s: &mut Svg, scene: u32, floor: f32, wall: Rgb) {
    let right = (scene / 5).is_multiple_of(2);
    let x = if right { 1075.0 } else { 125.0 };
    match scene / 3 % 4 {
        0 => plant(s, x, floor + 30.0, wall),
        1 => framed(s, if right { 930.0 } else { 270.0 }, 240.0, wall),
        2 => pampas(s, x, floor + 24.0, wall),
        _ => {}
    }
}

fn plant(s: &mut Svg, x: f32, y: f32, wall: Rgb) {
    s.group(&format!("translate({x} {y})"), |s| {
        ground_shadow(s, 0.0, 70.0, 200.0);
        for (turn, size) in [(-38, 1.0), (34, 1.05), (-14, 1.35), (14, 1.25), (0, 1.0)] {
            s.group(&format!("translate(0 -120) rotate({turn}) scale({size})"), |s| {
                s.path(
                    "M0 0C-70 -120 -60 -230 0 -310C60 -230 70 -120 0 0Z",
                    GREEN.dark(0.12 + 0.01 * turn as f32 % 0.2),
                )
                .hint("M0 0V-290", GREEN.light(0.3), 4.0, 0.6);
            });
        }
        let profile = [(82.0, -140.0), (78.0, -60.0), (58.0, 0.0)];
        let paint = solids::round_paint(s, wall.mix(Rgb::hex(0xC9825E), 0.6));
        s.path(solids::turned(0.0, &profile), paint);
    });
}

fn pampas(s: &mut Svg, x: f32, y: f32, wall: Rgb) {
    s.group(&format!("translate({x} {y})"), |s| {
        ground_shadow(s, 0.0, 62.0, 240.0);
        let c = Rgb::hex(0xE3CBA4).mix(wall, 0.15);
        for turn in [-16, 3, 20] {
            s.group(&format!("translate(0 -220) rotate({turn})"), |s| {
                s.line("M0 0V-190", c.dark(0.35), 5.0)
                    .path("M0 -420C-44 -330 -40 -230 -4 -160C38 -230 44 -330 0 -420Z", c)
                    .hint("M0 -400V-180M-16 -300L0 -260M18 -310L0 -270", c.light(0.5), 5.0, 0.6);
            });
        }
        let profile = [(30.0, -250.0), (28.0, -210.0), (70.0, -120.0), (62.0, -30.0), (46.0, 0.0)];
        let paint = solids::round_paint(s, wall.light(0.4));
        s.path(solids::turned(0.0, &profile), paint);
        solids::gloss(s, 0.0, &profile);
    });
}

fn framed(s: &mut Svg, x: f32, y: f32, wall: Rgb) {
    s.group(&format!("translate({x} {y})"), |s| {
        solids::flat_shadow(s, "M-110 -140H110V150H-110Z", 16.0);
        s.rect(-110.0, -140.0, 220.0, 290.0, 2.0, Rgb::hex(0x8A6547)).rect(
            -100.0,
            -130.0,
            200.0,
            270.0,
            0.0,
            Rgb::hex(0xF6F1E7),
        );
        s.circle(16.0, -20.0, 46.0, wall.mix(Rgb::hex(0xD2704A), 0.6))
            .path("M-70 90C-30 20 10 60 70 10V110H-70Z", wall.dark(0.35));
    });
}

/// Loose small things at the corners of a table seen from above.
pub fn on_flat(s: &mut Svg, scene: u32, surface: Rgb) {
    match scene / 3 % 6 {
        0 => twig(s, "translate(1210 1130) rotate(-52)", GREEN),
        1 => twig(s, "translate(-20 180) rotate(116)", GREEN.mix(surface, 0.3)),
        2 => {
            for (x, y, r) in [(1080.0, 1070.0, 52.0), (1145.0, 985.0, 30.0)] {
                s.circle(x + 10.0, y + 13.0, r, surface.dark(0.3));
                let paint = solids::face_paint(s, surface.mix(Rgb(225, 220, 212), 0.6));
                s.circle(x, y, r, paint);
            }
        }
        3 => {
            let rim = surface.light(0.55);
            s.circle(96.0, 1106.0, 150.0, surface.dark(0.18));
            let paint = solids::face_paint(s, rim);
            s.circle(84.0, 1092.0, 150.0, paint).circle(84.0, 1092.0, 118.0, Rgb::hex(0x5A3B28)).hint(
                "M0 1060a92 92 0 0 1 90 -46",
                Rgb::hex(0xB98A62),
                7.0,
                0.6,
            );
        }
        4 => {
            s.line("M1010 80L1150 230", Rgb::hex(0xD9A441), 18.0).line(
                "M1150 230l16 17",
                Rgb::hex(0xEBD3AE),
                14.0,
            );
        }
        _ => {}
    }
}

/// A row of firs on the far hill.
pub fn firs(s: &mut Svg, scene: u32, c: Rgb) {
    for tree in 0..9u32 {
        let step = scene.rotate_left(tree * 3) % 90;
        let (x, size) = (60 + tree * 135 + step, 60 + step % 50);
        let foot = 800;
        s.path(
            format!(
                "M{x} {}l{} {size}h-{}l{} {}h-{}l{} -{}h-{}Z",
                foot - size * 2,
                size / 3,
                size / 8,
                size / 4,
                size,
                size,
                size / 4,
                size,
                size / 8
            ),
            c,
        );
    }
}
