//! Conditional requests: what a client has already is not sent again.

/// Whether an `If-None-Match` names `etag` (with its quotes). The comparison is weak (RFC 9110, 13.1.2): a proxy that
/// compresses turns the tag into a weak one, and a star stands for every tag.
pub fn none_match_names(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::none_match_names;

    #[test]
    fn a_tag_is_found_in_a_list_weak_or_strong() {
        for tags in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "\"b\",W/\"a\"", "*"] {
            assert!(none_match_names(tags, "\"a\""), "{tags}");
        }
        for tags in ["", "a", "\"b\"", "W/W/\"a\"", "\"ab\""] {
            assert!(!none_match_names(tags, "\"a\""), "{tags}");
        }
    }
}
