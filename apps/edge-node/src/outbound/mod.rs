//! Requests that guests send: checked against the manifest, then chained to a component or sent over the network.

pub mod allow;
mod client;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock, Weak};

use http::{Request, Response, Uri};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::guest::call::CallError;
use crate::guest::component::ComponentContext;
use crate::limits::CHAIN_DEPTH_MAX;
use crate::node::Node;
use allow::{CHAIN_SUFFIX, SELF_HOST};
pub use client::Client;

/// `http://self.alt/...`: the application itself, for clients that insist on a host with a dot.
const SELF_ALT_HOST: &str = "self.alt";

/// What the outbound requests of all components share.
pub struct OutboundContext {
    client: Client,
    node: OnceLock<Weak<Node>>,
    own_address: OnceLock<SocketAddr>,
}

impl OutboundContext {
    /// Without a node yet: components are made before it.
    pub fn new(client: Client) -> Self {
        Self { client, node: OnceLock::new(), own_address: OnceLock::new() }
    }

    /// Tells where chained requests go. Only the first call counts.
    pub fn set_node(&self, node: Weak<Node>) {
        let _ = self.node.set(node);
    }

    /// Tells which address is the host's own, and so is closed to guests. Only the first call counts.
    pub fn set_own_address(&self, address: SocketAddr) {
        let _ = self.own_address.set(address);
    }

    /// The host answers more on its own socket than a guest should see, its metrics for one.
    fn is_own_address(&self, uri: &Uri) -> bool {
        let (Some(own), Some(host)) = (self.own_address.get(), uri.host()) else { return false };
        if uri.port_u16().unwrap_or(80) != own.port() {
            return false;
        }
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match ip {
            Ok(ip) => ip == own.ip() || ip.is_loopback() || ip.is_unspecified(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        }
    }
}

type Sent = (Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);
type Sending = Box<dyn Future<Output = Result<Sent, Error>> + Send>;

/// The outbound requests of one instance.
pub struct Outbound {
    context: Arc<OutboundContext>,
    component: Arc<ComponentContext>,
    /// The longest chain that this instance was part of. A request cannot be told from its neighbours in the instance,
    /// so it is taken for the one with the longest chain; without a cycle of components that is never too long.
    depth: u32,
}

enum Destination {
    Component(String),
    Application,
    Network,
}

impl Outbound {
    /// For a new instance.
    pub fn new(context: Arc<OutboundContext>, component: Arc<ComponentContext>) -> Self {
        Self { context, component, depth: 0 }
    }

    /// A request begins that was passed on `depth` times.
    pub fn request_started(&mut self, depth: u32) {
        self.depth = self.depth.max(depth);
    }

    fn destination(&self, uri: &Uri) -> Result<Destination, Error> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        if host == SELF_HOST || host == SELF_ALT_HOST {
            let allowed = self.component.allowed.allows_self();
            return if allowed { Ok(Destination::Application) } else { Err(Error::HttpRequestDenied) };
        }
        if !self.component.allowed.allows(uri) || self.context.is_own_address(uri) {
            return Err(Error::HttpRequestDenied);
        }
        Ok(match host.strip_suffix(CHAIN_SUFFIX) {
            Some(component) => Destination::Component(component.to_owned()),
            None => Destination::Network,
        })
    }

    fn send(&self, request: Request<WasiBody>, options: Option<RequestOptions>) -> Sending {
        let destination = match self.destination(request.uri()) {
            Ok(destination) => destination,
            Err(error) => {
                let (from, to) = (&*self.component.name, request.uri().authority());
                tracing::warn!(
                    component = from,
                    ?to,
                    "outbound request refused: not in allowed_outbound_hosts"
                );
                return Box::new(std::future::ready(Err(error)));
            }
        };
        let (context, depth) = (self.context.clone(), self.depth + 1);
        match destination {
            Destination::Network => Box::new(async move { context.client.send(request, options).await }),
            Destination::Component(name) => {
                Box::new(async move { chain(&context, Some(&name), request, depth).await })
            }
            Destination::Application => Box::new(async move { chain(&context, None, request, depth).await }),
        }
    }
}

/// Calls a component by name, or the one whose route fits.
async fn chain(
    context: &OutboundContext,
    name: Option<&str>,
    request: Request<WasiBody>,
    depth: u32,
) -> Result<Sent, Error> {
    if depth > CHAIN_DEPTH_MAX {
        return Err(Error::LoopDetected);
    }
    let node = context.node.get().and_then(Weak::upgrade).ok_or(Error::DestinationUnavailable)?;
    let response = match name {
        Some(name) => node.call_component(name, request, depth).await,
        None => node.call_route(request, depth).await,
    };
    let response = response.ok_or(Error::DestinationNotFound)?.map_err(to_wasi)?;
    Ok((response, Box::new(std::future::ready(Ok(())))))
}

fn to_wasi(error: CallError) -> Error {
    match error {
        CallError::DeadlineExceeded => Error::HttpResponseTimeout,
        CallError::ChainTooDeep => Error::LoopDetected,
        CallError::Overloaded => Error::ConnectionLimitReached,
        error => Error::InternalError(Some(error.to_string())),
    }
}

impl WasiHttpHooks for Outbound {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sending {
        self.send(request, options)
    }
}
