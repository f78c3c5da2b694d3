//! Cookies: the keys to one's cart and orders.
//!
//! Over HTTPS each name starts with `__Host-`, which ties the cookie to this host; a plain loopback address cannot
//! set such cookies, so there the name stands alone.

use axum::http::{HeaderMap, HeaderValue, header};

/// The key to the cart: `<id>.<token>`.
pub const CART: &str = "kiosk_cart";
/// Pieces in the cart, for the header; the cart itself is the truth.
pub const CART_COUNT: &str = "kiosk_cart_count";
/// The keys to the last orders: `<id>.<token>`, newest first, separated by `~`.
pub const ORDERS: &str = "kiosk_orders";
/// A random name for this browser, which the fraud score counts orders by.
pub const DEVICE: &str = "kiosk_device";

/// The token of the visitor's session.
pub const SESSION: &str = "kiosk_session";

/// How long a session's cookie is kept, in seconds; the session itself may end sooner.
pub const SESSION_AGE_S_MAX: u32 = 30 * 24 * 3600;
/// How long a cart is kept, in seconds.
pub const CART_AGE_S_MAX: u32 = 30 * 24 * 3600;
/// How long orders stay at hand, in seconds.
pub const ORDERS_AGE_S_MAX: u32 = 180 * 24 * 3600;
/// How long a browser keeps its name, in seconds.
pub const DEVICE_AGE_S_MAX: u32 = 90 * 24 * 3600;

/// The value of the cookie `name`.
pub fn get<'a>(headers: &'a HeaderMap, name: &str, secure: bool) -> Option<&'a str> {
    headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            let key = if secure { key.strip_prefix("__Host-")? } else { key };
            (key == name).then_some(value)
        })
    })
}

/// A `Set-Cookie` that scripts cannot read; `None` when the value has a character that cookies cannot carry.
pub fn set(name: &str, value: &str, secure: bool, age_s: u32) -> Option<HeaderValue> {
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
        assert_eq!(get(&headers, CART, false), Some("x.y"));
        assert_eq!(get(&headers, CART, true), Some("s.t"));
        assert_eq!(get(&headers, ORDERS, false), None);
    }

    #[test]
    fn values_cannot_break_out() {
        assert!(set(CART, "crt_1.t; Domain=evil", false, 1).is_none());
        let header = set(CART, "crt_1.t", true, 60).unwrap();
        assert_eq!(
            header.to_str().unwrap(),
            "__Host-kiosk_cart=crt_1.t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
    }
}
