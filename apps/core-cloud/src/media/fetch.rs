//! Fetching pictures from the addresses that a catalogue names.
//!
//! The addresses are a stranger's: only the open internet is reached, sizes and times are capped, and a host that
//! does not answer is asked once.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::kind::PICTURE_BYTES_MAX;
use super::service::Picture;

/// Most pictures fetched at once.
pub const FETCHES_AT_ONCE_MAX: usize = 8;
/// Longest wait for a connection, in milliseconds.
const CONNECT_TIMEOUT_MS_MAX: u64 = 4_000;
/// Longest wait for a picture, in milliseconds.
const FETCH_TIMEOUT_MS_MAX: u64 = 20_000;
/// Most redirects followed.
const REDIRECTS_MAX: usize = 4;

/// Why a picture was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an address of the web.
    #[error("not an http or https address")]
    BadAddress,
    /// An address inside this network.
    #[error("the address is not on the open internet")]
    NotPublic,
    /// The host did not answer.
    #[error("{0} cannot be reached")]
    Unreachable(String),
    /// The host answered with something else.
    #[error("{0}")]
    Refused(String),
}

/// Fetches pictures, remembering the hosts that do not answer.
#[derive(Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    private_allowed: bool,
    unreachable: Mutex<HashSet<String>>,
}

impl Fetcher {
    /// `private_allowed` also reaches loopback and private networks.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(private_allowed: bool) -> Result<Self, reqwest::Error> {
        // Somebody else may have installed a provider already; theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let redirects = reqwest::redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS_MAX || !is_fetchable(attempt.url(), private_allowed) {
                return attempt.stop();
            }
            attempt.follow()
        });
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS_MAX))
            .timeout(Duration::from_millis(FETCH_TIMEOUT_MS_MAX))
            .user_agent(concat!("kiosk-core/", env!("CARGO_PKG_VERSION")))
            .redirect(redirects);
        if !private_allowed {
            client = client.dns_resolver(Arc::new(PublicDns));
        }
        Ok(Self { client: client.build()?, private_allowed, unreachable: Mutex::default() })
    }

    /// Fetches one picture.
    ///
    /// # Errors
    /// See [`FetchError`].
    pub async fn fetch(&self, address: &str) -> Result<Picture, FetchError> {
        let url = Url::parse(address).map_err(|_| FetchError::BadAddress)?;
        let host = match (url.host_str(), url.port()) {
            (None, _) => return Err(FetchError::BadAddress),
            (Some(host), None) => host.to_owned(),
            (Some(host), Some(port)) => format!("{host}:{port}"),
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::BadAddress);
        }
        if !is_fetchable(&url, self.private_allowed) {
            return Err(FetchError::NotPublic);
        }
        if self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).contains(&host) {
            return Err(FetchError::Unreachable(host));
        }
        let response = match self.client.get(url).send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() || error.is_timeout() => {
                tracing::debug!(error = &error as &dyn std::error::Error, "picture host is away");
                self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).insert(host.clone());
                return Err(FetchError::Unreachable(host));
            }
            Err(error) => return Err(FetchError::Refused(error.without_url().to_string())),
        };
        if !response.status().is_success() {
            return Err(FetchError::Refused(format!("{host} answered {}", response.status())));
        }
        let bytes = read_capped(response).await?;
        let picture = Picture::new(bytes).map_err(|error| FetchError::Refused(error.to_string()))?;
        Ok(Picture { url: Some(address.to_owned()), ..picture })
    }
}

/// Stops reading at the cap, whatever length the host announced.
async fn read_capped(response: reqwest::Response) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| FetchError::Refused(error.without_url().to_string()))?;
        if bytes.len() + chunk.len() > PICTURE_BYTES_MAX {
            return Err(FetchError::Refused("the picture is too large".to_owned()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn is_fetchable(url: &Url, private_allowed: bool) -> bool {
    let address = match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address),
        // Names are looked at when they are resolved.
        Some(url::Host::Domain(_)) => return true,
        None => return false,
    };
    private_allowed || is_public(address)
}

/// Whether an address is on the open internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let reserved = a == 0 || a >= 240 || (a == 192 && b == 0) || (a == 198 && (18..20).contains(&b));
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_multicast()
                || shared
                || reserved)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                // Global unicast is 2000::/3; 64:ff9b::/96 and 2002::/16 lead to IPv4 by another way.
                first & 0xe000 == 0x2000 && first != 0x2002
            }
        },
    }
}

/// Resolves names to addresses on the open internet only, so that a name cannot point inside.
#[derive(Debug)]
struct PublicDns;

impl Resolve for PublicDns {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name has no address on the open internet".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_open_internet_is_reached() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
            "192.168.1.1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        assert!(is_public("93.184.215.14".parse().unwrap()) && is_public("2606:2800::1".parse().unwrap()));
    }

    #[tokio::test]
    async fn other_addresses_are_refused_before_anything_is_sent() {
        let fetcher = Fetcher::new(false).unwrap();
        let fetch = |address: &'static str| fetcher.fetch(address);
        assert_eq!(fetch("file:///etc/passwd").await.unwrap_err(), FetchError::BadAddress);
        assert_eq!(fetch("nonsense").await.unwrap_err(), FetchError::BadAddress);
        assert_eq!(fetch("http://127.0.0.1/x.png").await.unwrap_err(), FetchError::NotPublic);
        assert_eq!(fetch("http://[::1]/x.png").await.unwrap_err(), FetchError::NotPublic);
    }
}
