//! What is told by its form: e-mail addresses, telephone numbers, postal addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

type Pattern = LazyLock<Regex>;

macro_rules! pattern {
    ($($text:expr),+ $(,)?) => {
        LazyLock::new(|| Regex::new(concat!($($text),+)).unwrap_or_else(|error| unreachable!("{error}")))
    };
}

macro_rules! dot {
    () => {
        r"(?:\.|\s{1,3}\.\s{1,3}|\s{0,3}[(\[{<]\s?(?:dot|punkt|\.)\s?[)\]}>]\s{0,3}|\s{1,3}(?:dot|punkt)\s{1,3})"
    };
}

/// `ada@example.org`, `ada (at) example (dot) org`, `ada at example dot org`.
static EMAIL: Pattern = pattern!(
    r#"(?i)(?:[^\s@,;:()<>\[\]{}"]+\s{1,3}(?:dot|punkt)\s{1,3}){0,4}[^\s@,;:()<>\[\]{}"]+"#,
    r"(?:\s{0,3}@\s{0,3}|\s{0,3}[(\[{<]\s?(?:at|@)\s?[)\]}>]\s{0,3}|\s{1,3}at\s{1,3})",
    r"[^\s@.,;:()<>\[\]{}/]+(?:",
    dot!(),
    r"[^\s@.,;:()<>\[\]{}/]+){0,4}",
    dot!(),
    r"(?:[a-z][a-z]+|xn--[a-z0-9-]+)\b"
);

/// Whatever an `@` holds together and a dot follows: an address to a reader, even when its parts are odd.
static EMAIL_SHAPE: Pattern = pattern!(r#"[^\s@]+@[^\s@]+\.[^\s@.,;:!?()<>"]{2,}"#);

pub fn emails(text: &str) -> impl Iterator<Item = Range<usize>> {
    [&EMAIL, &EMAIL_SHAPE].into_iter().flat_map(|pattern| pattern.find_iter(text).map(|found| found.range()))
}

/// With a country: `+44 20 7946 0958`, `0049 (0) 30 1234567`.
static PHONE_ABROAD: Pattern = pattern!(r"(?:\+\s?|\b00\s?)[1-9](?:[\s./()\-]{0,3}\d){6,14}");
/// With the zero that area codes have: `030 / 123 45 67`, `(020) 7946 0958`, `01.23.45.67.89`.
static PHONE_NATIONAL: Pattern = pattern!(r"\(?\b0[1-9](?:[\s./()\-]{0,3}\d){6,11}");
/// North America: `(212) 555-0123`, `212.555.0123`.
static PHONE_AMERICA: Pattern =
    pattern!(r"(?:\b1[\s.\-])?(?:\(\d{3}\)\s?|\b\d{3}[\s.\-])\d{3}[\s.\-]\d{4}\b");
/// Said to be one.
static PHONE_SAID: Pattern = pattern!(
    r"(?i)\b(?:tel|phone|telephone|telefon|mobile|mobil|handy|whatsapp|whats app|telegram|cell|call me|text me|ring me)\b",
    r"[^\d\n]{0,20}?\+?\d(?:[\s./()\-]{0,3}\d){5,14}"
);
/// Days, which are written with the same characters.
static DATE: Pattern = pattern!(
    r"\b(?:[0-3]?\d[./\-][01]?\d[./\-](?:(?:19|20)\d{2}|\d{2})|(?:19|20)\d{2}[./\-][01]?\d[./\-][0-3]?\d)"
);

pub fn phones(text: &str) -> impl Iterator<Item = Range<usize>> {
    let patterns: [&Pattern; 4] = [&PHONE_ABROAD, &PHONE_NATIONAL, &PHONE_AMERICA, &PHONE_SAID];
    let dates = dates(text);
    patterns.into_iter().flat_map(|pattern| pattern.find_iter(text).map(|found| found.range())).filter(
        move |at| {
            let in_date = dates.iter().any(|date| date.contains(&at.start));
            !in_date && !is_longer(text, at)
        },
    )
}

/// Dates that stand by themselves: `01.12.10.67.89` is none.
fn dates(text: &str) -> Vec<Range<usize>> {
    let alone = |at: &Range<usize>| {
        let mut rest = text[at.end..].chars();
        match rest.next() {
            Some(c) if c.is_ascii_digit() => false,
            Some('.' | '/' | '-') => !rest.next().is_some_and(|c| c.is_ascii_digit()),
            _ => true,
        }
    };
    DATE.find_iter(text).map(|found| found.range()).filter(alone).collect()
}

/// Part of a longer number, such as that of a parcel.
fn is_longer(text: &str, at: &Range<usize>) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    digit(text[..at.start].chars().next_back()) || digit(text[at.end..].chars().next())
}

static ADDRESSES: [Pattern; 8] = [
    // 221b Baker Street
    pattern!(
        r"(?i)\b\d{1,5}[a-z]?,?[ ](?:[^\s\d,;.!?]+[ ]){1,3}(?:street|road|avenue|lane|boulevard|terrace|crescent|",
        r"gardens|mews|rd|ave|blvd)\b\.?"
    ),
    // 10 Downing St, 4 Privet Drive: words that mean other things too, so all of them begin with a capital.
    pattern!(
        r"\b\d{1,5}[a-zA-Z]?,?[ ](?:St\.?[ ])?(?:[A-Z][^\s\d,;.!?]*[ ]){1,3}(?:St|Way|Drive|Dr|Court|Ct|Place|Pl|Close|Row|",
        r"Hill|Square|Sq|Park|Walk|Lane|Ln)\b\.?"
    ),
    // Hauptstraße 5, Musterstr. 12a, Keizersgracht 1
    pattern!(
        r"(?i)[^\s\d,;]+(?:straße|strasse|str\.|weg|platz|allee|gasse|damm|ufer|laan|straat|gracht|gatan|vej|vägen)",
        r"[ ]{0,2}\d{1,4}[ ]?(?:[a-z]\b)?"
    ),
    // Alte Straße 5
    pattern!(
        r"\b(?:[A-Z][^\s\d,;]*[ -]){1,2}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse)[ ]\d{1,4}[ ]?(?:[a-z]\b)?"
    ),
    // 12 bis, rue de la Paix
    pattern!(
        r"(?i)\b\d{1,4}(?:[ ]?(?:bis|ter))?,?[ ](?:rue|avenue|boulevard|chemin|impasse|quai|place[ ]d(?:e|u|es))",
        r"(?:[ ][^\s\d,;.!?]+){1,4}"
    ),
    // Calle Mayor 10
    pattern!(r"(?i)\b(?:calle|avenida|plaza|viale|piazza)[ ](?:[^\s\d,;]+[ ]){0,4}[^\s\d,;]+,?[ ]\d{1,4}\b"),
    // SW1Y 4JH; 1015 CJ Amsterdam; Springfield, IL 62704
    pattern!(
        r"\b(?:[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}|\d{4}[ ]?[A-Z]{2}[ ][A-Z][a-z]{2,}|",
        r"[A-Z][a-z]+,[ ][A-Z]{2}[ ]\d{5}(?:-\d{4})?)\b"
    ),
    // , 10115 Berlin; in D-10115 Berlin
    pattern!(
        r"(?:^|[,\n][ ]?|\b(?:in|nach|from|to|near|bei)[ ])(?:[A-Z]{1,2}-)?\d{5}[ ][A-ZÄÖÜ][a-zäöüß]{3,}(?:[ -][A-ZÄÖÜ][a-zäöüß]+)?"
    ),
];

pub fn addresses(text: &str) -> impl Iterator<Item = Range<usize>> {
    ADDRESSES.iter().flat_map(|pattern| pattern.find_iter(text).map(|found| found.range()))
}
