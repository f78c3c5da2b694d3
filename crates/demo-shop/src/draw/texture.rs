//! What surfaces are made of: repeated tiles laid over a shape.

use super::colour::Rgb;
use super::svg::Svg;
use std::fmt::Write;

/// A texture by its word on a product's card, painted to suit the colour `on`; `accent` colours woven patterns.
pub fn texture(s: &mut Svg, word: &str, on: Rgb, accent: Rgb) -> Option<String> {
    let ink = if on.luma() > 110.0 { on.dark(0.45) } else { on.light(0.4) };
    Some(match word {
        "speckle" => speckle(s, on.dark(0.55)),
        "grain" => grain(s, on, 0.0),
        "grain-up" => grain(s, on, 90.0),
        "knit" => knit(s, on),
        "rib" => rib(s, on),
        "cable" => cable(s, on),
        "linen" => linen(s, ink),
        "waffle" => waffle(s, on),
        "stripe" => s.tile(54.0, 54.0, 0.0, &bar(0.0, 0.0, 54.0, 20.0, accent, 0.9)),
        "pinstripe" => s.tile(26.0, 26.0, 90.0, &bar(0.0, 0.0, 26.0, 4.0, accent, 0.7)),
        "bands" => s.tile(
            150.0,
            150.0,
            0.0,
            &format!(
                "{}{}",
                bar(0.0, 20.0, 150.0, 46.0, accent, 0.9),
                bar(0.0, 80.0, 150.0, 8.0, accent, 0.8)
            ),
        ),
        "check" => check(s, accent, 44.0),
        "gingham" => check(s, accent, 26.0),
        "tartan" => tartan(s, on, accent),
        "dots" => {
            s.tile(48.0, 48.0, 45.0, &format!("<circle cx=\"24\" cy=\"24\" r=\"8\" fill=\"{accent}\"/>"))
        }
        "quilt" => quilt(s, on),
        "cane" => cane(s, ink),
        "wicker" => wicker(s, on),
        "terrazzo" => terrazzo(s, on, accent),
        "marble" => marble(s, on),
        "leaves" => leaves(s, accent),
        "waves" => waves(s, accent),
        "zigzag" => s.tile(60.0, 60.0, 0.0, &wire("M-5 20L15 40L45 10L65 30", accent, 9.0, 0.85)),
        "grid" => s.tile(30.0, 30.0, 0.0, &wire("M0 15H30M15 0V30", ink, 1.5, 0.35)),
        "hammered" => hammered(s, on),
        "pile" => pile(s, on),
        "flute" => s.tile(
            26.0,
            26.0,
            0.0,
            &format!(
                "{}{}",
                bar(0.0, 0.0, 9.0, 26.0, on.dark(0.4), 0.28),
                bar(13.0, 0.0, 6.0, 26.0, on.light(0.7), 0.3)
            ),
        ),
        "mesh" => s.tile(14.0, 14.0, 45.0, &wire("M0 7H14M7 0V14", ink, 1.6, 0.5)),
        _ => return None,
    })
}

fn bar(x: f32, y: f32, width: f32, height: f32, fill: Rgb, opacity: f32) -> String {
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" opacity=\"{opacity}\"/>"
    )
}

fn wire(d: &str, colour: Rgb, width: f32, opacity: f32) -> String {
    format!(
        "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\" opacity=\"{opacity}\"/>"
    )
}

fn speckle(s: &mut Svg, ink: Rgb) -> String {
    let mut dots = format!("<g fill=\"{ink}\" opacity=\".55\">");
    let spots = [
        (12, 18, 3),
        (47, 9, 2),
        (83, 31, 4),
        (29, 52, 2),
        (66, 63, 3),
        (104, 77, 2),
        (15, 88, 3),
        (52, 101, 2),
        (92, 110, 3),
        (38, 30, 1),
        (110, 14, 2),
        (75, 92, 1),
    ];
    for (x, y, r) in spots {
        let _ = write!(dots, "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
    }
    dots.push_str("</g>");
    s.tile(120.0, 120.0, 8.0, &dots)
}

fn grain(s: &mut Svg, on: Rgb, turn: f32) -> String {
    let fine =
        "M0 8C70 2 110 16 180 9S280 4 320 8M0 64C90 74 130 54 210 66S290 62 320 64M0 80C60 84 200 74 320 80";
    let knot = "M0 26C60 20 100 34 150 24S190 44 220 38S290 22 320 26M0 46C80 50 120 60 170 52S260 42 320 46M176 40C186 30 206 30 214 40S186 50 176 40Z";
    let lines = format!("{}{}", wire(fine, on.dark(0.35), 2.2, 0.4), wire(knot, on.dark(0.45), 1.7, 0.38));
    s.tile(320.0, 92.0, turn, &lines)
}

fn knit(s: &mut Svg, on: Rgb) -> String {
    let stitch = format!(
        "{}{}",
        wire("M2 3L11 15L20 3", on.dark(0.4), 4.0, 0.33),
        wire("M2 0L11 12L20 0", on.light(0.6), 2.5, 0.35)
    );
    s.tile(22.0, 16.0, 0.0, &stitch)
}

fn rib(s: &mut Svg, on: Rgb) -> String {
    s.tile(
        16.0,
        16.0,
        0.0,
        &format!(
            "{}{}",
            bar(0.0, 0.0, 5.0, 16.0, on.dark(0.45), 0.3),
            bar(8.0, 0.0, 4.0, 16.0, on.light(0.6), 0.3)
        ),
    )
}

fn cable(s: &mut Svg, on: Rgb) -> String {
    let twist = "M20 -4C20 20 60 24 60 44S20 64 20 92M60 -4C60 20 20 24 20 44S60 64 60 92";
    let ribs = "M94 -4V92M106 -4V92";
    let lines = format!(
        "{}{}{}",
        wire(twist, on.dark(0.45), 15.0, 0.28),
        wire(twist, on.light(0.5), 8.0, 0.5),
        wire(ribs, on.dark(0.4), 4.0, 0.3)
    );
    s.tile(120.0, 88.0, 0.0, &lines)
}

fn linen(s: &mut Svg, ink: Rgb) -> String {
    s.tile(12.0, 12.0, 0.0, &wire("M0 3H7M6 9H12M3 0V5M9 6V12", ink, 1.3, 0.3))
}

fn waffle(s: &mut Svg, on: Rgb) -> String {
    let cell = format!(
        "{}{}",
        bar(4.0, 4.0, 18.0, 18.0, on.dark(0.4), 0.25),
        bar(8.0, 8.0, 14.0, 14.0, on.light(0.5), 0.3)
    );
    s.tile(26.0, 26.0, 0.0, &cell)
}

fn check(s: &mut Svg, accent: Rgb, size: f32) -> String {
    let whole = size * 2.0;
    s.tile(
        whole,
        whole,
        0.0,
        &format!("{}{}", bar(0.0, 0.0, whole, size, accent, 0.5), bar(0.0, 0.0, size, whole, accent, 0.5)),
    )
}

fn tartan(s: &mut Svg, on: Rgb, accent: Rgb) -> String {
    let deep = on.dark(0.4);
    let both = |at: f32, width: f32, colour: Rgb, opacity: f32| {
        format!(
            "{}{}",
            bar(at, 0.0, width, 130.0, colour, opacity),
            bar(0.0, at, 130.0, width, colour, opacity)
        )
    };
    let bands = [
        both(10.0, 44.0, deep, 0.4),
        both(86.0, 14.0, accent, 0.6),
        both(30.0, 4.0, accent, 0.8),
        both(112.0, 5.0, on.light(0.7), 0.6),
    ];
    s.tile(130.0, 130.0, 0.0, &bands.concat())
}

fn quilt(s: &mut Svg, on: Rgb) -> String {
    let seams = format!(
        "{}{}",
        wire("M0 0H64M0 0V64", on.dark(0.45), 3.5, 0.4),
        wire("M4 5H60M5 4V60", on.light(0.7), 3.0, 0.3)
    );
    s.tile(64.0, 64.0, 45.0, &seams)
}

fn cane(s: &mut Svg, ink: Rgb) -> String {
    s.tile(28.0, 28.0, 0.0, &wire("M0 0L28 28M28 0L0 28M0 14H28M14 0V28", ink, 3.0, 0.5))
}

fn wicker(s: &mut Svg, on: Rgb) -> String {
    let weave = [
        bar(2.0, 2.0, 40.0, 13.0, on.light(0.3), 0.75),
        bar(2.0, 11.0, 40.0, 4.0, on.dark(0.5), 0.35),
        bar(-20.0, 19.0, 40.0, 13.0, on.light(0.18), 0.75),
        bar(24.0, 19.0, 40.0, 13.0, on.light(0.18), 0.75),
        bar(24.0, 28.0, 40.0, 4.0, on.dark(0.5), 0.35),
        bar(-20.0, 28.0, 40.0, 4.0, on.dark(0.5), 0.35),
    ];
    s.tile(44.0, 34.0, 0.0, &weave.concat())
}

fn terrazzo(s: &mut Svg, on: Rgb, accent: Rgb) -> String {
    let chip = |d: &str, colour: Rgb| format!("<path d=\"{d}\" fill=\"{colour}\" opacity=\".8\"/>");
    let chips = [
        chip("M10 12l22-6 8 16-18 10zM120 96l16-10 12 14-14 12zM64 118l12-4 6 10-14 6z", accent),
        chip("M70 30l16 2 2 16-20 2zM20 90l14-8 14 10-10 14zM136 28l10 4-2 12-12-2z", on.dark(0.4)),
        chip(
            "M100 60l14-4 6 12-12 8zM48 64l8-8 10 8-8 8zM150 132l-16 4-2 12 14 2zM8 138l12-4 4 12z",
            on.light(0.6),
        ),
    ];
    s.tile(160.0, 155.0, 0.0, &chips.concat())
}

fn marble(s: &mut Svg, on: Rgb) -> String {
    let veins = "M-20 60C40 40 80 120 160 90S260 140 320 100M60 -10C80 40 60 90 120 130S200 200 190 260M200 -10C220 30 260 40 330 30";
    s.tile(
        300.0,
        250.0,
        12.0,
        &format!(
            "{}{}",
            wire(veins, on.dark(0.5), 3.0, 0.25),
            wire("M0 150C60 130 90 190 150 170S240 230 300 200", on.dark(0.5), 8.0, 0.08)
        ),
    )
}

fn leaves(s: &mut Svg, accent: Rgb) -> String {
    let leaf = format!(
        "<g fill=\"{accent}\"><path d=\"M22 60C10 40 16 18 34 6C46 26 42 48 22 60ZM78 110C60 104 48 86 52 66C72 70 84 90 78 110Z\"/><path d=\"M96 40C84 34 78 22 80 8C94 12 100 26 96 40ZM20 112C12 104 10 92 16 82C26 90 28 102 20 112Z\" opacity=\".6\"/></g>"
    );
    s.tile(110.0, 124.0, 0.0, &leaf)
}

fn waves(s: &mut Svg, accent: Rgb) -> String {
    s.tile(72.0, 44.0, 0.0, &wire("M-6 30C6 4 30 4 36 22S66 40 78 14", accent, 6.0, 0.85))
}

fn hammered(s: &mut Svg, on: Rgb) -> String {
    let dent = format!(
        "<g fill=\"{}\" opacity=\".4\"><circle cx=\"12\" cy=\"12\" r=\"9\"/><circle cx=\"34\" cy=\"30\" r=\"9\"/></g><g fill=\"{}\" opacity=\".3\"><circle cx=\"14\" cy=\"15\" r=\"7\"/><circle cx=\"36\" cy=\"33\" r=\"7\"/></g>",
        on.light(0.6),
        on.dark(0.4)
    );
    s.tile(44.0, 40.0, 0.0, &dent)
}

fn pile(s: &mut Svg, on: Rgb) -> String {
    let tufts = format!(
        "{}{}",
        wire("M6 14C8 4 14 4 16 12M30 30C32 20 38 20 40 28M22 8l4 6", on.light(0.6), 3.0, 0.5),
        wire("M26 16C28 8 34 8 36 14M8 34C10 26 16 26 18 32", on.dark(0.4), 3.0, 0.3)
    );
    s.tile(44.0, 40.0, 0.0, &tufts)
}
