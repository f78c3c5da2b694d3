//! What things are carried in.

use super::apparel::{cloth, creases};
use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{face_paint, flat_shadow, ground_shadow, metal_paint, rounded};
use super::svg::Svg;

const LEATHER: Rgb = Rgb(153, 86, 44);

/// A standing bag's side: paint from top to bottom, texture, light from the left.
fn stand(s: &mut Svg, pen: &Pen<'_>, d: &str, c: Rgb) {
    let paint = s.down(&[(0.0, c.light(0.12)), (0.5, c), (1.0, c.dark(0.26))]);
    s.path(d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    let side = s.linear(
        (0.0, 0.0),
        (1.0, 0.0),
        &[(0.0, c.dark(0.5), 0.25), (0.2, c.light(0.6), 0.28), (0.6, c, 0.0), (1.0, c.dark(0.7), 0.4)],
    );
    s.path(d, side);
}

fn strap(s: &mut Svg, d: &str, c: Rgb, width: f32) {
    s.line(d, c.dark(0.35), width).line(d, c, width * 0.8).hint(d, c.light(0.6), width * 0.16, 0.5);
}

fn buckle(s: &mut Svg, x: f32, y: f32, metal: Rgb) {
    s.line(rounded(x - 17.0, y - 15.0, 34.0, 30.0, 6.0), metal.dark(0.1), 8.0).line(
        format!("M{x} {}V{}", y - 12.0, y + 12.0),
        metal.light(0.3),
        5.0,
    );
}

/// A backpack: `roll` top, `flap`, `day` with a zip, `small`.
pub fn backpack(s: &mut Svg, pen: &Pen<'_>) {
    let (c, trim) = (pen.base, pen.colour("trim", LEATHER));
    let metal = Rgb::hex(0xC9A04E);
    ground_shadow(s, 0.0, 230.0, 560.0);
    s.group(if pen.has("small") { "scale(.84)" } else { "scale(1)" }, |s| {
        strap(s, "M-200 -520C-300 -420 -300 -160 -220 -60", trim, 34.0);
        strap(s, "M200 -520C300 -420 300 -160 230 -60", trim, 34.0);
        strap(s, "M-60 -600C-60 -690 60 -690 60 -600", trim, 22.0);
        let d = "M-230 0C-260 -120 -250 -440 -200 -560C-120 -630 120 -630 200 -560C250 -440 260 -120 230 0C100 26 -100 26 -230 0Z";
        stand(s, pen, d, c);
        if pen.has("roll") {
            let roll = rounded(-226.0, -660.0, 452.0, 120.0, 46.0);
            stand(s, pen, &roll, c.light(0.08));
            s.hint("M-210 -590H210", c.dark(0.5), 5.0, 0.4);
            strap(s, "M0 -664V-330", trim, 40.0);
            buckle(s, 0.0, -380.0, metal);
        } else if pen.has("flap") {
            let flap = "M-222 -560C-120 -640 120 -640 222 -560C246 -480 250 -400 240 -330Q0 -270 -240 -330C-250 -400 -246 -480 -222 -560Z";
            stand(s, pen, flap, c.light(0.08));
            s.stitch("M-230 -350Q0 -292 230 -350", c.contrast());
            for x in [-110.0, 110.0] {
                strap(s, &format!("M{x} -420V-210"), trim, 36.0);
                buckle(s, x, -250.0, metal);
            }
        } else {
            s.line("M-214 -400C-200 -540 200 -540 214 -400", c.dark(0.4), 13.0).line("M-214 -400C-200 -540 200 -540 214 -400", metal, 4.0).line("M190 -450l26 50", trim, 15.0);
            s.path(rounded(-46.0, -470.0, 92.0, 66.0, 8.0), trim);
        }
        let pocket = "M-176 -30C-186 -100 -180 -200 -166 -236Q0 -262 166 -236C180 -200 186 -100 176 -30Q0 -6 -176 -30Z";
        stand(s, pen, pocket, c.light(0.05));
        s.hint(pocket, c.dark(0.5), 4.0, 0.45).stitch("M-164 -210Q0 -236 164 -210", c.contrast());
        s.rect(-34.0, -140.0, 68.0, 42.0, 5.0, trim);
    });
}

/// A tote: `long` handles, `market` (leeks look out), `leather`.
pub fn tote(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let trim = pen.colour("trim", pen.accent);
    ground_shadow(s, 0.0, 270.0, 430.0);
    let reach = if pen.has("long") { -780.0 } else { -640.0 };
    strap(s, &format!("M-130 -380C-140 {reach} 110 {reach} 110 -400"), trim.dark(0.25), 30.0);
    if pen.has("market") {
        for (x, turn) in [(-120, -14), (-40, -3), (30, 9)] {
            s.group(&format!("translate({x} -380) rotate({turn})"), |s| {
                s.line("M0 0V-150", Rgb::hex(0xE9EDD2), 34.0)
                    .path("M-18 -140L-50 -320L-8 -200L10 -340L14 -200L60 -300L18 -140Z", Rgb::hex(0x6F9152));
            });
        }
        s.path("M90 -370C60 -470 120 -520 210 -500C250 -440 220 -390 190 -370Z", Rgb::hex(0xC98B4A)).hint(
            "M120 -430l60 -40M140 -400l64 -36",
            Rgb::hex(0xF0D6A8),
            10.0,
            0.7,
        );
    }
    let d = "M-250 -400Q0 -376 250 -400L300 -20Q0 24 -300 -20Z";
    stand(s, pen, d, c);
    if pen.has("motif") {
        s.circle(0.0, -200.0, 92.0, pen.accent)
            .path("M-92 -180Q-40 -240 0 -190T92 -190A92 92 0 0 1 -92 -180Z", c);
        s.line("M-70 -150Q-34 -180 0 -150T70 -150", pen.accent, 9.0);
    }
    if pen.has("base") {
        s.clipped(d, |s| {
            s.path("M-320 -120Q0 -80 320 -120V40H-320Z", trim);
        });
    }
    s.hint("M-250 -400Q0 -376 250 -400", c.dark(0.4), 12.0, 0.5)
        .stitch("M-252 -376Q0 -352 252 -376", c.contrast());
    strap(s, &format!("M-150 -330V-390C-160 {0} 150 {0} 140 -390V-330", reach - 10.0), trim, 34.0);
    for x in [-150.0, 140.0] {
        s.rect(x - 24.0, -372.0, 48.0, 62.0, 5.0, trim)
            .stitch(format!("M{} -360L{} -322M{1} -360L{0} -322", x - 16.0, x + 16.0), trim.contrast());
    }
    creases(s, "M-200 -300C-190 -200 -220 -120 -230 -60M210 -300C200 -220 230 -120 240 -70", c);
}

/// A weekender: `zip`, straps and ends in the trim colour.
pub fn duffel(s: &mut Svg, pen: &Pen<'_>) {
    let (c, trim) = (pen.base, pen.colour("trim", LEATHER));
    s.group("scale(.94)", |s| {
        ground_shadow(s, 0.0, 360.0, 330.0);
        strap(s, "M-150 -330C-160 -560 150 -560 150 -330", trim.dark(0.25), 28.0);
        let d = "M-370 0C-400 -90 -390 -280 -320 -350C-160 -400 170 -400 330 -350C400 -280 410 -90 380 0C160 24 -160 24 -370 0Z";
        stand(s, pen, d, c);
        s.clipped(d, |s| {
            s.path("M-420 -400H-290C-330 -270 -330 -110 -300 30H-420ZM420 -400H300C340 -270 340 -110 310 30H420Z", trim);
        });
        s.line("M-300 -352C-120 -390 140 -390 310 -352", c.dark(0.5), 15.0).line("M-300 -352C-120 -390 140 -390 310 -352", Rgb::hex(0xC9A04E), 5.0).rect(270.0, -366.0, 56.0, 26.0, 8.0, trim.dark(0.2));
        strap(s, "M-170 10V-340C-180 -600 180 -600 170 -340V10", trim, 36.0);
        let wrap = rounded(-70.0, -552.0, 140.0, 56.0, 20.0);
        s.path(&wrap, trim.dark(0.14)).stitch("M-54 -504H54", trim.contrast());
        for x in [-170.0, 170.0] {
            buckle(s, x, -250.0, Rgb::hex(0xC9A04E));
        }
    });
}

/// A suitcase: `trunk` with straps, or a wheeled shell with ribs.
pub fn suitcase(s: &mut Svg, pen: &Pen<'_>) {
    let (c, trim) = (pen.base, pen.colour("trim", LEATHER));
    if pen.has("trunk") {
        ground_shadow(s, 0.0, 340.0, 380.0);
        strap(s, "M-90 -420C-90 -500 90 -500 90 -420", trim, 34.0);
        stand(s, pen, &rounded(-350.0, -420.0, 700.0, 420.0, 34.0), c);
        s.hint("M-350 -300H350", c.dark(0.55), 7.0, 0.6);
        for x in [-200.0, 200.0] {
            s.rect(x - 26.0, -424.0, 52.0, 428.0, 4.0, trim)
                .stitch(format!("M{} -416V-4M{} -416V-4", x - 18.0, x + 18.0), trim.contrast());
            buckle(s, x, -296.0, Rgb::hex(0xD9B866));
        }
        for (x, y, sx, sy) in
            [(-350.0, -420.0, 1, 1), (350.0, -420.0, -1, 1), (-350.0, 0.0, 1, -1), (350.0, 0.0, -1, -1)]
        {
            s.path(format!("M{x} {y}h{}q0 {} {} {}Z", 76 * sx, 76 * sy, -76 * sx, 76 * sy), trim);
        }
        return;
    }
    ground_shadow(s, 0.0, 220.0, 620.0);
    let steel = metal_paint(s, Rgb::hex(0xB4B9BD));
    s.path("M-120 -620V-720Q-120 -740 -100 -740H100Q120 -740 120 -720V-620H100V-710H-100V-620Z", steel);
    for x in [-160.0, 170.0] {
        s.circle(x, -20.0, 28.0, Rgb(40, 38, 42)).circle(x - 4.0, -24.0, 12.0, Rgb(120, 118, 122));
    }
    let shell = rounded(-230.0, -620.0, 470.0, 590.0, 54.0);
    stand(s, pen, &shell, c);
    for x in [-150.0, -70.0, 10.0, 90.0, 170.0] {
        s.hint(format!("M{x} -590V-60"), c.dark(0.4), 12.0, 0.4).hint(
            format!("M{} -590V-60", x - 9.0),
            c.light(0.7),
            5.0,
            0.5,
        );
    }
    s.hint("M-228 -330H238", c.dark(0.6), 7.0, 0.5)
        .rect(-60.0, -650.0, 120.0, 30.0, 12.0, trim)
        .rect(196.0, -380.0, 40.0, 90.0, 10.0, trim);
}

/// A wallet or purse seen from above: `card`, `zip`, `coin`, `passport`.
pub fn wallet(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    s.group("rotate(-10)", |s| {
        if pen.has("coin") {
            let d = "M-240 -120Q0 -230 240 -120C320 60 260 270 0 280S-320 60 -240 -120Z";
            cloth(s, pen, d, c);
            s.line("M-250 -110Q0 -226 250 -110", Rgb::hex(0xC9A04E).dark(0.2), 26.0).line(
                "M-250 -116Q0 -232 250 -116",
                Rgb::hex(0xE2C27A),
                10.0,
            );
            s.circle(-20.0, -196.0, 26.0, Rgb::hex(0xD9B866))
                .circle(24.0, -200.0, 26.0, Rgb::hex(0xC9A04E))
                .stitch("M-210 -60C-270 80 -210 240 0 250S270 80 210 -60", pen.accent);
            return;
        }
        let (w, h) = if pen.has("card") {
            (250.0, 170.0)
        } else if pen.has("passport") {
            (240.0, 330.0)
        } else {
            (330.0, 220.0)
        };
        if pen.has("card") || pen.has("passport") {
            for (lift, tone) in [(96.0, pen.accent), (56.0, Rgb::hex(0xE9E2D4))] {
                let card = rounded(24.0 - w, -h - lift, 2.0 * w - 48.0, 200.0, 16.0);
                flat_shadow(s, &card, 8.0);
                let paint = face_paint(s, tone);
                s.path(card, paint);
            }
        }
        let d = rounded(-w, -h, 2.0 * w, 2.0 * h, 30.0);
        cloth(s, pen, &d, c);
        s.stitch(
            rounded(20.0 - w, 20.0 - h, 2.0 * w - 40.0, 2.0 * h - 40.0, 18.0),
            pen.colour("thread", c.contrast()),
        );
        if pen.has("zip") {
            s.line(format!("M-{} -{2}H{1}", w - 30.0, w - 30.0, h - 44.0), c.dark(0.5), 17.0)
                .line(format!("M-{} -{2}H{1}", w - 30.0, w - 30.0, h - 44.0), Rgb::hex(0xC9A04E), 6.0)
                .line(format!("M{} -{}l46 60", w - 70.0, h - 44.0), pen.accent, 17.0);
        } else if pen.has("card") {
            s.path(format!("M-{w} -{}q{w} 90 {} 0v30q-{w} 90 -{1} 0Z", h - 60.0, 2.0 * w), c.dark(0.14));
        } else {
            let tab = format!("M{} -50h110q34 0 34 50t-34 50h-110Z", w - 100.0);
            flat_shadow(s, &tab, 8.0);
            s.path(&tab, c.light(0.06))
                .hint(&tab, c.dark(0.5), 3.0, 0.4)
                .circle(w - 12.0, 0.0, 19.0, Rgb::hex(0xC9A04E))
                .circle(w - 17.0, -5.0, 9.0, Rgb::hex(0xF0DDA6));
        }
        s.hint("M-70 120h140M-50 146h100", c.dark(0.45), 6.0, 0.35);
    });
}

/// A small bag with a strap: `belt`, `saddle`, `pouch` (wash bag), `roll`.
pub fn pouch(s: &mut Svg, pen: &Pen<'_>) {
    let (c, trim) = (pen.base, pen.colour("trim", pen.base.dark(0.3)));
    if pen.has("pouch") {
        let d =
            "M-310 -150Q0 -190 310 -150C350 -20 350 130 320 230Q0 270 -320 230C-350 130 -350 -20 -310 -150Z";
        cloth(s, pen, d, c);
        s.line("M-306 -130Q0 -170 306 -130", c.dark(0.4), 26.0)
            .line("M-300 -132Q0 -172 300 -132", Rgb::hex(0xC9A04E), 7.0)
            .line("M286 -132l50 70", trim, 22.0)
            .rect(-60.0, 40.0, 120.0, 74.0, 6.0, trim);
        creases(s, "M-220 -40C-200 60 -240 120 -230 200M230 -40C210 60 240 120 226 190", c);
        return;
    }
    if pen.has("belt") {
        strap(s, "M-250 -60C-420 -330 -200 -420 0 -410S420 -330 250 -60", trim, 44.0);
    } else {
        strap(s, "M-230 -100C-470 -440 -130 -470 10 -400S460 -430 240 -100", trim, 30.0);
    }
    let d = if pen.has("belt") {
        "M-290 -90Q0 -150 290 -90C340 40 280 210 200 240Q0 270 -200 240C-280 210 -340 40 -290 -90Z"
    } else {
        "M-260 -130H260C290 20 290 180 220 290Q0 340 -220 290C-290 180 -290 20 -260 -130Z"
    };
    cloth(s, pen, d, c);
    if pen.has("belt") {
        s.line("M-250 -40Q0 -90 250 -40", c.dark(0.45), 15.0)
            .line("M-250 -40Q0 -90 250 -40", Rgb::hex(0xC9A04E), 5.0)
            .line("M220 -44l30 66", trim, 17.0);
        s.stitch("M-240 20Q0 -20 240 20", c.contrast());
    } else {
        let flap =
            "M-268 -136Q0 -160 268 -136C290 0 250 130 170 170Q0 210 -170 170C-250 130 -290 0 -268 -136Z";
        cloth(s, pen, flap, c.light(0.05));
        s.stitch("M-244 -110C-260 10 -220 110 -156 146Q0 182 156 146C220 110 260 10 244 -110", c.contrast());
        strap(s, "M0 60V240", trim, 40.0);
        buckle(s, 0.0, 176.0, Rgb::hex(0xC9A04E));
    }
}
