//! Outbound HTTP.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};

/// Largest body that is read from another server, in bytes.
pub const RESPONSE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A request with its whole body and the time it may take.
#[derive(Debug)]
pub struct Outbound {
    /// The request; the URI is absolute.
    pub request: Request<Bytes>,
    /// The longest wait for the whole answer, in milliseconds.
    pub timeout_ms_max: u32,
}

/// No answer came; whether the other side acted is unknown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing came in time.
    #[error("no answer within {0} ms")]
    Timeout(u32),
    /// The other side could not be reached or broke off.
    #[error("connection failed: {0}")]
    Connection(String),
    /// The answer is longer than [`RESPONSE_BYTES_MAX`].
    #[error("answer is too large")]
    TooLarge,
}

/// Sends requests to other servers and to sibling components.
pub trait HttpClient: Send + Sync {
    /// Sends and reads the whole answer, whatever its status.
    fn send(&self, outbound: Outbound) -> BoxFuture<'_, Result<Response<Bytes>, HttpError>>;
}
