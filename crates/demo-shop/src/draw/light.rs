//! Lamps.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{TILT, bar, body, ground_shadow, metal_paint, round_paint, turned, wood};
use super::svg::Svg;

const WARM: Rgb = Rgb(255, 224, 160);

fn halo(s: &mut Svg, x: f32, y: f32, r: f32) {
    let glow = s.radial((0.5, 0.5), 0.5, &[(0.0, WARM, 0.5), (0.5, WARM, 0.16), (1.0, WARM, 0.0)]);
    s.circle(x, y, r, glow);
}

/// A lit shade: a truncated cone around `x` from `top` to `bottom`.
fn shade(s: &mut Svg, pen: &Pen<'_>, x: f32, top: (f32, f32), bottom: (f32, f32), c: Rgb) {
    let d = turned(x, &[top, ((top.0 + bottom.0) / 2.0, (top.1 + bottom.1) / 2.0), bottom]);
    let paint = round_paint(s, c);
    s.path(&d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(&d, texture);
    }
    let lit = s.radial((0.5, 0.7), 0.6, &[(0.0, WARM, 0.75), (1.0, WARM, 0.0)]);
    s.path(&d, lit);
    s.ellipse(x, bottom.1, bottom.0, bottom.0 * TILT * 0.9, c.dark(0.2)).ellipse(
        x,
        bottom.1 + 2.0,
        bottom.0 * 0.92,
        bottom.0 * TILT * 0.74,
        Rgb(255, 243, 214),
    );
}

/// A table lamp: base `ball`, `column`, `cone` or `mushroom`; `accent` is the shade's colour.
pub fn table_lamp(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    halo(s, 0.0, -480.0, 480.0);
    ground_shadow(s, 0.0, 130.0, 560.0);
    if pen.has("mushroom") {
        body(s, pen, 0.0, &[(50.0, -400.0), (56.0, -240.0), (84.0, -80.0), (150.0, 0.0)], c);
        let dome = "M-290 -380C-280 -620 280 -620 290 -380A290 50 0 0 1 -290 -380Z";
        let paint = round_paint(s, c);
        let lit = s.radial((0.5, 1.0), 0.7, &[(0.0, WARM, 0.7), (1.0, WARM, 0.0)]);
        s.path(dome, paint).path(dome, lit).ellipse(0.0, -376.0, 276.0, 38.0, Rgb(255, 240, 206));
        s.hint("M-200 -470Q-150 -540 -60 -552", Rgb(255, 255, 255), 16.0, 0.45);
        return;
    }
    let profile: &[(f32, f32)] = if pen.has("ball") {
        &[(30.0, -330.0), (36.0, -310.0), (160.0, -230.0), (176.0, -120.0), (90.0, -16.0), (96.0, 0.0)]
    } else if pen.has("cone") {
        &[(24.0, -340.0), (60.0, -220.0), (140.0, -30.0), (150.0, 0.0)]
    } else {
        &[(60.0, -330.0), (62.0, -310.0), (62.0, -60.0), (120.0, -30.0), (126.0, 0.0)]
    };
    body(s, pen, 0.0, profile, c);
    s.rect(-10.0, -390.0, 20.0, 70.0, 0.0, Rgb::hex(0xC9A04E));
    let plain = pen.accent;
    let d = (150.0, -660.0);
    // The shade stays plain: the card's texture is the foot's.
    let outline = turned(0.0, &[d, (205.0, -515.0), (262.0, -370.0)]);
    let paint = round_paint(s, plain);
    let lit = s.radial((0.5, 0.7), 0.6, &[(0.0, WARM, 0.75), (1.0, WARM, 0.0)]);
    s.path(&outline, paint);
    if let Some(linen) =
        super::texture::texture(s, if pen.has("pleated") { "flute" } else { "linen" }, plain, plain)
    {
        s.path(&outline, linen);
    }
    s.path(&outline, lit).ellipse(0.0, -370.0, 262.0, 40.0, plain.dark(0.25)).ellipse(
        0.0,
        -368.0,
        244.0,
        33.0,
        Rgb(255, 243, 214),
    );
}

/// A desk lamp with a jointed arm.
pub fn desk_lamp(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, -60.0, 150.0, 480.0);
    let paint = metal_paint(s, c);
    s.path(turned(-60.0, &[(150.0, -30.0), (156.0, -12.0), (150.0, 0.0)]), &paint).ellipse(
        -60.0,
        -30.0,
        150.0,
        25.0,
        c.light(0.3),
    );
    s.line("M-60 -30L-190 -340L110 -570", c.dark(0.35), 24.0).line(
        "M-63 -34L-193 -343L108 -574",
        c.light(0.12),
        13.0,
    );
    for (x, y) in [(-190.0, -340.0), (110.0, -570.0)] {
        s.circle(x, y, 26.0, pen.accent.dark(0.2)).circle(x - 4.0, y - 5.0, 17.0, pen.accent.light(0.3));
    }
    s.group("translate(150 -560) rotate(-24)", |s| {
        let cone = "M-40 -60H40C60 0 150 60 160 150H-160C-150 60 -60 0 -40 -60Z";
        let paint = round_paint(s, c);
        s.path(cone, paint).ellipse(0.0, 150.0, 160.0, 30.0, c.dark(0.3)).ellipse(
            0.0,
            152.0,
            148.0,
            24.0,
            Rgb(255, 243, 206),
        );
        s.hint("M-50 0Q-110 60 -122 120", Rgb(255, 255, 255), 13.0, 0.5);
    });
    halo(s, 210.0, -420.0, 300.0);
}

/// A floor lamp: `tripod`, `arc`, or a straight stem.
pub fn floor_lamp(s: &mut Svg, pen: &Pen<'_>) {
    let (c, metal) = (pen.accent, pen.base);
    halo(s, if pen.has("arc") { 190.0 } else { 0.0 }, -680.0, 460.0);
    if pen.has("arc") {
        ground_shadow(s, -210.0, 130.0, 300.0);
        let paint = round_paint(s, Rgb::hex(0xE7E2DA));
        s.path(turned(-210.0, &[(130.0, -50.0), (132.0, 0.0)]), paint).ellipse(
            -210.0,
            -50.0,
            130.0,
            22.0,
            Rgb::hex(0xF6F2EC),
        );
        let d = "M-210 -56V-560C-210 -860 190 -880 200 -700";
        s.line(d, metal.dark(0.35), 22.0).hint(d, metal.light(0.3), 9.0, 1.0);
        shade(s, pen, 200.0, (40.0, -720.0), (180.0, -590.0), c);
        return;
    }
    if pen.has("tripod") {
        ground_shadow(s, 0.0, 190.0, 560.0);
        for (x, y) in [(-200.0, 0.0), (210.0, -6.0), (30.0, 24.0)] {
            bar(s, (x * 0.08, -560.0), (x, y), 26.0, 20.0, metal);
        }
    } else {
        ground_shadow(s, 0.0, 150.0, 560.0);
        let paint = metal_paint(s, metal);
        s.path(turned(0.0, &[(140.0, -20.0), (144.0, 0.0)]), &paint)
            .ellipse(0.0, -20.0, 140.0, 22.0, metal.light(0.3))
            .rect(-9.0, -600.0, 18.0, 582.0, 0.0, &paint);
    }
    shade(s, pen, 0.0, (130.0, -810.0), (230.0, -550.0), c);
}

/// A pendant, hung from above the picture: `dome`, `globe`, `disc` or `basket`.
pub fn pendant(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.rect(-4.0, -1500.0, 8.0, 1320.0, 0.0, Rgb(58, 50, 54));
    halo(s, 0.0, 180.0, 520.0);
    if pen.has("globe") {
        let ball = s.radial(
            (0.4, 0.4),
            0.7,
            &[(0.0, Rgb(255, 250, 232), 1.0), (0.6, c.light(0.4), 1.0), (1.0, c.dark(0.1), 1.0)],
        );
        s.circle(0.0, 90.0, 270.0, ball);
        if let Some(texture) = pen.texture(s, c) {
            s.circle(0.0, 90.0, 270.0, texture);
        }
    } else {
        let d = if pen.has("disc") {
            "M-60 -60C-80 40 -360 40 -390 150H390C360 40 80 40 60 -60Z"
        } else {
            "M-50 -180C-260 -150 -350 20 -360 200H360C350 20 260 -150 50 -180Z"
        };
        let y = if pen.has("disc") { 150.0 } else { 200.0 };
        let paint = round_paint(s, c);
        s.path(d, paint);
        if let Some(texture) = pen.texture(s, c) {
            s.path(d, texture);
        }
        let r = if pen.has("disc") { 390.0 } else { 360.0 };
        s.hint(
            format!("M-{} {}Q-{} {} -{} {}", r * 0.72, y - 70.0, r * 0.6, y - 190.0, r * 0.3, y - 250.0),
            Rgb(255, 255, 255),
            16.0,
            0.3,
        );
        s.ellipse(0.0, y, r, r * 0.14, c.dark(0.25))
            .ellipse(0.0, y + 3.0, r * 0.94, r * 0.11, Rgb(255, 236, 190))
            .ellipse(0.0, y + 6.0, 70.0, 24.0, Rgb(255, 252, 236));
    }
    let cap = metal_paint(s, pen.accent);
    s.rect(-30.0, -236.0, 60.0, 70.0, 8.0, cap);
}

/// A lantern with a handle: `camp` glows from a globe; otherwise glass panes around a candle.
pub fn lantern(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    halo(s, 0.0, -270.0, 420.0);
    ground_shadow(s, 0.0, 180.0, 460.0);
    let paint = metal_paint(s, c);
    s.line("M-150 -470C-170 -720 170 -720 150 -470", c.dark(0.25), 13.0);
    if pen.has("camp") {
        let globe = s.radial(
            (0.5, 0.55),
            0.6,
            &[(0.0, Rgb(255, 252, 232), 1.0), (0.5, WARM, 1.0), (1.0, Rgb(236, 186, 110), 0.9)],
        );
        s.path(turned(0.0, &[(110.0, -430.0), (170.0, -340.0), (170.0, -190.0), (120.0, -110.0)]), globe);
        s.hint(
            "M-110 -430Q-190 -270 -120 -110M0 -424V-100M110 -430Q190 -270 120 -110",
            c.dark(0.2),
            8.0,
            0.9,
        );
    } else {
        s.path("M-150 -440H150V-70H-150Z", Rgb(255, 236, 196));
        wood(s, &turned(0.0, &[(44.0, -230.0), (44.0, -80.0)]), Rgb::hex(0xF3E7CF), true);
        super::home::flame(s, 0.0, -232.0, 1.0);
        let glare = s.linear(
            (0.0, 0.0),
            (1.0, 1.0),
            &[(0.0, Rgb(255, 255, 255), 0.5), (0.5, Rgb(255, 255, 255), 0.05)],
        );
        s.path("M-150 -440H150V-70H-150Z", glare);
        s.line("M-150 -440V-70M150 -440V-70M0 -440V-300", c, 17.0);
    }
    s.path(turned(0.0, &[(60.0, -540.0), (120.0, -500.0), (190.0, -430.0)]), &paint)
        .path(turned(0.0, &[(190.0, -90.0), (180.0, -40.0), (190.0, 0.0)]), &paint);
    s.path(turned(0.0, &[(40.0, -574.0), (60.0, -536.0)]), c.dark(0.2));
}
