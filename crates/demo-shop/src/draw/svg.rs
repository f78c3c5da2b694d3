//! A small SVG writer: shapes in drawing order, definitions with ids of the picture's own.

use super::colour::Rgb;
use std::fmt::{Display, Write};

/// A picture being drawn. Its canvas is 1200 by 1200 units.
pub struct Svg {
    prefix: String,
    ids: u32,
    defs: Vec<(String, String)>,
    body: String,
}

/// A colour stop of a gradient: offset (0 to 1), colour, opacity (0 to 1).
pub type Stop = (f32, Rgb, f32);

impl Svg {
    /// An empty picture; `prefix` keeps its ids apart from those of other pictures inlined in the same page.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ids: 0, defs: Vec::new(), body: String::new() }
    }

    /// The finished document, with `title` as its accessible name.
    pub fn finish(self, title: &str) -> String {
        let mut defs = String::new();
        for (id, markup) in &self.defs {
            let _ = write!(defs, "{}", markup.replacen("id=\"\"", &format!("id=\"{id}\""), 1));
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1200 1200\" role=\"img\"><title>{}</title>{}</svg>\n",
            crate::catalogue::escape(title),
            tidy(&format!("<defs>{defs}</defs>{}", self.body))
        )
    }

    /// Adds a definition once (its markup has `id=""`) and returns its id.
    fn define(&mut self, markup: String) -> String {
        if let Some((id, _)) = self.defs.iter().find(|(_, known)| *known == markup) {
            return id.clone();
        }
        self.ids += 1;
        let id = format!("{}{}", self.prefix, self.ids);
        self.defs.push((id.clone(), markup));
        id
    }

    /// A gradient along a line; coordinates are shares of the painted shape's box.
    pub fn linear(&mut self, from: (f32, f32), to: (f32, f32), stops: &[Stop]) -> String {
        let (x1, y1, x2, y2) = (from.0, from.1, to.0, to.1);
        let markup = format!(
            "<linearGradient id=\"\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\">{}</linearGradient>",
            stop_list(stops)
        );
        format!("url(#{})", self.define(markup))
    }

    /// A gradient from left to right.
    pub fn across(&mut self, stops: &[(f32, Rgb)]) -> String {
        self.linear((0.0, 0.0), (1.0, 0.0), &solid(stops))
    }

    /// A gradient from top to bottom.
    pub fn down(&mut self, stops: &[(f32, Rgb)]) -> String {
        self.linear((0.0, 0.0), (0.0, 1.0), &solid(stops))
    }

    /// A gradient from a centre outwards; coordinates are shares of the painted shape's box.
    pub fn radial(&mut self, centre: (f32, f32), radius: f32, stops: &[Stop]) -> String {
        let (cx, cy) = centre;
        let markup = format!(
            "<radialGradient id=\"\" cx=\"{cx}\" cy=\"{cy}\" r=\"{radius}\">{}</radialGradient>",
            stop_list(stops)
        );
        format!("url(#{})", self.define(markup))
    }

    /// A repeated tile of `width` by `height` units, turned by `degrees`.
    pub fn tile(&mut self, width: f32, height: f32, degrees: f32, content: &str) -> String {
        let markup = format!(
            "<pattern id=\"\" width=\"{width}\" height=\"{height}\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate({degrees})\">{content}</pattern>"
        );
        format!("url(#{})", self.define(markup))
    }

    /// A filled path.
    pub fn path(&mut self, d: impl Display, fill: impl Display) -> &mut Self {
        let _ = write!(self.body, "<path d=\"{d}\" fill=\"{fill}\"/>");
        self
    }

    /// A filled path with an opacity.
    pub fn veil(&mut self, d: impl Display, fill: impl Display, opacity: f32) -> &mut Self {
        let _ = write!(self.body, "<path d=\"{d}\" fill=\"{fill}\" opacity=\"{opacity}\"/>");
        self
    }

    /// A line along a path, with round ends.
    pub fn line(&mut self, d: impl Display, colour: impl Display, width: f32) -> &mut Self {
        self.stroke(d, colour, width, 1.0, "")
    }

    /// A faint line along a path.
    pub fn hint(&mut self, d: impl Display, colour: impl Display, width: f32, opacity: f32) -> &mut Self {
        self.stroke(d, colour, width, opacity, "")
    }

    /// A stitched line along a path.
    pub fn stitch(&mut self, d: impl Display, colour: impl Display) -> &mut Self {
        self.stroke(d, colour, 3.0, 0.7, "11 8")
    }

    fn stroke(
        &mut self,
        d: impl Display,
        colour: impl Display,
        width: f32,
        opacity: f32,
        dash: &str,
    ) -> &mut Self {
        let _ = write!(
            self.body,
            "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\" stroke-linejoin=\"round\""
        );
        if opacity < 1.0 {
            let _ = write!(self.body, " opacity=\"{opacity}\"");
        }
        if !dash.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{dash}\"");
        }
        self.body.push_str("/>");
        self
    }

    /// A rectangle with rounded corners.
    pub fn rect(
        &mut self,
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        radius: f32,
        fill: impl Display,
    ) -> &mut Self {
        let _ = write!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" fill=\"{fill}\"/>"
        );
        self
    }

    /// An ellipse.
    pub fn ellipse(&mut self, cx: f32, cy: f32, rx: f32, ry: f32, fill: impl Display) -> &mut Self {
        let _ =
            write!(self.body, "<ellipse cx=\"{cx}\" cy=\"{cy}\" rx=\"{rx}\" ry=\"{ry}\" fill=\"{fill}\"/>");
        self
    }

    /// A circle.
    pub fn circle(&mut self, cx: f32, cy: f32, r: f32, fill: impl Display) -> &mut Self {
        let _ = write!(self.body, "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"{r}\" fill=\"{fill}\"/>");
        self
    }

    /// What `content` draws, moved, turned and scaled.
    pub fn group(&mut self, transform: &str, content: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.body, "<g transform=\"{transform}\">");
        content(self);
        self.body.push_str("</g>");
        self
    }

    /// What `content` draws, see-through.
    pub fn faint(&mut self, opacity: f32, content: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.body, "<g opacity=\"{opacity}\">");
        content(self);
        self.body.push_str("</g>");
        self
    }

    /// What `content` draws, cut to the inside of a path.
    pub fn clipped(&mut self, d: impl Display, content: impl FnOnce(&mut Self)) -> &mut Self {
        let id = self.define(format!("<clipPath id=\"\"><path d=\"{d}\"/></clipPath>"));
        let _ = write!(self.body, "<g clip-path=\"url(#{id})\">");
        content(self);
        self.body.push_str("</g>");
        self
    }
}

fn solid(stops: &[(f32, Rgb)]) -> Vec<Stop> {
    stops.iter().map(|(offset, colour)| (*offset, *colour, 1.0)).collect()
}

fn stop_list(stops: &[Stop]) -> String {
    let mut list = String::new();
    for (offset, colour, opacity) in stops {
        let _ = write!(list, "<stop offset=\"{offset}\" stop-color=\"{colour}\"");
        if *opacity < 1.0 {
            let _ = write!(list, " stop-opacity=\"{opacity}\"");
        }
        list.push_str("/>");
    }
    list
}

/// Rounds numbers: two decimals below 10, none above. What is finer cannot be seen and costs bytes.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(end);
        match number.parse::<f64>() {
            Ok(value) if number.contains('.') => {
                let rounded = if value < 10.0 { (value * 100.0).round() / 100.0 } else { value.round() };
                let _ = write!(out, "{rounded}");
            }
            _ => out.push_str(number),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_and_words_are_kept() {
        assert_eq!(
            tidy("M12.3456 -0.4567L7 8 #a1b2c3 rotate(-3.14159)"),
            "M12 -0.46L7 8 #a1b2c3 rotate(-3.14)"
        );
    }

    #[test]
    fn equal_definitions_share_an_id() {
        let mut svg = Svg::new("p");
        let stops = [(0.0, Rgb(0, 0, 0)), (1.0, Rgb(9, 9, 9))];
        assert_eq!(svg.down(&stops), svg.down(&stops));
    }
}
