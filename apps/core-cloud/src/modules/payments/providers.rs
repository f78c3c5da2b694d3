//! The providers that this shop has, and how they are reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, Request, Response};
use kiosk_payments::webhook::{Notice, NoticeError, STRIPE_SIGNATURE, read_stripe};
use kiosk_payments::{ANSWER_BYTES_MAX, Gateway, NoAnswer, PayPal, Stripe, Transport};

use super::state::Provider;
use crate::config::PaymentsConfig;

/// How long a provider may take to answer, in milliseconds. A request may have been done when it is over.
const TIMEOUT_MS_MAX: u64 = 20_000;
/// How long it may take until a connection is there, in milliseconds.
const CONNECT_TIMEOUT_MS_MAX: u64 = 5_000;

/// Reaches providers over HTTP.
#[derive(Clone, Debug)]
pub struct Http(reqwest::Client);

impl Default for Http {
    fn default() -> Self {
        // Somebody else may have installed a provider already; theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let built = reqwest::Client::builder()
            .timeout(Duration::from_millis(TIMEOUT_MS_MAX))
            .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS_MAX))
            // A key is for the provider's own host.
            .redirect(reqwest::redirect::Policy::none())
            .build();
        Self(built.unwrap_or_else(|_| reqwest::Client::new()))
    }
}

impl Transport for Http {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, NoAnswer>> {
        async move {
            // Its address can hold a name of a payment, and its text is logged.
            let no_answer = |error: reqwest::Error| NoAnswer(error.without_url().to_string());
            let request = reqwest::Request::try_from(request).map_err(no_answer)?;
            let answer = self.0.execute(request).await.map_err(no_answer)?;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            let (mut body, mut chunks) = (BytesMut::new(), answer.bytes_stream());
            while let Some(chunk) = chunks.next().await {
                body.extend_from_slice(&chunk.map_err(no_answer)?);
                if body.len() > ANSWER_BYTES_MAX {
                    return Err(NoAnswer("the answer is too long".to_owned()));
                }
            }
            *response.body_mut() = body.freeze();
            Ok(response)
        }
        .boxed()
    }
}

/// The providers that this shop has.
#[derive(Clone)]
pub struct Providers {
    stripe: Option<Arc<Stripe>>,
    paypal: Option<Arc<PayPal>>,
    stripe_secrets: Arc<[String]>,
    paypal_webhook: Option<Arc<str>>,
}

impl fmt::Debug for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Provider::ALL.iter().filter(|provider| self.gateway(**provider).is_some());
        f.debug_list().entries(known.map(|provider| provider.name())).finish()
    }
}

impl Providers {
    /// As they are configured: one without its key is not there.
    #[must_use]
    pub fn new(config: &PaymentsConfig) -> Self {
        let transport = &config.transport;
        let stripe = config.stripe.as_ref().map(|stripe| {
            Arc::new(Stripe {
                base_url: stripe.url.clone(),
                secret_key: stripe.key.clone(),
                transport: Arc::clone(&transport.0),
            })
        });
        let paypal = config.paypal.as_ref().map(|paypal| {
            let transport = Arc::clone(&transport.0);
            Arc::new(PayPal::new(&*paypal.url, &*paypal.client, &*paypal.secret, transport))
        });
        let secrets = config.stripe.iter().flat_map(|stripe| stripe.webhook_secrets.iter().cloned());
        let webhook = config.paypal.as_ref().map(|paypal| paypal.webhook_id.as_str());
        Self {
            stripe,
            paypal,
            stripe_secrets: secrets.collect(),
            paypal_webhook: webhook.filter(|id| !id.is_empty()).map(Arc::from),
        }
    }

    /// Who is asked for payments of this provider; none when it is not configured, and for the bank.
    #[must_use]
    pub fn gateway(&self, provider: Provider) -> Option<&dyn Gateway> {
        match provider {
            Provider::Stripe => self.stripe.as_deref().map(|stripe| stripe as &dyn Gateway),
            Provider::Paypal => self.paypal.as_deref().map(|paypal| paypal as &dyn Gateway),
            Provider::Bank => None,
        }
    }

    /// Reads a webhook, if it is the provider's own.
    ///
    /// # Errors
    /// [`NoticeError`]; `Unsigned` too when the provider or its webhooks are not configured.
    pub async fn notice(
        &self,
        provider: Provider,
        headers: &HeaderMap,
        body: &[u8],
        now_ms: i64,
    ) -> Result<Notice, NoticeError> {
        match (provider, &self.paypal, &self.paypal_webhook) {
            (Provider::Stripe, ..) if !self.stripe_secrets.is_empty() => {
                let secrets: Vec<&str> = self.stripe_secrets.iter().map(String::as_str).collect();
                let signature = headers.get(STRIPE_SIGNATURE).and_then(|value| value.to_str().ok());
                read_stripe(&secrets, signature.ok_or(NoticeError::Unsigned)?, body, now_ms)
            }
            (Provider::Paypal, Some(paypal), Some(webhook)) => paypal.notice(webhook, headers, body).await,
            _ => Err(NoticeError::Unsigned),
        }
    }
}
