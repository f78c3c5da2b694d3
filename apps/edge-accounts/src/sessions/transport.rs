//! `/v1/account/session`.

use axum::http::StatusCode;
use kiosk_problem::Json;
use kiosk_session::Who;

use super::service::{self, LogIn, NewSession};
use crate::app::Region;
use crate::client::{Ask, Client};
use crate::error::Result;
use crate::guard::Session;

/// Logs in.
#[utoipa::path(post, path = "/v1/account/session", tag = "account", request_body = LogIn, responses(
    (status = 201, description = "The session", body = NewSession),
    (status = 401, description = "`login_failed`: register, reset the password, or try again"),
    (status = 403, description = "`email_unverified`"),
    (status = 422, description = "`invalid_value`"),
    (status = 429, description = "`too_many_attempts`, `too_many_requests`"),
    (status = 503, description = "`busy`"),
))]
pub async fn create_session(
    region: Region,
    client: Client,
    Json(body): Json<LogIn>,
) -> Result<(StatusCode, Json<NewSession>)> {
    client.count(&region, Ask::LogIn).await?;
    Ok((StatusCode::CREATED, Json(service::create_session(&region, &body).await?)))
}

/// Who a token is, for the apps beside this one.
pub async fn get_session(region: Region, session: Session) -> Json<Who> {
    Json(service::get_session(&region, &session))
}

/// Logs out.
#[utoipa::path(delete, path = "/v1/account/session", tag = "account", responses(
    (status = 204, description = "Logged out"),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn delete_session(region: Region, session: Session) -> Result<StatusCode> {
    service::delete_session(&region, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
