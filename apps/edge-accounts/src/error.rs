//! One error type that becomes problem+json at the edge of HTTP.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kiosk_edge_platform::DbError;
use kiosk_privacy::checks::Refused;
use kiosk_problem::Problem;

use crate::seal::NotOpened;

/// After how many seconds a busy vault is worth another try.
const BUSY_RETRY_S: u32 = 1;
/// After how many seconds a vault that does not answer is worth another try.
const UNAVAILABLE_RETRY_S: u32 = 2;

/// What a handler or a service fails with; boxed, because a problem is large and rare.
#[derive(Debug)]
pub struct ApiError(pub Box<Problem>);

/// What handlers and services return.
pub type Result<T, E = ApiError> = std::result::Result<T, E>;

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        if matches!(error, DbError::Busy(_)) { busy().into() } else { Problem::internal(&error).into() }
    }
}

impl From<NotOpened> for ApiError {
    fn from(error: NotOpened) -> Self {
        Problem::internal(&error).into()
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Problem::internal(&error).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// 422: a personal value that is not taken.
pub fn refused_field(refused: Refused) -> ApiError {
    Problem::invalid(&refused.param, refused.why).into()
}

/// 503: nothing is wrong with the request; the same one may be sent again.
pub fn busy() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many people log in at this moment")
        .detail("Nothing was changed. Please send the request again.")
        .retry_after_s(BUSY_RETRY_S)
}

/// 503: the POP that keeps the vault does not answer.
pub fn accounts_unavailable() -> Problem {
    let title = "Accounts cannot be reached right now";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "accounts_unavailable", title)
        .detail("Shopping goes on without them. Please try again in a moment.")
        .retry_after_s(UNAVAILABLE_RETRY_S)
}

/// 401: there is no account with this address and password.
pub fn login_failed() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "login_failed", "E-mail address and password do not fit")
        .detail("Try again, reset your password, or register if you have no account yet.")
}

/// 403: too much speaks for a false account. Who is real can buy all the same.
pub fn registration_refused() -> Problem {
    let title = "We cannot open an account just now";
    Problem::new(StatusCode::FORBIDDEN, "registration_refused", title)
        .detail("You can order as a guest, without an account. If this is a mistake, please write to us.")
}

/// 401: the session is over.
pub fn session_ended() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "session_ended", "You are logged out")
        .detail("Please log in again.")
}

/// 429: too many failures in a row.
pub fn too_many_attempts(retry_after_s: u32) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many failed attempts")
        .detail("Wait a moment, or reset your password.")
        .retry_after_s(retry_after_s)
}

/// 429: too much from one address.
pub fn too_many_requests(retry_after_s: u32) -> Problem {
    let title = "Too many requests from your network";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", title)
        .detail("Please wait a moment and try again.")
        .retry_after_s(retry_after_s)
}

/// 422: the link was used, has expired, or never was.
pub fn link_unusable() -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "link_unusable", "This link cannot be used any more")
        .param("token")
        .detail("It has expired or was used already. Ask for another one.")
}
