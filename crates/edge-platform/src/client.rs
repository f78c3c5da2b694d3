//! The address of the client that a request is from, in one header that the hosts' entries see to: what a client sends
//! under this name is replaced, and an app that asks another one for a client passes it on.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Header with the address.
pub const CLIENT: HeaderName = HeaderName::from_static("kiosk-client");

/// The client's address, where the host knows it.
#[must_use]
pub fn of(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(CLIENT)?.to_str().ok()?.parse().ok()
}

/// Sets the client's address; `None` takes away what was sent.
pub fn set(headers: &mut HeaderMap, address: Option<IpAddr>) {
    headers.remove(CLIENT);
    if let Some(value) = address.and_then(|address| HeaderValue::from_str(&address.to_string()).ok()) {
        headers.insert(CLIENT, value);
    }
}

/// What a proxy says in `name`: it appends, so the last value is its own word.
#[must_use]
pub fn told_by_proxy(headers: &HeaderMap, name: &str) -> Option<IpAddr> {
    let line = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    address(line.rsplit(',').next()?.trim())
}

/// An address, with or without a port.
#[must_use]
pub fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_proxy_counts() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        headers.append("x-forwarded-for", HeaderValue::from_static("7.7.7.7, 192.0.2.1"));
        assert_eq!(told_by_proxy(&headers, "x-forwarded-for"), address("192.0.2.1"));
        assert_eq!(told_by_proxy(&headers, "x-real-ip"), None);
        assert_eq!(address("[2001:db8::1]:443"), address("2001:db8::1"));
        assert_eq!(address("unknown"), None);
    }

    #[test]
    fn what_a_client_sent_is_replaced() {
        let mut headers = HeaderMap::from_iter([(CLIENT, HeaderValue::from_static("6.6.6.6"))]);
        set(&mut headers, address("192.0.2.1"));
        assert_eq!(of(&headers), address("192.0.2.1"));
        set(&mut headers, None);
        assert_eq!(of(&headers), None);
    }
}
