//! Pots and what grows in them.

use super::colour::Rgb;
use super::pen::Pen;
use super::props::twig;
use super::solids::{body, ground_shadow, mouth, round_paint, turned, turned_front};
use super::svg::Svg;

/// The green of leaves.
pub const LEAF: Rgb = Rgb(94, 128, 82);

/// Garden soil.
pub const SOIL: Rgb = Rgb(74, 56, 46);

/// A planter: `low`, `footed`, `pair`; `plant=` snake, monstera, olive, cactus, herbs or none.
pub fn planter(s: &mut Svg, pen: &Pen<'_>) {
    if pen.has("pair") {
        s.group("translate(-160 -20) scale(.8)", |s| one_planter(s, pen, pen.base, pen.word("plant")));
        s.group("translate(200 40) scale(.58)", |s| one_planter(s, pen, pen.accent, "cactus"));
    } else {
        one_planter(s, pen, pen.base, pen.word("plant"));
    }
}

fn one_planter(s: &mut Svg, pen: &Pen<'_>, c: Rgb, plant: &str) {
    let profile: &[(f32, f32)] = if pen.has("low") {
        &[(280.0, -190.0), (270.0, -100.0), (230.0, -20.0), (210.0, 0.0)]
    } else if pen.has("footed") {
        &[(200.0, -330.0), (210.0, -220.0), (160.0, -110.0), (90.0, -70.0), (130.0, 0.0)]
    } else {
        &[(212.0, -310.0), (200.0, -180.0), (172.0, -30.0), (160.0, 0.0)]
    };
    let (rim, top) = profile[0];
    ground_shadow(s, 0.0, profile[profile.len() - 1].0, 420.0);
    mouth(s, 0.0, top, rim, c, Some(SOIL));
    plant_in_pot(s, plant, top, rim);
    let front = turned_front(0.0, profile);
    s.clipped(front, |s| body(s, pen, 0.0, profile, c));
    if pen.has("saucer") {
        let paint = round_paint(s, c.dark(0.08));
        s.path(turned(0.0, &[(210.0, -26.0), (190.0, 6.0)]), paint);
    }
}

/// A plant that grows out of a pot whose opening is at `top`, `rim` to each side.
fn plant_in_pot(s: &mut Svg, plant: &str, top: f32, rim: f32) {
    let base = top + 12.0;
    match plant {
        "none" => {}
        "snake" => {
            for (dx, turn, size, tone) in [
                (-50, -15, 0.9, 0.12),
                (60, 14, 0.95, 0.0),
                (-14, -5, 1.2, 0.06),
                (24, 6, 1.05, 0.2),
                (0, 0, 0.8, 0.0),
            ] {
                s.group(&format!("translate({dx} {base}) rotate({turn}) scale({size})"), |s| {
                    s.path("M-22 0C-40 -120 -30 -250 4 -340C30 -240 36 -120 22 0Z", LEAF.dark(tone))
                        .hint(
                            "M-20 -20C-34 -130 -24 -240 4 -326C24 -240 30 -130 20 -20",
                            Rgb::hex(0xD9CF8A),
                            6.0,
                            0.8,
                        )
                        .hint(
                            "M-20 -90l14 8M22 -130l-16 8M-18 -190l14 8M18 -230l-14 8",
                            LEAF.dark(0.5),
                            6.0,
                            0.5,
                        );
                });
            }
        }
        "cactus" => {
            s.path(
                format!(
                    "M-110 {base}C-130 {0} -90 {1} 0 {1}S130 {0} 110 {base}Z",
                    base - 190.0,
                    base - 330.0
                ),
                LEAF,
            );
            s.hint(
                format!(
                    "M-50 {base}C-70 {0} -50 {1} -8 {2}M50 {base}C70 {0} 50 {1} 8 {2}M0 {base}V{2}",
                    base - 150.0,
                    base - 260.0,
                    base - 322.0
                ),
                LEAF.dark(0.4),
                6.0,
                0.5,
            )
            .hint(
                format!(
                    "M-80 {}l-14 -8M-84 {}l-14 -8M-20 {}l-14 -10M26 {}l14 -10M84 {}l14 -8M80 {}l14 -8",
                    base - 90.0,
                    base - 170.0,
                    base - 220.0,
                    base - 130.0,
                    base - 100.0,
                    base - 190.0
                ),
                Rgb::hex(0xF5EEDC),
                5.0,
                0.9,
            );
            s.path(
                format!(
                    "M0 {0}c-30 0 -40 -30 -26 -50l16 16l10 -24l10 24l16 -16c14 20 4 50 -26 50Z",
                    base - 318.0
                ),
                Rgb::hex(0xE07A8A),
            );
        }
        "monstera" => {
            for (turn, size, tone) in [(-48, 0.95, 0.1), (44, 1.0, 0.0), (-18, 1.2, 0.16), (18, 1.1, 0.05)] {
                s.group(&format!("translate(0 {base}) rotate({turn}) scale({size})"), |s| {
                    s.line("M0 0C-6 -80 6 -140 0 -190", LEAF.dark(0.3), 9.0);
                    s.path("M0 -160C-60 -160 -130 -220 -116 -290L-60 -262L-104 -310C-96 -340 -70 -360 -46 -366L-30 -310L-30 -372C-10 -380 10 -380 30 -372L30 -310L48 -366C72 -360 98 -340 104 -310L60 -262L116 -290C130 -220 60 -160 0 -160Z", LEAF.dark(tone)).hint("M0 -166V-366", LEAF.light(0.35), 5.0, 0.6);
                });
            }
        }
        "olive" => {
            s.line(
                format!("M0 {base}C-12 {0} 10 {1} 0 {2}", base - 90.0, base - 160.0, base - 240.0),
                Rgb::hex(0x7E6A55),
                17.0,
            );
            for (turn, size) in [(-60, 0.6), (-32, 0.75), (-8, 0.85), (18, 0.8), (44, 0.7), (72, 0.55)] {
                twig(
                    s,
                    &format!("translate(0 {}) rotate({turn}) scale({size} {size})", base - 200.0),
                    Rgb(136, 152, 116),
                );
            }
        }
        "herbs" => {
            for (x, turn, tone) in
                [(-0.6, -26, 0.0), (-0.3, -8, 0.2), (0.0, 4, 0.05), (0.32, 16, 0.15), (0.62, 30, 0.0)]
            {
                twig(s, &format!("translate({} {base}) rotate({turn}) scale(.62)", x * rim), LEAF.dark(tone));
            }
        }
        _ => {
            for turn in [-50, -26, -6, 14, 34, 56] {
                s.group(&format!("translate(0 {base}) rotate({turn})"), |s| {
                    s.path(
                        "M0 0C-50 -110 -44 -210 0 -290C44 -210 50 -110 0 0Z",
                        LEAF.dark(0.05 + (turn & 3) as f32 * 0.05),
                    )
                    .hint("M0 -10V-260", LEAF.light(0.4), 5.0, 0.5);
                });
            }
        }
    }
}
