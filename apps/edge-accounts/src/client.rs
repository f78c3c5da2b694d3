//! How much one client may ask for, whoever the accounts are of. A household or an office shares an address, so there is
//! more room than one person needs. The address itself is not stored.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr};

use axum::extract::FromRequestParts;
use http::request::Parts;
use kiosk_edge_platform::client;

use crate::app::Region;
use crate::error::{Result, too_many_requests};
use crate::store::clients;

/// What a client asks for. Ten minutes' worth is there at once, and comes back with time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To log in: 120 at once, then 12 a minute.
    LogIn,
    /// To have a mail sent: 40 at once, then 4 a minute.
    Mail,
    /// To use a mail's link: as logging in.
    Link,
}

impl Ask {
    const fn name(self) -> &'static str {
        match self {
            Self::LogIn => "login",
            Self::Mail => "mail",
            Self::Link => "link",
        }
    }

    const fn cost_ms(self) -> i64 {
        match self {
            Self::LogIn | Self::Link => 5_000,
            Self::Mail => 15_000,
        }
    }
}

/// The client that a request is from; nobody where the host does not know.
#[derive(Clone, Copy, Debug)]
pub struct Client(Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(client::of(&parts.headers)))
    }
}

impl Client {
    /// Keyed hash of the client's address or IPv6 network; `None` where the host does not know it.
    pub fn network_hash(self, region: &Region) -> Option<String> {
        self.0.map(|address| region.config.client_key.hash(&network(address).to_string()))
    }

    /// Counts a request, or refuses it when there were too many.
    ///
    /// # Errors
    /// 429.
    pub async fn count(self, region: &Region, ask: Ask) -> Result<()> {
        let Some(network) = self.network_hash(region) else { return Ok(()) };
        let what = format!("{}/{network}", ask.name());
        let wait_ms = clients::spend(&*region.edge.db, &what, ask.cost_ms(), region.now_ms()).await?;
        if wait_ms == 0 {
            return Ok(());
        }
        Err(too_many_requests(u32::try_from((wait_ms + 999) / 1_000).unwrap_or(u32::MAX)).into())
    }
}

/// A client with IPv6 has a network of at least 64 bits to choose addresses from.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_count_as_one() {
        let of = |text: &str| text.parse().map(network).ok();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
