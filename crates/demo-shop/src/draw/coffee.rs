//! What tea and coffee are made with.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{body, glass_paint, gloss, ground_shadow, metal_paint, mouth, round_paint, turned, wood};
use super::svg::Svg;
use super::tableware::{handle, steam};

const COFFEE: Rgb = Rgb(66, 38, 24);

/// A teapot: `tall`, `iron` (hobnails and a bail), `side` handle of wood.
pub fn teapot(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let profile: &[(f32, f32)] = if pen.has("tall") {
        &[(110.0, -400.0), (170.0, -330.0), (220.0, -180.0), (210.0, -60.0), (150.0, 0.0)]
    } else {
        &[(120.0, -330.0), (220.0, -280.0), (272.0, -170.0), (230.0, -50.0), (140.0, 0.0)]
    };
    let (rim, top) = profile[0];
    ground_shadow(s, 0.0, 190.0, -top + 60.0);
    let spout = "M-190 -110C-290 -120 -290 -230 -370 -270L-330 -300C-250 -260 -250 -210 -180 -220Z";
    let paint = s.down(&[(0.0, c.light(0.25)), (1.0, c.dark(0.25))]);
    s.path(spout, paint).ellipse(-350.0, -286.0, 26.0, 12.0, c.dark(0.45));
    let grip = pen.colour("grip", c);
    if pen.has("iron") {
        s.line(format!("M-180 {0}C-190 {1} 190 {1} 180 {0}", top + 60.0, top - 300.0), grip.dark(0.2), 24.0)
            .hint(
                format!("M-178 {0}C-180 {1} 150 {1} 176 {0}", top + 40.0, top - 290.0),
                grip.light(0.5),
                7.0,
                0.6,
            );
    } else {
        handle(s, 200.0, top + 76.0, -80.0, 170.0, 36.0, grip);
    }
    body(s, pen, 0.0, profile, c);
    let lid = round_paint(s, c);
    s.path(turned(0.0, &[(24.0, top - 62.0), (rim * 0.8, top - 40.0), (rim + 8.0, top)]), &lid);
    s.hint(
        format!("M{} {}A{rim} {} 0 0 0 {rim} {}", -rim, top + 4.0, rim * 0.2, top + 4.0),
        c.dark(0.6),
        6.0,
        0.5,
    );
    let knob = pen.colour("knob", c);
    let paint = round_paint(s, knob);
    s.path(
        turned(0.0, &[(10.0, top - 122.0), (34.0, top - 104.0), (30.0, top - 78.0), (16.0, top - 60.0)]),
        paint,
    );
}

/// A kettle: `gooseneck` or a broad one with a bail; `metal`.
pub fn kettle(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let grip = pen.colour("grip", Rgb::hex(0x2B2A2C));
    ground_shadow(s, 0.0, 220.0, 420.0);
    if pen.has("gooseneck") {
        let neck = "M-170 -80C-320 -90 -250 -330 -350 -390";
        s.line(neck, c.dark(0.25), 36.0).line(neck, c.light(0.1), 20.0).hint(neck, c.light(0.6), 6.0, 0.6);
        let d = "M120 -330C330 -370 330 -330 300 -110";
        s.line(d, grip.dark(0.2), 44.0).line(d, grip, 28.0).hint(d, grip.light(0.6), 5.0, 0.5);
    } else {
        s.path("M-210 -150L-360 -300L-310 -330L-150 -240Z", c.dark(0.12))
            .path("M-366 -304L-310 -338L-300 -320L-352 -288Z", c.dark(0.4));
        let d = "M-170 -290C-180 -540 180 -540 170 -290";
        s.line(d, c.dark(0.3), 18.0).line("M-90 -470C-40 -500 40 -500 90 -470", grip, 46.0).hint(
            "M-80 -482C-40 -504 30 -504 70 -488",
            grip.light(0.6),
            7.0,
            0.5,
        );
    }
    let profile = [(130.0, -310.0), (190.0, -270.0), (240.0, -120.0), (250.0, -30.0), (236.0, 0.0)];
    body(s, pen, 0.0, &profile, c);
    let lid = if pen.has("metal") { metal_paint(s, c) } else { round_paint(s, c) };
    s.path(turned(0.0, &[(40.0, -350.0), (110.0, -336.0), (136.0, -310.0)]), lid)
        .path(turned(0.0, &[(30.0, -398.0), (32.0, -380.0), (16.0, -350.0)]), grip);
}

/// A pour-over cone on its carafe; the colour is the cone's.
pub fn dripper(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 190.0, 520.0);
    let carafe = [(90.0, -380.0), (100.0, -340.0), (206.0, -170.0), (214.0, -60.0), (180.0, 0.0)];
    let outline = turned(0.0, &carafe);
    let glass = glass_paint(s, Rgb::hex(0xD5E6E4));
    let brew = round_paint(s, COFFEE);
    s.clipped(&outline, |s| {
        s.path("M-240 -150Q0 -120 240 -150V60H-240Z", brew).ellipse(
            0.0,
            -150.0,
            204.0,
            26.0,
            COFFEE.light(0.2),
        );
    });
    s.path(&outline, glass);
    gloss(s, 0.0, &carafe);
    handle(s, 150.0, -290.0, -80.0, 170.0, 26.0, Rgb::hex(0xB9C2C4));
    let cone = [(230.0, -640.0), (190.0, -560.0), (84.0, -420.0), (80.0, -400.0)];
    s.path(turned(0.0, &[(190.0, -410.0), (186.0, -396.0), (120.0, -384.0)]), c.dark(0.2)).ellipse(
        0.0,
        -410.0,
        190.0,
        30.0,
        c.light(0.2),
    );
    handle(s, 170.0, -590.0, -460.0, 130.0, 26.0, c);
    body(s, pen, 0.0, &cone, c);
    mouth(s, 0.0, -640.0, 230.0, c.light(0.2), None);
    s.path("M-196 -640C-150 -690 150 -690 196 -640C120 -606 -120 -606 -196 -640Z", Rgb(248, 243, 232))
        .ellipse(0.0, -640.0, 160.0, 20.0, COFFEE);
    steam(s, 0.0, -680.0);
}

/// A coffee press in its frame.
pub fn press(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 160.0, 560.0);
    handle(s, 150.0, -440.0, -120.0, 180.0, 36.0, c);
    let profile = [(158.0, -480.0), (160.0, -300.0), (160.0, -60.0), (150.0, 0.0)];
    let outline = turned(0.0, &profile);
    let brew = round_paint(s, COFFEE);
    s.clipped(&outline, |s| {
        s.path("M-200 -330Q0 -300 200 -330V60H-200Z", brew).ellipse(
            0.0,
            -330.0,
            154.0,
            24.0,
            COFFEE.light(0.3),
        );
    });
    let glass = glass_paint(s, Rgb::hex(0xD5E6E4));
    s.path(&outline, glass);
    gloss(s, 0.0, &profile);
    let paint = metal_paint(s, c);
    s.path(turned(0.0, &[(164.0, -120.0), (164.0, 0.0), (166.0, 6.0)]), &paint)
        .path(turned(0.0, &[(164.0, -440.0), (164.0, -416.0)]), &paint);
    s.rect(-128.0, -440.0, 18.0, 340.0, 0.0, &paint).rect(96.0, -440.0, 18.0, 340.0, 0.0, &paint);
    s.path(turned(0.0, &[(60.0, -530.0), (140.0, -510.0), (168.0, -476.0)]), &paint);
    s.rect(-7.0, -640.0, 14.0, 120.0, 5.0, Rgb::hex(0xB4B9BD));
    let knob = pen.colour("knob", c);
    let ball = s.radial((0.35, 0.3), 0.8, &[(0.0, knob.light(0.5), 1.0), (1.0, knob.dark(0.4), 1.0)]);
    s.circle(0.0, -650.0, 38.0, ball);
}

/// A hand grinder with a crank; the colour is the wood's.
pub fn grinder(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 190.0, 480.0);
    let brass = Rgb::hex(0xC9A04E);
    let paint = metal_paint(s, brass);
    s.path("M-190 -40H190V0H-190Z", c.dark(0.3));
    wood(s, "M-170 -290H170V-36H-170Z", c, false);
    s.path("M-170 -290H170L180 -312H-180Z", c.light(0.3)).path("M-120 -190H120V-80H-120Z", c.dark(0.2));
    wood(s, "M-112 -182H112V-88H-112Z", c.light(0.08), false);
    s.circle(0.0, -135.0, 17.0, &paint);
    s.path(turned(0.0, &[(150.0, -410.0), (130.0, -340.0), (90.0, -306.0)]), &paint);
    s.path("M-150 -410A150 90 0 0 1 150 -410Z", &paint)
        .ellipse(0.0, -410.0, 150.0, 24.0, brass.dark(0.25))
        .ellipse(-20.0, -412.0, 80.0, 12.0, COFFEE);
    s.line("M0 -500V-560H230V-590", brass.dark(0.3), 20.0).hint(
        "M0 -500V-562H228",
        brass.light(0.4),
        7.0,
        0.8,
    );
    wood(
        s,
        &turned(232.0, &[(20.0, -690.0), (38.0, -660.0), (26.0, -600.0), (24.0, -590.0)]),
        c.dark(0.15),
        true,
    );
}
