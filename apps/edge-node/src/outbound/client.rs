//! The pooled client for requests that leave the host.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::Sent;
use crate::limits::{
    BETWEEN_BYTES_MS_MAX, CONNECT_MS_MAX, FIRST_BYTE_MS_MAX, OUTBOUND_IDLE_PER_HOST_MAX,
    OUTBOUND_TOTAL_MS_MAX,
};

/// Sends requests over the network.
#[derive(Clone)]
pub struct Client(reqwest::Client);

impl Client {
    /// A client that follows no redirects and uses no proxy, so that the allow-list holds for every hop.
    pub fn new() -> Result<Self, reqwest::Error> {
        // Fails when a provider is there already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
            .read_timeout(Duration::from_millis(BETWEEN_BYTES_MS_MAX))
            .timeout(Duration::from_millis(OUTBOUND_TOTAL_MS_MAX))
            .pool_max_idle_per_host(OUTBOUND_IDLE_PER_HOST_MAX)
            .tcp_nodelay(true)
            .build()?;
        Ok(Self(client))
    }

    /// Sends a request; the guest may shorten the wait for the first byte, not lengthen it.
    pub(super) async fn send(
        &self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<Sent, Error> {
        let longest = Duration::from_millis(FIRST_BYTE_MS_MAX);
        let wanted = options.and_then(|options| options.first_byte_timeout);
        let first_byte = wanted.map_or(longest, |wanted| wanted.min(longest));
        let (parts, body) = request.into_parts();
        let body = if body.is_end_stream() {
            reqwest::Body::from("")
        } else {
            reqwest::Body::wrap(Shared::new(body))
        };
        let request = Request::from_parts(parts, body);
        let request = reqwest::Request::try_from(request).map_err(|_| Error::HttpRequestUriInvalid)?;
        let response = tokio::time::timeout(first_byte, self.0.execute(request))
            .await
            .map_err(|_| Error::HttpResponseTimeout)?
            .map_err(|error| to_wasi(&error))?;
        let response = Response::<reqwest::Body>::from(response);
        let response = response.map(|body| body.map_err(|error| to_wasi(&error)).boxed_unsync());
        Ok((response, Box::new(std::future::ready(Ok(())))))
    }
}

fn to_wasi(error: &reqwest::Error) -> Error {
    match error {
        error if error.is_connect() && error.is_timeout() => Error::ConnectionTimeout,
        error if error.is_connect() => Error::ConnectionRefused,
        error if error.is_timeout() => Error::HttpResponseTimeout,
        error if error.is_body() || error.is_decode() => Error::HttpResponseIncomplete,
        error if error.is_builder() => Error::HttpRequestUriInvalid,
        _ => Error::HttpProtocolError,
    }
}

/// Makes a body `Sync`, as reqwest wants it. The lock is never taken: polling has the body to itself.
struct Shared(Mutex<WasiBody>);

impl Shared {
    fn new(body: WasiBody) -> Self {
        Self(Mutex::new(body))
    }
}

impl Body for Shared {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let body = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(body).poll_frame(cx).map_err(|error| BodyError(error.to_string()))
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }
}

/// The guest's body failed.
#[derive(Debug, thiserror::Error)]
#[error("the request body failed: {0}")]
struct BodyError(String);
