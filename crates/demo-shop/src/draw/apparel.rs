//! Clothes, seen from above as if laid out, or on a hanger.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{flat_shadow, rounded};
use super::svg::Svg;

/// A piece of cloth lying flat: paint, texture, light.
pub fn cloth(s: &mut Svg, pen: &Pen<'_>, d: &str, c: Rgb) {
    flat_shadow(s, d, 20.0);
    s.path(d, c);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    let light = s.linear(
        (0.0, 0.0),
        (1.0, 0.9),
        &[(0.0, c.light(0.7), 0.35), (0.45, c, 0.0), (1.0, c.dark(0.7), 0.28)],
    );
    s.path(d, light);
}

/// Creases, faint enough to read as cloth rather than lines.
pub fn creases(s: &mut Svg, d: &str, c: Rgb) {
    s.hint(d, c.dark(0.55), 7.0, 0.22);
    s.group("translate(5 -3)", |s| {
        s.hint(d, c.light(0.6), 4.0, 0.28);
    });
}

const TORSO_CREASES: &str = "M-150 -60C-130 40 -160 120 -140 220M140 -90C120 30 150 110 128 240M-40 200C-10 230 40 240 70 220M-170 -160C-150 -130 -140 -110 -142 -80M172 -160C150 -130 142 -110 144 -84";

/// A T-shirt: `pocket`, `long` sleeves, `motif`.
pub fn tee(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.path("M-96 -372C-40 -340 40 -340 96 -372L80 -320H-80Z", c.dark(0.45));
    let d = if pen.has("long") {
        "M-110 -372Q0 -290 110 -372L210 -330Q260 -300 280 -220L370 230L290 256L206 -80Q210 120 220 360Q0 384 -220 360Q-210 120 -206 -80L-290 256L-370 230L-280 -220Q-260 -300 -210 -330Z"
    } else {
        "M-110 -372Q0 -290 110 -372L220 -330Q270 -300 300 -220L376 -50L270 2L214 -90Q212 120 226 360Q0 384 -226 360Q-212 120 -214 -90L-270 2L-376 -50L-300 -220Q-270 -300 -220 -330Z"
    };
    cloth(s, pen, d, c);
    s.hint("M-110 -372Q0 -290 110 -372", c.dark(0.35), 24.0, 0.5).hint(
        "M-104 -352Q0 -264 104 -352",
        c.light(0.4),
        4.0,
        0.5,
    );
    creases(s, TORSO_CREASES, c);
    s.stitch("M-220 338Q0 362 220 338", c.dark(0.4));
    if pen.has("pocket") {
        let d = "M40 -170H160V-60L100 -30L40 -60Z";
        s.path(d, pen.accent).stitch("M48 -154H152", pen.accent.contrast());
        s.hint(d, c.dark(0.5), 3.0, 0.4);
    }
    if pen.has("motif") {
        for (r, tone) in [(110.0, pen.accent), (76.0, c), (50.0, pen.accent), (22.0, c)] {
            s.path(format!("M-{r} 40A{r} {r} 0 0 1 {r} 40Z"), tone);
        }
        s.line("M-130 64H130M-90 88H90M-44 112H44", pen.accent, 9.0);
    }
}

/// A buttoned shirt or overshirt: `pockets`, `band` collar, `short`.
pub fn shirt(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let d = if pen.has("short") {
        "M-100 -370L100 -370L220 -330Q270 -300 310 -210L384 -60L280 -6L214 -96Q212 120 230 370Q120 400 0 372Q-120 400 -230 370Q-212 120 -214 -96L-280 -6L-384 -60L-310 -210Q-270 -300 -220 -330Z"
    } else {
        "M-100 -370L100 -370L210 -330Q262 -300 280 -220L372 236L292 268L206 -84Q208 120 226 370Q120 400 0 372Q-120 400 -226 370Q-208 120 -206 -84L-292 268L-372 236L-280 -220Q-262 -300 -210 -330Z"
    };
    cloth(s, pen, d, c);
    creases(s, TORSO_CREASES, c);
    s.veil("M-26 -330H26V372H-26Z", c.light(0.25), 0.5).stitch("M-26 -320V372M26 -320V372", c.dark(0.45));
    for step in 0..6 {
        let y = -230.0 + 108.0 * step as f32;
        s.circle(0.0, y, 11.0, pen.accent).circle(-3.0, y - 3.0, 5.0, pen.accent.light(0.5));
    }
    if pen.has("pockets") {
        for x in [-170.0, 54.0] {
            let pocket = format!("M{x} -170h116v116l-58 24l-58 -24Z");
            s.veil(&pocket, c.light(0.2), 0.6).stitch(&pocket, c.dark(0.5));
            s.veil(format!("M{x} -170h116v34h-116Z"), c.dark(0.3), 0.4).circle(
                x + 58.0,
                -150.0,
                9.0,
                pen.accent,
            );
        }
    }
    if !pen.has("short") {
        s.hint("M-366 204L-286 236M366 204L286 236", c.dark(0.4), 6.0, 0.5);
    }
    s.path("M-92 -372C-40 -352 40 -352 92 -372L60 -330Q0 -306 -60 -330Z", c.dark(0.5));
    if pen.has("band") {
        s.path("M-104 -376C-80 -330 -30 -310 0 -306L-2 -274C-50 -280 -104 -310 -124 -366ZM104 -376C80 -330 30 -310 0 -306L2 -274C50 -280 104 -310 124 -366Z", c.light(0.1));
    } else {
        let lapels = "M-106 -384L-24 -308L-92 -244L-152 -346ZM106 -384L24 -308L92 -244L152 -346Z";
        s.path(lapels, c.light(0.1)).hint(lapels, c.dark(0.5), 4.0, 0.45);
    }
}

/// A knitted jumper: `cardigan`, `turtle` neck, `vest`; its texture is plain knit unless the card says.
pub fn knit(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.path("M-100 -368C-50 -340 50 -340 100 -368L80 -300H-80Z", c.dark(0.45));
    let d = if pen.has("vest") {
        "M-110 -374Q0 -280 110 -374L180 -350Q170 -240 212 -150Q214 120 214 372Q0 392 -214 372Q-214 120 -212 -150Q-170 -240 -180 -350Z"
    } else {
        "M-116 -372Q0 -286 116 -372L220 -330Q276 -296 292 -210L366 222Q330 252 286 246L212 -70Q216 130 214 372Q0 392 -214 372Q-216 130 -212 -70L-286 246Q-330 252 -366 222L-292 -210Q-276 -296 -220 -330Z"
    };
    flat_shadow(s, d, 22.0);
    s.path(d, c);
    if let Some(texture) = pen.texture_or(s, "knit", c) {
        s.path(d, texture);
    }
    if pen.has("yoke") {
        s.clipped(d, |s| {
            for (r, tone) in [(330.0, pen.accent), (296.0, c.light(0.5)), (274.0, pen.accent)] {
                s.hint(format!("M-{r} -372A{r} {} 0 0 0 {r} -372", r * 0.9), tone, 17.0, 0.9);
            }
        });
    }
    let light = s.linear(
        (0.0, 0.0),
        (1.0, 0.9),
        &[(0.0, c.light(0.7), 0.35), (0.45, c, 0.0), (1.0, c.dark(0.7), 0.3)],
    );
    s.path(d, light);
    if let Some(rib) = super::texture::texture(s, "rib", c, c) {
        let hem = "M-214 316Q0 336 214 316V372Q0 392 -214 372Z";
        s.path(hem, c.dark(0.1)).path(hem, &rib);
        if !pen.has("vest") {
            let cuffs =
                "M-354 160L-366 222Q-330 252 -286 246L-272 190ZM354 160L366 222Q330 252 286 246L272 190Z";
            s.path(cuffs, c.dark(0.1)).path(cuffs, &rib);
        }
    }
    if pen.has("turtle") {
        let collar =
            "M-104 -380C-60 -440 60 -440 104 -380Q110 -320 60 -306Q0 -290 -60 -306Q-110 -320 -104 -380Z";
        s.path(collar, c.light(0.08));
        if let Some(rib) = super::texture::texture(s, "rib", c, c) {
            s.path(collar, rib);
        }
    } else {
        s.hint("M-116 -372Q0 -286 116 -372", c.dark(0.15), 34.0, 1.0);
    }
    if pen.has("cardigan") {
        s.hint("M0 -326V382", c.dark(0.25), 44.0, 1.0);
        for step in 0..6 {
            s.circle(0.0, -260.0 + 112.0 * step as f32, 15.0, pen.accent).circle(
                -4.0,
                -264.0 + 112.0 * step as f32,
                7.0,
                pen.accent.light(0.5),
            );
        }
    }
    creases(s, "M-150 -90C-140 20 -156 100 -144 200M150 -90C140 30 152 110 140 220", c);
}

/// A jacket: `rain` (hood), `chore`, `quilted` body, `gilet` without sleeves.
pub fn jacket(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("rain") {
        s.path("M-120 -330C-160 -480 160 -480 120 -330C60 -290 -60 -290 -120 -330Z", c.dark(0.2))
            .path("M-84 -330C-110 -430 110 -430 84 -330C40 -300 -40 -300 -84 -330Z", c.dark(0.6));
    }
    let d = if pen.has("gilet") {
        "M-110 -360L110 -360L190 -330Q180 -230 226 -140L236 366Q0 390 -236 366L-226 -140Q-180 -230 -190 -330Z"
    } else {
        "M-110 -360L110 -360L220 -320Q280 -290 298 -200L384 230L290 264L222 -60L238 366Q0 390 -238 366L-222 -60L-290 264L-384 230L-298 -200Q-280 -290 -220 -320Z"
    };
    cloth(s, pen, d, c);
    creases(s, TORSO_CREASES, c);
    if pen.has("rain") || pen.has("gilet") {
        s.line("M0 -330V374", pen.accent, 9.0).rect(-11.0, -250.0, 22.0, 46.0, 8.0, pen.accent.light(0.3));
    } else {
        s.line("M0 -330V374", c.dark(0.45), 5.0);
        for step in 0..5 {
            s.circle(22.0, -230.0 + 122.0 * step as f32, 15.0, pen.accent).circle(
                18.0,
                -234.0 + 122.0 * step as f32,
                6.0,
                pen.accent.light(0.5),
            );
        }
    }
    for (x, flip) in [(-60.0, -1.0), (60.0, 1.0)] {
        s.group(&format!("translate({x} 130) scale({flip} 1)"), |s| {
            if pen.has("chore") {
                s.veil("M-10 0H130V150H-10Z", c.light(0.2), 0.5).stitch("M-10 0H130V150H-10Z", c.dark(0.45));
            } else {
                s.line("M20 110L120 20", c.dark(0.4), 8.0).hint("M24 118L128 26", c.light(0.5), 4.0, 0.5);
            }
        });
    }
    if pen.has("chore") {
        s.veil("M60 -150h110v110h-110Z", c.light(0.2), 0.5).stitch("M60 -150h110v110h-110Z", c.dark(0.45));
    }
    let collar = "M-116 -366L-6 -300L-70 -230L-166 -330ZM116 -366L6 -300L70 -230L166 -330Z";
    s.path("M-100 -362C-50 -330 50 -330 100 -362L60 -310Q0 -290 -60 -310Z", c.dark(0.55))
        .path(collar, if pen.has("contrast") { pen.accent } else { c.light(0.12) })
        .hint(collar, c.dark(0.5), 4.0, 0.45);
}

/// Trousers: `wide`, `shorts`, `pleats`.
pub fn trousers(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let d = if pen.has("shorts") {
        "M-220 -260H220L270 130Q160 160 40 140L0 -30L-40 140Q-160 160 -270 130Z"
    } else if pen.has("wide") {
        "M-190 -390H190L270 380Q160 400 52 384L0 -110L-52 384Q-160 400 -270 380Z"
    } else {
        "M-190 -390H190L214 380Q140 396 70 384L0 -110L-70 384Q-140 396 -214 380Z"
    };
    let top = if pen.has("shorts") { -260.0 } else { -390.0 };
    cloth(s, pen, d, c);
    creases(
        s,
        "M-130 -120C-140 0 -130 90 -138 120M130 -120C144 0 132 90 140 120M-60 -80L-20 -110M60 -80L20 -110",
        c,
    );
    let half = if pen.has("shorts") { 220.0 } else { 190.0 };
    s.path(format!("M-{half} {top}h{}l6 58h-{}Z", half * 2.0, half * 2.0 + 12.0), c.dark(0.16)).line(
        format!("M0 {}V{}", top + 58.0, top + 190.0),
        c.dark(0.4),
        4.0,
    );
    s.stitch(format!("M24 {}v110q-4 20 -22 30", top + 60.0), c.dark(0.5)).hint(
        format!("M-{half} {}q70 10 90 90M{half} {0}q-70 10 -90 90", top + 70.0),
        c.dark(0.45),
        5.0,
        0.6,
    );
    s.circle(0.0, top + 28.0, 13.0, pen.accent);
    if pen.has("drawstring") {
        s.line(format!("M-14 {0}q-30 60 -16 120M14 {0}q34 50 22 130", top + 30.0), c.light(0.7), 8.0);
    }
}

/// A dress or skirt: `skirt`, `strap`.
pub fn dress(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let d = if pen.has("skirt") {
        "M-150 -300H150Q250 60 310 330Q160 372 0 360Q-160 372 -310 330Q-250 60 -150 -300Z"
    } else if pen.has("strap") {
        "M-130 -400h34l16 90Q0 -270 80 -310l16 -90h34l10 130Q130 -190 120 -110Q220 120 280 360Q140 400 0 386Q-140 400 -280 360Q-220 120 -120 -110Q-130 -190 -140 -270Z"
    } else {
        "M-100 -400Q0 -320 100 -400L190 -366L262 -200L180 -160L136 -220Q130 -150 122 -100Q220 120 280 366Q140 400 0 388Q-140 400 -280 366Q-220 120 -122 -100Q-130 -150 -136 -220L-180 -160L-262 -200L-190 -366Z"
    };
    cloth(s, pen, d, c);
    creases(
        s,
        "M-90 -60C-130 90 -170 210 -190 350M-30 -80C-40 80 -60 220 -66 376M40 -80C50 90 70 220 84 374M96 -60C130 90 160 210 196 340",
        c,
    );
    if pen.has("skirt") {
        s.path("M-150 -300H150l10 50H-160Z", c.dark(0.2));
        for step in 0..5 {
            s.circle(0.0, -220.0 + 120.0 * step as f32, 13.0, pen.accent);
        }
    } else {
        s.hint("M-124 -106Q0 -80 124 -106", c.dark(0.4), 16.0, 0.5);
    }
}

/// A long robe or an apron on a hook: `apron`.
pub fn robe(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("apron") {
        s.line("M-96 -380C-60 -470 60 -470 96 -380", c.dark(0.2), 15.0).line(
            "M-240 -110L-360 60M240 -110L350 80",
            c.dark(0.15),
            15.0,
        );
        let d = "M-110 -390H110Q120 -190 240 -130V380Q0 400 -240 380V-130Q-120 -190 -110 -390Z";
        cloth(s, pen, d, c);
        let pocket = rounded(-150.0, 20.0, 300.0, 180.0, 14.0);
        s.veil(&pocket, c.light(0.25), 0.5)
            .stitch(&pocket, pen.accent)
            .stitch("M0 20V200M-104 -372H104", pen.accent);
        creases(s, "M-190 -60C-180 60 -196 200 -186 330M190 -60C176 80 196 220 184 330", c);
        return;
    }
    let d = "M-90 -400L90 -400L200 -360Q260 -330 280 -230L350 120L270 150L206 -40L226 390Q0 408 -226 390L-206 -40L-270 150L-350 120L-280 -230Q-260 -330 -200 -360Z";
    cloth(s, pen, d, c);
    creases(
        s,
        "M-140 60C-130 160 -150 260 -140 370M140 60C130 160 150 260 138 370M60 60C66 160 50 260 60 376",
        c,
    );
    let lapel = "M-96 -404C-70 -240 -20 -120 10 -40L-30 10C-90 -110 -140 -260 -150 -384ZM96 -404C76 -270 40 -160 10 -40L44 10C110 -120 142 -270 150 -384Z";
    s.path("M-90 -400C-50 -220 -10 -120 8 -60C40 -160 70 -260 90 -400Z", c.dark(0.5))
        .path(lapel, pen.accent)
        .hint(lapel, c.dark(0.5), 4.0, 0.35);
    s.path("M-212 -20Q0 10 212 -20L216 34Q0 64 -216 34Z", c.dark(0.14))
        .path("M-20 14L-80 260L-34 266L10 30ZM10 14L50 230L96 220L40 10Z", c.dark(0.08));
}
