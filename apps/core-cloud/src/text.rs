//! Texts that people write.

/// A text as it is stored and shown: without control characters other than line breaks (a database may refuse them, and
/// nobody sees them), and without spaces around it.
pub fn clean(text: &str) -> String {
    let kept: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    kept.trim().to_owned()
}

/// Whether a text can be the SHA-256 of a picture, hex.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_taken_out() {
        assert_eq!(clean(" a\0b\r\nc\u{7}<b> "), "ab\nc<b>");
        assert_eq!(clean("\0 \n"), "");
        assert!(is_hash(&"0a".repeat(32)) && !is_hash("0a") && !is_hash(&"\0a".repeat(32)));
    }
}
