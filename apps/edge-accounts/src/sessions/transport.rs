//! `/v1/account/session` and `/v1/account/sessions`.

use axum::http::StatusCode;
use kiosk_problem::{Json, Path};
use kiosk_session::Who;
use serde::Serialize;
use utoipa::ToSchema;

use super::service::{self, LogIn, NewSession, OwnSession};
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

/// One's own sessions.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    pub sessions: Vec<OwnSession>,
}

/// One's own sessions, newest first.
#[utoipa::path(get, path = "/v1/account/sessions", tag = "account", responses(
    (status = 200, description = "All of them", body = SessionList),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn list_sessions(region: Region, session: Session) -> Result<Json<SessionList>> {
    Ok(Json(SessionList { sessions: service::list_sessions(&region, &session).await? }))
}

/// Ends all sessions but the one that asks.
#[utoipa::path(delete, path = "/v1/account/sessions", tag = "account", responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "`token_required`, `session_ended`"),
), security(("session" = [])))]
pub async fn end_other_sessions(region: Region, session: Session) -> Result<StatusCode> {
    service::end_other_sessions(&region, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session.
#[utoipa::path(delete, path = "/v1/account/sessions/{id}", tag = "account", params(
    ("id" = String, Path, description = "`ses_…`"),
), responses(
    (status = 204, description = "Ended"),
    (status = 401, description = "`token_required`, `session_ended`"),
    (status = 404, description = "`session_not_found`, also for somebody else's"),
), security(("session" = [])))]
pub async fn end_session(region: Region, session: Session, Path(id): Path<String>) -> Result<StatusCode> {
    service::end_session(&region, &session, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
