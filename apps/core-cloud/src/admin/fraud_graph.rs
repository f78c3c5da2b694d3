//! A case drawn with what links it to others: the case on the left, its pseudonyms in the middle, other cases on the right.
//! The table below it says the same to who cannot see it, and has the links.

use std::fmt::Write;

use html_escape::encode_text;

use super::fraud_words::key_name;
use crate::modules::fraud::service::{Around, Case};

/// Width of the picture, in its own units.
const WIDTH: usize = 720;
/// Between two things that stand above each other.
const STEP: usize = 30;
/// Where the columns stand.
const COLUMNS: [usize; 3] = [90, 300, 470];
/// Digits of an id that are shown; the table has all of them.
const ID_CHARS: usize = 10;

/// The picture as SVG; empty when no other case shares anything with it.
pub fn draw(around: &Around) -> String {
    let (links, others) = (&around.links, &around.others);
    if others.is_empty() {
        return String::new();
    }
    let height = STEP * links.len().max(others.len()).max(2) + STEP;
    let place = |count: usize, number: usize| (height - STEP * count) / 2 + STEP * number + STEP / 2;
    let middle = place(1, 0);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{} other cases share something with this one\">",
        others.len()
    );
    for (number, link) in links.iter().enumerate() {
        let y = place(links.len(), number);
        line(&mut svg, (COLUMNS[0], middle), (COLUMNS[1], y));
        let shared =
            around.shared.iter().filter(|shared| (&shared.kind, &shared.key) == (&link.kind, &link.key));
        for shared in shared {
            if let Some(place_of) = others.iter().position(|other| other.id == shared.case) {
                line(&mut svg, (COLUMNS[1], y), (COLUMNS[2], place(others.len(), place_of)));
            }
        }
    }
    dot(&mut svg, (COLUMNS[0], middle), 10, tone(&around.case), "this case");
    for (number, link) in links.iter().enumerate() {
        let at = (COLUMNS[1], place(links.len(), number));
        dot(&mut svg, at, 7, "key", key_name(&link.kind));
    }
    for (number, other) in others.iter().enumerate() {
        let at = (COLUMNS[2], place(others.len(), number));
        let end = other.id.len().saturating_sub(ID_CHARS);
        let short = other.id.get(end..).unwrap_or(&other.id);
        dot(&mut svg, at, 7, tone(other), &format!("…{short} · {}", other.total));
    }
    svg.push_str("</svg>");
    svg
}

/// How a case is drawn: by what somebody found, or else by what the score said.
fn tone(case: &Case) -> &'static str {
    match (case.state.as_str(), case.outcome.as_str()) {
        ("fraud", _) => "bad",
        ("honest", _) => "good",
        (_, "block") => "bad",
        ("open" | "rejected", _) => "warn",
        _ => "plain",
    }
}

fn line(svg: &mut String, from: (usize, usize), to: (usize, usize)) {
    let _ = write!(svg, "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>", from.0, from.1, to.0, to.1);
}

fn dot(svg: &mut String, (x, y): (usize, usize), radius: usize, tone: &str, label: &str) {
    let _ = write!(
        svg,
        "<circle class=\"g-{tone}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/><text x=\"{}\" y=\"{}\">{}</text>",
        x + radius + 6,
        y + 4,
        encode_text(label)
    );
}
