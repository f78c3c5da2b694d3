//! Soft animals.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::ground_shadow;
use super::svg::Svg;

/// A stuffed part: lit from the upper left, dark at its edge.
pub fn limb(s: &mut Svg, d: &str, c: Rgb) {
    let paint =
        s.radial((0.35, 0.3), 0.85, &[(0.0, c.light(0.32), 1.0), (0.5, c, 1.0), (1.0, c.dark(0.28), 1.0)]);
    s.path(d, paint);
}

/// An ellipse as a path.
pub fn blob(cx: f32, cy: f32, rx: f32, ry: f32) -> String {
    format!("M{} {cy}a{rx} {ry} 0 1 1 {} 0a{rx} {ry} 0 1 1 {} 0Z", cx - rx, rx * 2.0, -rx * 2.0)
}

/// A soft animal: `rabbit`, `bear`, `fox`, `whale`, `elephant`, `sheep`, `cat`; dressed in the accent.
pub fn plush(s: &mut Svg, pen: &Pen<'_>) {
    let (c, a) = (pen.base, pen.accent);
    if pen.has("whale") {
        ground_shadow(s, 0.0, 300.0, 260.0);
        limb(
            s,
            "M250 -170C300 -260 380 -290 420 -400C330 -400 300 -370 280 -330C250 -380 200 -400 140 -400C170 -300 220 -240 220 -160Z",
            c,
        );
        limb(
            s,
            "M-380 -150C-390 -340 -180 -430 20 -370C190 -320 250 -230 300 -230C310 -110 200 0 -80 4C-270 8 -370 -30 -380 -150Z",
            c,
        );
        s.path("M-374 -110C-240 -60 -60 -60 60 -30C-20 2 -60 4 -80 4C-270 8 -360 -30 -374 -110Z", a).hint(
            "M-330 -76C-260 -40 -180 -30 -120 -24M-300 -46C-250 -16 -200 -8 -150 -4",
            a.dark(0.35),
            5.0,
            0.5,
        );
        limb(s, "M-60 -70C0 -80 70 -20 80 50C10 60 -50 10 -60 -70Z", c.dark(0.12));
        eye(s, -250.0, -190.0);
        s.hint("M-310 -140q30 24 64 6", c.dark(0.6), 7.0, 0.8);
        return;
    }
    ground_shadow(s, 0.0, 210.0, 560.0);
    let ears: &[&str] = if pen.has("rabbit") {
        &[
            "M-120 -520C-190 -640 -180 -790 -110 -800C-50 -790 -30 -640 -50 -530Z",
            "M50 -530C40 -640 80 -780 150 -770C210 -740 180 -620 120 -510Z",
        ]
    } else if pen.has("fox") || pen.has("cat") {
        &[
            "M-190 -470C-210 -590 -190 -660 -170 -670C-120 -650 -70 -610 -50 -560Z",
            "M190 -470C210 -590 190 -660 170 -670C120 -650 70 -610 50 -560Z",
        ]
    } else if pen.has("elephant") {
        &[
            "M-120 -540C-300 -620 -380 -460 -330 -340C-280 -280 -190 -320 -150 -380Z",
            "M120 -540C300 -620 380 -460 330 -340C280 -280 190 -320 150 -380Z",
        ]
    } else if pen.has("sheep") {
        &[
            "M-150 -450C-240 -480 -290 -440 -270 -390C-230 -360 -170 -380 -140 -400Z",
            "M150 -450C240 -480 290 -440 270 -390C230 -360 170 -380 140 -400Z",
        ]
    } else {
        &["M-190 -510a74 74 0 1 1 110 -84Z", "M190 -510a74 74 0 1 0 -110 -84Z"]
    };
    for ear in ears {
        limb(s, ear, c);
    }
    if pen.has("fox") {
        limb(s, "M150 -60C300 -60 370 -170 340 -310C300 -260 260 -220 150 -170Z", c);
        s.path("M340 -310C356 -250 350 -200 320 -160C300 -190 300 -230 340 -310Z", Rgb::hex(0xF8F0E0));
    }
    for x in [-1.0, 1.0] {
        limb(
            s,
            &format!(
                "M{} -290C{} -270 {} -130 {} -110C{} -100 {} -170 {} -210Z",
                x * 130.0,
                x * 230.0,
                x * 270.0,
                x * 220.0,
                x * 170.0,
                x * 150.0,
                x * 120.0
            ),
            c.dark(0.06),
        );
    }
    let trunk = if pen.has("sheep") { Rgb::hex(0xF4ECDC) } else { c };
    limb(s, "M-160 -300C-210 -120 -190 0 0 4S210 -120 160 -300Z", trunk);
    if pen.has("dressed") {
        let jumper = "M-160 -300C-190 -200 -194 -140 -184 -96Q0 -60 184 -96C194 -140 190 -200 160 -300Q0 -250 -160 -300Z";
        s.path(jumper, a);
        if let Some(knit) = super::texture::texture(s, "knit", a, c) {
            s.path(jumper, knit);
        }
    } else {
        s.path(blob(0.0, -130.0, 104.0, 116.0), c.light(0.45));
    }
    for x in [-1.0, 1.0] {
        limb(s, &blob(x * 130.0, -30.0, 92.0, 62.0), trunk.dark(0.05));
        s.ellipse(x * 146.0, -30.0, 44.0, 40.0, c.light(0.45));
    }
    limb(s, &blob(0.0, -430.0, 210.0, 170.0), c);
    if pen.has("sheep") {
        for (x, y, r) in [
            (-110.0, -540.0, 70.0),
            (-20.0, -580.0, 80.0),
            (80.0, -560.0, 74.0),
            (140.0, -510.0, 54.0),
            (-160.0, -490.0, 50.0),
        ] {
            limb(s, &blob(x, y, r, r), trunk);
        }
    }
    if pen.has("elephant") {
        limb(
            s,
            "M-60 -420C-70 -300 -50 -220 10 -190C60 -180 80 -220 60 -240C30 -250 40 -320 60 -420Z",
            c.light(0.05),
        );
        s.hint("M-50 -340H40M-44 -300H34M-30 -262H30", c.dark(0.5), 5.0, 0.35);
    } else {
        let muzzle = if pen.has("fox") { Rgb::hex(0xF8F0E0) } else { c.light(0.5) };
        s.ellipse(0.0, -370.0, if pen.has("fox") { 120.0 } else { 86.0 }, 64.0, muzzle)
            .path("M-30 -404Q0 -420 30 -404Q20 -370 0 -364Q-20 -370 -30 -404Z", Rgb(70, 46, 48))
            .hint("M0 -366V-346M-34 -340Q-16 -326 0 -346Q16 -326 34 -340", Rgb(70, 46, 48), 6.0, 0.85);
        if pen.has("cat") {
            s.hint(
                "M-90 -380L-190 -396M-90 -360L-186 -350M90 -380L190 -396M90 -360L186 -350",
                Rgb(70, 46, 48),
                4.0,
                0.6,
            );
        }
    }
    for x in [-92.0, 92.0] {
        eye(s, x, -450.0);
        s.circle(x * 1.5, -388.0, 27.0, Rgb(232, 140, 130).mix(c, 0.45));
    }
    s.line("M-130 -290Q0 -240 130 -290", a.dark(0.06), 34.0)
        .path("M30 -270L80 -150L30 -160L6 -120L-10 -262Z", a.dark(0.14));
}

fn eye(s: &mut Svg, x: f32, y: f32) {
    s.circle(x, y, 17.0, Rgb(42, 32, 36)).circle(x - 6.0, y - 6.0, 5.0, Rgb(255, 255, 255));
}
