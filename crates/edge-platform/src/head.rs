//! Answers to HEAD.

use http::{HeaderMap, Method, header};

/// Takes the length out of the head of an answer to HEAD.
///
/// A router answers HEAD as GET and drops the body, and its head still tells the body's length. Hosts hold a component
/// to the length that it tells: they take the answer for one that broke off. The length may be left out (RFC 9110, 8.6).
pub fn without_length(method: &Method, headers: &mut HeaderMap) {
    if method == Method::HEAD {
        headers.remove(header::CONTENT_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_an_answer_without_a_body_loses_its_length() {
        for (method, kept) in [(Method::GET, true), (Method::POST, true), (Method::HEAD, false)] {
            let mut headers = HeaderMap::from_iter([
                (header::CONTENT_LENGTH, HeaderValue::from_static("7")),
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html")),
            ]);
            without_length(&method, &mut headers);
            assert_eq!(headers.contains_key(header::CONTENT_LENGTH), kept, "{method}");
            assert!(headers.contains_key(header::CONTENT_TYPE), "{method}");
        }
    }
}
