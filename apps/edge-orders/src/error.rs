//! One error type that becomes problem+json at the edge of HTTP.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use kiosk_edge_platform::DbError;
use kiosk_money::MoneyError;
use kiosk_pop_store::StoreError;
use kiosk_problem::Problem;

/// After how many seconds a busy POP is worth another try.
const BUSY_RETRY_S: u32 = 1;
/// After how many seconds a cart that started many payments may start another one.
const PAYMENTS_RETRY_S: u32 = 300;

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
        match &error {
            StoreError::Db(DbError::Busy(_)) => busy().into(),
            _ => Problem::internal(&error).into(),
        }
    }
}

impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Problem::internal(&error).into()
    }
}

impl From<MoneyError> for ApiError {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::CurrencyMismatch(..) => currency_mismatch().into(),
            error => {
                let problem = Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "amount_out_of_range",
                    "The amount is out of range",
                );
                problem.detail(error.to_string()).into()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// 503: nothing is wrong with the request; the same one may be sent again.
pub fn busy() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "This shop is very busy")
        .detail("Nothing was changed. Please send the request again.")
        .retry_after_s(BUSY_RETRY_S)
}

/// 409: the cart became an order, or went into the cart of an account.
pub fn cart_closed(order_id: Option<&str>) -> Problem {
    let problem = Problem::new(StatusCode::CONFLICT, "cart_closed", "This cart is closed");
    match order_id {
        Some(id) => problem.with("order_id", id),
        None => problem,
    }
}

/// 412: somebody changed the cart since it was read.
pub fn cart_version_stale(version: u64) -> Problem {
    Problem::new(StatusCode::PRECONDITION_FAILED, "cart_version_stale", "The cart has changed meanwhile")
        .detail("Read the cart again and repeat the change with its version.")
        .with("version", version)
}

/// 403: the platform does not sell to this customer.
pub fn customer_blocked() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "customer_blocked", "You cannot order here at the moment").detail(
        "Your orders are blocked. Nothing was ordered. Please contact our support: they can tell you why.",
    )
}

/// 409: the account is not blocked, or has made its appeal.
pub fn appeal_not_possible() -> Problem {
    Problem::new(StatusCode::CONFLICT, "appeal_not_possible", "There is nothing to appeal against")
        .detail("The account may buy, or its appeal was made before.")
}

/// 429: somebody tries one payment after the other.
pub fn too_many_payments() -> Problem {
    let title = "Too many payments were started";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_payments", title)
        .detail("Nothing was ordered. Please try again in a few minutes, or choose another way to pay.")
        .retry_after_s(PAYMENTS_RETRY_S)
}

/// 422: one cart holds one currency.
pub fn currency_mismatch() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "currency_mismatch",
        "This article is priced in another currency than the cart",
    )
}
