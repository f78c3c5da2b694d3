//! A request's way to an instance, and what becomes of it when the instance fails.
//!
//! An instance serves several requests at once, and a trap ends all of them, because the component model gives no way
//! to unwind one. So that a guest that fails costs its own request and nobody else's, a GET or HEAD without a body
//! that was lost is sent once more, to a new instance that serves nothing else. Other requests are not repeated by
//! the host, since they may have had an effect; they are answered 500 and repeated by the client with its
//! `Idempotency-Key`.

use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Empty};
use tokio::sync::oneshot;
use tokio::time::Instant;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, ProxyHandler};
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;

use super::busy::{StopFlag, StopReason};
use super::component::ComponentContext;
use super::instance::{AllBusy, InstanceFactory, RequestData};

/// Why a request got no answer from the guest.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No answer in time, or the guest computed for too long.
    #[error("the request took too long")]
    DeadlineExceeded,
    /// The guest trapped.
    #[error("the component failed")]
    GuestTrapped,
    /// The guest trapped after it was refused memory.
    #[error("the component ran out of memory")]
    GuestOutOfMemory,
    /// The guest answered with an error of `wasi:http`.
    #[error("the component answered with an error: {0}")]
    GuestError(String),
    /// No instance could be started.
    #[error("too many instances")]
    Overloaded,
    /// Components passed the request on too often.
    #[error("too many chained requests")]
    ChainTooDeep,
}

impl CallError {
    /// The status and the stable code of the problem document.
    pub fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::DeadlineExceeded => (StatusCode::GATEWAY_TIMEOUT, "deadline_exceeded"),
            Self::GuestTrapped => (StatusCode::INTERNAL_SERVER_ERROR, "guest_trapped"),
            Self::GuestOutOfMemory => (StatusCode::INTERNAL_SERVER_ERROR, "guest_out_of_memory"),
            Self::GuestError(_) => (StatusCode::INTERNAL_SERVER_ERROR, "guest_error"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Self::ChainTooDeep => (StatusCode::LOOP_DETECTED, "chain_too_deep"),
        }
    }
}

enum Lost {
    /// The instance ended under the request.
    Instance(CallError),
    /// The answer is this error, and would be again.
    Final(CallError),
}

/// A component with its two pools of instances.
pub struct Callee {
    /// What its instances share.
    pub context: Arc<ComponentContext>,
    shared: ProxyHandler<InstanceFactory>,
    alone: ProxyHandler<InstanceFactory>,
}

impl Callee {
    /// `shared` makes instances that serve many requests, `alone` such that serve one.
    pub fn new(context: Arc<ComponentContext>, shared: InstanceFactory, alone: InstanceFactory) -> Self {
        Self { context, shared: ProxyHandler::new(shared), alone: ProxyHandler::new(alone) }
    }

    /// Sends a request to an instance.
    pub async fn call(
        &self,
        request: Request<WasiBody>,
        depth: u32,
    ) -> Result<Response<WasiBody>, CallError> {
        let deadline = Instant::now() + self.context.request_max;
        let again = repeatable(&request);
        match (attempt(&self.shared, request, depth, deadline).await, again) {
            (Ok(response), _) => Ok(response),
            (Err(Lost::Final(error)), _) | (Err(Lost::Instance(error)), None) => Err(error),
            (Err(Lost::Instance(_)), Some(again)) => {
                self.context.metrics.request_repeated();
                match attempt(&self.alone, again, depth, deadline).await {
                    Ok(response) => Ok(response),
                    Err(Lost::Final(error) | Lost::Instance(error)) => Err(error),
                }
            }
        }
    }
}

async fn attempt(
    pool: &ProxyHandler<InstanceFactory>,
    mut request: Request<WasiBody>,
    depth: u32,
    deadline: Instant,
) -> Result<Response<WasiBody>, Lost> {
    let count = pool.state().count();
    loop {
        let stop = Arc::new(OnceLock::new());
        let (overdue, told) = oneshot::channel();
        let data = RequestData { depth, stop: stop.clone(), overdue: told };
        let result = tokio::time::timeout_at(deadline, pool.handle(data, request)).await;
        let all_busy = matches!(&result, Ok(Err(error)) if is_all_busy(error));
        if !all_busy {
            count.freed.notify_one();
        }
        let error = match result {
            Ok(Ok(response)) => return Ok(response),
            Err(_) => {
                // The instance may have lost the request already; then nobody is left to be told.
                let _ = overdue.send(());
                return Err(Lost::Final(CallError::DeadlineExceeded));
            }
            Ok(Err(error)) => error,
        };
        request = match error.downcast::<InstantiationError<RequestData>>() {
            Ok(failed) if all_busy => failed.request.into_inner().unwrap_or_else(PoisonError::into_inner),
            Ok(failed) => {
                tracing::warn!("no instance could be started: {:#}", failed.error);
                return Err(Lost::Final(CallError::Overloaded));
            }
            Err(error) => return Err(lost(&error, stop.get())),
        };
        if tokio::time::timeout_at(deadline, count.freed.notified()).await.is_err() {
            return Err(Lost::Final(CallError::DeadlineExceeded));
        }
    }
}

fn is_all_busy(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<InstantiationError<RequestData>>().is_some_and(|failed| failed.error.is::<AllBusy>())
}

fn lost(error: &wasmtime::Error, stop: Option<&StopFlag>) -> Lost {
    if error.is::<ExpirationError>() {
        return Lost::Final(CallError::DeadlineExceeded);
    }
    if let Some(code) = error.downcast_ref::<ErrorCode>() {
        return Lost::Final(CallError::GuestError(format!("{code:?}")));
    }
    Lost::Instance(match stop.map_or(StopReason::None, StopFlag::get) {
        StopReason::Busy => CallError::DeadlineExceeded,
        StopReason::Memory => CallError::GuestOutOfMemory,
        StopReason::None => CallError::GuestTrapped,
    })
}

/// A copy of a request that may be sent twice.
fn repeatable(request: &Request<WasiBody>) -> Option<Request<WasiBody>> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !safe || !request.body().is_end_stream() {
        return None;
    }
    let mut copy = Request::new(empty_body());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

/// A body of no bytes.
pub fn empty_body() -> WasiBody {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// How long a client should wait before it tries again, for errors that pass.
pub fn retry_after(error: &CallError) -> Option<Duration> {
    matches!(error, CallError::Overloaded)
        .then_some(Duration::from_secs(crate::limits::OVERLOAD_RETRY_AFTER_S))
}
