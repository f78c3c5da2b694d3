//! Calls to the components beside this one, over the host's service chaining.

use axum::http::{Request, StatusCode};
use bytes::Bytes;
use kiosk_edge_platform::{Edge, HttpError, Outbound};
use kiosk_problem::Problem;
use serde::de::DeserializeOwned;

/// Why a call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum SiblingError {
    /// It refused and says why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// No answer; for a checkout it is unknown whether the order was placed.
    #[error("the component did not answer")]
    Unreachable(#[from] HttpError),
    /// An answer that this version does not understand.
    #[error("the component gave an answer that cannot be read")]
    Answer(#[from] serde_json::Error),
}

impl SiblingError {
    /// Whether it refused with `code`.
    pub fn is(&self, code: &str) -> bool {
        self.problem().is_some_and(|problem| problem.code == code)
    }

    /// Whether it is its own trouble, and said so with `code`: nothing was done.
    pub fn is_unavailable(&self, code: &str) -> bool {
        matches!(self, Self::Refused(problem) if problem.status >= 500 && problem.code == code)
    }

    /// The refusal, unless it is the server's own trouble.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) if problem.status < 500 => Some(problem),
            _ => None,
        }
    }

    /// The status of the page that shows this error.
    pub fn status(&self) -> StatusCode {
        self.problem().map_or(StatusCode::SERVICE_UNAVAILABLE, Problem::status_code)
    }
}

/// Sends a request and reads the JSON of its answer; of an empty one it is `null`.
pub async fn send<T: DeserializeOwned>(
    edge: &Edge,
    request: Request<Bytes>,
    timeout_ms_max: u32,
) -> Result<T, SiblingError> {
    let response = edge.http.send(Outbound { request, timeout_ms_max }).await?;
    let (status, body) = (response.status(), response.into_body());
    if status.is_success() {
        return Ok(serde_json::from_slice(if body.is_empty() { b"null" } else { &body })?);
    }
    let problem = serde_json::from_slice::<Problem>(&body).unwrap_or_else(|_| {
        Problem::new(status, "unexpected_answer", "The component refused without a reason")
    });
    Err(SiblingError::Refused(Box::new(problem)))
}
