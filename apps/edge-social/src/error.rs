//! One error type that becomes problem+json at the edge of HTTP.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kiosk_edge_platform::DbError;
use kiosk_pop_store::StoreError;
use kiosk_pop_store::social::{CHANGE_AGAIN_MS, SocialGuard, messages, rooms, uploads};
use kiosk_problem::Problem;

/// After how many seconds a busy POP is worth another try.
const BUSY_RETRY_S: u32 = 1;

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

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match (SocialGuard::broken(&error), &error) {
            (Some(guard), _) => refused(guard).into(),
            (None, StoreError::Db(DbError::Busy(_))) => busy().into(),
            (None, _) => Problem::internal(&error).into(),
        }
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

/// 503: nothing is wrong with the request; the same one may be sent again.
fn busy() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "This shop is very busy")
        .detail("Nothing was changed. Please send the request again.")
        .retry_after_s(BUSY_RETRY_S)
}

/// What a person is told when a precondition does not hold.
fn refused(guard: SocialGuard) -> Problem {
    let seconds = |wait_ms: i64| u32::try_from(wait_ms / 1_000).unwrap_or(u32::MAX);
    match guard {
        SocialGuard::RoomIsOpen => room_closed(),
        SocialGuard::MessagesInBounds => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_messages", "That was a lot of messages")
                .detail(format!("At most {} in a minute. Please wait a moment.", messages::MESSAGES_MAX))
                .retry_after_s(seconds(messages::RATE_MS))
        }
        SocialGuard::ReportsInBounds => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "already_reported", "You have reported this already")
                .detail("Our moderators look at it. Please give them a while.")
                .retry_after_s(seconds(rooms::REPORT_AGAIN_MS))
        }
        SocialGuard::UploadsAreThere => {
            Problem::invalid("uploads", "ids of pictures that you handed in within the last day")
        }
        SocialGuard::UploadsInBounds => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_pictures", "That was a lot of pictures")
                .detail(format!("At most {} in a day. Please try again tomorrow.", uploads::UPLOADS_MAX))
                .retry_after_s(seconds(uploads::UPLOAD_KEPT_MS))
        }
        SocialGuard::ChangesInBounds => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_changes", "You have just changed this")
                .detail("Please wait a moment.")
                .retry_after_s(seconds(CHANGE_AGAIN_MS))
        }
        SocialGuard::ProductWasDelivered => {
            not_a_buyer("Only who bought the product and received it can review it.")
        }
    }
}

/// 403: a review has to be earned.
pub fn not_a_buyer(detail: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "not_a_buyer", "You cannot review this product").detail(detail)
}

/// 409: nobody writes in a closed room.
pub fn room_closed() -> Problem {
    Problem::new(StatusCode::CONFLICT, "room_closed", "This conversation is closed")
        .detail("It was closed by you, the seller or a moderator. Nothing was sent.")
}
