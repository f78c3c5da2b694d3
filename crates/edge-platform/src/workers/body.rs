//! Requests as routers expect them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use worker::HttpRequest;

/// What is read of a body that its handler did not want, in bytes.
const DRAINED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A body that two hold: the router reads of it what it wants, and the rest is drained when it has answered. `workerd`
/// breaks a connection whose request was not read to its end, and with it the client's next request.
pub(super) struct Kept(Arc<Mutex<worker::Body>>);

/// The request with a body of which the other half of the answer is the rest.
pub(super) fn kept(request: HttpRequest) -> (http::Request<Kept>, Kept) {
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body));
    (http::Request::from_parts(parts, Kept(body.clone())), Kept(body))
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, worker::Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the rest.
    pub(super) async fn drain(mut self) {
        let mut drained = 0;
        while drained < DRAINED_BYTES_MAX {
            match self.frame().await {
                Some(Ok(frame)) => drained += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => return,
            }
        }
    }
}

impl Body for Kept {
    type Data = Bytes;
    type Error = worker::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, worker::Error>>> {
        Pin::new(&mut *self.lock()).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.lock().is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().size_hint()
    }
}

/// Several `Cookie` lines are one with semicolons (RFC 6265, 5.4); `workerd` joins them with commas, which no cookie has.
pub(super) fn one_cookie_line(headers: &mut HeaderMap) {
    let joined =
        headers.get(header::COOKIE).and_then(|line| line.to_str().ok()).map(|line| line.replace(", ", "; "));
    if let Some(line) = joined.and_then(|line| HeaderValue::from_str(&line).ok()) {
        headers.insert(header::COOKIE, line);
    }
}
