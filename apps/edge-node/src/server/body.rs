//! Bodies with a limit on the way in, and with something to let go of on the way out.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;
use wasmtime_wasi_http::{Error, WasiBody};

use super::silence::Answering;
use crate::limits::{GATHER_BYTES_MAX, GATHER_MS_MAX};

/// A request's body that fails beyond a number of bytes, and says so.
pub(super) struct CappedBody {
    inner: Incoming,
    left: u64,
    exceeded: Arc<AtomicBool>,
}

impl CappedBody {
    pub fn new(inner: Incoming, bytes_max: u64) -> (Self, Arc<AtomicBool>) {
        let exceeded = Arc::new(AtomicBool::new(false));
        (Self { inner, left: bytes_max, exceeded: exceeded.clone() }, exceeded)
    }
}

impl Body for CappedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = match std::task::ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
            None => return Poll::Ready(None),
        };
        let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
        match self.left.checked_sub(bytes) {
            Some(left) => {
                self.left = left;
                Poll::Ready(Some(Ok(frame)))
            }
            None => {
                self.exceeded.store(true, Ordering::Release);
                Poll::Ready(Some(Err(Error::HttpRequestBodySize(None))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Counts a request as in flight until the guest has given its whole response.
pub(super) struct InFlight {
    pub _permit: OwnedSemaphorePermit,
    pub gauge: metrics::Gauge,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.gauge.decrement(1.0);
    }
}

/// A response's body: what was gathered of it, then the rest.
pub struct ResponseBody {
    gathered: Bytes,
    rest: Option<WasiBody>,
    in_flight: Option<InFlight>,
    /// Dropped with the body, when all of it is written.
    pub(super) answering: Option<Answering>,
}

impl ResponseBody {
    pub(super) fn full(bytes: impl Into<Bytes>) -> Self {
        Self { gathered: bytes.into(), rest: None, in_flight: None, answering: None }
    }

    /// Waits a moment for the body of a guest. Most are complete by then, and go out with their head and their length
    /// in one write instead of three. One that fails by then can still be answered with an error.
    pub(super) async fn gather(mut body: WasiBody, in_flight: InFlight) -> Result<Self, Error> {
        let mut gathered = Gathered::default();
        let all = gathered.take_from(&mut body);
        let ended = match tokio::time::timeout(Duration::from_millis(GATHER_MS_MAX), all).await {
            Ok(ended) => ended?,
            Err(_) => false,
        };
        Ok(Self {
            gathered: gathered.into_bytes(),
            rest: (!ended).then_some(body),
            // The guest has done its part of a whole answer: a client that does not read it takes nobody's place.
            in_flight: (!ended).then_some(in_flight),
            answering: None,
        })
    }
}

/// The frames that were there at once. One stays as it is; several are copied together.
#[derive(Default)]
struct Gathered {
    first: Bytes,
    more: BytesMut,
}

impl Gathered {
    /// True when the body has ended, false when there is enough of it.
    async fn take_from(&mut self, body: &mut WasiBody) -> Result<bool, Error> {
        while self.first.len() + self.more.len() < GATHER_BYTES_MAX {
            let Some(frame) = body.frame().await else { return Ok(true) };
            // Trailers are not passed on: nothing in front of a shop reads them.
            let Ok(data) = frame?.into_data() else { continue };
            if self.first.is_empty() {
                self.first = data;
            } else {
                self.more.extend_from_slice(&data);
            }
        }
        Ok(body.is_end_stream())
    }

    fn into_bytes(self) -> Bytes {
        if self.more.is_empty() {
            return self.first;
        }
        let mut all = BytesMut::with_capacity(self.first.len() + self.more.len());
        all.extend_from_slice(&self.first);
        all.extend_from_slice(&self.more);
        all.freeze()
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if !self.gathered.is_empty() {
            let gathered = std::mem::take(&mut self.gathered);
            return Poll::Ready(Some(Ok(Frame::data(gathered))));
        }
        let frame = match &mut self.rest {
            Some(rest) => std::task::ready!(Pin::new(rest).poll_frame(cx)),
            None => None,
        };
        if !matches!(frame, Some(Ok(_))) {
            self.in_flight = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.gathered.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let gathered = self.gathered.len() as u64;
        match &self.rest {
            None => SizeHint::with_exact(gathered),
            Some(rest) => {
                let mut hint = rest.size_hint();
                // The upper bound first: the lower one may never be above it, not even for a moment.
                if let Some(upper) = hint.upper() {
                    hint.set_upper(upper + gathered);
                }
                hint.set_lower(hint.lower() + gathered);
                hint
            }
        }
    }
}
