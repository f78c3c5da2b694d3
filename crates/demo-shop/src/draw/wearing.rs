//! Hats, scarves, socks and shoes.

use super::apparel::{cloth, creases};
use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{flat_shadow, rounded};
use super::svg::Svg;

/// A cap with a visor.
pub fn cap(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.group("translate(-30 60)", |s| {
        let visor = "M120 40C260 0 400 40 420 110C300 150 120 150 20 110Z";
        flat_shadow(s, visor, 22.0);
        s.path(visor, pen.accent).stitch("M130 66C250 40 350 60 396 104M110 92C220 80 310 100 360 122", pen.accent.contrast());
        let crown = "M-300 80C-330 -140 -200 -300 0 -300S300 -160 270 60C180 120 -120 150 -300 80Z";
        cloth(s, pen, crown, c);
        s.hint("M0 -300C-60 -180 -80 -20 -60 122M0 -300C90 -200 140 -60 130 106M-6 -300C-180 -220 -240 -60 -236 96", c.dark(0.5), 5.0, 0.45).stitch("M10 -292C-48 -180 -68 -20 -48 120", c.light(0.6));
        s.path("M-300 80C-120 150 180 120 270 60L274 92C170 160 -130 184 -300 112Z", c.dark(0.28)).ellipse(0.0, -302.0, 30.0, 13.0, c.dark(0.2));
        for (x, y) in [(-140.0, -160.0), (80.0, -190.0)] {
            s.circle(x, y, 11.0, c.dark(0.5));
        }
    });
}

/// A knitted hat: `bobble`, `fold`.
pub fn beanie(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("bobble") {
        let pompom =
            "M-110 -330C-150 -440 -40 -500 20 -460C110 -490 160 -380 110 -320C100 -250 -80 -240 -110 -330Z";
        flat_shadow(s, pompom, 18.0);
        s.path(pompom, pen.accent);
        if let Some(pile) = super::texture::texture(s, "pile", pen.accent, c) {
            s.path(pompom, pile);
        }
    }
    let d = "M-290 150C-310 -120 -200 -310 0 -310S310 -120 290 150Z";
    flat_shadow(s, d, 22.0);
    s.path(d, c);
    if let Some(texture) = pen.texture_or(s, "knit", c) {
        s.path(d, texture);
    }
    let light =
        s.radial((0.35, 0.3), 0.8, &[(0.0, c.light(0.6), 0.4), (0.5, c, 0.0), (1.0, c.dark(0.7), 0.45)]);
    s.path(d, light);
    let brim = rounded(-310.0, 120.0, 620.0, 160.0, 40.0);
    flat_shadow(s, &brim, 12.0);
    s.path(&brim, c.light(0.06));
    if let Some(rib) = super::texture::texture(s, "rib", c, c) {
        s.path(&brim, rib);
    }
    s.rect(190.0, 200.0, 74.0, 46.0, 5.0, Rgb::hex(0xB07A46));
}

/// A scarf, folded once and laid in a loop.
pub fn scarf(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let mut strands = String::new();
    for step in 0..11 {
        strands.push_str(&format!(
            "M{} 330l{} 74M{} 270l{} 70",
            -250 + step * 17,
            step % 3 * 5 - 6,
            66 + step * 18,
            step % 4 * 4 - 4
        ));
    }
    s.hint(strands, c.light(0.1), 7.0, 1.0);
    for (d, shade) in [
        ("M60 -60L270 -100Q290 100 266 276Q160 300 54 276Q40 100 60 -60Z", 0.1),
        ("M-260 -90L-40 -60Q-50 150 -60 336Q-160 356 -262 336Q-280 120 -260 -90Z", 0.0),
        (
            "M-300 -120C-310 -330 -120 -400 30 -390C220 -380 330 -260 290 -90C200 -20 110 -10 60 -40C110 -120 90 -200 0 -204C-90 -204 -120 -120 -40 -40C-120 0 -220 -20 -300 -120Z",
            0.06,
        ),
    ] {
        cloth(s, pen, d, c.dark(shade));
    }
    creases(
        s,
        "M-230 -160C-220 -280 -120 -330 0 -330M230 -140C220 -240 140 -300 60 -310M-200 0C-190 100 -206 200 -196 310M200 0C190 90 206 180 196 250",
        c,
    );
}

/// A pair of socks: `crew` or `ankle`; heel and toe in the accent.
pub fn socks(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let top = if pen.has("ankle") { -130.0 } else { -360.0 };
    for (transform, shade) in
        [("translate(130 20) rotate(13)", 0.08), ("translate(-120 -10) rotate(-7)", 0.0)]
    {
        s.group(transform, |s| {
            let c = c.dark(shade);
            let d = format!("M-90 {top}H80V110C80 150 60 170 20 200L-150 320C-220 366 -300 330 -296 270C-292 230 -260 216 -220 190L-120 110C-96 90 -90 70 -90 40Z");
            cloth(s, pen, &d, c);
            s.clipped(&d, |s| {
                s.path("M-320 160L-190 260L-240 400H-360ZM100 20C20 50 0 130 60 220L140 180Z", pen.accent);
            });
            if let Some(rib) = super::texture::texture(s, "rib", c, c) {
                s.path(format!("M-92 {top}H82v90H-92Z"), c.light(0.08)).path(format!("M-92 {top}H82v90H-92Z"), rib);
            }
            creases(s, "M-60 60C-30 80 20 80 60 50M-150 200C-120 220 -100 230 -90 250", c);
        });
    }
}

/// A pair of gloves or mittens: `mitten`, `garden` (dipped palms).
pub fn gloves(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    for (transform, shade) in
        [("translate(170 30) rotate(14)", 0.08), ("translate(-170 -10) rotate(-12) scale(-1 1)", 0.0)]
    {
        s.group(transform, |s| {
            let c = c.dark(shade);
            let d = if pen.has("mitten") {
                "M-110 330V60C-120 40 -200 -30 -220 -90C-230 -140 -170 -160 -140 -120L-110 -80C-120 -260 -60 -380 30 -380C130 -380 160 -260 150 -60L120 330Z"
            } else {
                "M-110 330V70C-130 40 -220 -40 -236 -100C-240 -140 -190 -150 -166 -120L-116 -60L-130 -290C-128 -330 -76 -330 -72 -290L-56 -120L-46 -350C-42 -390 12 -390 14 -350L12 -120L34 -330C42 -368 92 -360 90 -320L70 -110L110 -250C122 -286 166 -270 160 -236C140 -120 140 60 120 330Z"
            };
            cloth(s, pen, d, c);
            if pen.has("garden") {
                s.clipped(d, |s| {
                    s.path("M-260 -420H200V60Q0 110 -260 40Z", pen.accent);
                });
                creases(s, "M-60 -80C-20 -60 40 -60 80 -80M-90 0C-30 30 40 30 100 0", pen.accent);
            }
            if let Some(rib) = super::texture::texture(s, "rib", c, c) {
                s.path("M-112 230H124L120 332H-112Z", c.light(0.05)).path("M-112 230H124L120 332H-112Z", rib);
            }
        });
    }
}

/// A pair of shoes from above: `slipper`, `clog`, `espadrille`.
pub fn shoes(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    for (transform, shade) in
        [("translate(160 20) rotate(7)", 0.06), ("translate(-160 -10) rotate(-6) scale(-1 1)", 0.0)]
    {
        s.group(transform, |s| {
            let sole = "M-20 -380C90 -390 150 -260 140 -90C134 40 150 160 120 270C90 390 -70 390 -100 270C-130 150 -110 40 -124 -80C-140 -250 -110 -370 -20 -380Z";
            flat_shadow(s, sole, 24.0);
            let rubber = if pen.has("espadrille") { Rgb::hex(0xD3B27A) } else { Rgb::hex(0xEADFCB) };
            s.path(sole, rubber).hint(sole, rubber.dark(0.35), 15.0, if pen.has("espadrille") { 0.6 } else { 0.25 });
            let inside = "M-14 -40C60 -40 104 40 100 140C100 260 80 330 8 334C-64 330 -84 260 -84 140C-88 40 -70 -40 -14 -40Z";
            s.path(inside, c.dark(0.62)).veil("M8 20C50 30 70 120 68 200C60 290 40 310 8 312C-30 310 -50 290 -54 200C-54 110 -40 30 8 20Z", Rgb::hex(0xD9BC8E), 0.85);
            let upper = "M-20 -360C80 -366 130 -250 122 -90C118 0 126 60 120 150C90 60 70 0 8 -6C-60 0 -80 70 -104 140C-100 60 -100 0 -108 -80C-122 -240 -96 -356 -20 -360Z";
            s.path(upper, c.dark(shade));
            if let Some(texture) = pen.texture(s, c) {
                s.path(upper, texture);
            }
            let light = s.radial((0.35, 0.25), 0.7, &[(0.0, c.light(0.7), 0.5), (0.6, c, 0.0), (1.0, c.dark(0.6), 0.35)]);
            s.path(upper, light).stitch("M-92 110C-70 40 -54 -24 8 -30C64 -24 86 30 108 110", pen.accent);
            if !pen.has("slipper") {
                let heel = "M-104 170C-110 260 -100 350 8 356C110 350 124 260 120 170C104 250 90 316 8 320C-70 316 -90 250 -104 170Z";
                s.path(heel, c.dark(0.12));
            }
        });
    }
}

/// A belt in a coil with its buckle.
pub fn belt(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let coil = "M-40 -60C20 -120 120 -60 110 40C100 160 -60 200 -160 130C-290 40 -250 -180 -100 -250C90 -330 300 -210 320 10C336 150 290 260 200 320";
    s.group("translate(14 20)", |s| {
        s.hint(coil, Rgb(24, 16, 30), 82.0, 0.16);
    });
    s.line(coil, c.dark(0.3), 80.0).line(coil, c, 70.0).hint(coil, c.light(0.5), 3.0, 0.5);
    s.group("rotate(32 190 320)", |s| {
        s.line(rounded(120.0, 270.0, 120.0, 120.0, 20.0), pen.accent.dark(0.2), 22.0)
            .line(rounded(120.0, 270.0, 120.0, 120.0, 20.0), pen.accent.light(0.25), 10.0)
            .line("M180 270V370", pen.accent, 13.0);
    });
}
