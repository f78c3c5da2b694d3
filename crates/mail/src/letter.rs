//! A letter to a customer: written once, read as plain text and as HTML.

use std::fmt::Write;

use html_escape::{encode_double_quoted_attribute, encode_text};
use serde::{Deserialize, Serialize};

/// Longest subject, in characters; a longer one is cut.
const SUBJECT_CHARS_MAX: usize = 150;

/// A mail. It is personal as a whole, and goes to the provider alone.
#[derive(Serialize, Deserialize)]
pub struct Mail {
    /// Address of the receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, where there is more to it than text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

/// A letter that is being written. Texts go in as they are: what reads them as HTML escapes them.
#[derive(Debug)]
pub struct Letter {
    subject: String,
    text: String,
    html: String,
}

impl Letter {
    /// Begins with a greeting.
    #[must_use]
    pub fn new(subject: &str, name: &str) -> Self {
        let subject: String = subject.chars().filter(|c| !c.is_control()).take(SUBJECT_CHARS_MAX).collect();
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>",
            encode_text(&subject)
        );
        Self { subject, text: String::new(), html }.paragraph(&format!("Hello {name},"))
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, text: &str) -> Self {
        let _ = write!(self.text, "{text}\n\n");
        let _ = write!(self.html, "<p>{}</p>", encode_text(text));
        self
    }

    /// Adds pieces: how many of what. None adds nothing.
    #[must_use]
    pub fn pieces<'a>(mut self, lines: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        let mut lines = lines.into_iter().peekable();
        if lines.peek().is_none() {
            return self;
        }
        self.html.push_str("<ul>");
        for (quantity, title) in lines {
            let _ = writeln!(self.text, "  {quantity} × {title}");
            let _ = write!(self.html, "<li>{quantity} × {}</li>", encode_text(title));
        }
        self.text.push('\n');
        self.html.push_str("</ul>");
        self
    }

    /// Adds facts, each with its name. None adds nothing.
    #[must_use]
    pub fn facts<'a>(mut self, facts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut facts = facts.into_iter().peekable();
        if facts.peek().is_none() {
            return self;
        }
        self.html.push_str("<table>");
        for (name, value) in facts {
            let _ = writeln!(self.text, "{name}: {value}");
            let (name, value) = (encode_text(name), encode_text(&value));
            let _ =
                write!(self.html, "<tr><th scope=\"row\" align=\"left\">{name}</th><td>{value}</td></tr>");
        }
        self.text.push('\n');
        self.html.push_str("</table>");
        self
    }

    /// Adds a link.
    #[must_use]
    pub fn link(mut self, text: &str, url: &str) -> Self {
        let _ = write!(self.text, "{text}: {url}\n\n");
        let (url, text) = (encode_double_quoted_attribute(url), encode_text(text));
        let _ = write!(self.html, "<p><a href=\"{url}\">{text}</a></p>");
        self
    }

    /// Signs it and addresses it.
    #[must_use]
    pub fn to(self, address: &str) -> Mail {
        let Self { subject, mut text, mut html } = self.paragraph("Kiosk");
        text.truncate(text.trim_end().len());
        text.push('\n');
        html.push_str("</body></html>");
        Mail { to: address.to_owned(), subject, text, html: Some(html) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_others_wrote_is_text_in_both() {
        let mail = Letter::new("A <b>\r\nBcc: x", "Ada & Bob")
            .paragraph("It left.")
            .pieces([(2, "<script>alert(1)</script>")])
            .facts([("Carrier", "D\"HL".to_owned())])
            .link("Your order", "https://shop.test/orders/1?key=a&b=\"")
            .to("ada@shop.test");
        assert_eq!(mail.subject, "A <b>Bcc: x", "a subject is one line");
        assert_eq!(
            mail.text,
            "Hello Ada & Bob,\n\nIt left.\n\n  2 × <script>alert(1)</script>\n\nCarrier: D\"HL\n\n\
             Your order: https://shop.test/orders/1?key=a&b=\"\n\nKiosk\n"
        );
        let html = mail.html.unwrap();
        assert!(!html.contains("<script>") && html.contains("2 × &lt;script&gt;"), "{html}");
        assert!(
            html.contains("<title>A &lt;b&gt;Bcc: x</title>") && html.contains("Ada &amp; Bob"),
            "{html}"
        );
        assert!(html.contains("href=\"https://shop.test/orders/1?key=a&amp;b=&quot;\""), "{html}");
    }

    #[test]
    fn nothing_to_list_is_no_list() {
        let mail = Letter::new("Subject", "Ada").pieces([]).facts([]).to("ada@shop.test");
        assert_eq!(mail.text, "Hello Ada,\n\nKiosk\n");
        assert!(!mail.html.unwrap().contains("<ul>"));
    }
}
