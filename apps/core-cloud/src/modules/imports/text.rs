//! Names and texts from elsewhere, made fit for the shop.

use std::collections::HashSet;
use std::sync::LazyLock;

use kiosk_ids::{ID_BYTES_MAX, ProductId, SKU_BYTES_MAX, Sku, VendorId};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longest slug, in bytes.
pub const SLUG_BYTES_MAX: usize = 80;
/// Longest title or name, in characters.
pub const TITLE_CHARS_MAX: usize = 200;
/// Longest description, in bytes.
pub const DESCRIPTION_BYTES_MAX: usize = 64 * 1024;
/// Most tags of a product.
const TAGS_MAX: usize = 40;
/// Longest tag or option, in characters.
const WORD_CHARS_MAX: usize = 60;

static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "p",
        "br",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "strong",
        "b",
        "em",
        "i",
        "u",
        "s",
        "sub",
        "sup",
        "span",
        "div",
        "blockquote",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "a",
    ];
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .tags(HashSet::from(tags))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["https", "http", "mailto"]))
        .link_rel(Some("nofollow noopener noreferrer"));
    cleaner
});

/// HTML without anything that acts or loads; plain text becomes a paragraph.
#[must_use]
pub fn clean_html(html: &str) -> String {
    let html = html.trim();
    if html.is_empty() {
        return String::new();
    }
    let clean = CLEANER.clean(html).to_string();
    if html.contains('<') { clean } else { format!("<p>{clean}</p>") }
}

/// Text without markup, control characters and double spaces, cut to `chars_max` characters.
#[must_use]
pub fn plain(text: &str, chars_max: usize) -> String {
    let mut words = String::with_capacity(text.len().min(chars_max * 4));
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    match words.char_indices().nth(chars_max) {
        Some((end, _)) => words[..end].trim_end().to_owned(),
        None => words,
    }
}

/// Lower-case words for search.
pub fn tags<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut tags = Vec::new();
    for word in words {
        let tag = plain(&word.to_lowercase(), WORD_CHARS_MAX);
        if !tag.is_empty() && !tags.contains(&tag) && tags.len() < TAGS_MAX {
            tags.push(tag);
        }
    }
    tags
}

/// A word or two, for options.
#[must_use]
pub fn word(text: &str) -> String {
    plain(text, WORD_CHARS_MAX)
}

/// `Größe 12 / Blau` -> `grosse-12-blau`: lower-case ASCII letters and digits, joined by dashes.
#[must_use]
pub fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for char in text.replace('ß', "ss").nfkd().filter(|char| !is_combining_mark(*char)) {
        if char.is_ascii_alphanumeric() {
            slug.push(char.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') && !matches!(char, '\'' | '\u{2019}') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() && !text.trim().is_empty() {
        // A name in another script is told apart by its hash.
        return format!("x-{}", short_hash(text));
    }
    shorten(slug, SLUG_BYTES_MAX)
}

/// A name for people from a slug or a tag: `home-decor` -> `Home decor`.
#[must_use]
pub fn heading(text: &str) -> String {
    let text = plain(&text.replace(['-', '_'], " "), WORD_CHARS_MAX);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The product that a vendor calls so, the same in every import. `vendor` and `handle` are slugs.
#[must_use]
pub fn product_id(vendor: &VendorId, handle: &str) -> ProductId {
    let vendor = vendor.as_str().trim_start_matches(VendorId::PREFIX);
    let name = shorten(&format!("{vendor}-{handle}"), ID_BYTES_MAX - ProductId::PREFIX.len());
    ProductId::named(&name).unwrap_or_else(|_| unreachable!("slugs make an id: {name}"))
}

/// The vendor of a name. `None` when nothing is left of the name.
#[must_use]
pub fn vendor_id(name: &str) -> Option<VendorId> {
    VendorId::named(&shorten(&slug(name), 40)).ok()
}

/// An SKU as near to the text as its characters allow. `None` when nothing is left.
#[must_use]
pub fn sku(text: &str) -> Option<Sku> {
    let text = text.trim();
    if let Ok(sku) = Sku::parse(text) {
        return Some(sku);
    }
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let text: String = text.chars().map(|char| if allowed(char) { char } else { '-' }).collect();
    Sku::parse(&shorten(text.trim_matches('-'), SKU_BYTES_MAX)).ok()
}

/// An SKU for a variant that has none, the same in every import.
#[must_use]
pub fn derived_sku(handle: &str, options: &[String]) -> Option<Sku> {
    let words = std::iter::once(handle).chain(options.iter().map(String::as_str)).map(slug);
    sku(&shorten(&words.collect::<Vec<_>>().join("-").to_uppercase(), SKU_BYTES_MAX))
}

/// Cut to `bytes_max` with a hash of the whole, so that two long names stay two.
fn shorten(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let start: String = text.chars().take(bytes_max - 9).collect();
    format!("{start}-{}", short_hash(text))
}

fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text)[..4])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn html_is_cleaned_of_what_acts() {
        let dirty = "<p onclick='x()'>Fine <script>bad()</script><img src=x onerror=y> \
            <a href='javascript:z'>a</a><a href='https://example.test'>b</a></p>";
        let clean = clean_html(dirty);
        for bad in ["script", "onclick", "img", "javascript"] {
            assert!(!clean.contains(bad), "{clean}");
        }
        assert!(clean.contains("https://example.test") && clean.contains("nofollow"));
        assert_eq!(clean_html("Plain & simple"), "<p>Plain &amp; simple</p>");
    }

    #[test]
    fn slugs_are_ascii_and_stay_apart() {
        assert_eq!(slug("Größe 12 / Blau!"), "grosse-12-blau");
        assert_eq!(slug("Café-Crème"), "cafe-creme");
        assert_eq!(slug("Men's"), "mens");
        assert_ne!(slug("手袋"), slug("帽子"));
        assert!(slug(&"long ".repeat(50)).len() <= SLUG_BYTES_MAX);
        assert_eq!(slug("  "), "");
    }

    #[test]
    fn skus_are_derived_and_repaired() {
        assert_eq!(derived_sku("classic-top", &["Small".into()]).unwrap().as_str(), "CLASSIC-TOP-SMALL");
        assert_eq!(sku("AB/12 L").unwrap().as_str(), "AB-12-L");
        assert_eq!(sku(" / "), None);
        assert!(derived_sku(&"x".repeat(80), &[]).unwrap().as_str().len() <= SKU_BYTES_MAX);
    }

    #[test]
    fn plain_text_is_one_line_and_not_too_long() {
        assert_eq!(plain(" a\n\tb\u{0} c ", 10), "a b c");
        assert_eq!(plain("ääääää", 3), "äää");
        assert_eq!(heading("home-decor"), "Home decor");
    }
}
