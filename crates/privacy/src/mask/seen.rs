//! A text as a reader sees it, and where each of its characters was written.

use std::ops::Range;

/// The text in plain characters.
pub struct Seen {
    text: String,
    /// For each byte of `text`, the bytes of what was written there.
    places: Vec<Range<usize>>,
}

impl Seen {
    /// Reads `written`.
    pub fn of(written: &str) -> Self {
        let shown: Vec<(char, Range<usize>)> = written
            .char_indices()
            .filter(|(_, c)| !is_unseen(*c))
            .map(|(at, c)| (plain(c), at..at + c.len_utf8()))
            .collect();
        let mut seen = Self { text: String::with_capacity(written.len()), places: Vec::new() };
        for (index, (c, place)) in shown.iter().enumerate() {
            if *c == ' ' && is_between_single_characters(&shown, index) {
                continue;
            }
            seen.text.push(*c);
            seen.places.resize(seen.text.len(), place.clone());
        }
        seen
    }

    /// What to search.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where what is seen `at` some bytes was written.
    pub fn written(&self, at: &Range<usize>) -> Range<usize> {
        let end = at.end.saturating_sub(1);
        match (self.places.get(at.start), self.places.get(end)) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..0,
        }
    }
}

/// Zero-width and joining characters, and marks of direction.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The usual character that looks the same, as far as an address or a number is written with it.
fn plain(c: char) -> char {
    let shifted = |from: u32, to: char| char::from_u32(u32::from(c) - from + u32::from(to)).unwrap_or(c);
    match c {
        '\u{ff01}'..='\u{ff5e}' => shifted(0xff01, '!'),
        '\u{660}'..='\u{669}' => shifted(0x660, '0'),
        '\u{6f0}'..='\u{6f9}' => shifted(0x6f0, '0'),
        '\u{966}'..='\u{96f}' => shifted(0x966, '0'),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(c) - 0x1d7ce) % 10, 10).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => '-',
        '\u{3002}' | '\u{fe52}' | '\u{2024}' | '\u{ff61}' => '.',
        '\u{fe6b}' => '@',
        '\n' => '\n',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// `a d a @ e x a m p l e . o r g` is read as one word.
fn is_between_single_characters(shown: &[(char, Range<usize>)], space: usize) -> bool {
    let blank = |index: Option<usize>| {
        index.and_then(|index| shown.get(index)).is_none_or(|(c, _)| c.is_whitespace())
    };
    let before = space >= 1 && !blank(Some(space - 1)) && blank(space.checked_sub(2));
    let after = !blank(Some(space + 1)) && blank(Some(space + 2));
    before && after
}
