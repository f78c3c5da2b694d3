//! Faults that tests ask for: the next calls of an operation fail before they act, after they acted, or late.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::Sandbox;

/// What a request asks for, at either provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Begin a payment.
    Start,
    /// See how far it is.
    Look,
    /// Authorise an approved order (PayPal).
    Authorise,
    /// Close a page, or give reserved money back.
    Cancel,
    /// Take reserved money.
    Capture,
    /// Give captured money back.
    Refund,
    /// Pay a vendor.
    Transfer,
    /// Log in (PayPal).
    Token,
    /// Check a webhook's signature (PayPal).
    Verify,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done, and the answer is this status (500, 503, 429).
    Refuse(u16),
    /// It is done, and the answer is lost.
    LoseAnswer,
    /// Nothing is done, and no answer comes.
    Drop,
    /// It is done after so many milliseconds.
    Delay(u64),
}

/// Faults that wait for their calls.
#[derive(Debug, Default)]
pub struct Faults(Mutex<HashMap<Operation, Vec<Fault>>>);

impl Faults {
    /// The next `calls` of `operation` fail so, after those that were asked for before.
    pub fn next(&self, operation: Operation, calls: usize, fault: Fault) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.entry(operation).or_default().extend(std::iter::repeat_n(fault, calls));
    }

    /// Forgets all that still wait.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self, operation: Operation) -> Option<Fault> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.get_mut(&operation)?;
        if waiting.is_empty() { None } else { Some(waiting.remove(0)) }
    }
}

/// Before each route of an API.
pub(crate) async fn inject(
    State((sandbox, operation)): State<(Sandbox, Operation)>,
    request: Request,
    next: Next,
) -> Response {
    match sandbox.faults().take(operation) {
        None => next.run(request).await,
        Some(Fault::Refuse(status)) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Some(Fault::Drop) => no_answer(),
        Some(Fault::LoseAnswer) => {
            next.run(request).await;
            no_answer()
        }
        Some(Fault::Delay(pause_ms)) => {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            next.run(request).await
        }
    }
}

/// An answer that breaks off: whoever reads it learns nothing.
pub(crate) fn no_answer() -> Response {
    let broken =
        futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("the answer is lost")) });
    Body::from_stream(broken).into_response()
}
