//! Takes personal values out of texts that people write to each other, before the texts leave the region.
//!
//! Found are e-mail addresses, telephone numbers, payment cards (Luhn), IBANs (modulo 97) and, as well as that can be
//! told without a directory, street addresses and postcodes with their city: English, German, Dutch, French and Spanish
//! forms. A text is looked at as a reader sees it: zero-width characters, full-width letters and single letters set
//! apart by spaces hide nothing.

mod digits;
mod patterns;
mod seen;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use self::seen::Seen;

/// A find may put two pieces side by side that are another; a text is looked at anew at most this often.
const PASSES_MAX: usize = 4;

/// What was taken out of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// An e-mail address.
    Email,
    /// A bank account.
    Iban,
    /// A payment card.
    Card,
    /// A telephone number.
    Phone,
    /// A street with its number, or a postcode with its city.
    Address,
}

impl Removed {
    /// What stands in the text instead.
    #[must_use]
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Email => "[e-mail removed]",
            Self::Iban => "[bank account removed]",
            Self::Card => "[card number removed]",
            Self::Phone => "[phone number removed]",
            Self::Address => "[address removed]",
        }
    }
}

/// A text without personal values: the only kind that is stored as a message or a review, and so the only kind that
/// leaves the region.
#[derive(Clone, PartialEq, Eq)]
pub struct Masked(String);

impl Masked {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a reader sees nothing of it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.0.chars().all(|c| c.is_whitespace() || seen::is_unseen(c))
    }
}

/// A customer's text is nobody's business in a log, masked or not.
impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[masked]")
    }
}

impl From<Masked> for String {
    fn from(masked: Masked) -> Self {
        masked.0
    }
}

/// Masks `text`, and tells what was taken out of it, each kind once.
///
/// Characters that are not seen are dropped: control characters but line breaks, and marks that turn the direction of
/// what follows.
#[must_use]
pub fn mask(text: &str) -> (Masked, Vec<Removed>) {
    let mut text: String = text.trim().chars().filter(|c| !is_trick(*c)).collect();
    let mut removed = Vec::new();
    for _ in 0..PASSES_MAX {
        let finds = finds(&Seen::of(&text));
        if finds.is_empty() {
            break;
        }
        removed.extend(finds.iter().map(|(kind, _)| *kind));
        text = replaced(&text, &finds);
    }
    removed.sort_unstable();
    removed.dedup();
    (Masked(text), removed)
}

fn is_trick(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

type Find = (Removed, Range<usize>);

/// Everything personal, in order and without overlaps; places are bytes of the text.
fn finds(seen: &Seen) -> Vec<Find> {
    let mut found: Vec<Find> = patterns::emails(seen.text()).map(|at| (Removed::Email, at)).collect();
    found.extend(digits::ibans(seen.text()).map(|at| (Removed::Iban, at)));
    found.extend(digits::cards(seen.text()).map(|at| (Removed::Card, at)));
    found.extend(patterns::phones(seen.text()).map(|at| (Removed::Phone, at)));
    found.extend(patterns::addresses(seen.text()).map(|at| (Removed::Address, at)));
    // Those that begin first; of two that begin together, the kind that is told apart best.
    found.sort_by_key(|(kind, at)| (at.start, *kind));
    let mut apart: Vec<Find> = Vec::with_capacity(found.len());
    for (kind, at) in found {
        match apart.last_mut() {
            Some((first, before)) if at.start < before.end => {
                before.end = before.end.max(at.end);
                *first = (*first).min(kind);
            }
            _ => apart.push((kind, at)),
        }
    }
    apart.into_iter().map(|(kind, at)| (kind, seen.written(&at))).collect()
}

fn replaced(text: &str, finds: &[Find]) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for (kind, at) in finds {
        clean.push_str(&text[from..at.start]);
        clean.push_str(kind.placeholder());
        from = at.end;
    }
    clean.push_str(&text[from..]);
    clean
}
