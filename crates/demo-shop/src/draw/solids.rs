//! Solid things that many objects are built of: turned bodies, boards, boxes, cloth, and the shadows they throw.
//! The light comes from the upper left, so that every picture of the shop is lit alike.

use super::colour::Rgb;
use super::pen::Pen;
use super::svg::Svg;

const BLACK: Rgb = Rgb(24, 16, 30);

/// How high a circle lying on the table looks, as a share of its width.
pub const TILT: f32 = 0.17;

/// The shadow on the ground of something `half` wide to each side of `x` and `height` tall.
pub fn ground_shadow(s: &mut Svg, x: f32, half: f32, height: f32) {
    let reach = (height * 0.75).min(430.0) + half * 0.4;
    let long = s.linear((0.0, 0.8), (1.0, 0.2), &[(0.15, BLACK, 0.30), (1.0, BLACK, 0.0)]);
    let (left, right, depth, rise) =
        (x - half * 0.96, x + half * 0.96, (half * TILT).min(46.0), reach * 0.24);
    s.path(
        format!(
            "M{left} 0C{left} {depth} {right} {depth} {right} 0L{} {}L{} {}Z",
            right + reach,
            -rise,
            left + reach,
            -rise - depth * 0.8
        ),
        long,
    );
    let contact = s.radial((0.5, 0.5), 0.5, &[(0.55, BLACK, 0.42), (1.0, BLACK, 0.0)]);
    s.ellipse(x + half * 0.05, depth * 0.35, half * 1.16, depth * 1.25 + 8.0, contact);
}

/// The shadow of furniture: its back legs stand further into the room than its front ones.
pub fn floor_shadow(s: &mut Svg, x: f32, half: f32, height: f32) {
    let depth = 30.0;
    let reach = (height * 0.6).min(330.0);
    let long = s.linear((0.0, 0.8), (1.0, 0.2), &[(0.3, BLACK, 0.22), (1.0, BLACK, 0.0)]);
    s.path(
        format!("M{} 0H{}L{} -90H{}Z", x - half, x + half, x + half + reach, x - half + reach * 0.4),
        long,
    );
    let contact = s.radial((0.5, 0.5), 0.5, &[(0.3, BLACK, 0.34), (1.0, BLACK, 0.0)]);
    s.ellipse(x + half * 0.03, -16.0, half * 1.14, depth * 1.6, contact);
}

/// The shadow of a flat thing that lies on a table seen from above, or hangs close to a wall.
pub fn flat_shadow(s: &mut Svg, d: &str, lift: f32) {
    for (step, opacity) in [(1.0, 0.07), (0.62, 0.09), (0.3, 0.12)] {
        s.group(&format!("translate({} {})", lift * step, lift * step * 1.3), |s| {
            s.veil(d, BLACK, opacity);
        });
    }
}

/// Paint for something round standing upright.
pub fn round_paint(s: &mut Svg, c: Rgb) -> String {
    s.across(&[
        (0.0, c.dark(0.16)),
        (0.2, c.light(0.26)),
        (0.48, c),
        (0.82, c.dark(0.26)),
        (1.0, c.dark(0.2)),
    ])
}

/// Paint for polished metal standing upright.
pub fn metal_paint(s: &mut Svg, c: Rgb) -> String {
    s.across(&[
        (0.0, c.dark(0.3)),
        (0.12, c.light(0.5)),
        (0.24, c.light(0.1)),
        (0.5, c.dark(0.12)),
        (0.62, c.light(0.35)),
        (0.74, c.dark(0.2)),
        (1.0, c.dark(0.4)),
    ])
}

/// Paint for a flat face lit from the upper left.
pub fn face_paint(s: &mut Svg, c: Rgb) -> String {
    s.linear((0.0, 0.0), (1.0, 1.0), &[(0.0, c.light(0.2), 1.0), (0.5, c, 1.0), (1.0, c.dark(0.16), 1.0)])
}

/// Paint for clear glass or liquid: the colour at its edges, nearly nothing inside.
pub fn glass_paint(s: &mut Svg, c: Rgb) -> String {
    s.linear(
        (0.0, 0.0),
        (1.0, 0.0),
        &[
            (0.0, c.dark(0.15), 0.75),
            (0.12, c.light(0.4), 0.5),
            (0.45, c.light(0.2), 0.32),
            (0.85, c, 0.5),
            (1.0, c.dark(0.25), 0.8),
        ],
    )
}

/// The outline of a body of revolution around `x`: (radius, y) pairs from the top down.
pub fn turned(x: f32, profile: &[(f32, f32)]) -> String {
    outline(x, profile, 0)
}

/// The same without the far half of its opening, to draw over what stands inside.
pub fn turned_front(x: f32, profile: &[(f32, f32)]) -> String {
    outline(x, profile, 1)
}

fn outline(x: f32, profile: &[(f32, f32)], sweep: u8) -> String {
    let top = profile.first().copied().unwrap_or_default();
    let bottom = profile.last().copied().unwrap_or_default();
    let left: Vec<(f32, f32)> = profile.iter().map(|(r, y)| (x - r, *y)).collect();
    let right: Vec<(f32, f32)> = profile.iter().rev().map(|(r, y)| (x + r, *y)).collect();
    format!(
        "M{} {}{}A{} {} 0 0 0 {} {}{}A{} {} 0 0 {sweep} {} {}Z",
        x - top.0,
        top.1,
        smooth(&left),
        bottom.0.max(0.1),
        bottom.0.max(0.1) * TILT,
        x + bottom.0,
        bottom.1,
        smooth(&right),
        top.0.max(0.1),
        top.0.max(0.1) * TILT,
        x - top.0,
        top.1
    )
}

/// Curves through the points after the first (Catmull-Rom, as cubic Béziers).
pub fn smooth(points: &[(f32, f32)]) -> String {
    let at = |index: usize| points[index.min(points.len() - 1)];
    let mut d = String::new();
    for i in 0..points.len().saturating_sub(1) {
        let (before, from, to, after) = (at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2));
        d.push_str(&format!(
            "C{} {} {} {} {} {}",
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1
        ));
    }
    d
}

/// A turned body with its texture and highlight, in the pen's colour.
pub fn body(s: &mut Svg, pen: &Pen<'_>, x: f32, profile: &[(f32, f32)], c: Rgb) {
    let d = turned(x, profile);
    let paint = if pen.has("metal") { metal_paint(s, c) } else { round_paint(s, c) };
    s.path(&d, paint);
    if let Some(texture) = pen.texture(s, c) {
        s.path(&d, texture);
    }
    if pen.has("dip") {
        dip(s, &d, x, profile, pen.accent);
    }
    if !pen.has("matt") {
        gloss(s, x, profile);
    }
}

/// Glaze or paint over the lower part.
fn dip(s: &mut Svg, outline: &str, x: f32, profile: &[(f32, f32)], colour: Rgb) {
    let (top, bottom) = (profile[0].1, profile[profile.len() - 1].1);
    let wide = profile.iter().map(|(r, _)| *r).fold(0.0, f32::max);
    let edge = top + (bottom - top) * 0.58;
    let paint = round_paint(s, colour);
    s.clipped(outline, |s| {
        s.path(
            format!(
                "M{} {edge}Q{x} {} {} {edge}V{}H{}Z",
                x - wide,
                edge + wide * TILT * 2.0,
                x + wide,
                bottom + 90.0,
                x - wide
            ),
            paint,
        );
    });
}

/// The streak of light on the lit side.
pub fn gloss(s: &mut Svg, x: f32, profile: &[(f32, f32)]) {
    let inner: Vec<(f32, f32)> = profile.iter().map(|(r, y)| (x - r * 0.66, *y)).collect();
    let outer: Vec<(f32, f32)> = profile.iter().rev().map(|(r, y)| (x - r * 0.78, *y)).collect();
    let (first, turn) = (inner[0], outer[0]);
    let fade = s.linear(
        (0.0, 0.0),
        (0.0, 1.0),
        &[(0.05, Rgb(255, 255, 255), 0.0), (0.3, Rgb(255, 255, 255), 0.42), (0.9, Rgb(255, 255, 255), 0.0)],
    );
    s.path(
        format!("M{} {}{}L{} {}{}Z", first.0, first.1, smooth(&inner), turn.0, turn.1, smooth(&outer)),
        fade,
    );
}

/// The opening of a hollow body: rim, inner wall, and what it is filled with.
pub fn mouth(s: &mut Svg, x: f32, y: f32, r: f32, c: Rgb, filled: Option<Rgb>) {
    let ry = r * TILT;
    let rim = s.across(&[(0.0, c.light(0.35)), (0.6, c.light(0.12)), (1.0, c.dark(0.1))]);
    s.ellipse(x, y, r, ry, rim);
    let inside = s.across(&[(0.0, c.dark(0.5)), (0.55, c.dark(0.3)), (1.0, c.dark(0.08))]);
    s.ellipse(x, y + 1.0, r * 0.93, ry * 0.84, inside);
    if let Some(filled) = filled {
        let level = s.across(&[(0.0, filled.dark(0.2)), (0.5, filled.light(0.12)), (1.0, filled)]);
        s.ellipse(x, y + ry * 0.16, r * 0.88, ry * 0.64, level);
    }
}

/// A wooden face: paint and grain along (`up` false) or upwards.
pub fn wood(s: &mut Svg, d: &str, c: Rgb, up: bool) {
    let paint = if up {
        s.across(&[(0.0, c.light(0.16)), (0.5, c), (1.0, c.dark(0.2))])
    } else {
        s.down(&[(0.0, c.light(0.14)), (1.0, c.dark(0.12))])
    };
    s.path(d, paint);
    if let Some(grain) = super::texture::texture(s, if up { "grain-up" } else { "grain" }, c, c) {
        s.path(d, grain);
    }
}

/// A box seen from the front, a little from above and from the left: front face (`corner` is its upper
/// left one), top and right side.
pub fn crate_box(s: &mut Svg, corner: (f32, f32), width: f32, height: f32, depth: f32, c: Rgb, wooden: bool) {
    let (x, y) = corner;
    let (dx, dy) = (depth * 0.62, depth * 0.42);
    let front = format!("M{x} {y}h{width}v{height}h-{width}Z");
    let top = format!("M{x} {y}l{dx} {}h{width}L{} {y}Z", -dy, x + width);
    let side = format!("M{} {y}l{dx} {}v{height}l{} {dy}Z", x + width, -dy, -dx);
    if wooden {
        wood(s, &front, c, false);
        wood(s, &top, c.light(0.22), false);
        wood(s, &side, c.dark(0.3), true);
    } else {
        let paint = face_paint(s, c);
        s.path(&front, paint).path(&top, c.light(0.3)).path(&side, c.dark(0.3));
    }
    s.hint(format!("M{x} {y}H{}", x + width), c.light(0.6), 2.5, 0.6);
}

/// A rounded rectangle as a path.
pub fn rounded(x: f32, y: f32, width: f32, height: f32, r: f32) -> String {
    format!(
        "M{} {y}h{}q{r} 0 {r} {r}v{}q0 {r} {} {r}h{}q{} 0 {} {}v{}q0 {} {r} {}Z",
        x + r,
        width - 2.0 * r,
        height - 2.0 * r,
        -r,
        2.0 * r - width,
        -r,
        -r,
        -r,
        2.0 * r - height,
        -r,
        -r
    )
}

/// A leg or bar between two points, `from` and `to` wide.
pub fn bar(s: &mut Svg, a: (f32, f32), b: (f32, f32), from: f32, to: f32, c: Rgb) {
    let d = format!(
        "M{} {}L{} {}L{} {}L{} {}Z",
        a.0 - from / 2.0,
        a.1,
        a.0 + from / 2.0,
        a.1,
        b.0 + to / 2.0,
        b.1,
        b.0 - to / 2.0,
        b.1
    );
    let paint = s.across(&[(0.0, c.light(0.22)), (0.5, c), (1.0, c.dark(0.32))]);
    s.path(d, paint);
}
