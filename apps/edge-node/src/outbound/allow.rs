//! `allowed_outbound_hosts`: where a component may send requests, in Spin's syntax.

use http::Uri;

/// Suffix of hosts that stand for components of the same application.
pub const CHAIN_SUFFIX: &str = ".spin.internal";
/// Host that stands for the application itself, as in `http://self`.
pub const SELF_HOST: &str = "self";

/// Why an entry was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{entry}`: {reason}")]
pub struct AllowError {
    entry: String,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Scheme {
    Any,
    Is(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    /// `*.example.com`, kept with its dot.
    Below(String),
    Is(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Port {
    Any,
    /// First and last, both allowed.
    Between(u16, u16),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    scheme: Scheme,
    host: Host,
    port: Port,
}

/// The entries of one component. An empty list allows nothing.
#[derive(Clone, Debug, Default)]
pub struct AllowList(Vec<Entry>);

impl AllowList {
    /// Parses entries whose templates are filled in.
    pub fn parse(entries: &[String]) -> Result<Self, AllowError> {
        entries.iter().map(|entry| Entry::parse(entry)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a request to this absolute URI may be sent.
    pub fn allows(&self, uri: &Uri) -> bool {
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return false;
        };
        let port = uri.port_u16().or_else(|| default_port(scheme));
        let host = host.to_ascii_lowercase();
        port.is_some_and(|port| self.0.iter().any(|entry| entry.allows(scheme, &host, port)))
    }

    /// Whether a request to the application itself, by a path alone, may be sent.
    pub fn allows_self(&self) -> bool {
        self.0.iter().any(|entry| entry.host == Host::Is(SELF_HOST.to_owned()))
    }
}

impl Entry {
    fn parse(entry: &str) -> Result<Self, AllowError> {
        let refuse = |reason| AllowError { entry: entry.to_owned(), reason };
        let (scheme, rest) =
            entry.split_once("://").ok_or_else(|| refuse("an entry is scheme://host:port"))?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) {
            return Err(refuse("an entry has no path, query or user"));
        }
        let (host, port) = match split_port(rest) {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let port = match port {
            Some(port) => {
                parse_port(port).ok_or_else(|| refuse("the port is a number, a range `1..9` or `*`"))?
            }
            None => match (default_port(scheme), host) {
                (Some(port), _) => Port::Between(port, port),
                (None, _) => return Err(refuse("this scheme needs a port")),
            },
        };
        let scheme = match scheme {
            "*" => Scheme::Any,
            "" => return Err(refuse("the scheme is empty")),
            scheme => Scheme::Is(scheme.to_ascii_lowercase()),
        };
        Ok(Self {
            scheme,
            host: parse_host(host).ok_or_else(|| refuse("the host is a name, `*.name` or `*`"))?,
            port,
        })
    }

    fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        let scheme_fits = match &self.scheme {
            Scheme::Any => true,
            Scheme::Is(own) => own == scheme,
        };
        let host_fits = match &self.host {
            Host::Any => true,
            Host::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
            Host::Is(own) => own == host,
        };
        let port_fits = match self.port {
            Port::Any => true,
            Port::Between(first, last) => (first..=last).contains(&port),
        };
        scheme_fits && host_fits && port_fits
    }
}

/// Splits off a port, but not the end of a bracketed IPv6 address.
fn split_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    (!port.contains(']')).then_some((host, port))
}

fn parse_host(host: &str) -> Option<Host> {
    let host = host.to_ascii_lowercase();
    match host.as_str() {
        "" => None,
        "*" => Some(Host::Any),
        name => match name.strip_prefix('*') {
            Some(suffix) if suffix.starts_with('.') && suffix.len() > 1 && !suffix.contains('*') => {
                Some(Host::Below(suffix.to_owned()))
            }
            Some(_) => None,
            None => (!name.contains('*')).then(|| Host::Is(name.to_owned())),
        },
    }
}

fn parse_port(port: &str) -> Option<Port> {
    if port == "*" {
        return Some(Port::Any);
    }
    let (first, last) = match port.split_once("..") {
        Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
        None => {
            let port = port.parse().ok()?;
            (port, port)
        }
    };
    (first <= last).then_some(Port::Between(first, last))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn allows(entries: &[&str], uri: &str) -> bool {
        let entries: Vec<String> = entries.iter().map(|e| (*e).to_owned()).collect();
        AllowList::parse(&entries).unwrap().allows(&uri.parse().unwrap())
    }

    #[test]
    fn entries_allow_what_they_say() {
        let cases = [
            ("http://core.test:8000", "http://core.test:8000/sync", true),
            ("http://core.test:8000", "http://CORE.test:8000/sync", true),
            ("http://core.test:8000", "http://core.test/sync", false),
            ("http://core.test:8000", "https://core.test:8000/", false),
            ("http://core.test", "http://core.test:80/", true),
            ("https://core.test", "https://core.test/", true),
            ("https://core.test/", "https://core.test:444/", false),
            ("http://core.test:8000..8009", "http://core.test:8009/", true),
            ("http://core.test:8000..8009", "http://core.test:8010/", false),
            ("*://*:*", "http://anything.test:1/", true),
            ("http://*.core.test", "http://eu.core.test/", true),
            ("http://*.core.test", "http://core.test/", false),
            ("http://*.core.test", "http://evilcore.test/", false),
            ("http://*.spin.internal", "http://edge-fraud.spin.internal/score", true),
            ("http://edge-fraud.spin.internal", "http://edge-orders.spin.internal/", false),
            ("http://[::1]:80", "http://[::1]/", true),
            ("http://127.0.0.1:*", "http://127.0.0.1:9999/", true),
        ];
        for (entry, uri, expected) in cases {
            assert_eq!(allows(&[entry], uri), expected, "{entry} {uri}");
        }
        assert!(!allows(&[], "http://core.test/"));
    }

    #[test]
    fn the_application_itself_is_allowed_by_self_alone() {
        let with = |entry: &str| AllowList::parse(&[entry.to_owned()]).unwrap().allows_self();
        assert!(with("http://self"));
        assert!(!with("http://*:*"));
    }

    #[test]
    fn nonsense_is_refused() {
        let bad = [
            "core.test",
            "http://",
            "http://core.test/path",
            "http://a*b",
            "http://*core.test",
            "http://core.test:x",
            "http://core.test:9..1",
            "://core.test:1",
            "redis://core.test",
            "http://user@core.test",
            "http://core.test:70000",
        ];
        for entry in bad {
            assert!(AllowList::parse(&[entry.to_owned()]).is_err(), "{entry}");
        }
    }
}
