//! What a reader sees of a page: two pages that show the same are compared word by word.

use anyhow::{Result, bail};

/// Words around a difference that a message shows.
const CONTEXT_WORDS: usize = 6;

/// The words of a page in their order, without scripts, styles and comments.
pub fn visible(html: &str) -> Vec<String> {
    let html = without(&without(&without(html, "<!--", "-->"), "<script", "</script>"), "<style", "</style>");
    let mut text = String::with_capacity(html.len() / 4);
    let mut rest = html.as_str();
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end + 1);
        // Leptos parts neighbouring texts by an empty tag, where React has a comment.
        if &rest[start..end] != "<!>" {
            text.push(' ');
        }
        rest = &rest[end..];
    }
    text.push_str(rest);
    let text =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")]
            .into_iter()
            .fold(text, |text, (entity, character)| text.replace(entity, character));
    text.split_whitespace().map(str::to_owned).collect()
}

/// `html` without everything from `start` to `end`.
fn without(html: &str, start: &str, end: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(start) {
        kept.push_str(&rest[..at]);
        rest = rest[at..].find(end).map_or("", |length| &rest[at + length + end.len()..]);
    }
    kept + rest
}

/// Checks that two pages show the same, and returns the number of words.
pub fn same(own: &str, peer: &str) -> Result<usize> {
    let (own, peer) = (visible(own), visible(peer));
    let differs = |index: &usize| own.get(*index) != peer.get(*index);
    let Some(index) = (0..own.len().max(peer.len())).find(differs) else { return Ok(own.len()) };
    let around = |words: &[String]| {
        let from = index.saturating_sub(CONTEXT_WORDS).min(words.len());
        words[from..(index + CONTEXT_WORDS).min(words.len())].join(" ")
    };
    bail!("the pages differ at word {index}:\n  Kiosk: … {} …\n  peer:  … {} …", around(&own), around(&peer))
}

/// How many elements a page has.
pub fn elements(html: &str) -> usize {
    let body = without(&without(html, "<!--", "-->"), "<script", "</script>");
    let starts = body.match_indices('<').filter(|(at, _)| {
        let name = &body[at + 1..];
        // What islands are wrapped in is not of the page.
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.starts_with("leptos-")
    });
    starts.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_shown_counts() {
        let leptos = "<p>All from<!> <b>Clay &amp; Co</b></p><script>let a = 1;</script>";
        let react = "<p>All from <!-- --><b>Clay &amp; Co</b></p><style>p{}</style>";
        assert_eq!(visible(leptos), ["All", "from", "Clay", "&", "Co"]);
        assert_eq!(same(leptos, react).expect("the same"), 5);
        assert_eq!(elements(leptos), 2);
    }

    #[test]
    fn the_first_difference_is_told() {
        let error = same("<p>one two</p>", "<p>one three</p>").expect_err("they differ").to_string();
        assert!(error.contains("one two") && error.contains("one three"), "{error}");
    }
}
