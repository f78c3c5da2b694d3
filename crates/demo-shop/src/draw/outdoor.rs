//! For a night or a day outside.

use super::colour::Rgb;
use super::pen::Pen;
use super::solids::{
    TILT, bar, body, crate_box, face_paint, flat_shadow, ground_shadow, metal_paint, mouth, round_paint,
    rounded, turned, wood,
};
use super::svg::Svg;

/// A tent: `dome`, `ridge`, `tarp`, `bell`.
pub fn tent(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 400.0, 120.0);
    let lit = s.across(&[(0.0, c.light(0.3)), (1.0, c)]);
    let shaded = s.across(&[(0.0, c.dark(0.12)), (1.0, c.dark(0.4))]);
    let dark = c.dark(0.68);
    if pen.has("tarp") {
        bar(s, (-300.0, -430.0), (-310.0, 0.0), 17.0, 17.0, Rgb::hex(0x6E4C33));
        bar(s, (330.0, -480.0), (340.0, -10.0), 17.0, 17.0, Rgb::hex(0x6E4C33));
        s.path("M-440 -180Q-340 -320 -300 -440Q20 -360 340 -490Q300 -330 420 -150Q0 -230 -440 -180Z", lit)
            .path(
                "M-300 -440Q20 -360 340 -490Q300 -330 420 -150Q200 -210 60 -210Q-80 -330 -300 -440Z",
                shaded,
            );
        s.line(
            "M-440 -180L-470 0M420 -150L460 10M-300 -440L-420 -10M340 -490L450 -30",
            Rgb::hex(0xEFE6D4),
            5.0,
        );
        return;
    }
    if pen.has("bell") {
        s.path("M0 -620C-120 -420 -300 -300 -430 -190L-410 0H410L430 -190C300 -300 120 -420 0 -620Z", lit)
            .path("M0 -620C120 -420 300 -300 430 -190L410 0H60Z", shaded);
        s.hint("M0 -620C-60 -420 -170 -290 -230 -190V0M0 -620C60 -420 190 -300 250 -190V0M-430 -190Q0 -130 430 -190", c.dark(0.4), 5.0, 0.5);
        s.path("M0 -500C-30 -300 -100 -140 -130 0H130C100 -140 40 -300 0 -500Z", dark)
            .path("M0 -500C-40 -320 -120 -160 -130 0H-50C-30 -160 -10 -320 0 -500Z", c.light(0.45))
            .path("M0 -500C30 -320 110 -160 130 0H70C50 -160 20 -320 0 -500Z", c.light(0.15));
        s.line("M-430 -190L-470 10M430 -190L470 10", Rgb::hex(0xEFE6D4), 5.0)
            .circle(0.0, -624.0, 12.0, pen.accent);
        return;
    }
    if pen.has("ridge") {
        s.path("M-90 -470L290 -520L440 -20L150 10Z", shaded)
            .path("M-90 -470L-400 0L150 10Z", lit)
            .path("M-90 -470L-220 4L30 8Z", dark)
            .path("M-90 -470L-220 4L-290 2Z", c.light(0.5))
            .path("M-90 -470L30 8L84 9Z", c.dark(0.05));
        s.hint("M-90 -470L290 -520", c.light(0.7), 7.0, 0.7).line(
            "M-90 -470L-470 30M290 -520L470 0",
            Rgb::hex(0xEFE6D4),
            5.0,
        );
    } else {
        s.path("M-420 0C-400 -380 -140 -520 20 -520S420 -380 430 0Z", lit)
            .path("M20 -520C230 -500 420 -340 430 0H120C140 -200 110 -400 20 -520Z", shaded);
        s.path("M20 -500C-100 -380 -170 -180 -170 0H120C140 -180 100 -380 20 -500Z", dark)
            .path("M20 -500C-130 -400 -240 -180 -230 0H-170C-160 -180 -90 -380 20 -500Z", c.light(0.45));
        s.hint(
            "M-420 0C-360 -330 -120 -500 20 -520C220 -500 380 -330 430 0M20 -520C-90 -400 -180 -200 -180 0",
            pen.accent,
            11.0,
            0.9,
        );
        s.line("M-380 -160L-480 20M400 -170L480 10", Rgb::hex(0xEFE6D4), 5.0);
    }
    let lamp = s.radial((0.5, 0.5), 0.5, &[(0.0, Rgb(255, 214, 130), 0.75), (1.0, Rgb(255, 214, 130), 0.0)]);
    s.circle(-50.0, -120.0, 130.0, lamp).circle(-50.0, -120.0, 17.0, Rgb(255, 240, 196));
}

/// A drinking bottle or flask: `wide`, `flask` with a cup, `loop` handle, `glass`.
pub fn bottle(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let metal = Rgb::hex(0xB4B9BD);
    ground_shadow(s, 0.0, 125.0, 560.0);
    let profile: &[(f32, f32)] = if pen.has("wide") {
        &[(110.0, -540.0), (138.0, -490.0), (142.0, -300.0), (142.0, -40.0), (130.0, 0.0)]
    } else {
        &[(62.0, -570.0), (64.0, -530.0), (118.0, -430.0), (124.0, -300.0), (124.0, -40.0), (114.0, 0.0)]
    };
    let (rim, top) = profile[0];
    body(s, pen, 0.0, profile, c);
    if pen.has("band") {
        s.path("M-126 -240Q0 -206 126 -240V-150Q0 -116 -126 -150Z", pen.accent);
    }
    let steel = metal_paint(s, metal);
    s.path(turned(0.0, &[(rim + 2.0, top - 10.0), (rim + 2.0, top + 14.0)]), &steel);
    let lid = pen.colour("lid", if pen.has("flask") { metal } else { Rgb::hex(0x2B2A2C) });
    let cap = if pen.has("flask") { metal_paint(s, lid) } else { round_paint(s, lid) };
    let tall = if pen.has("flask") { 120.0 } else { 74.0 };
    s.path(turned(0.0, &[(rim + 10.0, top - tall), (rim + 14.0, top - 8.0)]), &cap).ellipse(
        0.0,
        top - tall,
        rim + 10.0,
        (rim + 10.0) * TILT,
        lid.light(0.3),
    );
    if pen.has("loop") {
        s.line(
            format!("M-50 {0}C-60 {1} 60 {1} 50 {0}", top - tall, top - tall - 110.0),
            lid.dark(0.2),
            24.0,
        )
        .hint(
            format!("M-48 {0}C-56 {1} 50 {1} 46 {0}", top - tall - 8.0, top - tall - 108.0),
            lid.light(0.5),
            6.0,
            0.6,
        );
    }
    if pen.has("flask") {
        s.group("translate(240 50) scale(.8)", |s| {
            ground_shadow(s, 0.0, 80.0, 160.0);
            s.path(turned(0.0, &[(96.0, -170.0), (86.0, 0.0)]), &steel);
            mouth(s, 0.0, -170.0, 96.0, metal, Some(Rgb::hex(0x5A3420)));
            super::tableware::steam(s, 0.0, -190.0);
        });
    }
}

/// Something rolled up and strapped: sleeping bag, mat, blanket: `mat`, `blanket`.
pub fn roll(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    let trim = pen.colour("trim", Rgb::hex(0x8A5A36));
    ground_shadow(s, 0.0, 330.0, 260.0);
    let d = "M-300 -310H250V0H-300C-350 -60 -350 -250 -300 -310Z";
    let paint = s.down(&[(0.0, c.light(0.1)), (0.24, c.light(0.3)), (0.55, c), (1.0, c.dark(0.45))]);
    s.path(d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    let end = face_paint(s, c.light(0.12));
    s.ellipse(250.0, -155.0, 92.0, 155.0, end).hint("M250 -290C320 -270 326 -60 256 -30C190 -30 190 -240 250 -250C300 -240 300 -80 256 -76C220 -84 222 -190 252 -200C276 -190 272 -130 256 -128", c.dark(0.45), 13.0, 0.6);
    for x in [-190.0, 110.0] {
        s.line(format!("M{x} -312C{} -200 {} -100 {x} 2", x - 30.0, x - 30.0), trim.dark(0.3), 34.0).line(
            format!("M{x} -312C{} -200 {} -100 {x} 2", x - 30.0, x - 30.0),
            trim,
            26.0,
        );
        s.line(rounded(x - 46.0, -190.0, 40.0, 44.0, 6.0), Rgb::hex(0xD9B866), 8.0);
    }
    s.line("M-190 -316C-180 -440 100 -440 110 -316", trim.dark(0.2), 24.0).hint(
        "M-186 -330C-176 -436 92 -436 104 -330",
        trim.light(0.4),
        6.0,
        0.6,
    );
}

/// A hammock between two trees.
pub fn hammock(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    for (x, w) in [(-440.0, 90.0), (440.0, 100.0)] {
        wood(
            s,
            &format!(
                "M{} -1000H{}L{} 30Q{x} 50 {} 30Z",
                x - w / 2.0,
                x + w / 2.0,
                x + w * 0.62,
                x - w * 0.62
            ),
            Rgb::hex(0x6B4A36),
            true,
        );
    }
    let shadow = s.radial((0.5, 0.5), 0.5, &[(0.0, Rgb(24, 16, 30), 0.4), (1.0, Rgb(24, 16, 30), 0.0)]);
    s.ellipse(20.0, 10.0, 380.0, 56.0, shadow);
    s.line("M-420 -560L-300 -440M-420 -560L-300 -400M-420 -560L-290 -470M420 -560L300 -440M420 -560L300 -400M420 -560L290 -470", Rgb::hex(0xEFE6D4), 5.0);
    s.path("M-300 -470C-200 -200 200 -200 300 -470L280 -430C180 -260 -180 -260 -280 -430Z", c.dark(0.4));
    let d = "M-300 -450C-220 -40 220 -40 300 -450C200 -250 -200 -250 -300 -450Z";
    let paint = s.down(&[(0.0, c.light(0.25)), (0.6, c), (1.0, c.dark(0.3))]);
    s.path(d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(d, texture);
    }
    s.line("M-305 -480L-292 -400M305 -480L292 -400", Rgb::hex(0xA97B4F), 17.0);
    if pen.has("fringe") {
        let mut threads = String::new();
        for step in 0..24 {
            let t = step as f32 / 23.0 * 2.0 - 1.0;
            threads.push_str(&format!("M{} {}v44", t * 250.0, -148.0 - t * t * 190.0));
        }
        s.hint(threads, c.light(0.5), 7.0, 0.9);
    }
    s.path("M-240 -400C-220 -450 -110 -420 -100 -330C-140 -290 -200 -320 -240 -400Z", pen.accent);
}

/// A stove with its pot, or a `set` of nested pots.
pub fn cookset(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    ground_shadow(s, 0.0, 220.0, 480.0);
    let steel = metal_paint(s, c);
    if pen.has("set") {
        for (x, y, size) in [(-120.0, -20.0, 1.0), (190.0, 30.0, 0.7)] {
            s.group(&format!("translate({x} {y}) scale({size})"), |s| {
                s.line("M200 -280C330 -300 330 -130 206 -110", pen.accent.dark(0.2), 22.0).line(
                    "M200 -282C328 -302 328 -132 206 -112",
                    pen.accent,
                    11.0,
                );
                s.path(turned(0.0, &[(210.0, -320.0), (212.0, -100.0), (196.0, 0.0)]), &steel);
                s.path(turned(0.0, &[(40.0, -372.0), (180.0, -350.0), (220.0, -320.0)]), &steel)
                    .path(turned(0.0, &[(34.0, -410.0), (36.0, -370.0)]), pen.accent);
            });
        }
        return;
    }
    body(s, pen, 0.0, &[(120.0, -190.0), (126.0, -150.0), (126.0, -30.0), (118.0, 0.0)], pen.accent);
    s.path(turned(0.0, &[(60.0, -250.0), (30.0, -220.0), (30.0, -180.0)]), &steel);
    for x in [-130.0, 0.0, 130.0] {
        s.line(format!("M{} -210L{x} -290", x * 0.3), c.dark(0.4), 13.0);
    }
    for (x, h) in [(-60.0, 34.0), (-20.0, 44.0), (20.0, 44.0), (60.0, 34.0)] {
        s.path(format!("M{x} {}q-17 20 0 {h}q17 -{} 0 -{h}Z", -254.0 - h, h - 20.0), Rgb::hex(0x5AA0D8));
    }
    s.line("M190 -520L420 -560", pen.accent.dark(0.3), 30.0).line("M190 -524L418 -564", pen.accent, 17.0);
    s.path(turned(0.0, &[(190.0, -560.0), (192.0, -400.0), (180.0, -292.0)]), &steel);
    mouth(s, 0.0, -560.0, 190.0, c, Some(Rgb::hex(0xD9803C)));
    super::tableware::steam(s, 0.0, -600.0);
}

/// A cool box: `soft`.
pub fn cooler(s: &mut Svg, pen: &Pen<'_>) {
    let (c, lid) = (pen.base, pen.accent);
    ground_shadow(s, 0.0, 330.0, 330.0);
    s.line("M-280 -330C-290 -560 270 -560 260 -330", Rgb::hex(0x8E979B).dark(0.2), 24.0).hint(
        "M-276 -350C-270 -552 250 -552 256 -350",
        Rgb::hex(0xDDE2E3),
        8.0,
        0.9,
    );
    crate_box(s, (-330.0, -330.0), 600.0, 330.0, 110.0, c, false);
    crate_box(s, (-344.0, -410.0), 628.0, 92.0, 120.0, lid, false);
    s.rect(-60.0, -350.0, 76.0, 80.0, 10.0, Rgb::hex(0xB4B9BD)).rect(
        -44.0,
        -330.0,
        44.0,
        40.0,
        6.0,
        Rgb::hex(0x6F787D),
    );
    s.hint("M-300 -60H240", c.dark(0.4), 7.0, 0.4).rect(-290.0, -220.0, 180.0, 80.0, 8.0, c.light(0.5)).hint(
        "M-270 -180H-140",
        c.dark(0.4),
        9.0,
        0.6,
    );
}

/// A folding knife and its sheath, or with `axe` a hatchet, with `torch` a head torch.
pub fn tool(s: &mut Svg, pen: &Pen<'_>) {
    let c = pen.base;
    if pen.has("torch") {
        s.hint("M-150 40C-330 -60 -320 -330 0 -350S330 -60 150 40", Rgb(24, 16, 30), 84.0, 0.12);
        s.line("M-150 20C-330 -80 -320 -350 0 -370S330 -80 150 20", c.dark(0.3), 76.0)
            .line("M-150 20C-330 -80 -320 -350 0 -370S330 -80 150 20", c, 66.0)
            .stitch("M-150 20C-330 -80 -320 -350 0 -370S330 -80 150 20", c.contrast());
        let case = rounded(-190.0, -70.0, 380.0, 250.0, 70.0);
        flat_shadow(s, &case, 26.0);
        let paint = face_paint(s, pen.accent);
        s.path(&case, paint);
        let lens = s.radial(
            (0.4, 0.4),
            0.7,
            &[(0.0, Rgb(255, 255, 240), 1.0), (0.5, Rgb(255, 236, 176), 1.0), (1.0, Rgb(190, 180, 150), 1.0)],
        );
        s.circle(0.0, 54.0, 92.0, Rgb(44, 44, 50)).circle(0.0, 54.0, 74.0, lens).rect(
            110.0,
            -96.0,
            60.0,
            30.0,
            10.0,
            Rgb(44, 44, 50),
        );
        return;
    }
    s.group("rotate(-36)", |s| {
        if pen.has("axe") {
            let haft = "M-30 -300C-10 -100 -30 100 -50 380Q0 420 50 380C30 100 40 -100 24 -300Z";
            flat_shadow(s, haft, 22.0);
            wood(s, haft, c, true);
            let head = "M-60 -370H70L80 -270L190 -190Q220 -330 200 -440L80 -380H-70Z";
            flat_shadow(s, head, 22.0);
            let steel = s.linear(
                (0.0, 0.0),
                (1.0, 0.0),
                &[
                    (0.0, Rgb::hex(0x5D666B), 1.0),
                    (0.6, Rgb::hex(0x8D979C), 1.0),
                    (0.85, Rgb::hex(0xE6EAEB), 1.0),
                    (1.0, Rgb::hex(0xC0C8CC), 1.0),
                ],
            );
            s.path(head, steel).line("M-46 300Q0 318 44 300", pen.accent, 13.0);
            return;
        }
        let blade = "M20 -40H250Q350 -30 400 44Q240 60 20 50Z";
        flat_shadow(s, blade, 16.0);
        let steel =
            s.down(&[(0.0, Rgb::hex(0xE9EDEF)), (0.5, Rgb::hex(0xB0BAC0)), (1.0, Rgb::hex(0x939EA4))]);
        s.path(blade, steel).line("M90 -26H180", Rgb::hex(0x7B868C), 7.0);
        let grip = "M60 -56Q-150 -80 -330 -50Q-400 -30 -380 30Q-360 70 -300 60Q-150 40 60 66Z";
        flat_shadow(s, grip, 18.0);
        wood(s, grip, c, false);
        for x in [20.0, -150.0, -310.0] {
            s.circle(x, 4.0, 13.0, Rgb::hex(0xE2C98A));
        }
        s.path("M60 -56h40v122h-40Z", Rgb::hex(0xC9A04E));
    });
}
