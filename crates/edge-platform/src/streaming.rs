//! Answers that are sent bit by bit: server-sent events. All others are sent whole, which costs a host less.

use http::{HeaderMap, header};

/// Media type of server-sent events.
pub const EVENT_STREAM: &str = "text/event-stream";

/// Whether an answer with these headers is sent as it is made.
#[must_use]
pub fn is_streamed(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(EVENT_STREAM.as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn events_alone_are_streamed() {
        let of = |value| {
            is_streamed(&HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]))
        };
        assert!(of("text/event-stream") && of("text/event-stream; charset=utf-8"));
        assert!(!of("text/html") && !is_streamed(&HeaderMap::new()));
    }
}
