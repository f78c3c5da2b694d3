//! The mailbox as a page.

use std::fmt::Write as _;

use ammonia::clean_text;

use crate::Message;

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Mailbox</title><style>\
    body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1917;background:#fafaf9}\
    article{background:#fff;border:1px solid #d6d3d1;border-radius:8px;padding:1rem 1.25rem;margin:1rem 0}\
    h2{font-size:1.1rem;margin:0 0 .25rem}p{margin:0 0 .75rem;color:#57534e}\
    pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:0}a{color:#0f5e59}\
    </style></head><body><main><h1>Mailbox</h1>\
    <p>Mails that this shop would have sent. Nothing leaves this machine. Reload for newer ones.</p>";

/// All mails, one below the other.
pub fn mailbox(messages: &[Message]) -> String {
    let mut page = HEAD.to_owned();
    if messages.is_empty() {
        page.push_str("<p>No mail yet. Register in the shop, and its mail appears here.</p>");
    }
    for Message { to, subject, text_body, .. } in messages {
        // Writing to a string does not fail.
        let _ = write!(
            page,
            "<article><h2>{}</h2><p>To {}</p><pre>{}</pre></article>",
            clean_text(subject),
            clean_text(to),
            with_links(text_body)
        );
    }
    page.push_str("</main></body></html>");
    page
}

/// The text with its addresses as links.
fn with_links(text: &str) -> String {
    let link = |word: &str| {
        let shown = clean_text(word);
        let is_link = word.starts_with("http://") || word.starts_with("https://");
        if is_link { format!("<a href=\"{shown}\">{shown}</a>") } else { shown }
    };
    let line = |line: &str| line.split(' ').map(link).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_text() {
        let message = Message {
            from: "shop@kiosk.test".to_owned(),
            to: "<b>@x".to_owned(),
            subject: "<script>alert(1)</script>".to_owned(),
            text_body: "see\nhttps://shop.test/a?b=1#\"onclick=x and <i>".to_owned(),
        };
        let page = mailbox(&[message]);
        assert!(!page.contains("<script>") && !page.contains("<i>") && !page.contains("\"onclick"), "{page}");
        assert!(page.contains("<a href=\"https:"), "{page}");
    }

    #[test]
    fn an_empty_mailbox_says_so() {
        assert!(mailbox(&[]).contains("No mail yet"));
    }
}
