//! Cookies. Over HTTPS each name starts with `__Host-`, which ties the cookie to this host; a plain loopback address
//! cannot set such cookies, so there the name stands alone.

use http::{HeaderMap, HeaderValue, header};

/// The value of the cookie `name`.
#[must_use]
pub fn get_cookie<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            let key = if secure { key.strip_prefix("__Host-")? } else { key };
            (key == name).then_some(value)
        })
    })
}

/// A `Set-Cookie` that scripts cannot read; `None` when the value has a character that cookies cannot carry.
#[must_use]
pub fn set_cookie(name: &str, value: &str, secure: bool, age_s: u32) -> Option<HeaderValue> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    if !value.bytes().all(plain) {
        return None;
    }
    let (prefix, suffix) = if secure { ("__Host-", "; Secure") } else { ("", "") };
    HeaderValue::from_str(&format!(
        "{prefix}{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}{suffix}"
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_the_name_of_the_scheme_only() {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::COOKIE, HeaderValue::from_static("a=1; kiosk_cart=x.y; __Host-kiosk_cart=s.t"));
        assert_eq!(get_cookie(&headers, "kiosk_cart", false), Some("x.y"));
        assert_eq!(get_cookie(&headers, "kiosk_cart", true), Some("s.t"));
        assert_eq!(get_cookie(&headers, "kiosk_orders", false), None);
    }

    #[test]
    fn values_cannot_break_out() {
        assert!(set_cookie("kiosk_cart", "crt_1.t; Domain=evil", false, 1).is_none());
        let header = set_cookie("kiosk_cart", "crt_1.t", true, 60).unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "__Host-kiosk_cart=crt_1.t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
    }
}
