//! The providers, over the host's outbound HTTP.

use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use kiosk_edge_platform::{HttpClient, Outbound};
use kiosk_payments::{Gateway, NoAnswer, PayError, PayPal, Stripe, Transport};

use super::settings::Settings;

/// Longest wait for one answer of a provider, in milliseconds. A step asks up to three times.
const PROVIDER_TIMEOUT_MS_MAX: u32 = 4_000;

/// Sends with the host's client.
struct EdgeTransport(Arc<dyn HttpClient>);

impl Transport for EdgeTransport {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        let outbound = Outbound { request, timeout_ms_max: PROVIDER_TIMEOUT_MS_MAX };
        async move { self.0.send(outbound).await.map_err(|error| NoAnswer(error.to_string())) }.boxed()
    }
}

/// The providers of this POP.
pub struct Providers {
    stripe: Option<Stripe>,
    /// PayPal, which has to be asked whether a webhook is its own.
    pub paypal: Option<PayPal>,
}

impl Providers {
    /// Those that `settings` name.
    pub fn new(settings: &Settings, http: &Arc<dyn HttpClient>) -> Self {
        let transport: Arc<dyn Transport> = Arc::new(EdgeTransport(http.clone()));
        let stripe = settings.stripe.as_ref().map(|account| Stripe {
            base_url: account.url.clone(),
            secret_key: account.key.text().to_owned(),
            transport: transport.clone(),
        });
        let paypal = settings.paypal.as_ref().map(|account| {
            PayPal::new(account.url.as_str(), account.client.as_str(), account.secret.text(), transport)
        });
        Self { stripe, paypal }
    }

    /// The provider called `name`. One that was taken out of the settings is away for what was begun there.
    pub fn get(&self, name: &str) -> Result<&dyn Gateway, PayError> {
        let gateway = match name {
            "stripe" => self.stripe.as_ref().map(|stripe| stripe as &dyn Gateway),
            "paypal" => self.paypal.as_ref().map(|paypal| paypal as &dyn Gateway),
            _ => None,
        };
        gateway.ok_or_else(|| PayError::Away(format!("{name} is not set up here")))
    }
}
