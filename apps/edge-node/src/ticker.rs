//! Calls a component again and again, which other hosts do by cron.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use http::header::HOST;
use http::{HeaderValue, Method, Request, Uri};
use http_body_util::BodyExt as _;

use crate::guest::call::empty_body;
use crate::limits::TICK_BACKOFF_MS_MAX;
use crate::node::Node;
use crate::outbound::allow::CHAIN_SUFFIX;

/// What is called, and how often.
#[derive(Clone, Debug)]
pub struct Ticker {
    component: String,
    uri: Uri,
    period: Duration,
}

impl Ticker {
    /// For a URL such as `http://<component>.spin.internal/internal/tick`.
    pub fn new(node: &Node, url: &str, period: Duration) -> Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("--tick-url {url}"))?;
        let component = uri
            .host()
            .and_then(|host| host.strip_suffix(CHAIN_SUFFIX))
            .with_context(|| format!("--tick-url {url}: the host must be a component, <name>{CHAIN_SUFFIX}"))?
            .to_owned();
        if !node.application.components.iter().any(|spec| spec.name == component) {
            bail!("--tick-url {url}: there is no component `{component}`");
        }
        Ok(Self { component, uri, period })
    }

    /// Ticks for ever, one at a time. A failing component is called less and less often until it recovers.
    pub async fn run(self, node: Arc<Node>) {
        let mut failures = 0;
        loop {
            tokio::time::sleep(self.pause(failures)).await;
            match self.tick(&node).await {
                Ok(()) => {
                    if failures > 0 {
                        tracing::info!(component = self.component, failures, "ticks succeed again");
                    }
                    failures = 0;
                }
                Err(error) => {
                    if failures == 0 {
                        tracing::warn!(component = self.component, "a tick failed: {error:#}");
                    }
                    failures += 1;
                }
            }
        }
    }

    fn pause(&self, failures: u32) -> Duration {
        let longest = Duration::from_millis(TICK_BACKOFF_MS_MAX).max(self.period);
        self.period.saturating_mul(1 << failures.min(16)).min(longest)
    }

    async fn tick(&self, node: &Node) -> Result<()> {
        let mut request = Request::new(empty_body());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        if let Some(host) = self.uri.authority() {
            request.headers_mut().insert(HOST, HeaderValue::from_str(host.as_str())?);
        }
        let response =
            node.call_component(&self.component, request, 0).await.context("the component is gone")??;
        let status = response.status();
        // The tick is over when its answer is complete.
        response.into_body().collect().await.map_err(|error| anyhow::format_err!("{error}"))?;
        if !status.is_success() {
            bail!("status {status}");
        }
        Ok(())
    }
}
