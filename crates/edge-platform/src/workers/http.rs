//! Outbound HTTP: `fetch`, and sibling apps in the same isolate.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures::future::{BoxFuture, Either, select};
use futures::{FutureExt, TryStreamExt};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;
use worker::js_sys::Uint8Array;
use worker::send::SendFuture;
use worker::{AbortController, AbortSignal, Delay, Fetch, RequestInit, RequestRedirect};

use super::Siblings;
use crate::http_client::RESPONSE_BYTES_MAX;
use crate::{HttpClient, HttpError, Outbound};

/// What a component's name ends with in an address that its host routes itself.
const SIBLING_SUFFIX: &str = ".spin.internal";

pub(super) struct WorkersHttp {
    pub siblings: Siblings,
}

fn failed(error: impl std::fmt::Display) -> HttpError {
    HttpError::Connection(error.to_string())
}

impl WorkersHttp {
    fn sibling(&self, outbound: &Outbound) -> Option<Router> {
        let name = outbound.request.uri().host()?.strip_suffix(SIBLING_SUFFIX)?;
        self.siblings.iter().find(|(known, _)| *known == name).map(|(_, router)| router.clone())
    }
}

async fn call(router: Router, outbound: Outbound) -> Result<Response<Bytes>, HttpError> {
    let request = outbound.request.map(Body::from);
    let answer = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    let (parts, body) = answer.into_parts();
    Ok(Response::from_parts(parts, body.collect().await.map_err(failed)?.to_bytes()))
}

async fn send(outbound: Outbound, signal: &AbortSignal) -> Result<Response<Bytes>, HttpError> {
    let (parts, body) = outbound.request.into_parts();
    let mut init = RequestInit::new();
    init.with_method(parts.method.as_str().to_owned().into()).with_headers((&parts.headers).into());
    init.redirect = RequestRedirect::Manual;
    if !body.is_empty() {
        init.with_body(Some(Uint8Array::from(body.as_ref()).into()));
    }
    let request = worker::Request::new_with_init(&parts.uri.to_string(), &init).map_err(failed)?;
    let mut answer = Fetch::Request(request).send_with_signal(signal).await.map_err(failed)?;
    let status = StatusCode::from_u16(answer.status_code()).map_err(failed)?;
    let mut response = Response::builder().status(status);
    if let Some(headers) = response.headers_mut() {
        *headers = answer.headers().into();
    }
    let mut whole = BytesMut::new();
    if let Ok(mut stream) = answer.stream() {
        while let Some(chunk) = stream.try_next().await.map_err(failed)? {
            if whole.len() + chunk.len() > RESPONSE_BYTES_MAX {
                return Err(HttpError::TooLarge);
            }
            whole.extend_from_slice(&chunk);
        }
    }
    response.body(whole.freeze()).map_err(failed)
}

async fn send_in_time(outbound: Outbound) -> Result<Response<Bytes>, HttpError> {
    let timeout_ms = outbound.timeout_ms_max;
    let controller = AbortController::default();
    let signal = controller.signal();
    let answer = std::pin::pin!(send(outbound, &signal));
    let late = std::pin::pin!(Delay::from(Duration::from_millis(timeout_ms.into())));
    match select(answer, late).await {
        Either::Left((answer, _)) => answer,
        Either::Right(((), _)) => {
            controller.abort();
            Err(HttpError::Timeout(timeout_ms))
        }
    }
}

impl HttpClient for WorkersHttp {
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>> {
        match self.sibling(&outbound) {
            Some(router) => SendFuture::new(call(router, outbound)).boxed(),
            None => SendFuture::new(send_in_time(outbound)).boxed(),
        }
    }
}
