//! The id of a request, on hosts that do not give one. edge-node does.

use http::{HeaderMap, HeaderValue};
use kiosk_problem::REQUEST_ID;

use crate::Randomness;

/// Longest id that is taken over from a client, in bytes.
pub const REQUEST_ID_BYTES_MAX: usize = 64;

/// Sees to it that a request has an id, and returns it: the client's own when it can do no harm in a log.
pub fn ensure(headers: &mut HeaderMap, random: &dyn Randomness) -> HeaderValue {
    if let Some(id) = headers.get(REQUEST_ID).filter(|id| is_harmless(id)) {
        return id.clone();
    }
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    let id = HeaderValue::from_str(&format!("{:032x}", u128::from_be_bytes(bytes)));
    let id = id.unwrap_or_else(|_| unreachable!("hexadecimal digits fit a header"));
    headers.insert(REQUEST_ID, id.clone());
    id
}

fn is_harmless(id: &HeaderValue) -> bool {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:".contains(byte);
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.as_bytes().iter().all(legal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::SeededRandom;

    #[test]
    fn a_harmless_id_is_kept_and_any_other_is_replaced() {
        let of = |sent: Option<&str>| {
            let mut headers = HeaderMap::new();
            if let Some(value) = sent.and_then(|text| HeaderValue::from_str(text).ok()) {
                headers.insert(REQUEST_ID, value);
            }
            let id = ensure(&mut headers, &SeededRandom::new(1));
            assert_eq!(headers.get(REQUEST_ID), Some(&id));
            id
        };
        assert_eq!(of(Some("abc-1:2.3_4")), "abc-1:2.3_4");
        let long = "a".repeat(REQUEST_ID_BYTES_MAX + 1);
        for replaced in [None, Some(""), Some("a b"), Some("<x>"), Some(long.as_str())] {
            assert_eq!(of(replaced).len(), 32, "{replaced:?}");
        }
    }
}
